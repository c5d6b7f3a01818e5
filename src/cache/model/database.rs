//! Model of the database, and types that the other models share.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use shuttle::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

use crate::cache::{entry::Entry, epoch::Epoch};
use crate::document::store::{JsonBytes, ProductDocument};

/// Products are numbered from zero.
pub const PRODUCTS: usize = 2;

/// Longer than any test: absences never expire.
const FOREVER: Duration = Duration::from_secs(1 << 20);

/// One value for each product.
pub type Each<T> = [T; PRODUCTS];

/// Index of the product in [`Each`].
pub fn at(id: i64) -> usize {
    usize::try_from(id).unwrap()
}

/// State that threads share. Each access is a step: other threads may run before it, none during it.
#[derive(Default)]
pub struct Shared<T> {
    step: AtomicBool,
    state: Mutex<T>,
}

impl<T> Shared<T> {
    pub fn with<R>(&self, action: impl FnOnce(&mut T) -> R) -> R {
        // The checker may switch threads here. `shuttle`'s own yield would request a switch.
        self.step.load(Ordering::SeqCst);
        at_once(&self.state, action)
    }
}

/// Runs `action` as a part of the current step.
pub fn at_once<T, R>(state: &Mutex<T>, action: impl FnOnce(&mut T) -> R) -> R {
    action(&mut state.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The documents of a product, or their absence.
#[derive(Clone, Copy)]
pub struct Row {
    pub version: i64,
    pub is_deleted: bool,
}

/// Creates the entry of a row, or of a missing row.
pub fn entry(id: i64, epoch: Epoch, row: Option<Row>) -> Arc<Entry> {
    let json = || Some(JsonBytes(Bytes::from_static(b"{}")));
    let document = |row: Row| ProductDocument {
        product_id: id,
        version: row.version,
        deleted: row.is_deleted,
        listing: json(),
        detail: json(),
        styles: json(),
        related: json(),
        card: json(),
    };
    Arc::new(row.map_or_else(
        || Entry::absent(id, epoch, FOREVER),
        |row| Entry::from_row(document(row), epoch, FOREVER),
    ))
}

/// Returns the epoch of a publication. The feed of this database is never rewound.
pub fn epoch_of(epoch: u64) -> Epoch {
    Epoch::new(Uuid::from_u128(epoch.into()), 0)
}

/// Tables of documents. Each method is one transaction and one step.
#[derive(Default)]
pub struct Database {
    tables: Shared<Tables>,
}

#[derive(Default)]
struct Tables {
    epoch: u64,
    /// The last version drawn from the sequence.
    sequence: i64,
    /// Position of the feed that the publication includes.
    last_version: i64,
    rows: Each<Option<Row>>,
}

impl Database {
    /// Writes the documents of a product, as a refresher does.
    pub fn write(&self, id: i64) {
        self.put(id, false);
    }

    /// Deletes the documents of a product, as a refresher does.
    pub fn delete(&self, id: i64) {
        self.put(id, true);
    }

    fn put(&self, id: i64, is_deleted: bool) {
        self.tables.with(|tables| {
            tables.sequence += 1;
            let version = tables.sequence;
            tables.rows[at(id)] = Some(Row {
                version,
                is_deleted,
            });
        });
    }

    /// Publishes all existing products again.
    pub fn publish(&self) {
        self.tables.with(|tables| {
            tables.epoch += 1;
            for row in tables.rows.iter_mut().flatten() {
                tables.sequence += 1;
                row.version = tables.sequence;
            }
            tables.last_version = tables.sequence;
        });
    }

    /// Returns the served publication and the position of the feed that it includes.
    pub fn published(&self) -> (u64, i64) {
        self.tables
            .with(|tables| (tables.epoch, tables.last_version))
    }

    /// Returns the served publication and the products written since, in order.
    pub fn changes_after(&self, position: i64) -> (u64, Vec<(i64, i64)>) {
        self.tables.with(|tables| {
            let rows = (0..).zip(tables.rows);
            let changes = rows.filter_map(|(id, row)| Some((id, row?.version)));
            let mut changes: Vec<_> = changes.filter(|change| change.1 > position).collect();
            changes.sort_by_key(|change| change.1);
            (tables.epoch, changes)
        })
    }

    /// Returns the served publication and the documents of `ids`.
    pub fn fetch(&self, ids: &[i64]) -> (u64, Vec<Arc<Entry>>) {
        self.tables.with(|tables| {
            let read = |&id: &i64| entry(id, epoch_of(tables.epoch), tables.rows[at(id)]);
            (tables.epoch, ids.iter().map(read).collect())
        })
    }
}
