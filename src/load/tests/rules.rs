//! Cases of whole files: which rows are kept, repaired and rejected under which rule.

use std::{path::PathBuf, sync::Arc};

use crate::load::{
    chunk_reader::{ChunkReader, Progress},
    error::ReadError,
    export_dir::Export,
    format::ExportFile,
    report::Finding,
    rules::Rule,
    validate::id_set::IdSet,
};

/// Checks the rows of `body`; products 1 and 2, or styles 1 and 2, exist.
pub(super) fn check(file: ExportFile, body: &str) -> (Progress, Vec<Finding>) {
    let parent = file.parent().map(|_| {
        let mut ids = IdSet::default();
        assert!([1, 2].iter().all(|&id| ids.insert(id) == Ok(true)));
        Arc::new(ids)
    });
    let text = format!("{}\n{body}", file.header());
    let mut reader =
        ChunkReader::new(file, PathBuf::from("file.csv"), text.as_bytes(), parent).unwrap();
    let mut findings = Vec::new();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        findings.extend(chunk.findings);
    }
    assert_eq!(reader.progress().bytes, text.len() as u64);
    (reader.progress(), findings)
}

#[test]
fn a_row_that_breaks_a_rule_is_rejected_under_its_name() {
    use ExportFile::{Feature, Photo, Product, Related, Sku, Style};
    for (file, body, rule) in [
        (Product, "x,n,s,d,c,1", Rule::NotANumber),
        (Product, "9223372036854775808,n,s,d,c,1", Rule::NotANumber),
        (Product, "1,n,s,d,c,cheap", Rule::NotANumber),
        (Product, "1,n,s,d,c,NaN", Rule::NotANumber),
        (Product, "1,n,s,d,c,\"1,299\"", Rule::AmbiguousNumber),
        (Product, "1,n,s,d,c,null", Rule::MissingValue),
        (Product, "1,null,s,d,c,1", Rule::MissingValue),
        (Product, "1,,s,d,c,1", Rule::MissingValue),
        (Product, ",n,s,d,c,1", Rule::MissingValue),
        (Product, "0,n,s,d,c,1", Rule::IdNotPositive),
        (Product, "-1,n,s,d,c,1", Rule::IdNotPositive),
        (Feature, "1,3,f,v", Rule::Orphan),
        (Feature, "1,0,f,v", Rule::Orphan),
        (Feature, "1,1,null,v", Rule::MissingValue),
        (Style, "1,1,n,null,1,2", Rule::NotANumber),
        (Style, "1,1,n,x,1,1", Rule::NotANumber),
        (Style, "1,1,n,1,\"null\",1", Rule::MissingValue),
        (Photo, "1,3,u,t", Rule::Orphan),
        (Photo, "1,null,u,t", Rule::MissingValue),
        (Sku, "1,1,XS,1.5", Rule::NotANumber),
        (Sku, "1,1,XS,", Rule::MissingValue),
        (Related, "1,1,0", Rule::RelatedIdZero),
        (Related, "1,0,1", Rule::Orphan),
        (Related, "1,1,-1", Rule::Orphan),
        (Related, "1,1,3", Rule::Orphan),
        (Related, "1,3,0", Rule::Orphan),
        (Related, "1,1", Rule::WrongNumberOfFields),
    ] {
        let (progress, findings) = check(file, body);
        let rules: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, [rule], "{file:?}: {body}");
        assert_eq!(
            (progress.rows, progress.rejected),
            (0, 1),
            "{file:?}: {body}"
        );
        assert!(
            findings[0].detail.chars().count() < 200,
            "{}",
            findings[0].detail
        );
    }
}

#[test]
fn a_row_that_only_looks_odd_is_kept() {
    use ExportFile::{Feature, Photo, Product, Related, Sku, Style};
    for (file, body) in [
        (Product, "\"1\",\"\",null,,\"null\",\"3.10\""),
        (Product, "9223372036854775807,n,s,d,c,500000000"),
        (Feature, "1,1,f,null"),
        (Style, "1,1,\"null\",\"null\",140,true"),
        (Style, "1,1,n,,140,FALSE"),
        (Style, "1,1,n,0,140,1\n2,1,n,140.00,140,1\n3,1,n,-0,140,1"),
        (Photo, "1,1,null,\"\""),
        (Sku, "1,1,7.5,-9223372036854775808"),
        (Sku, "5,1,XL,15\n6,1,XL,4\n1,1,XL,0"),
        (Related, "1,1,1\n2,1,2\n3,1,2"),
    ] {
        let (progress, findings) = check(file, body);
        assert_eq!(findings, [], "{file:?}: {body}");
        assert_eq!(
            progress.rows,
            body.lines().count() as u64,
            "{file:?}: {body}"
        );
    }
}

#[test]
fn a_row_whose_prices_make_no_sense_is_kept_and_found() {
    use ExportFile::{Product, Style};
    let (negative, above) = (Rule::NegativePrice, Rule::SaleAboveOriginal);
    for (file, body, rules) in [
        (Product, "1,n,s,d,c,-0.01", &[negative][..]),
        (Style, "1,1,n,-5,1299,0", &[negative]),
        (Style, "1,1,n,12,9.5,1", &[above]),
        (Style, "1,1,n,9.501,9.50,1", &[above]),
        (Style, "1,1,n,-1,-2,1", &[negative, negative, above]),
    ] {
        let (progress, findings) = check(file, body);
        let found: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(found, rules, "{body}");
        let counts = (progress.rows, progress.repaired, progress.rejected);
        assert_eq!(counts, (1, 0, 0), "{body}");
    }
    let (_, findings) = check(Style, "7,1,n,12,9.5,1");
    let finding = &findings[0];
    assert_eq!((finding.line, finding.id), (2, Some(7)));
    assert_eq!(finding.detail, "sale_price is 12, original_price is 9.5");
}

#[test]
fn the_first_row_of_an_id_is_kept_and_a_rejected_row_uses_up_none() {
    let (progress, findings) = check(ExportFile::Feature, "7,3,f,v\n7,1,f,v\n7,2,f,v\n8,1,f,v");
    let found: Vec<_> = findings
        .iter()
        .map(|finding| (finding.line, finding.id, finding.rule))
        .collect();
    let expected = [
        (2, Some(7), Rule::Orphan),
        (4, Some(7), Rule::DuplicatePrimaryKey),
    ];
    assert_eq!(found, expected);
    assert_eq!((progress.rows, progress.rejected), (2, 2));
}

#[test]
fn a_misspelled_scheme_is_repaired_in_each_address() {
    let file = ExportFile::Photo;
    let text = format!("{}\n7,1,uhttps://a,\"uhttp://b\n", file.header());
    let mut styles = IdSet::default();
    styles.insert(1).unwrap();
    let parent = Some(Arc::new(styles));
    let mut reader = ChunkReader::new(file, PathBuf::new(), text.as_bytes(), parent).unwrap();
    let chunk = reader.next_chunk().unwrap().unwrap();

    let found: Vec<_> = chunk
        .findings
        .iter()
        .map(|finding| (finding.line, finding.id, finding.rule))
        .collect();
    let expected = [
        (2, Some(7), Rule::MissingClosingQuote),
        (2, Some(7), Rule::MisspelledScheme),
        (2, Some(7), Rule::MisspelledScheme),
    ];
    assert_eq!(found, expected);
    assert_eq!((chunk.progress.rows, chunk.progress.repaired), (1, 1));
    let tuple = b"\0\x04\0\0\0\x08\0\0\0\0\0\0\0\x07\0\0\0\x08\0\0\0\0\0\0\0\x01\0\0\0\x09https://a\0\0\0\x08http://b";
    assert_eq!(chunk.rows, tuple);
}

#[test]
fn a_repair_of_a_rejected_row_is_not_counted() {
    let (progress, findings) = check(ExportFile::Photo, "7,3,uhttps://a,\"b");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].rule, Rule::Orphan);
    assert_eq!((progress.repaired, progress.rejected), (0, 1));
}

#[test]
fn chunks_end_when_there_are_many_findings() {
    let (progress, findings) = check(ExportFile::Related, &"1,1,0\n".repeat(10_000));
    assert_eq!((progress.rejected, findings.len()), (10_000, 10_000));
}

#[test]
fn reading_that_fails_names_file_and_line() {
    struct Broken<'a>(&'a [u8]);
    impl std::io::Read for Broken<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(std::io::Error::other("broken disk")),
                length => Ok(length),
            }
        }
    }
    let text = format!("{}\n1,n,s,d,c,1\n2,n", ExportFile::Product.header());
    let source = Broken(text.as_bytes());
    let mut reader = ChunkReader::new(
        ExportFile::Product,
        PathBuf::from("product.csv"),
        source,
        None,
    )
    .unwrap();
    let error = reader.next_chunk().unwrap_err();
    assert!(
        matches!(error, ReadError::Read { line: 3, .. }),
        "{error:?}"
    );
    assert!(
        error
            .to_string()
            .starts_with("product.csv, line 3: reading failed"),
        "{error}"
    );
}

#[test]
fn the_sample_loses_nothing_but_one_recommendation_of_product_zero() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sample-catalog");
    let export = Export::open(&folder).unwrap();
    let mut ids: [Option<Arc<IdSet>>; 6] = Default::default();
    let mut rows = Vec::new();
    let mut findings = Vec::new();
    for file in ExportFile::ALL {
        let parent = file
            .parent()
            .and_then(|parent| ids[parent as usize].clone());
        let mut reader = export.read(file, parent).unwrap();
        while let Some(chunk) = reader.next_chunk().unwrap() {
            findings.extend(chunk.findings);
        }
        rows.push(reader.progress().rows);
        assert_eq!(reader.progress().bytes, export.size(file), "{file:?}");
        ids[file as usize] = Some(Arc::new(reader.into_ids()));
    }
    assert_eq!(rows, [11, 30, 52, 277, 357, 51]);
    let found: Vec<_> = findings
        .iter()
        .map(|finding| {
            (
                finding.file,
                finding.line,
                finding.id.unwrap(),
                finding.rule,
            )
        })
        .collect();
    let expected = [
        (ExportFile::Photo, 49, 48, Rule::MissingClosingQuote),
        (ExportFile::Photo, 178, 177, Rule::MisspelledScheme),
        (ExportFile::Photo, 266, 265, Rule::MissingClosingQuote),
        (ExportFile::Related, 52, 51, Rule::RelatedIdZero),
    ];
    assert_eq!(found, expected);
}
