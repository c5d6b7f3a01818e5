//! Whatever an export holds, what is served is what the model makes of it.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio::runtime::Handle;

use crate::{
    contract::categories::expect_categories,
    support::{
        arbitrary_catalog::any_catalogue, database_state::cards, export::Export, model::Catalogue,
        program::run, server::Server, test_database::TestDatabase,
    },
};

/// Catalogues to try; each is loaded into the same database, so that each also replaces another.
const CASES: u32 = 16;

async fn load_and_compare(database: &TestDatabase, catalogue: &Catalogue) {
    let export = Export::of(catalogue);
    export.load(database.url(), &[]).await.expect_code(0);
    let zeros = catalogue
        .related
        .iter()
        .filter(|row| row.related_product_id == 0)
        .count();
    let findings = export.findings();
    assert_eq!(
        findings.len(),
        zeros,
        "nothing else is wrong with the export: {findings:?}"
    );
    run(database.url(), &["audit"]).await.expect_code(0);
    let server = Server::start(database.url(), &[]).await;
    server.expect_catalogue(catalogue).await;
    expect_categories(&server, catalogue).await;
    assert_eq!(cards(database).await, catalogue.cards());
}

#[tokio::test(flavor = "multi_thread")]
async fn any_catalogue_is_served_as_the_model_composes_it() {
    let database = TestDatabase::new().await;
    let runtime = Handle::current();
    let config = Config {
        cases: CASES,
        max_shrink_iters: 50,
        failure_persistence: None,
        ..Config::default()
    };
    // The same catalogues on every run: a failure is the program's and not the day's.
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    tokio::task::block_in_place(|| {
        let result = runner.run(&any_catalogue(), |catalogue| {
            runtime.block_on(load_and_compare(&database, &catalogue));
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{error}"));
    });
}
