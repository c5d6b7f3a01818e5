//! Lists: the products of a selection.

use std::sync::Arc;

use crate::{
    cache::{
        documents::{Documents, Part},
        entry::Entry,
        epoch::{Epoch, Epochs},
        error::CacheError,
        query::{
            selection::{Selected, Selection, Start},
            snapshot_reader::{Attempt, SnapshotReader},
        },
        source::Source,
    },
    search::cache::SearchCache,
};

/// Page of the catalog.
#[derive(Clone, Debug)]
pub struct Page {
    /// Products in the order of the selection. All have documents.
    pub entries: Vec<Arc<Entry>>,
    /// Number of products that the page was taken from.
    pub total: u64,
    /// Start of the next page, if there is one.
    pub next: Option<Start>,
    /// Origin of the page: memory only if all products were there.
    pub source: Source,
}

impl Page {
    /// Returns the products as elements of a list.
    pub fn listings(&self) -> impl Iterator<Item = &Part> {
        self.documents().map(|documents| &documents.listing)
    }

    /// Returns the products as cards of other products' pages.
    pub fn cards(&self) -> impl Iterator<Item = &Part> {
        self.documents().map(|documents| &documents.card)
    }

    fn documents(&self) -> impl Iterator<Item = &Documents> {
        self.entries.iter().filter_map(|entry| entry.documents())
    }
}

/// Reads the pages of lists.
pub struct ListReader {
    pub reader: Arc<SnapshotReader>,
    pub search: SearchCache,
    pub epochs: Arc<Epochs>,
}

impl ListReader {
    /// Returns the products of `selection`.
    ///
    /// # Errors
    ///
    /// [`CacheError`]. The caller bounds the time.
    pub async fn page(&self, selection: &Selection) -> Result<Page, CacheError> {
        let mut attempts = self.reader.attempts();
        loop {
            let attempt = attempts.next()?;
            if let Some(page) = self.attempt(selection, &attempt).await? {
                return Ok(page);
            }
            attempts.failed(&attempt).await;
        }
    }

    async fn attempt(
        &self,
        selection: &Selection,
        attempt: &Attempt,
    ) -> Result<Option<Page>, CacheError> {
        let snapshot = &attempt.snapshot;
        let Some((selected, source)) = self.select(selection, attempt).await? else {
            return Ok(None);
        };
        let fetcher = &self.reader.fetcher;
        let (entries, source_of_entries) = fetcher.get_many(&selected.ids, snapshot.epoch).await?;
        // For an entry that is not newer than the snapshot, the snapshot's category holds.
        let belongs = |entry: &Entry| {
            entry.version <= snapshot.position || selection.admits(entry.documents())
        };
        let entries = attempt.complete(entries, belongs);
        let n_selected = selected.ids.len() as u64;
        Ok(entries.map(|entries| {
            // A product that has left the list meanwhile is not counted either.
            let n_kept = entries.len() as u64;
            let total = selected
                .total
                .map_or(n_kept, |total| total.saturating_sub(n_selected - n_kept));
            Page {
                total,
                entries,
                next: selected.next,
                source: source.and(source_of_entries),
            }
        }))
    }

    /// Returns the products of `selection`, or `None` if the snapshot is older than the entries.
    async fn select(
        &self,
        selection: &Selection,
        attempt: &Attempt,
    ) -> Result<Option<(Selected, Source)>, CacheError> {
        let snapshot = &attempt.snapshot;
        let Selection::Search(text, slice) = selection else {
            let selected = selection.of(&snapshot.index);
            return Ok(Some((selected, Source::Hit)));
        };
        // Before the search: if the feed is rewound meanwhile, the result belongs to the time before.
        let rewinds = self.epochs.rewinds();
        let as_of = (snapshot.epoch.number(), snapshot.position);
        let category = slice.category.as_deref();
        let (result, is_known) = self.search.search(text, category, as_of).await?;
        let is_current = Epoch::new(result.epoch, rewinds) == snapshot.epoch;
        let source = if is_known { Source::Hit } else { Source::Miss };
        Ok(is_current.then(|| (slice.of_found(&result.ids), source)))
    }
}
