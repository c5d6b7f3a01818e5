//! Composes the documents of a staged catalog from the one view that defines them.

use tokio_postgres::{Client, Error};

use crate::document::{columns, id_range::IdRange};

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

/// Composes the products of `range` and indexes their words, and returns their number. Runs with the staging schema as
/// `search_path`.
///
/// # Errors
///
/// Database errors.
pub async fn compose(client: &Client, version: i64, range: IdRange) -> Result<u64, Error> {
    // The bounds stand in the text: a generic plan could not know how narrow the range is.
    let columns = columns::COLUMNS.join(", ");
    let sql = format!(
        "WITH composed AS (
             INSERT INTO product_document (product_id, version, {columns})
             SELECT product_id, {version}, {columns}
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

/// Statement that fills the staged vocabulary with the words of all products that were composed.
pub const FILL_VOCABULARY: &str = "INSERT INTO vocabulary (word, stem)
    SELECT word, search.stem(word) FROM ts_stat('SELECT words FROM product_words') WHERE left(word, 1) NOT IN ('=', '@')";
