//! A product together with its related products.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    cache::{
        documents::{Documents, Part},
        entry::Entry,
        error::CacheError,
        query::snapshot_reader::{Attempt, SnapshotReader},
        source::Source,
    },
    metrics::Metrics,
    telemetry::throttled_log::ThrottledLog,
};

/// A product and its related products, all of one publication.
#[derive(Clone, Debug)]
pub struct WithRelated {
    /// The product. It has documents.
    pub product: Arc<Entry>,
    /// Related products in their order. All have documents.
    pub related: Vec<Arc<Entry>>,
    /// Origin of the result: memory only if all products were there.
    pub source: Source,
}

impl WithRelated {
    /// Returns the cards of the related products.
    pub fn cards(&self) -> impl Iterator<Item = &Part> {
        let documents = self.related.iter().filter_map(|entry| entry.documents());
        documents.map(|documents| &documents.card)
    }
}

/// Reads products with related ones.
pub struct RelatedReader {
    pub reader: Arc<SnapshotReader>,
    pub metrics: Arc<Metrics>,
    pub malformed: Mutex<ThrottledLog>,
}

impl RelatedReader {
    /// Returns a product with at most `limit` related ones, or `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// [`CacheError`]. The caller bounds the time.
    pub async fn get(&self, id: i64, limit: usize) -> Result<Option<WithRelated>, CacheError> {
        let mut attempts = self.reader.attempts();
        loop {
            let attempt = attempts.next()?;
            let epoch = attempt.snapshot.epoch;
            let (mut product, source) = self.reader.fetcher.get_many(&[id], epoch).await?;
            if let Some(product) = product.pop().filter(|entry| entry.epoch == epoch) {
                let Some(documents) = product.documents() else {
                    return Ok(None);
                };
                let ids = self.related_ids(id, documents)?;
                if let Some((related, source_of_related)) =
                    self.attempt(ids, limit, &attempt).await?
                {
                    return Ok(Some(WithRelated {
                        product,
                        related,
                        source: source.and(source_of_related),
                    }));
                }
            }
            attempts.failed(&attempt).await;
        }
    }

    /// Returns at most `limit` of the products `ids`, or `None` if the snapshot is older than they are.
    async fn attempt(
        &self,
        mut ids: Vec<i64>,
        limit: usize,
        attempt: &Attempt,
    ) -> Result<Option<(Vec<Arc<Entry>>, Source)>, CacheError> {
        let snapshot = &attempt.snapshot;
        ids.retain(|id| snapshot.index.products().contains(*id));
        ids.truncate(limit);
        let (entries, source) = self.reader.fetcher.get_many(&ids, snapshot.epoch).await?;
        let entries = attempt.complete(entries, |_| true);
        Ok(entries.map(|entries| (entries, source)))
    }

    /// Parses the ids in the document `related` of product `id`.
    fn related_ids(&self, id: i64, documents: &Documents) -> Result<Vec<i64>, CacheError> {
        documents.related_ids().map_err(|error| {
            self.metrics.documents_malformed.inc();
            self.log_malformed(id, &error);
            CacheError::MalformedDocument
        })
    }

    fn log_malformed(&self, id: i64, error: &serde_json::Error) {
        let reason =
            format!("The document `related` of product {id} is not an array of ids: {error}");
        let mut log = self
            .malformed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if log.admits(&reason) {
            tracing::error!(product.id = id, "{reason}");
        }
    }
}
