//! Compares what is in memory with the database: for the auditor.

use std::sync::Arc;

use tokio::time::timeout;
use uuid::Uuid;

use crate::cache::{
    documents::DocumentCache,
    entry::{Documents, Entry, Kind},
    error::CacheError,
};

impl DocumentCache {
    /// Ids of products: `n` at random, and as many that changed last.
    #[must_use]
    pub fn sample(&self, n: usize) -> Vec<i64> {
        let Some(snapshot) = self.inner.snapshot() else {
            return Vec::new();
        };
        let products = snapshot.catalogue.products();
        let total = products.total();
        let at_random = |_| {
            let offset = Uuid::new_v4().as_u128() % u128::from(total.max(1));
            let offset = u64::try_from(offset).expect("less than the total");
            products.page(offset, 1)
        };
        let mut ids: Vec<i64> = (0..n).flat_map(at_random).collect();
        ids.extend(self.inner.recent_changes.last(n));
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Those of the products `ids` of which memory has something else than the database.
    ///
    /// # Errors
    ///
    /// [`CacheError`], within the time that a request may take.
    pub async fn check(&self, ids: &[i64]) -> Result<Vec<i64>, CacheError> {
        let inner = &self.inner;
        let check = async {
            let stored = inner.loader.load_many(ids).await?;
            // By its end memory knows at least what was read before.
            inner.passes.next().await;
            let mut wrong = Vec::new();
            for stored in stored {
                let cached = inner.shelf.peek(stored.product_id);
                if cached.is_some_and(|cached| is_wrong(&cached, &stored)) {
                    wrong.push(stored.product_id);
                }
            }
            Ok(wrong)
        };
        timeout(inner.request_timeout, check)
            .await
            .unwrap_or(Err(CacheError::Unavailable))
    }
}

/// Whether an entry is older than what was stored, or the same version of something else.
fn is_wrong(cached: &Arc<Entry>, stored: &Arc<Entry>) -> bool {
    // Of another publication: it is not served any more. Newer: it was changed once more meanwhile.
    if cached.era != stored.era || cached.version > stored.version {
        return false;
    }
    // Absences of products that never were have no version, and are believed for a moment only.
    if cached.version < stored.version {
        return !cached.is_expired();
    }
    match (cached.documents(), stored.documents()) {
        (Some(cached), Some(stored)) => !is_same(cached, stored),
        (None, None) => false,
        _ => true,
    }
}

fn is_same(one: &Documents, other: &Documents) -> bool {
    let kinds = [Kind::Detail, Kind::Styles, Kind::Related];
    one.listing.body == other.listing.body
        && one.card.body == other.card.body
        && kinds
            .iter()
            .all(|&kind| one.get(kind).identity().body == other.get(kind).identity().body)
}
