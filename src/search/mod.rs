//! Searches: finding products by words.
//!
//! Triggers write the words together with the documents (schema `search`). So a visible document can be found by its
//! words.

pub mod cache;
pub mod query;
pub mod ranking;
mod typos;

use diesel::{
    QueryResult,
    sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use uuid::Uuid;

use self::query::{SearchQuery, Term};
use crate::db::statement::statement;

statement! {
    struct Terms(text: &'a str as Text) -> (Text, Array<Text>) = include_str!("terms.sql");
}

statement! {
    struct Similar(words: Vec<&'a str> as Array<Text>) -> Array<Text> = include_str!("similar.sql");
}

statement! {
    struct Find(in_name: &'a str as Text, anywhere: &'a str as Text, category: Option<&'a str> as Nullable<Text>)
        -> (SqlUuid, Array<BigInt>) = &ranking::FIND;
}

/// Result of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matches {
    /// The publication that was served at the time of the search.
    pub epoch: Uuid,
    /// The products, the best first.
    pub ids: Vec<i64>,
}

/// Finds products that have all words of `text`, restricted to `category` if there is one. If there are none, finds
/// products with words that differ by a typo.
///
/// # Errors
///
/// Database errors; `NotFound` if the row of the publication is missing.
pub async fn search(
    conn: &mut AsyncPgConnection,
    text: &str,
    category: Option<&str>,
) -> QueryResult<Matches> {
    let mut terms = terms(conn, text).await?;
    let found = find(conn, &SearchQuery::new(&terms), category).await?;
    if !found.ids.is_empty() || terms.is_empty() {
        return Ok(found);
    }
    let similar = similar(conn, &terms).await?;
    typos::expand_typos(&mut terms, similar);
    find(conn, &SearchQuery::new(&terms), category).await
}

/// Returns the words of `text` in their order, without stop words, with their other forms.
async fn terms(conn: &mut AsyncPgConnection, text: &str) -> QueryResult<Vec<Term>> {
    let rows: Vec<(String, Vec<String>)> = Terms::new(text).load(conn).await?;
    let term = |(word, forms)| Term { word, forms };
    Ok(rows.into_iter().map(term).collect())
}

/// Returns the indexed words similar to each of `terms`.
async fn similar(conn: &mut AsyncPgConnection, terms: &[Term]) -> QueryResult<Vec<Vec<String>>> {
    let words: Vec<&str> = terms.iter().map(|term| term.word.as_str()).collect();
    Similar::new(words).load(conn).await
}

async fn find(
    conn: &mut AsyncPgConnection,
    query: &SearchQuery,
    category: Option<&str>,
) -> QueryResult<Matches> {
    let statement = Find::new(&query.in_name, &query.anywhere, category);
    let (epoch, ids) = statement.get_result(conn).await?;
    Ok(Matches { epoch, ids })
}
