//! Exports: writes any catalog as well-formed files, loads it, and reads the report.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::support::{
    model::{Catalog, Feature, Photo, Product, Related, Sku, Style},
    program::{Finished, Running},
};

/// Names and header lines of the six files.
pub const HEADERS: [(&str, &str); 6] = [
    (
        "product.csv",
        "id,name,slogan,description,category,default_price",
    ),
    ("features.csv", "id,product_id,feature,value"),
    (
        "styles.csv",
        "id,productId,name,sale_price,original_price,default_style",
    ),
    ("photos.csv", "id,styleId,url,thumbnail_url"),
    ("skus.csv", "id,styleId,size,quantity"),
    ("related.csv", "id,current_product_id,related_product_id"),
];

/// Quotes a text as the export does. An unquoted `null` is NULL.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn quoted_or_null(text: Option<&String>) -> String {
    text.map_or("null".into(), |text| quoted(text))
}

fn product_line(row: &Product) -> String {
    let (name, price) = (quoted(&row.name), &row.default_price);
    let slogan = quoted_or_null(row.slogan.as_ref());
    let description = quoted_or_null(row.description.as_ref());
    let category = quoted_or_null(row.category.as_ref());
    format!(
        "{},{name},{slogan},{description},{category},{price}",
        row.id
    )
}

fn feature_line(row: &Feature) -> String {
    let (feature, value) = (quoted(&row.feature), quoted_or_null(row.value.as_ref()));
    format!("{},{},{feature},{value}", row.id, row.product_id)
}

fn style_line(row: &Style) -> String {
    let (name, original, default) = (
        quoted(&row.name),
        &row.original_price,
        u8::from(row.default_style),
    );
    let sale = row.sale_price.as_deref().unwrap_or("null");
    format!(
        "{},{},{name},{sale},{original},{default}",
        row.id, row.product_id
    )
}

fn photo_line(row: &Photo) -> String {
    let (url, thumbnail) = (
        quoted_or_null(row.url.as_ref()),
        quoted_or_null(row.thumbnail_url.as_ref()),
    );
    format!("{},{},{url},{thumbnail}", row.id, row.style_id)
}

fn sku_line(row: &Sku) -> String {
    format!(
        "{},{},{},{}",
        row.id,
        row.style_id,
        quoted(&row.size),
        row.quantity
    )
}

fn related_line(row: &Related) -> String {
    format!("{},{},{}", row.id, row.product_id, row.related_product_id)
}

impl Catalog {
    /// Returns the records of the six files, in the order of [`HEADERS`].
    pub fn records(&self) -> [Vec<String>; 6] {
        [
            self.products.iter().map(product_line).collect(),
            self.features.iter().map(feature_line).collect(),
            self.styles.iter().map(style_line).collect(),
            self.photos.iter().map(photo_line).collect(),
            self.skus.iter().map(sku_line).collect(),
            self.related.iter().map(related_line).collect(),
        ]
    }

    /// Writes the six files into a folder.
    pub fn write(&self, folder: &Path) {
        for ((file, header), records) in HEADERS.iter().zip(self.records()) {
            let mut text = format!("{header}\n");
            for record in records {
                writeln!(text, "{record}").expect("a string takes every line");
            }
            fs::write(folder.join(file), text).expect("the folder can be written");
        }
    }
}

/// Row of a load's report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub file: String,
    pub line: String,
    pub id: String,
    pub rule: String,
    pub action: String,
}

/// Formats a row of a report.
pub fn finding(file: &str, line: u32, id: &str, rule: &str, action: &str) -> Finding {
    Finding {
        file: file.into(),
        line: line.to_string(),
        id: id.into(),
        rule: rule.into(),
        action: action.into(),
    }
}

/// Export in a folder of its own, with the report of its load beside it.
pub struct Export {
    base: TempDir,
}

impl Export {
    /// Writes a catalog as a well-formed export.
    pub fn of(catalog: &Catalog) -> Self {
        let export = Self {
            base: tempfile::tempdir().expect("there is a place for temporary files"),
        };
        fs::create_dir(export.folder()).expect("the folder is new");
        catalog.write(&export.folder());
        export
    }

    /// Returns the folder to load.
    pub fn folder(&self) -> PathBuf {
        self.base.path().join("export")
    }

    /// Returns the path of one of its files.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder().join(file)
    }

    /// Changes the bytes of a file.
    pub fn edit(&self, file: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        let path = self.path(file);
        let bytes = fs::read(&path).expect("the file exists");
        fs::write(path, change(bytes)).expect("the file can be written");
    }

    /// Replaces the only occurrence of a text in a file.
    #[track_caller]
    pub fn replace(&self, file: &str, from: &str, to: impl AsRef<[u8]>) {
        self.edit(file, |bytes| {
            let text = String::from_utf8(bytes).expect("files begin as UTF-8");
            assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}:\n{text}");
            let (before, after) = text.split_once(from).expect("was counted");
            [before.as_bytes(), to.as_ref(), after.as_bytes()].concat()
        });
    }

    /// Starts to load the export.
    pub fn start_load(&self, url: &str, flags: &[&str]) -> Running {
        start_load(url, &self.folder(), &self.report(), flags)
    }

    /// Loads the export.
    pub async fn load(&self, url: &str, flags: &[&str]) -> Finished {
        self.start_load(url, flags).finish().await
    }

    fn report(&self) -> PathBuf {
        self.base.path().join("report.csv")
    }

    /// Returns the report of the last load, sorted.
    pub fn findings(&self) -> Vec<Finding> {
        read_report(&self.report())
    }

    /// Returns the rows that the last load kept because others had changed something meanwhile: file and id.
    pub fn kept(&self) -> BTreeSet<(String, i64)> {
        let findings = self.findings().into_iter();
        let kept = findings.filter(|finding| finding.rule == "changed-meanwhile");
        kept.map(|finding| {
            assert_eq!(finding.action, "kept", "{finding:?}");
            let id = finding.id.parse();
            (finding.file, id.expect("a row of the catalog has an id"))
        })
        .collect()
    }
}

/// Starts to load any folder.
pub fn start_load(url: &str, folder: &Path, report: &Path, flags: &[&str]) -> Running {
    let (folder, report) = (
        folder.to_str().expect("paths are UTF-8"),
        report.to_str().expect("paths are UTF-8"),
    );
    Running::start(
        url,
        &[&["load", folder, "--report", report], flags].concat(),
    )
}

/// Reads the report of a load, sorted. Asserts that every row has a detail.
pub fn read_report(path: &Path) -> Vec<Finding> {
    let mut report = csv::Reader::from_path(path).expect("a load writes a report");
    assert_eq!(
        report.headers().expect("has a header"),
        vec!["file", "line", "id", "rule", "action", "detail"]
    );
    let rows = report.records().map(|row| {
        let row = row.expect("the report is CSV");
        assert!(!row[5].is_empty(), "no detail: {row:?}");
        Finding {
            file: row[0].into(),
            line: row[1].into(),
            id: row[2].into(),
            rule: row[3].into(),
            action: row[4].into(),
        }
    });
    let mut findings: Vec<Finding> = rows.collect();
    findings.sort();
    findings
}
