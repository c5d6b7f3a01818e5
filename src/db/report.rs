//! Texts of errors that the server reports.

use tokio_postgres::{Error, error::SqlState};

/// Returns the server's own message if there is one; the driver's error text leaves it out.
#[must_use]
pub fn describe(error: &Error) -> String {
    let Some(report) = error.as_db_error() else {
        let source = std::error::Error::source(error);
        return source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
    };
    let remedy = is_without_tables(error).then_some("run `atelierex migrate` first");
    [
        Some(report.message()),
        report.detail(),
        report.hint(),
        remedy,
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join("; ")
}

/// Returns whether a statement failed because the schemas do not exist.
#[must_use]
pub fn is_without_tables(error: &Error) -> bool {
    [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME]
        .iter()
        .any(|code| error.code() == Some(code))
}
