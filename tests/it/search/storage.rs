//! Tables and indexes of the search.

use atelierex::search::ranking::{FIELDS, PARTITIONS};
use serde_json::json;

use crate::support::test_database::TestDatabase;

#[tokio::test]
async fn fields_weights_and_partitions_are_those_of_the_migration() {
    let database = TestDatabase::new().await;
    for (field, label, _) in FIELDS {
        let sql = format!(
            "SELECT json_agg(DISTINCT weight) FROM unnest(search.words_of('{{\"{field}\": \"Anvil\"}}')), unnest(weights) AS weight"
        );
        // The words of a name are indexed once more, to find them in names only.
        let weights = database.value(&sql).await;
        let weights = weights.as_array().unwrap();
        assert!(
            weights.contains(&json!(label.to_string())),
            "{field}: {weights:?}"
        );
    }
    let sql = "SELECT json_agg(pg_get_expr(indpred, indrelid) ORDER BY indexrelid)
               FROM pg_index WHERE indrelid = 'search.product_words'::regclass AND indpred IS NOT NULL";
    let expected: Vec<String> = (0..PARTITIONS)
        .map(|n| format!("((product_id & ({})::bigint) = {n})", PARTITIONS - 1))
        .collect();
    assert_eq!(database.value(sql).await, json!(expected));
}

#[tokio::test]
async fn every_partition_has_its_index() {
    let database = TestDatabase::new().await;
    for part in 0..16 {
        let plan = format!(
            "SET LOCAL enable_seqscan = off; EXPLAIN SELECT FROM search.product_words
             WHERE (product_id & 15) = {part} AND words @@ 'shoes'"
        );
        let session = database.session().await;
        let rows = session
            .simple_query(&format!("BEGIN; {plan}"))
            .await
            .unwrap();
        let plan = format!("{rows:?}");
        assert!(
            plan.contains(&format!("Bitmap Index Scan on product_words_{part}\""))
                || plan.contains(&format!("product_words_{part} ")),
            "{plan}"
        );
    }
}
