//! Pages of the catalogue, and the rule that keeps each of one publication.
//!
//! **The rule.** A page takes its ids from one snapshot of the index, and only documents of that
//! snapshot's era. If one is of another era, or gone, the index is older than the document: the feed is
//! read once more, and the page made again from the index there is then. A product that is still missing
//! after a reading that changed nothing is left out.

use std::sync::Arc;

use tokio::time::timeout;

use super::{
    CacheError,
    documents::{DocumentCache, Inner, Snapshot, Source},
    entry::{Entry, Part},
    era::Era,
};

/// A page of the catalogue.
#[derive(Clone, Debug)]
pub struct Page {
    /// The products, ascending by id. All of them have documents.
    pub entries: Vec<Arc<Entry>>,
    /// Number of products in the catalogue.
    pub total: u64,
    /// Where the page came from: memory only if all of it did.
    pub source: Source,
}

impl Page {
    /// The products as elements of a list.
    pub fn listings(&self) -> impl Iterator<Item = &Part> {
        let documents = self.entries.iter().filter_map(|entry| entry.documents());
        documents.map(|documents| &documents.listing)
    }
}

impl DocumentCache {
    /// The `count` products after the first `offset`.
    ///
    /// # Errors
    ///
    /// [`CacheError`], within the time that a request may take.
    pub async fn page(&self, offset: u64, count: usize) -> Result<Page, CacheError> {
        let page = async {
            let mut last_era = None;
            loop {
                let snapshot = self.inner.snapshot().ok_or(CacheError::Unavailable)?;
                let ids = snapshot.index.page(offset, count);
                let (entries, source) = self.inner.get_many(&ids, snapshot.era).await?;
                let is_final = last_era == Some(snapshot.era);
                if let Some(entries) = select(entries, &snapshot, is_final) {
                    let total = snapshot.index.total();
                    return Ok(Page {
                        entries,
                        total,
                        source,
                    });
                }
                last_era = Some(snapshot.era);
                self.inner.passes.next().await;
            }
        };
        timeout(self.inner.request_timeout, page)
            .await
            .unwrap_or(Err(CacheError::Unavailable))
    }
}

/// The entries of a page, or `None` if its index is older than they are.
fn select(
    mut entries: Vec<Arc<Entry>>,
    snapshot: &Snapshot,
    is_final: bool,
) -> Option<Vec<Arc<Entry>>> {
    if entries.iter().any(|entry| entry.era != snapshot.era) {
        return None;
    }
    let n_wanted = entries.len();
    entries.retain(|entry| entry.documents().is_some());
    (is_final || entries.len() == n_wanted).then_some(entries)
}

impl Inner {
    /// Finds `ids`, in their order; those that are not in memory as of `era` are loaded together.
    async fn get_many(
        &self,
        ids: &[i64],
        era: Era,
    ) -> Result<(Vec<Arc<Entry>>, Source), CacheError> {
        let mut entries = Vec::with_capacity(ids.len());
        let mut missing = Vec::new();
        for &id in ids {
            let known = self.shelf.peek(id);
            let known = known.filter(|entry| entry.era == era && !entry.is_expired());
            if known.is_none() {
                missing.push(id);
            }
            entries.push(known);
        }
        let n_hits = (ids.len() - missing.len()) as u64;
        let mut source = self.hit(n_hits)?;
        let mut loaded = Vec::new();
        if !missing.is_empty() {
            self.metrics.cache_misses.inc_by(missing.len() as u64);
            source = Source::Miss;
            loaded = self.fetch_many(missing).await?;
        }
        let mut loaded = loaded.into_iter();
        let merged = entries
            .into_iter()
            .filter_map(|entry| entry.or_else(|| loaded.next()));
        Ok((merged.collect(), source))
    }

    /// Loads products, in the order of `ids`, until none was overtaken by what is known.
    async fn fetch_many(&self, ids: Vec<i64>) -> Result<Vec<Arc<Entry>>, CacheError> {
        let mut settled: Vec<Option<Arc<Entry>>> = vec![None; ids.len()];
        loop {
            let open: Vec<usize> = (0..ids.len()).filter(|&n| settled[n].is_none()).collect();
            if open.is_empty() {
                return Ok(settled.into_iter().flatten().collect());
            }
            let wanted: Vec<i64> = open.iter().map(|&n| ids[n]).collect();
            let ticket = self.shelf.ticket();
            let entries = self.loader.load_many(&wanted).await?;
            for (n, entry) in open.into_iter().zip(entries) {
                settled[n] = self.settle(ticket, &entry);
            }
        }
    }
}
