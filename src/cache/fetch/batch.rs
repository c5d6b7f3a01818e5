//! Several products at once: those that are not in memory are loaded together.

use std::sync::Arc;

use crate::cache::{
    documents::{Inner, Source},
    entry::Entry,
    epoch::Era,
    error::CacheError,
};

impl Inner {
    /// Finds `ids`, in their order; those that are not in memory as of `era` are loaded together.
    pub async fn get_many(
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
