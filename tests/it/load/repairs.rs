//! Each fault of an export that can be repaired: it is reported, and no row is lost.

use crate::support::{
    database_state::cards,
    export::{Export, Finding, finding, read_report, start_load},
    fixtures::three_products,
    model::Catalog,
    sample::{expected, sample, sample_catalog},
    server::Server,
    test_database::{TestDatabase, temporary_folder},
};

/// Loads an export, which must succeed with these findings and serve this catalog.
pub async fn expect_load(export: &Export, findings: &[Finding], catalog: &Catalog) {
    let database = TestDatabase::new().await;
    // In a catalog of three products every rejected row is more than a tenth.
    let load = export
        .load(database.url(), &["--force"])
        .await
        .expect_code(0);
    let mut wanted = findings.to_vec();
    wanted.sort();
    assert_eq!(export.findings(), wanted);
    for Finding {
        file, rule, action, ..
    } in findings
    {
        let told = load.out.lines().chain(load.log.lines()).any(|line| {
            [file, rule, action]
                .into_iter()
                .all(|word| line.contains(word.as_str()))
        });
        assert!(
            told,
            "{action} by {rule} in {file} is not in\n{}\n{}",
            load.out, load.log
        );
    }
    let server = Server::start(database.url(), &[]).await;
    server.expect_catalog(catalog).await;
}

pub fn repaired(file: &str, id: u32, rule: &str) -> Finding {
    finding(file, id + 1, &id.to_string(), rule, "repaired")
}

pub fn rejected(file: &str, id: u32, rule: &str) -> Finding {
    finding(file, id + 1, &id.to_string(), rule, "rejected")
}

#[tokio::test]
async fn a_well_formed_export_has_no_findings() {
    let catalog = three_products();
    expect_load(&Export::of(&catalog), &[], &catalog).await;
}

#[tokio::test]
async fn the_sample_loses_nothing_but_the_related_id_that_is_no_product() {
    let database = TestDatabase::new().await;
    let folder = temporary_folder();
    let report = folder.path().join("report.csv");
    start_load(database.url(), &sample_catalog(), &report, &[])
        .finish()
        .await
        .expect_code(0);
    let wanted = [
        finding("photos.csv", 178, "177", "misspelled-scheme", "repaired"),
        finding(
            "photos.csv",
            266,
            "265",
            "missing-closing-quote",
            "repaired",
        ),
        finding("photos.csv", 49, "48", "missing-closing-quote", "repaired"),
        finding("related.csv", 52, "51", "related-id-zero", "rejected"),
    ];
    assert_eq!(read_report(&report), wanted);
    let server = Server::start(database.url(), &[]).await;
    server.expect_catalog(&sample()).await;
    assert_eq!(cards(&database).await, expected("cards"));
}

#[tokio::test]
async fn a_missing_closing_quote_ends_its_field_at_the_end_of_the_line() {
    let catalog = three_products();
    let export = Export::of(&catalog);
    export.replace("photos.csv", "small/2\"", "small/2");
    export.replace(
        "features.csv",
        "2,2,\"Feature 2\",\"Canvas\"\n",
        "2,2,\"Feature 2\",\"Canvas\n",
    );
    let findings =
        ["photos.csv", "features.csv"].map(|file| repaired(file, 2, "missing-closing-quote"));
    expect_load(&export, &findings, &catalog).await;
}

#[tokio::test]
async fn a_missing_closing_quote_is_repaired_row_after_row_and_at_the_end() {
    let catalog = three_products();
    let export = Export::of(&catalog);
    export.edit("photos.csv", |bytes| {
        let text = String::from_utf8(bytes).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        format!("{header}\n{}", rows.replace("\"\n", "\n").trim_end()).into_bytes()
    });
    let findings = [1, 2, 3, 4].map(|id| repaired("photos.csv", id, "missing-closing-quote"));
    expect_load(&export, &findings, &catalog).await;
}

#[tokio::test]
async fn a_missing_closing_quote_before_a_carriage_return_does_not_keep_it() {
    let catalog = three_products();
    let export = Export::of(&catalog);
    export.replace("photos.csv", "small/3\"\n", "small/3\r\n");
    expect_load(
        &export,
        &[repaired("photos.csv", 3, "missing-closing-quote")],
        &catalog,
    )
    .await;
}

#[tokio::test]
async fn a_misspelled_scheme_loses_its_first_letter() {
    let catalog = three_products();
    let export = Export::of(&catalog);
    export.replace(
        "photos.csv",
        "https://photos.example/small/2",
        "uhttps://photos.example/small/2",
    );
    export.replace(
        "photos.csv",
        "https://photos.example/full/4",
        "uhttps://photos.example/full/4",
    );
    let findings = [2, 4].map(|id| repaired("photos.csv", id, "misspelled-scheme"));
    expect_load(&export, &findings, &catalog).await;
}

#[tokio::test]
async fn both_repairs_can_be_of_one_row() {
    let catalog = three_products();
    let export = Export::of(&catalog);
    export.replace(
        "photos.csv",
        "https://photos.example/small/2\"",
        "uhttps://photos.example/small/2",
    );
    let findings =
        ["missing-closing-quote", "misspelled-scheme"].map(|rule| repaired("photos.csv", 2, rule));
    expect_load(&export, &findings, &catalog).await;
}
