//! Snapshot reader: the rule that keeps an answer made of several products of one publication.
//!
//! **The rule.** An answer takes its ids from one snapshot of the catalog, and only documents of that
//! snapshot's epoch. If one is of another epoch, or gone, or in another category than the one that is asked for, the
//! snapshot is older than the document: the feed is polled once more, and the answer made again from the snapshot
//! there is then. A product that is still missing after a poll that changed nothing is left out.

use std::sync::Arc;

use crate::cache::{
    catalog::snapshot::{CurrentSnapshot, Snapshot},
    entry::Entry,
    epoch::Epoch,
    error::CacheError,
    fetch::Fetcher,
};

/// Reads products as of a snapshot.
pub struct SnapshotReader {
    pub fetcher: Fetcher,
    pub snapshot: Arc<CurrentSnapshot>,
}

impl SnapshotReader {
    /// Begins to make an answer.
    pub fn attempts(&self) -> Attempts<'_> {
        Attempts {
            reader: self,
            last_epoch: None,
        }
    }
}

/// Attempts to make an answer of one publication.
pub struct Attempts<'reader> {
    reader: &'reader SnapshotReader,
    last_epoch: Option<Epoch>,
}

/// Attempt to make an answer from a snapshot.
pub struct Attempt {
    pub snapshot: Arc<Snapshot>,
    /// Another attempt of the same publication has failed already.
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

    /// Waits until another attempt is worth it after `attempt` has failed.
    pub async fn failed(&mut self, attempt: &Attempt) {
        self.last_epoch = Some(attempt.snapshot.epoch);
        self.reader.fetcher.barrier.next().await;
    }
}

impl Attempt {
    /// Returns the entries that exist and belong to the answer, or `None` if the snapshot is older than they are.
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
