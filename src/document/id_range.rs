//! Ranges of product ids, which divide work on all products.

use tokio_postgres::{Client, Error, Row};

/// Products per range: enough to hide a round trip, few enough to show progress.
const PRODUCTS_PER_RANGE: i64 = 2_000;

/// Range of product ids, with the number of products in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    /// The smallest id.
    pub first: i64,
    /// The largest id.
    pub last: i64,
    /// Number of products.
    pub products: u64,
}

impl IdRange {
    /// The two halves of a range of more than one id. Of neither is the number of products known.
    #[must_use]
    pub fn halves(self) -> [Self; 2] {
        let middle = self.first + (self.last - self.first) / 2;
        let part = |first, last| Self {
            first,
            last,
            products: 0,
        };
        [part(self.first, middle), part(middle + 1, self.last)]
    }
}

/// Divides the ids in column `id` of the table `products` (as the session's `search_path` finds it) into ranges.
///
/// # Errors
///
/// Database errors.
pub async fn ranges(client: &Client, products: &str, id: &str) -> Result<Vec<IdRange>, Error> {
    let sql = format!(
        "SELECT min(id), max(id), count(*)
         FROM (SELECT {id} AS id, (row_number() OVER (ORDER BY {id}) - 1) / $1 AS range FROM {products}) AS numbered
         GROUP BY range ORDER BY 1"
    );
    let rows = client.query(&sql, &[&PRODUCTS_PER_RANGE]).await?;
    let range = |row: &Row| IdRange {
        first: row.get(0),
        last: row.get(1),
        products: row.get::<_, i64>(2).unsigned_abs(),
    };
    Ok(rows.iter().map(range).collect())
}

/// Extends the first and the last range so that all ranges together cover every possible id.
///
/// Otherwise products outside the ids of the documents would be missed.
#[must_use]
pub fn cover_all(mut ranges: Vec<IdRange>) -> Vec<IdRange> {
    if ranges.is_empty() {
        ranges.push(IdRange {
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
