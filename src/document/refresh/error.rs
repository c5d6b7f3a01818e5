//! Error of composing, caused by the database or by a product.

use tokio_postgres::{Error, error::SqlState};

use crate::db::{
    bounded::NoAnswer,
    error::{DatabaseError, from_database_errors},
};

/// Reason why a batch, or the whole session, failed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// A statement was not answered in time.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

from_database_errors!(RefreshError);

impl RefreshError {
    /// Returns whether a product may be the cause, so that failures must be isolated. A product that takes too long
    /// only causes a time-out.
    #[must_use]
    pub fn may_be_of_a_product(&self) -> bool {
        match self {
            Self::NoAnswer(_) => true,
            Self::Database(DatabaseError::Statement(error)) => is_of_a_product(error),
            Self::Database(DatabaseError::Connect(_)) => false,
        }
    }
}

/// Returns whether composing a product failed, rather than the database or the connection.
#[must_use]
pub fn is_of_a_product(error: &Error) -> bool {
    let Some(code) = error.code() else {
        return false;
    };
    // Connection, transaction rollback, resources, object not ready, operator intervention, system.
    let of_the_server = ["08", "40", "53", "55", "57", "58"];
    *code == SqlState::QUERY_CANCELED
        || !of_the_server
            .iter()
            .any(|class| code.code().starts_with(class))
}
