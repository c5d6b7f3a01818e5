//! Requests that wait for pending changes.

use tokio::sync::oneshot;

use crate::cache::error::CacheError;

/// Changes that must have been composed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every change of a product.
    Product(i64),
    /// Every change.
    Catalog,
}

/// Request that waits until the changes of a scope are composed.
pub struct Waiter {
    pub scope: Scope,
    /// For [`Scope::Catalog`]: the database's time when it was first asked.
    pub since: Option<String>,
    pub reply: oneshot::Sender<Result<(), CacheError>>,
}

impl Waiter {
    /// Returns the product that it waits for, if it is one.
    pub fn product(&self) -> Option<i64> {
        match self.scope {
            Scope::Product(id) => Some(id),
            Scope::Catalog => None,
        }
    }

    /// Returns since when it waits for the catalog, if it does.
    pub fn catalog_since(&self) -> Option<&Option<String>> {
        (self.scope == Scope::Catalog).then_some(&self.since)
    }

    /// Answers the request, if it still waits.
    pub fn answer(self, result: Result<(), CacheError>) {
        // It fails if the request has given up, which is no loss.
        let _ = self.reply.send(result);
    }
}
