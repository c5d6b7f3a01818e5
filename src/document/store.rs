//! The only module that queries the document tables.
//!
//! A document is bytes from the row to the socket: nothing here parses one.

use bytes::Bytes;
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    dsl::{max, sql},
    pg::{Pg, PgValue},
    prelude::{
        ExpressionMethods as _, HasQuery, JoinOnDsl as _, QueryDsl as _, QueryResult, Queryable,
        QueryableByName, SelectableHelper as _,
    },
    result::Error,
    sql_query,
    sql_types::{Array, BigInt, Bool, Double, Jsonb, Nullable, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use uuid::Uuid;

use super::refresh::session::CHANNEL;
use crate::db::schema::serving::{product_document, publication, published_product};

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

/// Rows of documents, and the publication that they belong to.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The publication that was being served when the rows were read.
    pub publication: Publication,
    /// The rows, in no particular order; an id without a row is left out.
    pub documents: Vec<ProductDocument>,
}

/// Where the feed is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The publication that is being served.
    pub publication: Publication,
    /// The highest version there is.
    pub version: i64,
}

/// The catalogue as it was published.
#[derive(Clone, Debug)]
pub struct Published {
    /// The publication.
    pub publication: Publication,
    /// Ids of its products.
    pub groups: Vec<Group>,
}

/// Ids of products of one category that are equal but for their last sixteen bits.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = published_product)]
pub struct Group {
    /// The category, if they have one.
    pub category: Option<String>,
    block: i64,
    // Two bytes for each id: a million of them are read in milliseconds.
    offsets: Vec<u8>,
}

impl Group {
    /// The ids.
    pub fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        let first = self.block << 16;
        let offset = |bytes: &[u8; 2]| i64::from(i16::from_be_bytes(*bytes)) + 32_768;
        let (pairs, _) = self.offsets.as_chunks::<2>();
        pairs.iter().map(move |bytes| first + offset(bytes))
    }
}

/// Which load is being served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, HasQuery)]
#[diesel(table_name = publication)]
pub struct Publication {
    /// Changes when every cached document became invalid at once.
    pub epoch: Uuid,
    /// Every document of this epoch has at least this version.
    pub first_version: i64,
    /// Position of the feed that [`published`] accounts for.
    pub last_version: i64,
}

/// A document that was written, as the feed tells it.
#[derive(Clone, Debug, PartialEq, Queryable)]
pub struct Change {
    /// The publication that it was written in.
    pub epoch: Option<Uuid>,
    /// The product whose documents were written.
    pub product_id: i64,
    /// The version they have now.
    pub version: i64,
    /// Whether the product is gone.
    pub deleted: bool,
    /// The category that it is in.
    pub category: Option<String>,
    /// From the change of a source row to the document, in seconds; nothing for one that was loaded.
    pub queued_seconds: Option<f64>,
    /// From the document to this answer, in seconds, by the database's clock.
    pub age_seconds: Option<f64>,
}

/// Reads the rows of `ids` together with the publication they belong to.
///
/// One statement, so that both are of the same moment; prepared once, for any number of ids.
///
/// # Errors
///
/// Database errors, as they are; `NotFound` if the row of the publication is missing.
pub async fn load(conn: &mut AsyncPgConnection, ids: &[i64]) -> QueryResult<Loaded> {
    // The outer join answers even if there is none of the ids.
    let rows: Vec<(Publication, Option<ProductDocument>)> = publication::table
        .left_join(product_document::table.on(product_document::product_id.eq_any(ids)))
        .select((
            Publication::as_select(),
            Option::<ProductDocument>::as_select(),
        ))
        .load(conn)
        .await?;
    let [(publication, _), ..] = rows.as_slice() else {
        return Err(Error::NotFound);
    };
    let publication = *publication;
    let documents = rows
        .into_iter()
        .filter_map(|(_, document)| document)
        .collect();
    Ok(Loaded {
        publication,
        documents,
    })
}

/// Reads where the feed is now, in one statement.
///
/// # Errors
///
/// Database errors, as they are; `NotFound` if the row of the publication is missing.
pub async fn head(conn: &mut AsyncPgConnection) -> QueryResult<Head> {
    let highest = product_document::table.select(max(product_document::version));
    let (publication, version) = publication::table
        .select((Publication::as_select(), highest.single_value()))
        .first::<(Publication, Option<i64>)>(conn)
        .await?;
    // A publication without products has a position, too.
    let version = version.unwrap_or(0).max(publication.last_version);
    Ok(Head {
        publication,
        version,
    })
}

/// Reads the catalogue as it was published; changes since then are in the feed.
///
/// # Errors
///
/// Database errors, as they are.
pub async fn published(conn: &mut AsyncPgConnection) -> QueryResult<Published> {
    // Both of one moment: a publication in between must not be seen by half.
    conn.build_transaction()
        .repeatable_read()
        .read_only()
        .run(async |conn| {
            let publication = Publication::query().first(conn).await?;
            let groups = Group::query().load(conn).await?;
            Ok(Published {
                publication,
                groups,
            })
        })
        .await
}

/// Reads what was written after `version`, in order of version, at most `limit` rows.
///
/// Every change has a version of its own; only the documents of one publication share one.
///
/// # Errors
///
/// Database errors, as they are.
pub async fn changes_after(
    conn: &mut AsyncPgConnection,
    version: i64,
    limit: i64,
) -> QueryResult<Vec<Change>> {
    let epoch = publication::table.select(publication::epoch);
    product_document::table
        .select((
            epoch.single_value(),
            product_document::product_id,
            product_document::version,
            product_document::deleted,
            sql::<Nullable<Text>>("listing ->> 'category'"),
            sql::<Nullable<Double>>("extract(epoch FROM composed_at - changed_at)::float8"),
            sql::<Nullable<Double>>("extract(epoch FROM clock_timestamp() - composed_at)::float8"),
        ))
        .filter(product_document::version.gt(version))
        .order(product_document::version)
        .limit(limit)
        .load(conn)
        .await
}

/// Tells whether the schema that requests read has been made.
///
/// # Errors
///
/// Database errors, as they are.
pub async fn is_migrated(conn: &mut AsyncPgConnection) -> QueryResult<bool> {
    diesel::select(sql::<Bool>(
        "to_regclass('serving.publication') IS NOT NULL",
    ))
    .get_result(conn)
    .await
}

/// Names the history that the database is part of: another one after a failover or a restore. Nothing on a
/// standby, which has none of its own.
///
/// # Errors
///
/// Database errors, as they are.
pub async fn history(conn: &mut AsyncPgConnection) -> QueryResult<Option<String>> {
    diesel::select(sql::<Nullable<Text>>(
        "CASE WHEN NOT pg_is_in_recovery()
         THEN concat((SELECT system_identifier FROM pg_control_system()), ' ', left(pg_walfile_name(pg_current_wal_lsn()), 8))
         END",
    ))
    .get_result(conn)
    .await
}

/// Has the server tell when documents were written.
///
/// # Errors
///
/// Database errors, as they are: a standby takes no listeners.
pub async fn listen(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    conn.batch_execute(&format!("LISTEN {CHANNEL}")).await
}

/// Whether changes are in no document yet.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Pending {
    /// The database's time before which changes are meant.
    #[diesel(sql_type = Text)]
    pub since: String,
    /// Whether there are any.
    #[diesel(sql_type = Bool)]
    pub is_pending: bool,
}

#[derive(QueryableByName)]
struct PendingProduct {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Reads which of the products `ids` have committed changes that their documents do not show yet.
///
/// # Errors
///
/// Database errors, as they are.
pub async fn pending(conn: &mut AsyncPgConnection, ids: &[i64]) -> QueryResult<Vec<i64>> {
    let rows: Vec<PendingProduct> = sql_query("SELECT id FROM serving.pending_products($1) AS id")
        .bind::<Array<BigInt>, _>(ids)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Reads whether any change from before `since` (default: now) is in no document yet. Products that cannot be
/// composed do not count.
///
/// # Errors
///
/// Database errors, as they are.
pub async fn pending_since(
    conn: &mut AsyncPgConnection,
    since: Option<String>,
) -> QueryResult<Pending> {
    // By time and not by number: what is put back into the queue keeps its time.
    sql_query(
        "SELECT since::text AS since,
             EXISTS (SELECT FROM serving.change_queue WHERE changed_at <= since)
             OR EXISTS (SELECT FROM serving.bulk_change WHERE changed_at <= since) AS is_pending
         FROM (SELECT COALESCE($1::timestamptz, clock_timestamp()) AS since OFFSET 0) AS asked",
    )
    .bind::<Nullable<Text>, _>(since)
    .get_result(conn)
    .await
}
