//! List of categories.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::cache::{catalog::snapshot::Snapshot, documents::Part};

/// Returns `GET /categories`: the categories by name, with their numbers of products.
pub fn categories(snapshot: &Snapshot) -> &Part {
    snapshot.categories.get_or_init(|| list(snapshot))
}

fn list(snapshot: &Snapshot) -> Part {
    let categories = snapshot.index.categories();
    let list: Value = categories
        .map(|(name, ids)| json!({"category": name, "products": ids.total()}))
        .collect();
    Part::from(Bytes::from(list.to_string()))
}
