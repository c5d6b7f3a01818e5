//! Error of work that opens sessions and runs statements.

use tokio_postgres::Error;

use super::{connect::ConnectError, report::describe};

/// Reason why work on the database failed.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// No session could be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A statement failed. The text includes the cause, which is therefore not its source.
    #[error("the database reports: {}", describe(.0))]
    Statement(Error),
}

impl From<Error> for DatabaseError {
    fn from(error: Error) -> Self {
        Self::Statement(error)
    }
}

/// Lets `?` convert errors of sessions and statements into the variant `Database` of an error.
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
