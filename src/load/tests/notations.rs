//! Cases of other notations in whole files: which value is loaded, and by which rule.

use std::{path::PathBuf, sync::Arc};

use crate::load::{
    chunk_reader::ChunkReader,
    error::ReadError,
    format::{ColumnType, ExportFile},
    rules::Rule::{self, *},
    validate::id_set::IdSet,
};

use ExportFile::{Feature, Photo, Product, Related, Sku, Style};

/// Result of reading a file: the values of its rows as text, and the rules by line.
pub(super) type Loaded = (Vec<Vec<Option<String>>>, Vec<(u64, Rule)>);

/// Loads a whole file; products 1 to 3, or styles 1 to 3, exist.
pub(super) fn load_file(file: ExportFile, text: &[u8]) -> Result<Loaded, ReadError> {
    let parent = file.parent().map(|_| {
        let mut ids = IdSet::default();
        assert!((1..4).all(|id| ids.insert(id) == Ok(true)));
        Arc::new(ids)
    });
    let mut reader = ChunkReader::new(file, PathBuf::from("file.csv"), text, parent)?;
    let (mut rows, mut rules) = (Vec::new(), Vec::new());
    while let Some(chunk) = reader.next_chunk()? {
        rows.extend(decode(file, &chunk.rows));
        rules.extend(chunk.findings.iter().map(|of| (of.line, of.rule)));
        assert!(chunk.findings.iter().all(|of| !of.detail.is_empty()));
    }
    Ok((rows, rules))
}

pub(super) fn load(file: ExportFile, body: &str) -> Loaded {
    load_file(file, format!("{}\n{body}", file.header()).as_bytes()).unwrap()
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken
}

/// Decodes the tuples of a binary `COPY`.
fn decode(file: ExportFile, mut bytes: &[u8]) -> Vec<Vec<Option<String>>> {
    let mut rows = Vec::new();
    while !bytes.is_empty() {
        let count = u16::from_be_bytes(take(&mut bytes, 2).try_into().unwrap());
        assert_eq!(usize::from(count), file.columns().len());
        let row = file.columns().iter().map(|column| {
            let length = i32::from_be_bytes(take(&mut bytes, 4).try_into().unwrap());
            let value = take(&mut bytes, usize::try_from(length).ok()?);
            Some(match column.kind {
                ColumnType::Text | ColumnType::Url => String::from_utf8(value.to_vec()).unwrap(),
                ColumnType::Boolean => (value == [1]).to_string(),
                ColumnType::Decimal => numeric(value),
                _ => i64::from_be_bytes(value.try_into().unwrap()).to_string(),
            })
        });
        rows.push(row.collect());
    }
    rows
}

/// Text of a `numeric` in binary form.
fn numeric(bytes: &[u8]) -> String {
    let words: Vec<i16> = bytes
        .chunks(2)
        .map(|pair| i16::from_be_bytes(pair.try_into().unwrap()))
        .collect();
    let [_, weight, sign, scale, digits @ ..] = &words[..] else {
        panic!("{bytes:?}")
    };
    let group = |place: i16| {
        let index = usize::try_from(weight - place).ok();
        index
            .and_then(|index| digits.get(index))
            .copied()
            .unwrap_or(0)
    };
    let groups = |places: &mut dyn Iterator<Item = i16>| -> String {
        let groups: Vec<_> = places.map(|place| format!("{:04}", group(place))).collect();
        groups.concat()
    };
    let whole = groups(&mut (0..=*weight.max(&0)).rev());
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let scale = usize::try_from(*scale).unwrap();
    let fraction = groups(&mut (1..=26).map(|place: i16| -place));
    let sign = if *sign == 0 { "" } else { "-" };
    let point = if scale == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{}", &fraction[..scale])
}

/// The value of a column in the only row.
fn value(loaded: &Loaded, column: usize) -> Option<&str> {
    assert_eq!(loaded.0.len(), 1, "{loaded:?}");
    loaded.0[0][column].as_deref()
}

fn rules(loaded: &Loaded) -> Vec<Rule> {
    loaded.1.iter().map(|(_, rule)| *rule).collect()
}

#[test]
fn a_price_in_another_notation_is_repaired() {
    for (price, value_of_it, rule) in [
        ("$20.00", "20.00", CurrencySign),
        ("20 €", "20", CurrencySign),
        ("USD 20", "20", CurrencySign),
        ("\"1,299.00\"", "1299.00", ThousandsSeparator),
        ("1'299.00", "1299.00", ThousandsSeparator),
        ("1 299", "1299", ThousandsSeparator),
        ("\"9,50\"", "9.50", DecimalComma),
        ("1.5E+3", "1500", ScientificNotation),
        ("=\"20.00\"", "20.00", SpreadsheetText),
        ("\"=\"\"20.00\"\"\"", "20.00", SpreadsheetText),
        ("'20.00", "20.00", SpreadsheetText),
        ("'20.00'", "20.00", OtherQuotes),
        ("“20.00”", "20.00", OtherQuotes),
    ] {
        let loaded = load(Product, &format!("1,n,s,d,c,{price}"));
        assert_eq!(value(&loaded, 5), Some(value_of_it), "{price}");
        assert_eq!(rules(&loaded), [rule], "{price}");
    }
    let loaded = load(Style, "1,1,n,(5.00),\"1.299,00 €\",1");
    assert_eq!(value(&loaded, 3), Some("-5.00"));
    assert_eq!(value(&loaded, 4), Some("1299.00"));
    let expected = [
        NegativeNotation,
        NegativePrice,
        CurrencySign,
        ThousandsSeparator,
        DecimalComma,
    ];
    assert_eq!(rules(&loaded), expected);
}

#[test]
fn an_ambiguous_price_and_another_currency_are_rejected() {
    for price in ["\"1,299\"", "$1.299", "€1.299", "\"12,500 kr\""] {
        let loaded = load(Product, &format!("1,n,s,d,c,{price}"));
        assert_eq!(loaded, (vec![], vec![(2, AmbiguousNumber)]), "{price}");
    }
    let (rows, rules) = load(
        Product,
        "1,n,,,,$5\n2,n,,,,6\n3,n,,,,€5\n4,n,,,,$7\n5,n,,,,USD 7",
    );
    assert_eq!(rows.len(), 3);
    let expected = [
        (2, CurrencySign),
        (4, OtherCurrency),
        (5, CurrencySign),
        (6, OtherCurrency),
    ];
    assert_eq!(rules, expected);
}

#[test]
fn a_point_that_may_separate_thousands_stops_a_file_with_decimal_commas() {
    for (body, comma_line, point_line) in [
        ("1,n,,,,\"9,50\"\n2,n,,,,1.299", 2, 3),
        ("1,n,,,,1.299\n2,n,,,,5\n3,n,,,,\"9,50\"", 4, 2),
        ("1,n,,,,1.299\n2,n,,,,\"1.299,00\"", 3, 2),
    ] {
        let text = format!("{}\n{body}", Product.header());
        let error = load_file(Product, text.as_bytes()).unwrap_err();
        let is_told = matches!(error, ReadError::MixedSeparators { comma_line: c, point_line: p, .. }
            if (c, p) == (comma_line, point_line));
        assert!(is_told, "{body}: {error}");
    }
    let (rows, _) = load(Product, "1,n,,,,\"9,50\"\n2,n,,,,1.29\n3,n,,,,1299");
    assert_eq!(rows.len(), 3);
    let (rows, rules) = load(Product, "1,n,,,,1.299\n2,n,,,,\"1,299.00\"");
    assert_eq!(
        (rows.len(), &rules[..]),
        (2, &[(3, ThousandsSeparator)][..])
    );
}

#[test]
fn an_id_or_a_quantity_in_another_notation_is_repaired_or_rejected() {
    for (body, column, expected, rule) in [
        ("1.0,1,S,5", 0, Some("1"), IntegerWithDecimals),
        ("1,1.0,S,5", 1, Some("1"), IntegerWithDecimals),
        ("1,1,S,20.00", 3, Some("20"), IntegerWithDecimals),
        ("1,1,S,-3.0", 3, Some("-3"), IntegerWithDecimals),
        (
            "1,1,S,\"1,234,567\"",
            3,
            Some("1234567"),
            ThousandsSeparator,
        ),
        ("1 234,1,S,5", 0, Some("1234"), ThousandsSeparator),
        ("=\"1\",1,S,5", 0, Some("1"), SpreadsheetText),
        ("1,1,S,1E+3", 3, Some("1000"), ScientificNotation),
        ("1,1,S,(5)", 3, Some("-5"), NegativeNotation),
        // A spreadsheet has rounded the id.
        ("1.23457E+12,1,S,5", 0, None, NotANumber),
        ("$1,1,S,5", 0, None, NotANumber),
        ("1,1,S,8.000", 3, None, AmbiguousNumber),
        ("1,1,S,\"8,000\"", 3, None, AmbiguousNumber),
        ("1,1,S,1.5", 3, None, NotANumber),
        ("1,1,S,5 pieces", 3, None, NotANumber),
        ("1,1,S,1E+30", 3, None, NotANumber),
    ] {
        let loaded = load(Sku, body);
        assert_eq!(rules(&loaded), [rule], "{body}");
        let found = loaded.0.first().and_then(|row| row[column].as_deref());
        assert_eq!(found, expected, "{body}");
    }
    let loaded = load(Sku, "1,1,S,\"20,0\"");
    assert_eq!(rules(&loaded), [DecimalComma, IntegerWithDecimals]);
}

#[test]
fn a_truth_value_is_a_word_of_any_database() {
    for (word, expected) in [
        ("t", "true"),
        ("f", "false"),
        ("Yes", "true"),
        ("NO", "false"),
        ("y", "true"),
        ("n", "false"),
        ("on", "true"),
        ("Off", "false"),
    ] {
        let loaded = load(Style, &format!("1,1,n,null,20,{word}"));
        assert_eq!(value(&loaded, 5), Some(expected), "{word}");
        assert_eq!(rules(&loaded), [BooleanWord], "{word}");
    }
    assert_eq!(rules(&load(Style, "1,1,n,null,20,maybe")), [NotANumber]);
}

#[test]
fn null_has_other_names() {
    for word in ["\\N", "NA", "N/A", "#N/A", "nil", "None", "(null)"] {
        let loaded = load(Style, &format!("1,1,\"n\",{word},20,1"));
        assert_eq!(value(&loaded, 3), None, "{word}");
        assert_eq!(rules(&loaded), [NullNotation], "{word}");
        let loaded = load(Photo, &format!("1,1,{word},\"t\""));
        assert_eq!(value(&loaded, 2), None, "{word}");
        assert_eq!(rules(&loaded), [NullNotation], "{word}");
        // The other texts are in quotes, so this would be if it were one.
        let loaded = load(Feature, &format!("1,1,\"Non-GMO\",{word}"));
        assert_eq!(value(&loaded, 3), None, "{word}");
        assert_eq!(rules(&loaded), [NullNotation], "{word}");
        assert_eq!(
            rules(&load(Style, &format!("1,1,n,1,{word},1"))),
            [MissingValue]
        );
    }
    // \N is no text, quotes or not.
    assert_eq!(value(&load(Feature, "1,1,Non-GMO,\\N"), 3), None);
    for word in ["NA", "N/A", "nil", "None"] {
        let loaded = load(Feature, &format!("1,1,Lining,{word}"));
        assert_eq!(value(&loaded, 3), Some(word));
        assert_eq!(rules(&loaded), [NullLikeText], "{word}");
        let loaded = load(Feature, &format!("1,1,Lining,\"{word}\""));
        assert_eq!(value(&loaded, 3), Some(word));
        assert_eq!(rules(&loaded), [], "{word}");
    }
    assert_eq!(value(&load(Sku, "1,1,NA,5"), 2), Some("NA"));
}

#[test]
fn a_text_is_taken_out_of_a_formula_and_of_other_quotes() {
    for (size, expected, rule) in [
        ("=\"007\"", "007", SpreadsheetText),
        ("\"=\"\"0,5\"\"\"", "0,5", SpreadsheetText),
        ("“One Size”", "One Size", OtherQuotes),
        ("'One Size'", "One Size", OtherQuotes),
        ("'null'", "null", OtherQuotes),
    ] {
        let loaded = load(Sku, &format!("1,1,{size},5"));
        assert_eq!(value(&loaded, 2), Some(expected), "{size}");
        assert_eq!(rules(&loaded), [rule], "{size}");
    }
    for (size, expected) in [
        ("\"“One”\"", "“One”"),
        ("\"'One'\"", "'One'"),
        ("'90s", "'90s"),
        ("=1+1", "=1+1"),
    ] {
        let loaded = load(Sku, &format!("1,1,{size},5"));
        assert_eq!(value(&loaded, 2), Some(expected), "{size}");
        assert_eq!(rules(&loaded), [], "{size}");
    }
}

#[test]
fn backslashes_of_plain_csv_are_kept() {
    for (text, expected, rules_of_it) in [
        (r#""AC\DC""#, r"AC\DC", &[][..]),
        (r#""C:\""#, r"C:\", &[]),
        (r#""C:\new""#, r"C:\new", &[LiteralBackslash]),
        (r#""a\\b""#, r"a\\b", &[LiteralBackslash]),
        (r#""\N""#, r"\N", &[LiteralBackslash]),
        (r#""6\"" pan""#, r#"6\" pan"#, &[LiteralBackslash]),
    ] {
        let loaded = load(Product, &format!("1,{text},\"s\",\"d\",\"c\",5"));
        assert_eq!(value(&loaded, 1), Some(expected), "{text}");
        assert_eq!(rules(&loaded), rules_of_it, "{text}");
    }
}

#[test]
fn an_escaped_quote_makes_all_backslashes_of_a_file_escapes() {
    let body = r#"1,"C:\\new","a\tb",\N,"Hats",20
2,"City \"Pro\" Boot","6\"","line\
break",\N,1299"#;
    let (rows, rules) = load(Product, body);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        rows,
        [
            vec![
                text("1"),
                text(r"C:\new"),
                text("a\tb"),
                None,
                text("Hats"),
                text("20")
            ],
            vec![
                text("2"),
                text("City \"Pro\" Boot"),
                text("6\""),
                text("line\nbreak"),
                None,
                text("1299")
            ],
        ]
    );
    let (escape, null) = (BackslashEscape, NullNotation);
    let expected = [
        (2, escape),
        (2, escape),
        (2, null),
        (3, escape),
        (3, escape),
        (3, escape),
        (3, null),
    ];
    assert_eq!(rules, expected);
    // As a last field, and where plain CSV would see a missing closing quote.
    let loaded = load(Feature, "1,1,\"a\",\"6\\\"\"\n2,1,\"b\",\"c\"");
    assert_eq!(loaded.0[0][3].as_deref(), Some("6\""));
    assert_eq!(loaded.1, [(2, escape)]);
    let loaded = load(
        Feature,
        "1,1,\"a \\\"b\\\"\",\"C:\\Users\"\n2,1,\"b\\0\",\"c\"",
    );
    assert_eq!(
        loaded,
        (vec![], vec![(2, UnknownEscape), (3, InvalidCharacter)])
    );
}

#[test]
fn escapes_after_backslashes_that_were_kept_stop_the_file() {
    let filler = "3,1,\"f\",\"v\"\n".repeat(10_000);
    let text = format!(
        "{}\n1,1,\"f\",\"C:\\new\"\n{filler}2,1,\"a \\\"b\\\"\",\"v\"\n",
        Feature.header()
    );
    let error = load_file(Feature, text.as_bytes()).unwrap_err();
    let is_told = matches!(
        error,
        ReadError::MixedEscapes {
            literal_line: 2,
            escape_line: 10_003,
            ..
        }
    );
    assert!(is_told, "{error}");
    let text = text.replace("new", "x");
    let (rows, _) = load_file(Feature, text.as_bytes()).unwrap();
    assert_eq!(rows.last().unwrap()[2].as_deref(), Some("a \"b\""));
}

#[test]
fn a_file_may_have_another_separator() {
    for (separator, price) in [(";", "9,50"), ("\t", "9,50"), ("|", "\"9,50\"")] {
        let header = Product.header().replace(',', separator);
        let row = ["1", "\"a, b\"", "", "null", "\"c\"", price].join(separator);
        for prefix in ["", "sep=;\r\n", "\u{FEFF}"] {
            let line = 1 + u64::from(prefix.starts_with("sep"));
            let text = format!("{prefix}{header}\r\n{row}\r\n");
            let loaded = load_file(Product, text.as_bytes()).unwrap();
            assert_eq!(value(&loaded, 1), Some("a, b"), "{text:?}");
            assert_eq!(value(&loaded, 5), Some("9.50"), "{text:?}");
            let expected = [(line, OtherSeparator), (line + 1, DecimalComma)];
            assert_eq!(loaded.1, expected, "{text:?}");
        }
    }
}

#[test]
fn the_text_format_of_postgresql_is_read() {
    let header = "id\tproduct_id\tfeature\tvalue";
    let text = format!("{header}\n1\t1\t6\" pan\\\\x\t\\N\n2\t1\ta\\tb\t \"v\" \n");
    let (rows, rules) = load_file(Feature, text.as_bytes()).unwrap();
    assert_eq!(rows[0][2].as_deref(), Some("6\" pan\\x"));
    assert_eq!(rows[0][3], None);
    assert_eq!(rows[1][2].as_deref(), Some("a\tb"));
    assert_eq!(rows[1][3].as_deref(), Some(" \"v\" "));
    let expected = [
        (1, OtherSeparator),
        (2, BackslashEscape),
        (2, NullNotation),
        (3, BackslashEscape),
    ];
    assert_eq!(rules, expected);
}

#[test]
fn what_the_database_writes_can_be_loaded_again() {
    let text = "id,product_id,name,sale_price,original_price,default_style\n1,1,Green,,20,t\n";
    let loaded = load_file(Style, text.as_bytes()).unwrap();
    assert_eq!(value(&loaded, 5), Some("true"));
    let text = "id,product_id,related_product_id\n1,1,2\n";
    assert_eq!(load_file(Related, text.as_bytes()).unwrap().1, []);
}
