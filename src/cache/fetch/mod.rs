//! Reads what is not in memory until it may be answered.

pub(crate) mod batch;
pub(crate) mod circuit_breaker;
pub(crate) mod loader;

use std::sync::Arc;

use crate::cache::{documents::Inner, entry::Entry, error::CacheError, store::Ticket};

impl Inner {
    /// Loads a product until what was read is not overtaken by what is known.
    pub async fn fetch(&self, id: i64) -> Result<Arc<Entry>, CacheError> {
        loop {
            let ticket = self.shelf.ticket();
            let entry = self.loader.load(id).await?;
            if let Some(entry) = self.settle(ticket, &entry) {
                return Ok(entry);
            }
        }
    }

    /// Stores what was read since `ticket` and returns what is to be answered, or `None` if it was
    /// overtaken and has to be read again.
    pub fn settle(&self, ticket: Ticket, entry: &Arc<Entry>) -> Option<Arc<Entry>> {
        let is_known = self.eras.is_current(entry.era);
        let settled = self.shelf.settle(ticket, entry);
        if settled.is_none() {
            self.metrics.cache_admissions_rejected.inc();
        }
        if !is_known || settled.is_none() {
            // The feed does not know this publication yet, or not that the database went back.
            self.passes.want();
        }
        settled
    }
}
