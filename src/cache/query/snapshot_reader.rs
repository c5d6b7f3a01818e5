//! Snapshot reader: takes all products of a response from one publication.
//!
//! **The rule.** A response takes its ids from one snapshot of the catalog, and only documents of that snapshot's
//! epoch. If a document is of another epoch, is gone, or is in another category than the requested one, the snapshot is
//! older than the document. Then the feed is polled once more and the response is composed again from the new snapshot.
//! A product that is still missing after a poll without changes is left out.

use std::sync::Arc;

use crate::cache::{
    catalog::snapshot::{CurrentSnapshot, Snapshot},
    entry::Entry,
    epoch::Epoch,
    error::CacheError,
    fetch::Fetcher,
};

/// Reads the products of snapshots.
pub struct SnapshotReader {
    pub fetcher: Fetcher,
    pub snapshot: Arc<CurrentSnapshot>,
}

impl SnapshotReader {
    /// Begins a response.
    pub fn attempts(&self) -> Attempts<'_> {
        Attempts {
            reader: self,
            last_epoch: None,
        }
    }
}

/// Attempts to compose a response of one publication.
pub struct Attempts<'reader> {
    reader: &'reader SnapshotReader,
    last_epoch: Option<Epoch>,
}

/// Attempt to compose a response from a snapshot.
pub struct Attempt {
    pub snapshot: Arc<Snapshot>,
    /// Another attempt with the same publication has failed.
    is_final: bool,
}

impl Attempts<'_> {
    /// Begins an attempt with the snapshot that is served now.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unavailable`] while there is none.
    pub fn next(&self) -> Result<Attempt, CacheError> {
        let snapshot = self.reader.snapshot.get()?;
        let is_final = self.last_epoch == Some(snapshot.epoch);
        Ok(Attempt { snapshot, is_final })
    }

    /// Waits until another attempt can succeed, after `attempt` has failed.
    pub async fn failed(&mut self, attempt: &Attempt) {
        self.last_epoch = Some(attempt.snapshot.epoch);
        self.reader.fetcher.barrier.next().await;
    }
}

impl Attempt {
    /// Returns the existing entries that belong to the response, or `None` if the snapshot is older than they are.
    pub fn complete(
        &self,
        mut entries: Vec<Arc<Entry>>,
        belongs: impl Fn(&Entry) -> bool,
    ) -> Option<Vec<Arc<Entry>>> {
        if entries
            .iter()
            .any(|entry| entry.epoch != self.snapshot.epoch)
        {
            return None;
        }
        let n_wanted = entries.len();
        entries.retain(|entry| entry.documents().is_some() && belongs(entry));
        (self.is_final || entries.len() == n_wanted).then_some(entries)
    }
}
