//! Answers made of several products, and the rule that keeps each of one publication.
//!
//! **The rule.** An answer takes its ids from one snapshot of the catalogue, and only documents of that
//! snapshot's era. If one is of another era, or gone, or in another category than the one that is asked for, the
//! snapshot is older than the document: the feed is read once more, and the answer made again from the snapshot
//! there is then. A product that is still missing after a reading that changed nothing is left out.

use std::sync::Arc;

use tokio::time::timeout;

use crate::cache::{
    documents::{DocumentCache, Inner, Snapshot, Source},
    entry::{Documents, Entry, Part},
    epoch::Era,
    error::CacheError,
    query::selection::{Selected, Selection, Start},
};

/// A page of the catalogue.
#[derive(Clone, Debug)]
pub struct Page {
    /// The products, in the order of the selection. All of them have documents.
    pub entries: Vec<Arc<Entry>>,
    /// Number of products that the page was taken from.
    pub total: u64,
    /// Where the next page starts, if there is one.
    pub next: Option<Start>,
    /// Where the page came from: memory only if all of it did.
    pub source: Source,
}

impl Page {
    /// The products as elements of a list.
    pub fn listings(&self) -> impl Iterator<Item = &Part> {
        self.documents().map(|documents| &documents.listing)
    }

    /// What other products' pages show of them.
    pub fn cards(&self) -> impl Iterator<Item = &Part> {
        self.documents().map(|documents| &documents.card)
    }

    fn documents(&self) -> impl Iterator<Item = &Documents> {
        self.entries.iter().filter_map(|entry| entry.documents())
    }
}

/// Tries to make an answer of one publication.
pub(crate) struct Attempts<'cache> {
    inner: &'cache Inner,
    last_era: Option<Era>,
}

impl<'cache> Attempts<'cache> {
    pub fn new(inner: &'cache Inner) -> Self {
        Self {
            inner,
            last_era: None,
        }
    }

    /// What there is now, and whether another attempt of the same publication has failed already.
    pub fn snapshot(&self) -> Result<(Arc<Snapshot>, bool), CacheError> {
        let snapshot = self.inner.snapshot().ok_or(CacheError::Unavailable)?;
        let is_final = self.last_era == Some(snapshot.era);
        Ok((snapshot, is_final))
    }

    /// Waits until trying again is worth it, after a failure with `snapshot`.
    pub async fn failed(&mut self, snapshot: &Snapshot) {
        self.last_era = Some(snapshot.era);
        self.inner.passes.next().await;
    }
}

impl DocumentCache {
    /// The products of `selection`.
    ///
    /// # Errors
    ///
    /// [`CacheError`], within the time that a request may take.
    pub async fn page(&self, selection: &Selection) -> Result<Page, CacheError> {
        timeout(self.inner.request_timeout, self.inner.page(selection))
            .await
            .unwrap_or(Err(CacheError::Unavailable))
    }
}

impl Inner {
    async fn page(&self, selection: &Selection) -> Result<Page, CacheError> {
        let mut attempts = Attempts::new(self);
        loop {
            let (snapshot, is_final) = attempts.snapshot()?;
            let Some((selected, source)) = self.select(selection, &snapshot).await? else {
                attempts.failed(&snapshot).await;
                continue;
            };
            let (entries, source_of_entries) = self.get_many(&selected.ids, snapshot.era).await?;
            // What is not newer than the snapshot is where that says.
            let belongs = |entry: &Entry| {
                entry.version <= snapshot.position || selection.admits(entry.documents())
            };
            if let Some(entries) = complete(entries, &snapshot, is_final, belongs) {
                return Ok(Page {
                    total: selected.total.unwrap_or(entries.len() as u64),
                    entries,
                    next: selected.next,
                    source: source.and(source_of_entries),
                });
            }
            attempts.failed(&snapshot).await;
        }
    }
}

impl Inner {
    /// The products of `selection`, or `None` if the snapshot is older than what was found.
    async fn select(
        &self,
        selection: &Selection,
        snapshot: &Snapshot,
    ) -> Result<Option<(Selected, Source)>, CacheError> {
        let Selection::Search(text, slice) = selection else {
            return Ok(Some((snapshot.select(selection), Source::Hit)));
        };
        // Before the question: should the feed go back meanwhile, the answer is of the time before.
        let setbacks = self.eras.setbacks();
        let (found, is_known) = self
            .searcher
            .search(text, slice.category.as_deref(), snapshot)
            .await?;
        let is_current = Era::new(found.epoch, setbacks) == snapshot.era;
        let source = if is_known { Source::Hit } else { Source::Miss };
        Ok(is_current.then(|| (slice.of_found(&found.ids), source)))
    }
}

/// The entries of an answer that exist and belong to it, or `None` if its snapshot is older than they are.
pub(crate) fn complete(
    mut entries: Vec<Arc<Entry>>,
    snapshot: &Snapshot,
    is_final: bool,
    belongs: impl Fn(&Entry) -> bool,
) -> Option<Vec<Arc<Entry>>> {
    if entries.iter().any(|entry| entry.era != snapshot.era) {
        return None;
    }
    let n_wanted = entries.len();
    entries.retain(|entry| entry.documents().is_some() && belongs(entry));
    (is_final || entries.len() == n_wanted).then_some(entries)
}
