//! `atelierex audit` finds every document that differs from its source rows.

use crate::support::{export::Export, fixtures::named, program::run, test_database::TestDatabase};

#[tokio::test]
async fn documents_that_differ_are_named_and_fail_the_audit() {
    let database = TestDatabase::new().await;
    let catalog = named("Right", 2000);
    Export::of(&catalog)
        .load(database.url(), &[])
        .await
        .expect_code(0);
    run(database.url(), &["audit"]).await.expect_code(0);
    let ids = |index: usize| catalog.products[index].id;
    for (index, tamper) in [
        (
            0,
            "UPDATE serving.product_document SET listing = listing || '{\"name\": \"Wrong\"}'",
        ),
        (777, "UPDATE serving.product_document SET styles = '{}'"),
        (300, "UPDATE serving.product_document SET related = '[1]'"),
        (301, "UPDATE serving.product_document SET card = '{}'"),
        (
            302,
            "UPDATE serving.product_document SET detail = jsonb_set(detail, '{default_price}', '40.00')",
        ),
        (303, "DELETE FROM serving.product_document"),
        (304, "UPDATE search.product_words SET words = 'wrong'"),
        (305, "DELETE FROM search.product_words"),
        (1000, "DELETE FROM catalog.product"),
    ] {
        let id = ids(index);
        let column = if tamper.contains("catalog.") {
            "id"
        } else {
            "product_id"
        };
        database
            .execute(&format!(
                "SET session_replication_role = replica; {tamper} WHERE {column} = {id}"
            ))
            .await;
        let audit = run(database.url(), &["audit"]).await.expect_code(1);
        let named = audit
            .out
            .split(|letter: char| !letter.is_ascii_digit())
            .any(|word| word == id.to_string());
        assert!(named, "{id} is not named by\n{}", audit.out);
    }
    // A catalog in which every product differs is published as a whole.
    Export::of(&named("Other", 2000))
        .load(database.url(), &[])
        .await
        .expect_code(0);
    run(database.url(), &["audit"]).await.expect_code(0);
}
