//! Ranking of search results, and their maximum number.
//!
//! The migration stores words with the same fields, weights and partitions. A test compares them.

use std::sync::LazyLock;

/// Maximum number of products that a search finds. Those with all words in their names come first. Further products are
/// not even read, so that frequent words cost no more than others.
pub const MAX_RESULTS: usize = 1_000;

/// Partitions of the products. Each has an index of its own.
pub const PARTITIONS: usize = 16;

/// Fields of the listing that are searched, with the label of their words and its weight in the rank.
pub const FIELDS: [(&str, char, f32); 4] = [
    ("name", 'A', 1.0),
    ("category", 'B', 0.4),
    ("slogan", 'C', 0.2),
    ("description", 'D', 0.1),
];

/// Prefix under which the words of a name are stored once more, so that they can be found in names only.
pub(super) const NAME_PREFIX: &str = "=";

/// Settings of a session that searches. The threshold is low, because one typo in a word of four letters leaves little
/// similarity.
pub const SESSION_SETTINGS: &str =
    "SET pg_trgm.similarity_threshold = 0.1; SET max_parallel_workers_per_gather = 0";

/// Statement that finds products.
pub(super) static FIND: LazyLock<String> = LazyLock::new(|| {
    // PostgreSQL names the weights from D to A.
    let weights = FIELDS.map(|(_, _, weight)| weight.to_string());
    let weights: Vec<String> = weights.into_iter().rev().collect();
    include_str!("find.sql")
        .replace(
            "{in_name}",
            &in_each_partition("words @@ (SELECT in_name FROM asked)"),
        )
        .replace(
            "{elsewhere}",
            &in_each_partition(
                "words @@ (SELECT anywhere FROM asked) AND NOT words @@ (SELECT in_name FROM asked)",
            ),
        )
        .replace("{max_results}", &MAX_RESULTS.to_string())
        .replace("{weights}", &weights.join(", "))
});

/// Reads one partition after the other and stops when there are enough products.
fn in_each_partition(condition: &str) -> String {
    let part = |n| {
        format!(
            "SELECT product_id, words FROM search.product_words WHERE (product_id & {}) = {n} AND {condition}",
            PARTITIONS - 1
        )
    };
    let parts: Vec<String> = (0..PARTITIONS).map(part).collect();
    parts.join(" UNION ALL ")
}
