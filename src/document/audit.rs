//! Compares documents with their recomputation.

use tokio_postgres::{Client, Error};

use super::{columns::COLUMNS, id_range::IdRange, refresh::is_of_a_product};

/// A product whose row differs from its recomputation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The product.
    pub product_id: i64,
    /// Columns of the documents that differ; `words` for its search terms, `missing` for a product without a row,
    /// `surplus` for a row without a product.
    pub documents: Vec<String>,
    /// A change is still to be composed: the product is late, not wrong.
    pub is_pending: bool,
}

/// Recomputes the products of `range` and returns those that differ, by id.
///
/// # Errors
///
/// Database errors. A product that cannot be composed is a mismatch.
pub async fn audit(client: &Client, range: IdRange) -> Result<Vec<Mismatch>, Error> {
    let condition = format!("product_id BETWEEN {} AND {}", range.first, range.last);
    match compare(client, &condition).await {
        Err(error) if is_of_a_product(&error) => {
            let sql = format!(
                "SELECT product_id FROM (
                     SELECT product_id FROM serving.product_document WHERE NOT deleted
                     UNION SELECT id FROM catalog.product
                     UNION SELECT product_id FROM search.product_words
                 ) AS present WHERE {condition} ORDER BY product_id"
            );
            let rows = client.query(&sql, &[]).await?;
            let ids: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
            audit_products(client, &ids).await
        }
        result => result,
    }
}

/// Recomputes the products `ids` and returns those that differ, by id.
///
/// # Errors
///
/// Database errors. A product that cannot be composed is a mismatch.
pub async fn audit_products(client: &Client, ids: &[i64]) -> Result<Vec<Mismatch>, Error> {
    let mut mismatches = Vec::new();
    let mut parts = vec![ids];
    // One that cannot be composed fails the whole statement: it is found by halving.
    while let Some(part) = parts.pop() {
        match (compare_products(client, part).await, part) {
            (Ok(found), _) => mismatches.extend(found),
            (Err(error), &[id]) if is_of_a_product(&error) => {
                mismatches.push(not_composed(client, id, &error).await?);
            }
            (Err(error), _) if is_of_a_product(&error) => {
                let (one, other) = part.split_at(part.len() / 2);
                parts.extend([other, one]);
            }
            (Err(error), _) => return Err(error),
        }
    }
    mismatches.sort_by_key(|mismatch| mismatch.product_id);
    Ok(mismatches)
}

async fn compare_products(client: &Client, ids: &[i64]) -> Result<Vec<Mismatch>, Error> {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    let condition = format!("product_id = ANY (ARRAY[{}]::bigint[])", ids.join(", "));
    compare(client, &condition).await
}

/// Describes a product that cannot be composed. While the refresher tries it again, it is late and not wrong.
async fn not_composed(client: &Client, product_id: i64, error: &Error) -> Result<Mismatch, Error> {
    let sql = "SELECT EXISTS (SELECT FROM serving.pending_products(ARRAY[$1::bigint]))";
    let is_pending = client.query_one(sql, &[&product_id]).await?.get(0);
    let reason = error.as_db_error().map_or("", |error| error.message());
    Ok(Mismatch {
        product_id,
        documents: vec![format!("cannot be composed: {reason}")],
        is_pending,
    })
}

/// One statement, so that documents, source rows and queue are of the same moment. At any moment, a document either
/// equals its recomputation or has a key in the queue.
async fn compare(client: &Client, condition: &str) -> Result<Vec<Mismatch>, Error> {
    let differences = COLUMNS
        .map(|of| format!("CASE WHEN stored.{of} <> composed.{of} THEN '{of}' END"))
        .join(", ");
    let sql = format!(
        "WITH differing AS MATERIALIZED (
             SELECT product_id, documents FROM (
                 SELECT product_id, array_remove(ARRAY[
                     CASE WHEN stored.version IS NULL THEN 'missing' END,
                     CASE WHEN composed.listing IS NULL THEN 'surplus' END,
                     {differences},
                     CASE WHEN words IS DISTINCT FROM search.words_of(stored.listing) THEN 'words' END], NULL) AS documents
                 FROM (SELECT * FROM serving.product_document WHERE NOT deleted AND {condition}) AS stored
                 FULL JOIN (SELECT * FROM serving.composed_document WHERE {condition}) AS composed
                     USING (product_id)
                 FULL JOIN (SELECT * FROM search.product_words WHERE {condition}) AS indexed
                     USING (product_id)
             ) AS compared
             WHERE documents <> '{{}}'
         )
         SELECT product_id, documents, product_id IN (
             SELECT serving.pending_products(ARRAY(SELECT product_id FROM differing))
         )
         FROM differing ORDER BY product_id"
    );
    let rows = client.query(&sql, &[]).await?;
    Ok(rows
        .iter()
        .map(|row| Mismatch {
            product_id: row.get(0),
            documents: row.get(1),
            is_pending: row.get(2),
        })
        .collect())
}
