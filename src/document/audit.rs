//! Compares documents with their recomputation.

use tokio_postgres::{Client, Error};

use super::compose::Range;

/// A product whose row differs from what the view composes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The product.
    pub product_id: i64,
    /// The documents that differ, by column; `missing` for a product without a row, `surplus` for a row without a product.
    pub documents: Vec<String>,
}

/// Widens the first and the last range so that together they cover every id there can be.
///
/// Without that, a product outside the ids of the documents would go unseen.
#[must_use]
pub fn cover_all(mut ranges: Vec<Range>) -> Vec<Range> {
    if ranges.is_empty() {
        ranges.push(Range {
            first: i64::MIN,
            last: i64::MAX,
            products: 0,
        });
    }
    for index in 1..ranges.len() {
        ranges[index].first = ranges[index - 1].last + 1;
    }
    let end = ranges.len() - 1;
    ranges[0].first = i64::MIN;
    ranges[end].last = i64::MAX;
    ranges
}

/// Recomputes the products of `range` and returns those that differ, by id.
///
/// One statement, so that both sides are of the same moment.
///
/// # Errors
///
/// Database errors.
pub async fn audit(client: &Client, range: Range) -> Result<Vec<Mismatch>, Error> {
    let (first, last) = (range.first, range.last);
    let sql = format!(
        "SELECT product_id, documents FROM (
             SELECT product_id, array_remove(ARRAY[
                 CASE WHEN stored.version IS NULL THEN 'missing' END,
                 CASE WHEN composed.listing IS NULL THEN 'surplus' END,
                 CASE WHEN stored.listing <> composed.listing THEN 'listing' END,
                 CASE WHEN stored.detail <> composed.detail THEN 'detail' END,
                 CASE WHEN stored.styles <> composed.styles THEN 'styles' END,
                 CASE WHEN stored.related <> composed.related THEN 'related' END,
                 CASE WHEN stored.card <> composed.card THEN 'card' END], NULL) AS documents
             FROM (
                 SELECT * FROM serving.product_document WHERE NOT deleted AND product_id BETWEEN {first} AND {last}
             ) AS stored
             FULL JOIN (
                 SELECT * FROM serving.composed_document WHERE product_id BETWEEN {first} AND {last}
             ) AS composed USING (product_id)
         ) AS compared
         WHERE documents <> '{{}}' ORDER BY product_id"
    );
    let rows = client.query(&sql, &[]).await?;
    Ok(rows
        .iter()
        .map(|row| Mismatch {
            product_id: row.get(0),
            documents: row.get(1),
        })
        .collect())
}
