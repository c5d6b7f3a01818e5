//! A product together with those that are recommended beside it.

use std::sync::Arc;

use tokio::time::timeout;

use crate::cache::{
    documents::{DocumentCache, Inner, Source},
    entry::{Entry, Part},
    error::CacheError,
    query::list::{Attempts, complete},
};
use crate::ids::ProductId;

/// A product and its related products, all of one publication.
#[derive(Clone, Debug)]
pub struct WithRelated {
    /// The product. It has documents.
    pub product: Arc<Entry>,
    /// Those that are related, in their order. All of them have documents.
    pub related: Vec<Arc<Entry>>,
    /// Where this came from: memory only if all of it did.
    pub source: Source,
}

impl WithRelated {
    /// What is shown of the related products.
    pub fn cards(&self) -> impl Iterator<Item = &Part> {
        let documents = self.related.iter().filter_map(|entry| entry.documents());
        documents.map(|documents| &documents.card)
    }
}

impl DocumentCache {
    /// A product with at most `limit` related ones, or nothing if it does not exist.
    ///
    /// # Errors
    ///
    /// [`CacheError`], within the time that a request may take.
    pub async fn with_related(
        &self,
        id: ProductId,
        limit: usize,
    ) -> Result<Option<WithRelated>, CacheError> {
        let inner = &self.inner;
        timeout(inner.request_timeout, inner.with_related(id.0, limit))
            .await
            .unwrap_or(Err(CacheError::Unavailable))
    }
}

impl Inner {
    async fn with_related(&self, id: i64, limit: usize) -> Result<Option<WithRelated>, CacheError> {
        let mut attempts = Attempts::new(self);
        loop {
            let (snapshot, is_final) = attempts.snapshot()?;
            let (mut product, source) = self.get_many(&[id], snapshot.era).await?;
            let product = product.pop().filter(|entry| entry.era == snapshot.era);
            if let Some(product) = product {
                let Some(documents) = product.documents() else {
                    return Ok(None);
                };
                let mut ids = documents.related_ids();
                ids.retain(|id| snapshot.catalogue.products().contains(*id));
                ids.truncate(limit);
                let (related, source_of_related) = self.get_many(&ids, snapshot.era).await?;
                if let Some(related) = complete(related, &snapshot, is_final, |_| true) {
                    return Ok(Some(WithRelated {
                        product,
                        related,
                        source: source.and(source_of_related),
                    }));
                }
            }
            attempts.failed(&snapshot).await;
        }
    }
}
