//! Fetches: products that are not in memory are read from the database, many in one statement.

pub mod circuit_breaker;
pub mod queue;
pub mod reader;
pub mod worker;

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use crate::{
    cache::{
        entry::Entry,
        epoch::Epoch,
        error::CacheError,
        feed::barrier::PollBarrier,
        fetch::queue::FetchQueue,
        lookup::Lookup,
        source::{Found, Source},
        store::ReadToken,
    },
    metrics::Metrics,
};

/// Finds products in memory and fetches the others.
pub struct Fetcher {
    pub lookup: Arc<Lookup>,
    pub queue: FetchQueue,
    pub barrier: Arc<PollBarrier>,
    pub request_timeout: Duration,
    pub metrics: Arc<Metrics>,
}

impl Fetcher {
    /// Returns the entry of a product: its documents or its absence.
    ///
    /// # Errors
    ///
    /// [`CacheError`], within the time that a request may take.
    pub async fn get(&self, id: i64) -> Result<Found, CacheError> {
        let store = self.lookup.store();
        let mut source = Source::Miss;
        if let Some(entry) = store.get(id) {
            if store.is_current(&entry) {
                let source = self.lookup.count_hits(1)?;
                return Ok(Found { entry, source });
            }
            self.metrics.cache_outdated.inc();
            source = Source::Outdated;
        }
        self.get_from_database(id, source).await
    }

    /// Fetches a product from the database. `source` says why.
    ///
    /// # Errors
    ///
    /// As for [`Self::get`].
    pub async fn get_from_database(&self, id: i64, source: Source) -> Result<Found, CacheError> {
        self.metrics.cache_misses.inc();
        let entry = timeout(self.request_timeout, self.fetch(id))
            .await
            .map_err(|_elapsed| CacheError::Unavailable)??;
        Ok(Found { entry, source })
    }

    /// Returns the entries of `ids`, in their order. Those not in memory as of `epoch` are fetched together.
    ///
    /// # Errors
    ///
    /// [`CacheError`]. The caller bounds the time.
    pub async fn get_many(
        &self,
        ids: &[i64],
        epoch: Epoch,
    ) -> Result<(Vec<Arc<Entry>>, Source), CacheError> {
        let store = self.lookup.store();
        let mut entries = Vec::with_capacity(ids.len());
        let mut missing = Vec::new();
        for &id in ids {
            let known = store.get(id);
            let known = known.filter(|entry| entry.epoch == epoch && !entry.is_expired());
            if known.is_none() {
                missing.push(id);
            }
            entries.push(known);
        }
        let n_hits = (ids.len() - missing.len()) as u64;
        let mut source = self.lookup.count_hits(n_hits)?;
        let mut fetched = Vec::new();
        if !missing.is_empty() {
            self.metrics.cache_misses.inc_by(missing.len() as u64);
            source = Source::Miss;
            fetched = self.fetch_many(missing).await?;
        }
        let mut fetched = fetched.into_iter();
        let merged = entries
            .into_iter()
            .filter_map(|entry| entry.or_else(|| fetched.next()));
        Ok((merged.collect(), source))
    }

    /// Fetches a product, again if a change overtakes the read.
    async fn fetch(&self, id: i64) -> Result<Arc<Entry>, CacheError> {
        loop {
            let token = self.lookup.store().read_token();
            let entry = self.queue.fetch(id).await?;
            if let Some(entry) = self.admit(token, &entry) {
                return Ok(entry);
            }
        }
    }

    /// Fetches products, in the order of `ids`, again while changes overtake reads.
    async fn fetch_many(&self, ids: Vec<i64>) -> Result<Vec<Arc<Entry>>, CacheError> {
        let mut admitted: Vec<Option<Arc<Entry>>> = vec![None; ids.len()];
        loop {
            let open: Vec<usize> = (0..ids.len()).filter(|&n| admitted[n].is_none()).collect();
            if open.is_empty() {
                return Ok(admitted.into_iter().flatten().collect());
            }
            let wanted: Vec<i64> = open.iter().map(|&n| ids[n]).collect();
            let token = self.lookup.store().read_token();
            let entries = self.queue.fetch_many(&wanted).await?;
            for (n, entry) in open.into_iter().zip(entries) {
                admitted[n] = self.admit(token, &entry);
            }
        }
    }

    /// Stores an entry as [`EntryStore::admit`](crate::cache::store::EntryStore::admit) does.
    fn admit(&self, token: ReadToken, entry: &Arc<Entry>) -> Option<Arc<Entry>> {
        let store = self.lookup.store();
        let is_known = store.epochs().is_current(entry.epoch);
        let admitted = store.admit(token, entry);
        if admitted.is_none() {
            self.metrics.cache_admissions_rejected.inc();
        }
        if !is_known || admitted.is_none() {
            // The feed has not seen this publication yet, or not that it was rewound.
            self.barrier.request_poll();
        }
        admitted
    }
}
