//! Errors of a load, in words for people.

use std::{fmt::Write as _, path::PathBuf};

use crate::{
    db::error::{DatabaseError, from_database_errors},
    document::{build::publish::PublishError, load_lock::LoadLockError},
    load::{
        error::ReadError,
        report::{FindingCounts, ReportError, where_listed},
        rules::Action,
    },
};

/// Error of a load. The previous catalog is untouched in every case.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The export is no export: everything that is wrong with its files.
    #[error("{}", list(.0))]
    Export(Vec<ReadError>),
    /// A file cannot be read to its end.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The report cannot be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Strict, and rows would have to be rejected.
    #[error("--strict is set and rows would be rejected: {}; {}", rejected(findings), where_listed(report.as_deref()))]
    Strict {
        /// Findings.
        findings: Box<FindingCounts>,
        /// File that lists them.
        report: Option<PathBuf>,
    },
    /// Somebody asked the load to stop.
    #[error("interrupted")]
    Interrupted,
    /// The right to load could not be had.
    #[error(transparent)]
    Lock(#[from] LoadLockError),
    /// Publishing failed.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// One message after the other, each with its cause.
fn list(errors: &[ReadError]) -> String {
    let mut text = String::new();
    for error in errors {
        let separator = if text.is_empty() { "" } else { "\n  " };
        let cause = std::error::Error::source(error)
            .map(|cause| format!(": {cause}"))
            .unwrap_or_default();
        write!(text, "{separator}{error}{cause}").expect("writing to a string cannot fail");
    }
    text
}

from_database_errors!(LoadError);

/// The rejected rows, by file and rule.
fn rejected(findings: &FindingCounts) -> String {
    let rejected = findings
        .iter()
        .filter(|(_, rule, _)| rule.action() == Action::Rejected);
    let by_rule = rejected.map(|(file, rule, count)| {
        let line = findings.first_line(file, rule);
        format!(
            "{count} in {} by rule {}, the first in line {line}",
            file.file_name(),
            rule.name()
        )
    });
    by_rule.collect::<Vec<_>>().join("; ")
}
