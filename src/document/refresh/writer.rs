//! Composes the products of a batch and writes documents that differ.

use std::time::{Duration, Instant, SystemTime};

use tokio_postgres::{Client, Error, Statement};

use super::{error::is_of_a_product, quarantine, queue::ChangedProduct};
use crate::{db::report::describe, document::columns::fill};

/// Shortest limit for composing.
const MIN_TIMEOUT: Duration = Duration::from_secs(2);

/// Longest limit for composing, for any number of rows.
const MAX_TIMEOUT: Duration = Duration::from_secs(20);

/// Time after which the products that were not tried yet are left to the next batch. It is long enough to find one
/// product that takes too long in a full batch.
const ISOLATION_BUDGET: Duration = Duration::from_secs(30);

/// Source rows that are composed per second even on a busy machine.
const SLOW_ROWS_PER_SECOND: i64 = 10_000;

/// Prepared statements that compose and write.
pub struct DocumentWriter {
    whole: Statement,
    styles: Statement,
}

/// Outcome of a write that isolates failures.
#[derive(Default)]
pub struct Isolated {
    /// Products whose documents differed and were written.
    pub written: u64,
    /// Products that could not be composed, with PostgreSQL's message.
    pub quarantined: Vec<(i64, String)>,
    /// Products that were not tried for lack of time.
    pub untried: Vec<ChangedProduct>,
}

impl DocumentWriter {
    /// Prepares the statements.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn prepare(client: &Client) -> Result<Self, Error> {
        Ok(Self {
            whole: client.prepare(&fill(include_str!("write.sql"))).await?,
            styles: client.prepare(include_str!("write_styles.sql")).await?,
        })
    }

    /// Composes products and writes those that differ. Returns their number.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn write(&self, client: &Client, products: &[ChangedProduct]) -> Result<u64, Error> {
        let (whole, styles): (Vec<&ChangedProduct>, Vec<&ChangedProduct>) =
            products.iter().partition(|of| of.is_whole);
        let mut written = 0;
        for (statement, products) in [(&self.whole, whole), (&self.styles, styles)] {
            if products.is_empty() {
                continue;
            }
            let ids: Vec<i64> = products.iter().map(|of| of.product_id).collect();
            let changed_at: Vec<SystemTime> = products.iter().map(|of| of.changed_at).collect();
            written += client.execute(statement, &[&ids, &changed_at]).await?;
        }
        Ok(written)
    }

    /// Does the same as [`Self::write`] within [`timeout`] on the server. A statement that only the client gave up
    /// would continue and keep its locks.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn write_in_time(
        &self,
        client: &Client,
        products: &[ChangedProduct],
    ) -> Result<u64, Error> {
        // Sent together, executed one after the other.
        let limit = format!(
            "SET LOCAL statement_timeout = {}",
            timeout(products).as_millis()
        );
        let limit = client.batch_execute(&limit);
        let ((), written) = tokio::try_join!(limit, self.write(client, products))?;
        Ok(written)
    }

    /// Writes the products that can be composed, and quarantines the others. Divides a part that fails, or takes too
    /// long, until the failing product is found.
    ///
    /// # Errors
    ///
    /// Database errors that no product causes.
    pub async fn write_isolating_failures(
        &self,
        client: &Client,
        products: &[ChangedProduct],
    ) -> Result<Isolated, Error> {
        let began = Instant::now();
        let mut isolated = Isolated::default();
        let mut parts = vec![products];
        while began.elapsed() < ISOLATION_BUDGET
            && let Some(part) = parts.pop().filter(|part| !part.is_empty())
        {
            client.batch_execute("SAVEPOINT part").await?;
            let error = match self.write_in_time(client, part).await {
                Ok(written) => {
                    isolated.written += written;
                    client.batch_execute("RELEASE part").await?;
                    continue;
                }
                Err(error) if is_of_a_product(&error) => error,
                Err(error) => return Err(error),
            };
            client
                .batch_execute("ROLLBACK TO part; RELEASE part")
                .await?;
            if let [product] = part {
                let reason = describe(&error);
                quarantine::add(client, product.product_id, &reason).await?;
                isolated.quarantined.push((product.product_id, reason));
            } else {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
        }
        isolated.untried = parts.into_iter().flatten().copied().collect();
        Ok(isolated)
    }
}

/// Returns the time limit for composing, by the number of source rows.
pub fn timeout(products: &[ChangedProduct]) -> Duration {
    let weight: i64 = products.iter().map(|of| of.weight).sum();
    let seconds = u64::try_from(weight / SLOW_ROWS_PER_SECOND).unwrap_or_default();
    (MIN_TIMEOUT + Duration::from_secs(seconds)).min(MAX_TIMEOUT)
}
