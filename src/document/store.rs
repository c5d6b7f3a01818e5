//! The only module that queries the document tables.
//!
//! A document is bytes from the row to the socket: nothing here parses one.

use bytes::Bytes;
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    pg::{Pg, PgValue},
    prelude::{ExpressionMethods as _, HasQuery, QueryDsl as _, QueryResult},
    sql_types::Jsonb,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use uuid::Uuid;

use crate::{
    db::schema::serving::{product_document, publication, published_product},
    ids::ProductId,
};

/// The text of a `jsonb` value.
#[derive(Clone, Debug, PartialEq, Eq, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
pub struct JsonBytes(pub Bytes);

impl FromSql<Jsonb, Pg> for JsonBytes {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        // The binary format of jsonb: a version byte, then the text.
        match value.as_bytes() {
            [1, text @ ..] => Ok(Self(Bytes::copy_from_slice(text))),
            _ => Err("unknown version of the binary jsonb format".into()),
        }
    }
}

/// One row of `serving.product_document`.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = product_document)]
pub struct ProductDocument {
    /// The product.
    pub product_id: i64,
    /// Position in the feed.
    pub version: i64,
    /// Whether the product is gone; then there are no documents.
    pub deleted: bool,
    /// An element of `GET /products`.
    pub listing: Option<JsonBytes>,
    /// `GET /products/{product_id}`.
    pub detail: Option<JsonBytes>,
    /// `GET /products/{product_id}/styles`.
    pub styles: Option<JsonBytes>,
    /// `GET /products/{product_id}/related`.
    pub related: Option<JsonBytes>,
    /// What other products' pages show of this one.
    pub card: Option<JsonBytes>,
}

/// Which load is being served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, HasQuery)]
#[diesel(table_name = publication)]
pub struct Publication {
    /// Changes when every cached document became invalid at once.
    pub epoch: Uuid,
    /// Every document of this epoch has at least this version.
    pub first_version: i64,
    /// Position of the feed that [`published_products`] accounts for.
    pub last_version: i64,
}

/// A document that was written, as the feed tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, HasQuery)]
#[diesel(table_name = product_document)]
pub struct Change {
    /// The product whose documents were written.
    pub product_id: i64,
    /// The version they have now.
    pub version: i64,
    /// Whether the product is gone.
    pub deleted: bool,
}

/// Reads the rows of `ids`, in no particular order; an id without a row is left out.
///
/// One statement, prepared once, for any number of ids.
///
/// # Errors
///
/// Database errors, as they are.
pub async fn load(
    conn: &mut AsyncPgConnection,
    ids: &[ProductId],
) -> QueryResult<Vec<ProductDocument>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    ProductDocument::query()
        .filter(product_document::product_id.eq_any(ids))
        .load(conn)
        .await
}

/// Reads which load is being served.
///
/// # Errors
///
/// Database errors, as they are.
pub async fn publication(conn: &mut AsyncPgConnection) -> QueryResult<Publication> {
    Publication::query().first(conn).await
}

/// Reads the ids of the products as they were published; changes since then are in the feed.
///
/// # Errors
///
/// Database errors, as they are.
pub async fn published_products(
    conn: &mut AsyncPgConnection,
) -> QueryResult<Vec<Vec<Option<i64>>>> {
    published_product::table
        .select(published_product::product_ids)
        .order(published_product::block)
        .load(conn)
        .await
}

/// Reads what was written after `version`, in order of version, at most `limit` rows.
///
/// # Errors
///
/// Database errors, as they are.
pub async fn changes_after(
    conn: &mut AsyncPgConnection,
    version: i64,
    limit: i64,
) -> QueryResult<Vec<Change>> {
    Change::query()
        .filter(product_document::version.gt(version))
        .order(product_document::version)
        .limit(limit)
        .load(conn)
        .await
}
