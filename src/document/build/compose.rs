//! Composes the documents of a staged catalogue from the one view that defines them.

use tokio_postgres::{Client, Error};

/// Products composed by one statement: enough to hide a round trip, little enough to show progress.
const PRODUCTS_PER_STATEMENT: i64 = 2_000;

/// A range of product ids, with how many products are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The smallest id.
    pub first: i64,
    /// The largest id.
    pub last: i64,
    /// Number of products.
    pub products: u64,
}

/// Cuts the products of table `products` (named as the session's `search_path` finds it) into ranges.
///
/// # Errors
///
/// Database errors.
pub async fn ranges(client: &Client, products: &str, id: &str) -> Result<Vec<Range>, Error> {
    let sql = format!(
        "SELECT min(id), max(id), count(*)
         FROM (SELECT {id} AS id, (row_number() OVER (ORDER BY {id}) - 1) / $1 AS range FROM {products}) AS numbered
         GROUP BY range ORDER BY 1"
    );
    let rows = client.query(&sql, &[&PRODUCTS_PER_STATEMENT]).await?;
    let range = |row: &tokio_postgres::Row| Range {
        first: row.get(0),
        last: row.get(1),
        products: row.get::<_, i64>(2).unsigned_abs(),
    };
    Ok(rows.iter().map(range).collect())
}

/// The version that all documents of the next publication get.
///
/// One for all: a server that sees a new epoch forgets everything, so nobody follows the feed across a publication.
///
/// # Errors
///
/// Database errors.
pub async fn next_version(client: &Client) -> Result<i64, Error> {
    Ok(client
        .query_one("SELECT nextval('serving.document_version')", &[])
        .await?
        .get(0))
}

/// Composes the products of `range`, has them be found by their words, and returns how many there were. Runs with the
/// staging schema as `search_path`.
///
/// # Errors
///
/// Database errors.
pub async fn compose(client: &Client, version: i64, range: Range) -> Result<u64, Error> {
    // The bounds stand in the text: a generic plan could not know how narrow the range is.
    let sql = format!(
        "WITH composed AS (
             INSERT INTO product_document (product_id, version, listing, detail, styles, related, card)
             SELECT product_id, {version}, listing, detail, styles, related, card
             FROM composed_document WHERE product_id BETWEEN {} AND {}
             RETURNING product_id, listing
         ), indexed AS (
             INSERT INTO product_words (product_id, words)
             SELECT product_id, search.words_of(listing) FROM composed
         )
         SELECT count(*) FROM composed",
        range.first, range.last
    );
    let count: i64 = client.query_one(&sql, &[]).await?.get(0);
    Ok(count.unsigned_abs())
}

/// Fills the staged vocabulary with the words of all products that were composed.
pub const FILL_VOCABULARY: &str = "INSERT INTO vocabulary (word, stem)
    SELECT word, search.stem(word) FROM ts_stat('SELECT words FROM product_words') WHERE left(word, 1) NOT IN ('=', '@')";
