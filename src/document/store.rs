//! Reads for requests and feeds: documents, changes, the publication, pending changes.
//!
//! No other module reads the document tables to answer a request. `build` and `refresh` write them; `audit` compares
//! them. A document stays bytes from the row to the socket: nothing here parses one.

use bytes::Bytes;
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    dsl::{max, sql},
    pg::{Pg, PgValue},
    prelude::{
        ExpressionMethods as _, HasQuery, JoinOnDsl as _, QueryDsl as _, QueryResult, Queryable,
        SelectableHelper as _,
    },
    result::Error,
    sql_types::{Array, BigInt, Bool, Double, Jsonb, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use uuid::Uuid;

use crate::db::{
    schema::serving::{product_document, publication, published_product},
    statement::statement,
};

/// Channel on which the writers of documents notify their readers.
pub const NOTIFICATION_CHANNEL: &str = "atelierex_change";

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

/// Row of `serving.product_document`.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = product_document)]
pub struct ProductDocument {
    /// The product.
    pub product_id: i64,
    /// Position in the feed.
    pub version: i64,
    /// The product is deleted and has no documents.
    pub deleted: bool,
    /// An element of `GET /products`.
    pub listing: Option<JsonBytes>,
    /// `GET /products/{product_id}`.
    pub detail: Option<JsonBytes>,
    /// `GET /products/{product_id}/styles`.
    pub styles: Option<JsonBytes>,
    /// `GET /products/{product_id}/related`.
    pub related: Option<JsonBytes>,
    /// Summary for other products' pages.
    pub card: Option<JsonBytes>,
}

/// Rows of documents, with the publication that they belong to.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The publication that was served when the rows were read.
    pub publication: Publication,
    /// The rows, in no particular order. Ids without a row are missing.
    pub documents: Vec<ProductDocument>,
}

/// Current head of the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The publication that is being served.
    pub publication: Publication,
    /// The highest version.
    pub version: i64,
}

/// The catalog as it was published.
#[derive(Clone, Debug)]
pub struct Published {
    /// The publication.
    pub publication: Publication,
    /// Ids of its products, in groups.
    pub groups: Vec<Group>,
}

/// Products of one category whose ids share all but their last sixteen bits.
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
    /// Returns the ids.
    pub fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        let first = self.block << 16;
        let offset = |bytes: &[u8; 2]| i64::from(i16::from_be_bytes(*bytes)) + 32_768;
        let (pairs, _) = self.offsets.as_chunks::<2>();
        pairs.iter().map(move |bytes| first + offset(bytes))
    }
}

/// Publication that is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, HasQuery)]
#[diesel(table_name = publication)]
pub struct Publication {
    /// A new epoch makes all cached documents stale.
    pub epoch: Uuid,
    /// Lowest version of this epoch's documents.
    pub first_version: i64,
    /// Position of the feed that [`published`] includes.
    pub last_version: i64,
}

/// Change of a document, as the feed reports it.
#[derive(Clone, Debug, PartialEq, Queryable)]
pub struct Change {
    /// Epoch of the publication in which it was written.
    pub epoch: Option<Uuid>,
    /// The product whose documents were written.
    pub product_id: i64,
    /// Its new version.
    pub version: i64,
    /// The product is deleted.
    pub deleted: bool,
    /// Its category.
    pub category: Option<String>,
    /// Time from the change of a source row to the document, in seconds; `None` for a loaded document.
    pub queued_seconds: Option<f64>,
    /// Time from the document to this read, in seconds, by the database's clock.
    pub age_seconds: Option<f64>,
}

/// Reads the rows of `ids` together with the publication that they belong to.
///
/// One statement, so that both are of the same moment. It is prepared once, for any number of ids.
///
/// # Errors
///
/// Database errors; `NotFound` if the row of the publication is missing.
pub async fn fetch(conn: &mut AsyncPgConnection, ids: &[i64]) -> QueryResult<Fetched> {
    // The outer join returns the publication even if none of the ids has a row.
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
    Ok(Fetched {
        publication,
        documents,
    })
}

/// Reads the head of the feed, in one statement.
///
/// # Errors
///
/// Database errors; `NotFound` if the row of the publication is missing.
pub async fn head(conn: &mut AsyncPgConnection) -> QueryResult<Head> {
    let highest = product_document::table.select(max(product_document::version));
    let (publication, version) = publication::table
        .select((Publication::as_select(), highest.single_value()))
        .first::<(Publication, Option<i64>)>(conn)
        .await?;
    // A publication without products has a head, too.
    let version = version.unwrap_or(0).max(publication.last_version);
    Ok(Head {
        publication,
        version,
    })
}

/// Reads the catalog as it was published. Later changes are in the feed.
///
/// # Errors
///
/// Database errors.
pub async fn published(conn: &mut AsyncPgConnection) -> QueryResult<Published> {
    // One transaction, so that no publication comes between the statements.
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

statement! {
    struct ChangesAfter(version: i64 as BigInt, limit: i64 as BigInt)
        -> (Nullable<SqlUuid>, BigInt, BigInt, Bool, Nullable<Text>, Nullable<Double>, Nullable<Double>)
        = include_str!("changes_after.sql");
}

/// Reads the changes after `version`, in order of version, at most `limit`.
///
/// Each change has a version of its own. Only the documents of one publication share a version.
///
/// # Errors
///
/// Database errors.
pub async fn changes_after(
    conn: &mut AsyncPgConnection,
    version: i64,
    limit: i64,
) -> QueryResult<Vec<Change>> {
    ChangesAfter::new(version, limit).load(conn).await
}

/// Returns whether the schema that requests read exists.
///
/// # Errors
///
/// Database errors.
pub async fn is_migrated(conn: &mut AsyncPgConnection) -> QueryResult<bool> {
    diesel::select(sql::<Bool>(
        "to_regclass('serving.publication') IS NOT NULL",
    ))
    .get_result(conn)
    .await
}

/// Returns the identity of the database's history, which changes with a failover or a restore; `None` on a standby,
/// which has none of its own.
///
/// # Errors
///
/// Database errors.
pub async fn history(conn: &mut AsyncPgConnection) -> QueryResult<Option<String>> {
    diesel::select(sql::<Nullable<Text>>(
        "CASE WHEN NOT pg_is_in_recovery()
         THEN concat((SELECT system_identifier FROM pg_control_system()), ' ', left(pg_walfile_name(pg_current_wal_lsn()), 8))
         END",
    ))
    .get_result(conn)
    .await
}

/// Subscribes to the notifications about written documents.
///
/// # Errors
///
/// Database errors. A standby rejects LISTEN.
pub async fn listen(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    conn.batch_execute(&format!("LISTEN {NOTIFICATION_CHANNEL}"))
        .await
}

statement! {
    struct PendingProducts(ids: &'a [i64] as Array<BigInt>) -> BigInt
        = "SELECT id FROM serving.pending_products($1) AS pending (id)";
}

/// Reads which of the products `ids` have committed changes that their documents do not show yet.
///
/// # Errors
///
/// Database errors.
pub async fn pending(conn: &mut AsyncPgConnection, ids: &[i64]) -> QueryResult<Vec<i64>> {
    PendingProducts::new(ids).load(conn).await
}

/// Pending changes up to a moment.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Pending {
    /// The moment, by the database's clock.
    pub since: String,
    /// There are pending changes.
    pub is_pending: bool,
}

// By time and not by number: rows that are put back into the queue keep their time.
statement! {
    struct PendingSince(since: Option<String> as Nullable<Text>) -> (Text, Bool)
        = "SELECT since::text,
               EXISTS (SELECT FROM serving.change_queue WHERE changed_at <= since)
               OR EXISTS (SELECT FROM serving.bulk_change WHERE changed_at <= since)
           FROM (SELECT COALESCE($1::text::timestamptz, clock_timestamp()) AS since OFFSET 0) AS asked";
}

/// Reads whether changes from before `since` (default: now) are missing in the documents. Products that cannot be
/// composed do not count.
///
/// # Errors
///
/// Database errors.
pub async fn pending_since(
    conn: &mut AsyncPgConnection,
    since: Option<String>,
) -> QueryResult<Pending> {
    PendingSince::new(since).get_result(conn).await
}
