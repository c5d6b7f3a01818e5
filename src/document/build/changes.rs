//! Composes some products on several sessions, and writes those documents that differ in one transaction.
//!
//! The composed documents wait in a private table, so that the transaction only copies them.

use tokio_postgres::{Client, Error};

use crate::{
    document::{columns::fill, store::NOTIFICATION_CHANNEL},
    merge::private_schema::SCHEMA,
};

/// Products that one statement composes: enough to hide its planning, few enough to show progress.
pub const PRODUCTS_PER_SLICE: usize = 1_000;

/// Documents that one statement writes. Their search terms are computed from arrays of this length.
const DOCUMENTS_PER_STATEMENT: i64 = 1_000;

/// Creates the table in which composed documents wait.
///
/// # Errors
///
/// Database errors.
pub async fn create_table(client: &Client) -> Result<(), Error> {
    client
        .batch_execute(&format!(
            "CREATE UNLOGGED TABLE {SCHEMA}.changed_document (
                 product_id bigint PRIMARY KEY, listing jsonb, detail jsonb, styles jsonb, related jsonb, card jsonb
             )"
        ))
        .await
}

/// Composes the products `ids`, and stores the documents that differ from those that are served. Returns their number.
///
/// # Errors
///
/// Database errors: among them, a product that cannot be composed.
pub async fn compose(client: &Client, ids: &[i64]) -> Result<u64, Error> {
    let sql = fill(
        "WITH fresh AS MATERIALIZED (
             SELECT asked.product_id, {composed.columns}
             FROM unnest($1::bigint[]) AS asked (product_id)
             LEFT JOIN serving.composed_document AS composed USING (product_id)
         )
         INSERT INTO {schema}.changed_document (product_id, {columns})
         SELECT fresh.product_id, {fresh.columns}
         FROM fresh LEFT JOIN serving.product_document AS stored USING (product_id)
         WHERE ({stored.columns}) IS DISTINCT FROM ({fresh.columns})",
    );
    client
        .execute(&sql.replace("{schema}", SCHEMA), &[&ids])
        .await
}

/// Writes the documents that wait, each with the next version; `written` is called with the number of each step. The lock
/// of the refresher must be held.
///
/// # Errors
///
/// Database errors.
pub async fn write(client: &Client, written: impl Fn(u64)) -> Result<u64, Error> {
    let sql = fill(
        "WITH next AS (
             SELECT * FROM {schema}.changed_document WHERE product_id > $1 ORDER BY product_id LIMIT $2
         ), written AS (
             INSERT INTO serving.product_document (product_id, version, deleted, {columns}, changed_at, composed_at)
             SELECT product_id, nextval('serving.document_version'), listing IS NULL, {columns}, NULL, clock_timestamp()
             FROM next
             ON CONFLICT (product_id) DO UPDATE SET
                 version = excluded.version, deleted = excluded.deleted, {assignments},
                 changed_at = excluded.changed_at, composed_at = excluded.composed_at
             RETURNING product_id
         )
         SELECT count(*), max(product_id) FROM written",
    );
    let statement = client.prepare(&sql.replace("{schema}", SCHEMA)).await?;
    let (mut last, mut total) = (i64::MIN, 0);
    loop {
        let row = client
            .query_one(&statement, &[&last, &DOCUMENTS_PER_STATEMENT])
            .await?;
        let Some(id) = row.get(1) else {
            return Ok(total);
        };
        last = id;
        let count = row.get::<_, i64>(0).unsigned_abs();
        total += count;
        written(count);
    }
}

/// Queues the products `failed`, which could not be composed, for the refresher, which tries them one by one, and releases
/// the others of `ids`, by default all, from quarantine.
///
/// # Errors
///
/// Database errors.
pub async fn settle(client: &Client, ids: Option<&[i64]>, failed: &[i64]) -> Result<(), Error> {
    let release =
        "DELETE FROM serving.refresh_failure WHERE product_id = ANY ($1) OR $1::bigint[] IS NULL";
    client.execute(release, &[&ids]).await?;
    let queue = "INSERT INTO serving.bulk_change (product_ids) SELECT $1::bigint[] WHERE cardinality($1::bigint[]) > 0";
    client.execute(queue, &[&failed]).await?;
    Ok(())
}

/// Makes everything visible, and wakes the feeds of all servers.
///
/// # Errors
///
/// Database errors.
pub async fn commit(client: &Client) -> Result<(), Error> {
    client
        .batch_execute(&format!("NOTIFY {NOTIFICATION_CHANNEL}; COMMIT"))
        .await
}
