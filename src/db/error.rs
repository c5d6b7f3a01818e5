//! The text of what a database reports, and the error of work that connects and asks.

use tokio_postgres::{Error, error::SqlState};

use super::connect::ConnectError;

/// Reason why work on the database failed.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// No session could be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A statement failed. Its text holds the cause, so it is not named again as the source.
    #[error("the database reports: {}", describe(.0))]
    Statement(Error),
}

impl From<Error> for DatabaseError {
    fn from(error: Error) -> Self {
        Self::Statement(error)
    }
}

/// Returns the server's own words where it has any, which the text of the driver's error leaves out.
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

/// Tells whether a statement failed because the schemas have not been created.
#[must_use]
pub fn is_without_tables(error: &Error) -> bool {
    [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME]
        .iter()
        .any(|code| error.code() == Some(code))
}

/// Has `?` turn the errors of sessions and statements into the variant `Database` of an error.
macro_rules! from_database_errors {
    ($error:ident) => {
        impl From<tokio_postgres::Error> for $error {
            fn from(error: tokio_postgres::Error) -> Self {
                Self::Database(error.into())
            }
        }

        impl From<$crate::db::connect::ConnectError> for $error {
            fn from(error: $crate::db::connect::ConnectError) -> Self {
                Self::Database(error.into())
            }
        }
    };
}

pub(crate) use from_database_errors;
