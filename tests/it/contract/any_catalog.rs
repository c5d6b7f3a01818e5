//! For any export, the served documents equal those of the model.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio::runtime::Handle;

use crate::{
    contract::categories::expect_categories,
    support::{
        arbitrary_catalog::any_catalog, database_state::cards, export::Export, model::Catalog,
        program::run, server::Server, test_database::TestDatabase,
    },
};

/// Catalogs to try. Each is loaded into the same database, so that each also replaces another one.
const CASES: u32 = 16;

async fn load_and_compare(database: &TestDatabase, catalog: &Catalog) {
    let export = Export::of(catalog);
    // One random catalog lacks most of another's products.
    export
        .load(database.url(), &["--force"])
        .await
        .expect_code(0);
    let zeros = catalog
        .related
        .iter()
        .filter(|row| row.related_product_id == 0)
        .count();
    let mut findings = export.findings();
    findings.retain(|finding| finding.action != "kept");
    assert_eq!(
        findings.len(),
        zeros,
        "nothing else is wrong with the export: {findings:?}"
    );
    run(database.url(), &["audit"]).await.expect_code(0);
    let server = Server::start(database.url(), &[]).await;
    server.expect_catalog(catalog).await;
    expect_categories(&server, catalog).await;
    assert_eq!(cards(database).await, catalog.cards());
}

#[tokio::test(flavor = "multi_thread")]
async fn any_catalog_is_served_as_the_model_composes_it() {
    let database = TestDatabase::new().await;
    let runtime = Handle::current();
    let config = Config {
        cases: CASES,
        max_shrink_iters: 50,
        failure_persistence: None,
        ..Config::default()
    };
    // The same catalogs in every run: a failure is reproducible.
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    tokio::task::block_in_place(|| {
        let result = runner.run(&any_catalog(), |catalog| {
            runtime.block_on(load_and_compare(&database, &catalog));
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{error}"));
    });
}
