//! Errors of a load, in words for people.

use std::{
    fmt::{Display, Write as _},
    path::PathBuf,
};

use crate::{
    db::error::{DatabaseError, from_database_errors},
    document::{build::publish::PublishError, load_lock::LoadLockError},
    load::{
        error::ReadError,
        plausibility::Implausible,
        report::{FindingCounts, ReportError, where_listed},
        rules::Action,
    },
    merge::{error::MergeError, preconditions::Obstacle},
};

/// Error of a load. The catalog is as it was, except after [`LoadError::Publish`].
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The export is no export: everything that is wrong with its files.
    #[error("{}", list(.0.iter().map(with_cause)))]
    Export(Vec<ReadError>),
    /// A file cannot be read to its end.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file was changed while it was read.
    #[error("{} was changed while it was read: load again when it is complete", .0.display())]
    Changed(PathBuf),
    /// The report cannot be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The account or the tables do not fit a load.
    #[error("{}", list(.0.iter()))]
    Obstacles(Vec<Obstacle>),
    /// Strict, and rows would have to be rejected.
    #[error("--strict is set and rows would be rejected: {}; {}", rejected(findings), where_listed(report.as_deref()))]
    Strict {
        /// Findings.
        findings: Box<FindingCounts>,
        /// File that lists them.
        report: Option<PathBuf>,
    },
    /// The export looks like a mistake.
    #[error(transparent)]
    Implausible(#[from] Implausible),
    /// Somebody asked the load to stop.
    #[error("interrupted")]
    Interrupted,
    /// The right to load could not be had.
    #[error(transparent)]
    Lock(#[from] LoadLockError),
    /// The rows could not be changed.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The rows are in the tables, but their documents are not published.
    #[error(
        "the rows are in the tables, but their documents could not be published: {0}; load again, or let the servers compose them bit by bit"
    )]
    Publish(#[from] PublishError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

from_database_errors!(LoadError);

impl LoadError {
    /// Tells whether the load may have begun to create private tables.
    pub(super) const fn may_leave_tables(&self) -> bool {
        !matches!(
            self,
            Self::Export(_)
                | Self::Obstacles(_)
                | Self::Lock(_)
                | Self::Database(DatabaseError::Connect(_))
        )
    }

    /// Tells whether the catalog is as it was.
    #[must_use]
    pub const fn has_changed_nothing(&self) -> bool {
        !matches!(self, Self::Publish(_))
    }
}

/// One message below the other.
fn list(messages: impl Iterator<Item = impl Display>) -> String {
    let mut text = String::new();
    for message in messages {
        let separator = if text.is_empty() { "" } else { "\n  " };
        write!(text, "{separator}{message}").expect("writing to a string cannot fail");
    }
    text
}

fn with_cause(error: &ReadError) -> String {
    std::error::Error::source(error)
        .map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

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
