//! Composes the documents of a whole catalog from the one view that defines them, into the staged tables.

use tokio_postgres::{Client, Error};

use crate::{
    document::{columns, id_range::IdRange},
    merge::private_schema::SCHEMA,
};

/// Returns the version that all documents of the next publication get.
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

/// Composes the products of `range` and indexes their words, and returns their number.
///
/// # Errors
///
/// Database errors: among them, a product that cannot be composed.
pub async fn compose(client: &Client, version: i64, range: IdRange) -> Result<u64, Error> {
    // The bounds stand in the text: a generic plan could not know how narrow the range is.
    let columns = columns::COLUMNS.join(", ");
    let composed = format!(
        "SELECT product_id, {version}, {columns}
         FROM serving.composed_document WHERE product_id BETWEEN {} AND {}",
        range.first, range.last
    );
    insert(client, &composed).await
}

/// Keeps the document that is served now of a product that cannot be composed.
///
/// # Errors
///
/// Database errors.
pub async fn keep(client: &Client, version: i64, product_id: i64) -> Result<u64, Error> {
    let columns = columns::COLUMNS.join(", ");
    let kept = format!(
        "SELECT product_id, {version}, {columns}
         FROM serving.product_document WHERE product_id = {product_id} AND NOT deleted"
    );
    insert(client, &kept).await
}

async fn insert(client: &Client, documents: &str) -> Result<u64, Error> {
    let columns = columns::COLUMNS.join(", ");
    let sql = format!(
        "WITH composed AS (
             INSERT INTO {SCHEMA}.product_document (product_id, version, {columns}) {documents}
             RETURNING product_id, listing
         ), indexed AS (
             INSERT INTO {SCHEMA}.product_words (product_id, words)
             SELECT product_id, search.words_of(listing) FROM composed
         )
         SELECT count(*) FROM composed"
    );
    let count: i64 = client.query_one(&sql, &[]).await?.get(0);
    Ok(count.unsigned_abs())
}

/// Returns the statement that fills the staged vocabulary with the words of all products that were composed.
#[must_use]
pub fn fill_vocabulary() -> String {
    format!(
        "INSERT INTO {SCHEMA}.vocabulary (word, stem)
         SELECT word, search.stem(word) FROM ts_stat('SELECT words FROM {SCHEMA}.product_words') WHERE left(word, 1) NOT IN ('=', '@')"
    )
}
