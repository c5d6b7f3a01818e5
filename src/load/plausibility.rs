//! Judges an export by what it would do to the catalog: a mistake should not empty a shop.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::{
    format::ExportFile,
    report::{Finding, FindingCounts, where_listed},
};

/// Effect of one file on the table that takes its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileImpact {
    /// The file.
    pub file: ExportFile,
    /// Rows of the file that were accepted.
    pub accepted: u64,
    /// Rows of the file that were rejected.
    pub rejected: u64,
    /// Rows of the table now. Only of products the number matters; of others, any number but 0 means some.
    pub present: u64,
    /// Rows of the table now that the file lacks. Matters only for products.
    pub removed: u64,
}

/// A reason to take an export for a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// A table that has rows would have none.
    Emptied(FileImpact),
    /// More than a tenth of the products would be removed.
    ProductsRemoved(FileImpact),
    /// More than a tenth of a file's rows were rejected.
    RowsRejected(FileImpact),
}

impl fmt::Display for Objection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Emptied(of) if of.file == ExportFile::Product => {
                let products = of.present;
                write!(
                    formatter,
                    "the catalog would be empty: all of its {products} products would be removed"
                )
            }
            Self::Emptied(of) => {
                let (file, table) = (of.file.file_name(), of.file.table());
                write!(
                    formatter,
                    "{file} has no row that can be loaded, so the table catalog.{table} would be empty"
                )
            }
            Self::ProductsRemoved(of) => {
                let (removed, present) = (of.removed, of.present);
                write!(
                    formatter,
                    "{removed} of the catalog's {present} products would be removed"
                )
            }
            Self::RowsRejected(of) => {
                let (file, rejected) = (of.file.file_name(), of.rejected);
                let rows = of.accepted + rejected;
                write!(
                    formatter,
                    "{rejected} of the {rows} rows of {file} are rejected"
                )
            }
        }
    }
}

/// An export that looks like a mistake.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the export looks like a mistake: {}{}; if it is meant like that, load it with --force", listed(objections), first(findings, report.as_deref()))]
pub struct Implausible {
    /// Reasons; at least one.
    pub objections: Vec<Objection>,
    /// The first findings.
    pub findings: Vec<Finding>,
    /// File that lists all findings.
    pub report: Option<PathBuf>,
}

/// Judges an export before it is published; `report` is the file that lists its findings.
///
/// # Errors
///
/// [`Implausible`] if the export empties a table, removes more than a tenth of the products, or has more than a tenth
/// of a file's rows rejected.
pub fn check(
    files: &[FileImpact],
    findings: &FindingCounts,
    report: Option<&Path>,
) -> Result<(), Implausible> {
    let objections: Vec<_> = files.iter().flat_map(objections).collect();
    if objections.is_empty() {
        return Ok(());
    }
    Err(Implausible {
        objections,
        findings: findings.first().to_vec(),
        report: report.map(Path::to_owned),
    })
}

fn objections(of: &FileImpact) -> impl Iterator<Item = Objection> {
    let is_product = of.file == ExportFile::Product;
    let removal = if of.accepted == 0 && of.present > 0 {
        Some(Objection::Emptied(*of))
    } else if is_product && exceeds_a_tenth(of.removed, of.present) {
        Some(Objection::ProductsRemoved(*of))
    } else {
        None
    };
    let is_rejected = exceeds_a_tenth(of.rejected, of.accepted + of.rejected);
    let rejection = is_rejected.then_some(Objection::RowsRejected(*of));
    removal.into_iter().chain(rejection)
}

fn exceeds_a_tenth(part: u64, whole: u64) -> bool {
    part > whole / 10
}

fn listed(objections: &[Objection]) -> String {
    let objections: Vec<_> = objections.iter().map(ToString::to_string).collect();
    objections.join("; ")
}

/// The first findings, one below the other, and the way to see the others.
fn first(findings: &[Finding], report: Option<&Path>) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let lines: Vec<_> = findings
        .iter()
        .map(|finding| format!("\n  {finding}"))
        .collect();
    format!(
        ". The first findings are{}\n{}",
        lines.concat(),
        where_listed(report)
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{FileImpact, Implausible, Objection, check};
    use crate::load::{
        format::ExportFile::{self, Product, Sku},
        report::{Finding, FindingCounts},
        rules::Rule,
    };

    fn impact(file: ExportFile, accepted: u64, rejected: u64) -> FileImpact {
        FileImpact {
            file,
            accepted,
            rejected,
            present: 0,
            removed: 0,
        }
    }

    fn replacing(present: u64, removed: u64, of: FileImpact) -> FileImpact {
        FileImpact {
            present,
            removed,
            ..of
        }
    }

    fn objections(files: &[FileImpact]) -> Vec<Objection> {
        let result = check(files, &FindingCounts::default(), None);
        result.map_or_else(|error| error.objections, |()| Vec::new())
    }

    #[test]
    fn an_export_that_does_little_is_plausible() {
        for file in [
            // First loads, an empty one included.
            impact(Product, 0, 0),
            impact(Product, 3, 0),
            // A tenth is no more than a tenth.
            impact(Sku, 90, 10),
            replacing(100, 10, impact(Product, 90, 0)),
            replacing(1_000, 1_000, impact(Sku, 1, 0)),
        ] {
            assert_eq!(objections(&[file]), [], "{file:?}");
        }
    }

    #[test]
    fn an_export_that_does_much_is_objected_to() {
        let emptied = replacing(3, 3, impact(Product, 0, 0));
        assert_eq!(objections(&[emptied]), [Objection::Emptied(emptied)]);
        let no_skus = replacing(1, 0, impact(Sku, 0, 0));
        assert_eq!(objections(&[no_skus]), [Objection::Emptied(no_skus)]);
        let removing = replacing(100, 11, impact(Product, 89, 0));
        assert_eq!(
            objections(&[removing]),
            [Objection::ProductsRemoved(removing)]
        );
        let rejecting = impact(Sku, 89, 11);
        assert_eq!(
            objections(&[rejecting]),
            [Objection::RowsRejected(rejecting)]
        );
        // One of few is more than a tenth.
        let small = impact(Sku, 8, 1);
        assert_eq!(objections(&[small]), [Objection::RowsRejected(small)]);
    }

    #[test]
    fn the_message_has_every_reason_the_first_findings_and_the_flag() {
        let mut findings = FindingCounts::default();
        for line in 2..9 {
            findings.add(&Finding {
                file: Product,
                line,
                id: Some(1),
                rule: Rule::NotANumber,
                detail: "default_price is cheap".to_owned(),
            });
        }
        let files = [
            replacing(7, 7, impact(Product, 0, 7)),
            replacing(9, 9, impact(Sku, 0, 9)),
        ];
        let report = Path::new("/tmp/report.csv");
        let error: Implausible = check(&files, &findings, Some(report)).unwrap_err();
        let message = error.to_string();
        for part in [
            "the catalog would be empty: all of its 7 products would be removed; ",
            "7 of the 7 rows of product.csv are rejected; ",
            "the table catalog.sku would be empty; 9 of the 9 rows of skus.csv are rejected",
            "\n  product.csv, line 2: rejected by rule not-a-number: default_price is cheap\n",
            "\n  product.csv, line 6: ",
            "each of them is listed in /tmp/report.csv; ",
            "--force",
        ] {
            assert!(message.contains(part), "{part:?} is not in {message}");
        }
        assert!(!message.contains("line 7"), "{message}");
    }
}
