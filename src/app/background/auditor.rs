//! Samples documents while a server runs. Stored documents must equal their recomputation, and cached documents must
//! equal stored ones.

use std::{sync::Arc, time::Duration};

use tokio::time::{sleep, timeout};
use tokio_postgres::Client;
use tracing::{debug, error};

use crate::{
    cache::DocumentCache,
    db::{error::DatabaseError, session},
    document::audit::audit_products,
    metrics::Metrics,
};

/// Pause between two samples.
const INTERVAL: Duration = Duration::from_secs(1);

/// Longest time for a sample.
const LIMIT: Duration = Duration::from_secs(5);

/// Limits of the auditor's session, so that it never blocks others.
const LIMITS: [(&str, &str); 3] = [
    ("statement_timeout", "4s"),
    ("default_transaction_read_only", "on"),
    ("jit", "off"),
];

/// Compares about `rate` products per second, forever. Cancel-safe.
pub async fn run(database_url: String, rate: u32, cache: DocumentCache, metrics: Arc<Metrics>) {
    let mut client = None;
    loop {
        sleep(INTERVAL).await;
        let n = usize::try_from(rate.div_ceil(2)).unwrap_or(usize::MAX);
        let ids = cache.sample(n);
        if ids.is_empty() {
            continue;
        }
        let sample = compare(&database_url, &mut client, &ids, &metrics);
        match timeout(LIMIT, sample).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                debug!(%error, "A sample could not be compared: {error}");
                client = None;
            }
            Err(_elapsed) => client = None,
        }
        if let Ok(wrong) = cache.check(&ids).await {
            for product in wrong {
                metrics.audit_mismatches.inc();
                error!(
                    product,
                    "The cached documents of product {product} differ from the stored ones"
                );
            }
            metrics.audit_products.inc_by(ids.len() as u64);
        }
    }
}

/// Compares the documents of `ids` with their recomputation.
async fn compare(
    database_url: &str,
    client: &mut Option<Client>,
    ids: &[i64],
    metrics: &Metrics,
) -> Result<(), DatabaseError> {
    let client = match client {
        Some(client) => client,
        None => client.insert(session::connect(database_url, "atelierex auditor", &LIMITS).await?),
    };
    for mismatch in audit_products(client, ids).await? {
        if mismatch.is_pending {
            continue;
        }
        metrics.audit_mismatches.inc();
        let (product, documents) = (mismatch.product_id, mismatch.documents.join(", "));
        error!(
            product,
            documents, "Product {product} differs from its recomputation: {documents}"
        );
    }
    Ok(())
}
