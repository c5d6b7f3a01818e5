//! Tests of the entry store with moka itself: single overlaps of fetches with invalidations.

use std::sync::Arc;

use foldhash::fast::RandomState;
use moka::sync::Cache;

use crate::cache::{
    entry::Entry,
    epoch::Epochs,
    map::{Entries, Memory},
    model::database::{Row, entry, epoch_of},
    store::EntryStore,
};

fn memory() -> Memory {
    Cache::builder()
        .max_capacity(10)
        .build_with_hasher(RandomState::default())
}

/// Creates a store that serves a publication.
fn store(entries: Entries) -> EntryStore<Entries> {
    let store = EntryStore::new(entries, Arc::new(Epochs::new()));
    store.epochs().switch(epoch_of(1));
    store
}

/// Creates the entry of product 7.
fn read(version: i64) -> Arc<Entry> {
    let is_deleted = false;
    entry(
        7,
        epoch_of(1),
        Some(Row {
            version,
            is_deleted,
        }),
    )
}

/// Models the feed: it reports `version` of product 7 and has read `fresh` if the product was in memory.
fn invalidate(store: &EntryStore<Entries>, version: i64, fresh: Option<Arc<Entry>>) {
    store.min_versions().raise([(7, version)]);
    store.replace(7, version, epoch_of(1), fresh);
}

fn version(store: &EntryStore<Entries>) -> Option<i64> {
    store.get(7).map(|entry| entry.version)
}

#[test]
fn a_fetch_that_overlaps_an_invalidation_is_rejected() {
    for entries in [Some(memory()), None] {
        let has_memory = entries.is_some();
        let store = store(entries);
        let token = store.read_token();
        let old = read(1);
        invalidate(&store, 2, None);
        assert!(store.admit(token, &old).is_none());
        assert_eq!(version(&store), None);
        let again = store.admit(store.read_token(), &read(2));
        assert_eq!(again.unwrap().version, 2);
        assert_eq!(version(&store), has_memory.then_some(2));
    }
}

#[test]
fn a_fetch_that_overlaps_a_refresh_ahead_uses_the_refreshed_entry() {
    let store = store(Some(memory()));
    store.admit(store.read_token(), &read(1));
    let token = store.read_token();
    let old = read(1);
    invalidate(&store, 2, Some(read(2)));
    let admitted = store.admit(token, &old);
    assert_eq!(admitted.unwrap().version, 2);
    assert_eq!(version(&store), Some(2));
}

#[test]
fn a_fetch_that_is_admitted_before_an_invalidation_does_not_stay() {
    for fresh in [None, Some(read(1)), Some(read(2))] {
        let store = store(Some(memory()));
        store.admit(store.read_token(), &read(1));
        let expected = fresh.as_ref().map(|fresh| fresh.version);
        invalidate(&store, 2, fresh);
        assert_eq!(version(&store), expected.filter(|version| *version >= 2));
    }
}

#[test]
fn a_fetch_older_than_an_evicted_entry_is_rejected() {
    let entries = memory();
    let store = store(Some(entries.clone()));
    let token = store.read_token();
    let old = read(1);
    store.admit(store.read_token(), &read(2));
    entries.invalidate(&7);
    assert!(store.admit(token, &old).is_none());
}

/// Shows the error that the cache would have without the store.
#[test]
fn moka_alone_stores_a_fetch_that_overlaps_an_invalidation() {
    let entries = memory();
    let store = store(Some(entries.clone()));
    let fetch = || {
        let old = read(1);
        invalidate(&store, 2, None);
        old
    };
    assert_eq!(entries.get_with(7, fetch).version, 1);
    assert_eq!(version(&store), Some(1));
}
