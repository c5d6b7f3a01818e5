//! Finding products by words.
//!
//! The words are written by triggers together with the documents (schema `search`), so that a document that is visible
//! is found by its words, too.

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

/// Products that a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matches {
    /// The publication that was served when they were found.
    pub epoch: Uuid,
    /// The products, the best first.
    pub ids: Vec<i64>,
}

/// Finds products, of one category if it is named, that have all words of `text`; if there are none, those that have
/// words which become these by a typo.
///
/// # Errors
///
/// Database errors, as they are; `NotFound` if the row of the publication is missing.
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

/// Returns the words of `text` in their order, without those that nearly every text has, with their other forms.
async fn terms(conn: &mut AsyncPgConnection, text: &str) -> QueryResult<Vec<Term>> {
    let rows: Vec<(String, Vec<String>)> = Terms::new(text).load(conn).await?;
    let term = |(word, forms)| Term { word, forms };
    Ok(rows.into_iter().map(term).collect())
}

/// Returns for each of `terms` the indexed words that look like it.
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
