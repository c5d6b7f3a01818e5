//! Finding products by words: the statements that ask PostgreSQL.
//!
//! What is looked in is written by triggers together with the documents (schema `search`), so that whoever sees a
//! document finds it by its words, too.

use std::sync::LazyLock;

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use uuid::Uuid;

pub mod query;

use self::query::{Question, Term};

/// Products that one search finds at most: those that have all words in their names first. What is beyond is not even
/// looked at, so that a word that many products have costs no more than others.
pub const MOST: i64 = 1_000;

/// Parts of the products, each with an index of its own. As the migration says.
const PARTS: i64 = 16;

/// The session setting below which words are not thought similar: one typo in a word of four letters leaves little.
pub const SETTINGS: &str =
    "SET pg_trgm.similarity_threshold = 0.1; SET max_parallel_workers_per_gather = 0";

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The publication that was being served when it looked.
    pub epoch: Uuid,
    /// The products, the best first.
    pub ids: Vec<i64>,
}

/// The words of `text` in their order, those left out that nearly every text has, with their other forms.
///
/// # Errors
///
/// Database errors, as they are.
pub async fn terms(conn: &mut AsyncPgConnection, text: &str) -> QueryResult<Vec<Term>> {
    let rows: Vec<(String, Vec<String>)> = TermsQuery { text }.load(conn).await?;
    let term = |(word, forms)| Term { word, forms };
    Ok(rows.into_iter().map(term).collect())
}

/// For each of `terms`, words there are that look like it.
///
/// # Errors
///
/// Database errors, as they are.
pub async fn similar(
    conn: &mut AsyncPgConnection,
    terms: &[Term],
) -> QueryResult<Vec<Vec<String>>> {
    let words: Vec<&str> = terms.iter().map(|term| term.word.as_str()).collect();
    SimilarQuery { words }.load(conn).await
}

/// The products that `question` asks for, of one category if it is named.
///
/// # Errors
///
/// Database errors, as they are; `NotFound` if the row of the publication is missing.
pub async fn find(
    conn: &mut AsyncPgConnection,
    question: &Question,
    category: Option<&str>,
) -> QueryResult<Found> {
    let query = FindQuery { question, category };
    let (epoch, ids) = query.get_result(conn).await?;
    Ok(Found { epoch, ids })
}

/// The beginning of a word stands for the shortest words that begin so: with these, PostgreSQL reads no more places than
/// those where all other words are, which `:*` would not allow it. If all words are in nearly every text, the beginnings
/// of others are meant.
const TERMS: [&str; 2] = [
    "WITH asked AS (
         SELECT coalesce(nullif(search.words_in(text), ''), to_tsvector('simple', text)) AS words
         FROM (SELECT ",
    "::text AS text) AS given
     ), word AS (
         SELECT lexeme AS word, positions[array_upper(positions, 1)] AS position FROM asked, unnest(words)
     )
     SELECT word, ARRAY(
         SELECT known.word FROM search.vocabulary AS known
         WHERE known.stem = search.stem(word.word) ORDER BY known.word LIMIT 16
     ) || CASE WHEN position = max(position) OVER () THEN ARRAY(
         SELECT known.word FROM search.vocabulary AS known
         WHERE known.word ^@ word.word ORDER BY length(known.word), known.word LIMIT 64
     ) END
     FROM word
     ORDER BY position",
];

const SIMILAR: [&str; 2] = [
    "SELECT ARRAY(
         SELECT known.word FROM search.vocabulary AS known
         WHERE known.word % asked.word AND known.word <> asked.word
         ORDER BY similarity(known.word, asked.word) DESC, known.word LIMIT 100
     )
     FROM unnest(",
    "::text[]) WITH ORDINALITY AS asked (word, number) ORDER BY number",
];

/// What follows the parameters of [`FindQuery`].
static FIND: LazyLock<String> = LazyLock::new(|| {
    format!(
        "::text AS category) AS given) AS marked
         ), named AS MATERIALIZED (
             SELECT * FROM ({}) AS part LIMIT {MOST}
         ), others AS MATERIALIZED (
             SELECT * FROM ({}) AS part LIMIT {MOST} - (SELECT count(*) FROM named)
         )
         SELECT epoch, ARRAY(
             SELECT product_id
             FROM (SELECT 0 AS place, * FROM named UNION ALL SELECT 1 AS place, * FROM others) AS found
             ORDER BY place, ts_rank(words, (SELECT anywhere FROM asked)) DESC, product_id
         )
         FROM serving.publication",
        of_each_part("words @@ (SELECT in_name FROM asked)"),
        of_each_part("words @@ (SELECT anywhere FROM asked) AND NOT words @@ (SELECT in_name FROM asked)"),
    )
});

/// One part after the other, so that none is read after there is enough.
fn of_each_part(condition: &str) -> String {
    let part = |n| {
        format!(
            "SELECT product_id, words FROM search.product_words WHERE (product_id & {}) = {n} AND {condition}",
            PARTS - 1
        )
    };
    (0..PARTS).map(part).collect::<Vec<_>>().join(" UNION ALL ")
}

// Statements of our own instead of `sql_query`: these are prepared once on each connection. Planning them takes longer
// than most searches.

struct TermsQuery<'a> {
    text: &'a str,
}

impl QueryId for TermsQuery<'_> {
    type QueryId = TermsQuery<'static>;
}

impl Query for TermsQuery<'_> {
    type SqlType = (Text, Array<Text>);
}

impl QueryFragment<Pg> for TermsQuery<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let [before, after] = TERMS;
        out.push_sql(before);
        out.push_bind_param::<Text, _>(self.text)?;
        out.push_sql(after);
        Ok(())
    }
}

struct SimilarQuery<'a> {
    words: Vec<&'a str>,
}

impl QueryId for SimilarQuery<'_> {
    type QueryId = SimilarQuery<'static>;
}

impl Query for SimilarQuery<'_> {
    type SqlType = Array<Text>;
}

impl QueryFragment<Pg> for SimilarQuery<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let [before, after] = SIMILAR;
        out.push_sql(before);
        out.push_bind_param::<Array<Text>, _>(&self.words)?;
        out.push_sql(after);
        Ok(())
    }
}

struct FindQuery<'a> {
    question: &'a Question,
    category: Option<&'a str>,
}

impl QueryId for FindQuery<'_> {
    type QueryId = FindQuery<'static>;
}

impl Query for FindQuery<'_> {
    type SqlType = (SqlUuid, Array<BigInt>);
}

impl QueryFragment<Pg> for FindQuery<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "WITH asked AS MATERIALIZED (
                 SELECT (in_name || of_category)::tsquery AS in_name, (anywhere || of_category)::tsquery AS anywhere
                 FROM (SELECT in_name, anywhere, coalesce('&''@' || md5(category) || '''', '') AS of_category FROM (SELECT ",
        );
        out.push_bind_param::<Text, _>(&self.question.in_name)?;
        out.push_sql("::text AS in_name, ");
        out.push_bind_param::<Text, _>(&self.question.anywhere)?;
        out.push_sql("::text AS anywhere, ");
        out.push_bind_param::<Nullable<Text>, _>(&self.category)?;
        out.push_sql(&FIND);
        Ok(())
    }
}
