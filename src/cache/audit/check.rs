//! Comparison of memory with the database, for the auditor.

use std::sync::Arc;

use uuid::Uuid;

use crate::cache::{
    audit::recent::RecentChanges,
    catalog::ids::ProductIds,
    documents::{DocumentKind, Documents},
    entry::Entry,
    error::CacheError,
    fetch::Fetcher,
};

/// Returns `n` random products of `products`, and as many that changed last.
pub fn sample(products: &ProductIds, recent_changes: &RecentChanges, n: usize) -> Vec<i64> {
    let total = products.total();
    let at_random = |_| {
        let offset = Uuid::new_v4().as_u128() % u128::from(total.max(1));
        let offset = u64::try_from(offset).expect("less than the total");
        products.page(offset, 1)
    };
    let mut ids: Vec<i64> = (0..n).flat_map(at_random).collect();
    ids.extend(recent_changes.last(n));
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Returns the products of `ids` whose cached entries differ from the database.
///
/// # Errors
///
/// [`CacheError`]. The caller bounds the time.
pub async fn check(fetcher: &Fetcher, ids: &[i64]) -> Result<Vec<i64>, CacheError> {
    let stored = fetcher.queue.fetch_many(ids).await?;
    // After a poll, memory reflects at least what the earlier read saw.
    fetcher.barrier.next().await;
    let store = fetcher.lookup.store();
    let is_wrong = |stored: &Arc<Entry>| {
        let cached = store.get(stored.product_id);
        cached.is_some_and(|cached| is_wrong(&cached, stored))
    };
    let wrong = stored.iter().filter(|stored| is_wrong(stored));
    Ok(wrong.map(|stored| stored.product_id).collect())
}

/// Returns whether an entry is older than the stored one, or differs from it in the same version.
fn is_wrong(cached: &Entry, stored: &Entry) -> bool {
    // An entry of another publication is not served any more. A newer one has changed meanwhile.
    if cached.epoch != stored.epoch || cached.version > stored.version {
        return false;
    }
    // The absence of a product that never existed has no version and expires soon.
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
    let kinds = [
        DocumentKind::Detail,
        DocumentKind::Styles,
        DocumentKind::Related,
    ];
    one.listing.body == other.listing.body
        && one.card.body == other.card.body
        && kinds
            .iter()
            .all(|&kind| one.get(kind).identity().body == other.get(kind).identity().body)
}
