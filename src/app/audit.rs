//! `atelierex audit`: compares every document with its recomputation.

use std::{
    fmt,
    sync::Mutex,
    time::{Duration, Instant},
};

use tokio::time::sleep;
use tokio_postgres::Client;

use crate::{
    db::{
        catalog_lock::{self, CatalogLockError, Claim},
        error::{DatabaseError, from_database_errors},
        parallel, session,
    },
    document::{
        audit::{Mismatch, audit, audit_products},
        id_range::{self, IdRange, cover_all},
    },
    progress::Progress,
};

/// Result of an audit.
#[derive(Debug)]
pub struct AuditSummary {
    /// Number of products compared.
    pub products: u64,
    /// Products that differ, by id.
    pub mismatches: Vec<Mismatch>,
}

impl fmt::Display for AuditSummary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mismatch in &self.mismatches {
            let (id, documents) = (mismatch.product_id, mismatch.documents.join(", "));
            let pending = if mismatch.is_pending {
                " (a change is still to be composed)"
            } else {
                ""
            };
            writeln!(formatter, "product {id}: {documents}{pending}")?;
        }
        let (products, differ) = (self.products, self.mismatches.len());
        write!(formatter, "{products} products compared, {differ} differ.")
    }
}

/// Reason why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// A load or a migration is at work, so that documents are about to change.
    #[error(transparent)]
    Lock(#[from] CatalogLockError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

from_database_errors!(AuditError);

/// Longest time to wait for pending changes.
const PENDING_TIMEOUT: Duration = Duration::from_secs(5);

/// Pause between two checks of pending changes.
const PAUSE: Duration = Duration::from_millis(100);

/// Compares every document with its recomputation, on `sessions` sessions.
///
/// # Errors
///
/// See [`AuditError`].
pub async fn run(database_url: &str, sessions: usize) -> Result<AuditSummary, AuditError> {
    let client = session::connect(database_url, "atelierex audit", &[]).await?;
    catalog_lock::claim(&client, Claim::SharedSession).await?;
    let ranges = id_range::ranges(&client, "serving.product_document", "product_id").await?;
    let products = ranges.iter().map(|range| range.products).sum();
    let progress = Progress::detect();
    let stage = progress.stage("audit", "documents", products);
    let found = Mutex::new(Vec::new());
    let work = async |client: &Client, range: IdRange| -> Result<(), DatabaseError> {
        let mismatches = audit(client, range).await?;
        found.lock().expect("no holder panics").extend(mismatches);
        stage.advance(range.products, range.products);
        Ok(())
    };
    parallel::for_each(
        database_url,
        sessions,
        "pg_catalog",
        cover_all(ranges),
        work,
    )
    .await?;
    stage.finish();
    let mismatches = found.into_inner().expect("no holder panics");
    let mut mismatches = recheck(&client, mismatches).await?;
    mismatches.sort_by_key(|mismatch| mismatch.product_id);
    Ok(AuditSummary {
        products,
        mismatches,
    })
}

/// Leaves out products that were only late and whose changes are composed by now.
async fn recheck(client: &Client, found: Vec<Mismatch>) -> Result<Vec<Mismatch>, DatabaseError> {
    let (mut late, mut wrong): (Vec<_>, Vec<_>) = found.into_iter().partition(|of| of.is_pending);
    let began = Instant::now();
    while !late.is_empty() && began.elapsed() < PENDING_TIMEOUT {
        sleep(PAUSE).await;
        let ids: Vec<i64> = late.iter().map(|of| of.product_id).collect();
        let (still_late, now_wrong): (Vec<_>, Vec<_>) = audit_products(client, &ids)
            .await?
            .into_iter()
            .partition(|of| of.is_pending);
        late = still_late;
        wrong.extend(now_wrong);
    }
    wrong.extend(late);
    Ok(wrong)
}
