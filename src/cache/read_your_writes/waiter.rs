//! Requests that wait for pending changes.

use tokio::sync::oneshot;

use crate::cache::error::CacheError;

/// Changes that must have been composed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All changes of a product.
    Product(i64),
    /// All changes.
    Catalog,
}

/// Request that waits until the changes of a scope are composed.
pub struct Waiter {
    pub scope: Scope,
    /// For [`Scope::Catalog`]: the database's time at the first query.
    pub since: Option<String>,
    pub reply: oneshot::Sender<Result<(), CacheError>>,
}

impl Waiter {
    /// Returns the product that it waits for, if its scope is a product.
    pub fn product(&self) -> Option<i64> {
        match self.scope {
            Scope::Product(id) => Some(id),
            Scope::Catalog => None,
        }
    }

    /// Returns the time since which it waits for the catalog, if that is its scope.
    pub fn catalog_since(&self) -> Option<&Option<String>> {
        (self.scope == Scope::Catalog).then_some(&self.since)
    }

    /// Sends the result, if the request still waits.
    pub fn answer(self, result: Result<(), CacheError>) {
        // Sending fails if the request gave up, which does no harm.
        let _ = self.reply.send(result);
    }
}
