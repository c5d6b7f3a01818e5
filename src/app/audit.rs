//! `atelierex audit`: compares every document with its recomputation.

use std::sync::Mutex;

use tokio_postgres::Error;

use crate::{
    db::{parallel, session},
    document::{
        audit::{Mismatch, audit, cover_all},
        compose,
    },
    progress::Progress,
};

/// What an audit found.
#[derive(Debug)]
pub struct AuditSummary {
    /// Number of products compared.
    pub products: u64,
    /// Those that differ, by id.
    pub mismatches: Vec<Mismatch>,
}

/// Compares every document with its recomputation, on `sessions` sessions.
///
/// # Errors
///
/// Database errors.
pub async fn run(database_url: &str, sessions: usize) -> Result<AuditSummary, Error> {
    let client = session::connect(database_url, "atelierex audit", &[]).await?;
    let ranges = compose::ranges(&client, "serving.product_document", "product_id").await?;
    let products = ranges.iter().map(|range| range.products).sum();
    let progress = Progress::detect();
    let stage = progress.stage("audit", "documents", products);
    let found = Mutex::new(Vec::new());
    let work =
        async |client: &tokio_postgres::Client, range: compose::Range| -> Result<(), Error> {
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
    let mut mismatches = found.into_inner().expect("no holder panics");
    mismatches.sort_by_key(|mismatch| mismatch.product_id);
    Ok(AuditSummary {
        products,
        mismatches,
    })
}
