//! The list of categories, as it is answered.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::cache::{
    documents::{DocumentCache, Snapshot, Source},
    entry::Part,
    error::CacheError,
};

impl DocumentCache {
    /// The categories by name, with their numbers of products.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unavailable`] while no catalogue is known, or what is known is too old to be served.
    pub fn categories(&self) -> Result<(Part, Source), CacheError> {
        let snapshot = self.inner.snapshot().ok_or(CacheError::Unavailable)?;
        let source = self.inner.hit(0)?;
        let categories = snapshot.categories.get_or_init(|| list(&snapshot));
        Ok((categories.clone(), source))
    }
}

fn list(snapshot: &Snapshot) -> Part {
    let categories = snapshot.catalogue.categories();
    let list: Value = categories
        .map(|(name, index)| json!({"category": name, "products": index.total()}))
        .collect();
    Part::from(Bytes::from(list.to_string()))
}
