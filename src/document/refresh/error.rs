//! The error of composing, which may be about the database or about a product.

use tokio_postgres::{Error, error::SqlState};

use crate::db::{
    bounded::NoAnswer,
    error::{DatabaseError, from_database_errors},
};

/// Reason why a batch, or all the work, stopped.
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
    /// Tells whether a product may be at fault, whose failure must be isolated now: one that never ends is only silent.
    #[must_use]
    pub fn may_be_of_a_product(&self) -> bool {
        match self {
            Self::NoAnswer(_) => true,
            Self::Database(DatabaseError::Statement(error)) => is_of_a_product(error),
            Self::Database(DatabaseError::Connect(_)) => false,
        }
    }
}

/// Tells an error of composing a product from one of the database or the connection.
#[must_use]
pub fn is_of_a_product(error: &Error) -> bool {
    let Some(code) = error.code() else {
        return false;
    };
    // Connection, transaction rollback, resources, object not ready, operator's intervention, system.
    let of_the_server = ["08", "40", "53", "55", "57", "58"];
    *code == SqlState::QUERY_CANCELED
        || !of_the_server
            .iter()
            .any(|class| code.code().starts_with(class))
}
