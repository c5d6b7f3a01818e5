//! The skus that one statement changes.

use super::catalog::{Catalog, Sku};

/// Number of skus that the statement changes, if the catalog has as many.
const SKUS: i64 = 100_000;

/// Skus to change, in the order in which they will be queued, with their new quantities.
pub struct Bulk {
    /// Sku and new quantity.
    pub skus: Vec<(Sku, i64)>,
    /// Number of their products.
    pub products: usize,
}

impl Bulk {
    /// Chooses skus evenly from the catalog, so that they belong to as many products as possible.
    pub async fn choose(catalog: &Catalog) -> Self {
        let count = SKUS.min(catalog.skus / 2);
        let first = catalog.new_quantities(2 * count);
        let sql = format!(
            "CREATE TEMPORARY TABLE chosen AS
             SELECT sku.id, style.product_id, sku.style_id, {first} + row_number() OVER (ORDER BY sku.style_id, sku.id) AS quantity
             FROM (SELECT id, style_id FROM catalog.sku WHERE id % {} = 0 LIMIT {count}) AS sku
             JOIN catalog.style ON style.id = sku.style_id;
             ALTER TABLE chosen ADD PRIMARY KEY (id);
             ANALYZE chosen",
            catalog.skus / count
        );
        let client = &catalog.client;
        client
            .batch_execute(&sql)
            .await
            .expect("skus can be chosen");
        let sql = "SELECT id, product_id, quantity FROM chosen ORDER BY style_id, id";
        let rows = client.query(sql, &[]).await.expect("they can be read");
        let of = |row: &tokio_postgres::Row| {
            let (id, product) = (row.get(0), row.get(1));
            (Sku { id, product }, row.get(2))
        };
        let skus: Vec<(Sku, i64)> = rows.iter().map(of).collect();
        let mut products: Vec<i64> = skus.iter().map(|(sku, _)| sku.product).collect();
        products.sort_unstable();
        products.dedup();
        Self {
            products: products.len(),
            skus,
        }
    }

    /// Returns evenly spread skus and the last one, with their positions.
    pub fn spread(&self, count: usize) -> impl DoubleEndedIterator<Item = (usize, Sku, i64)> {
        let step = self.skus.len().div_ceil(count).max(1);
        let numbers = (0..self.skus.len()).rev().step_by(step);
        numbers.rev().map(|number| {
            let (sku, quantity) = self.skus[number];
            (number, sku, quantity)
        })
    }
}
