//! Exports that a load accepts, and those that it rejects as a whole without any change.

use std::fs;

use crate::support::{
    export::HEADERS,
    export::{Export, finding, start_load},
    fixtures::{named, three_products},
    program::{Running, command, run},
    server::Server,
    test_database::TestDatabase,
    wait,
};

/// Change of a file in transit.
type Change = fn(Vec<u8>) -> Vec<u8>;

fn crlf(bytes: Vec<u8>) -> Vec<u8> {
    String::from_utf8(bytes)
        .unwrap()
        .replace('\n', "\r\n")
        .into_bytes()
}

fn byte_order_mark(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.splice(..0, *b"\xEF\xBB\xBF");
    bytes
}

fn no_final_line_break(mut bytes: Vec<u8>) -> Vec<u8> {
    while bytes.last().is_some_and(|byte| b"\r\n".contains(byte)) {
        bytes.pop();
    }
    bytes
}

/// A space after each comma of the header.
fn spaced_header(bytes: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(bytes).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    format!("{}\n{rows}", header.replace(',', ", ")).into_bytes()
}

/// A space after each comma that separates fields; the catalog's texts have none but one.
fn spaced_rows(bytes: Vec<u8>) -> Vec<u8> {
    String::from_utf8(bytes)
        .unwrap()
        .replace(',', ", ")
        .replace("Soft,  warm", "Soft, warm")
        .into_bytes()
}

#[tokio::test]
async fn header_variants_that_are_seen_in_the_wild_are_accepted() {
    let catalog = three_products();
    let variants: [(&str, &[Change]); 7] = [
        ("CRLF", &[crlf]),
        ("byte order mark", &[byte_order_mark]),
        ("no final line break", &[no_final_line_break]),
        ("space after commas of the header", &[spaced_header]),
        ("space after all commas", &[spaced_rows]),
        (
            "byte order mark, CRLF and spaces",
            &[spaced_header, crlf, byte_order_mark],
        ),
        ("CRLF without the final one", &[crlf, no_final_line_break]),
    ];
    for (name, changes) in variants {
        let export = Export::of(&catalog);
        for (file, _) in HEADERS {
            for change in changes {
                export.edit(file, change);
            }
        }
        let database = TestDatabase::new().await;
        export
            .load(database.url(), &["--strict"])
            .await
            .expect_code(0);
        assert_eq!(export.findings(), [], "{name}");
        Server::start(database.url(), &[])
            .await
            .expect_catalog(&catalog)
            .await;
    }
}

#[tokio::test]
async fn an_export_of_headers_is_an_empty_catalog() {
    let catalog = crate::support::model::Catalog::default();
    let database = TestDatabase::new().await;
    Export::of(&catalog)
        .load(database.url(), &[])
        .await
        .expect_code(0);
    Server::start(database.url(), &[])
        .await
        .expect_catalog(&catalog)
        .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_by_its_name_and_column() {
    let database = TestDatabase::new().await;
    let before = named("Before", 5);
    Export::of(&before)
        .load(database.url(), &[])
        .await
        .expect_code(0);
    for (file, header) in HEADERS {
        let columns: Vec<&str> = header.split(',').collect();
        let last = columns[columns.len() - 1];
        let reordered = [&[columns[1], columns[0]], &columns[2..]]
            .concat()
            .join(",");
        let renamed = header.replace(last, "other_name");
        let shortened = columns[..columns.len() - 1].join(",");
        for (replacement, words) in [
            (reordered, [file, columns[1]]),
            (renamed, [file, "other_name"]),
            (format!("{header},extra"), [file, "extra"]),
            (shortened, [file, last]),
        ] {
            let export = Export::of(&three_products());
            export.replace(file, header, &replacement);
            let load = export.load(database.url(), &[]).await;
            load.expect_code(1).expect_words(&words);
        }
    }
    Server::start(database.url(), &[])
        .await
        .expect_catalog(&before)
        .await;
}

#[tokio::test]
async fn a_swap_of_sale_price_and_original_price_is_not_taken_for_the_format() {
    let database = TestDatabase::new().await;
    let export = Export::of(&three_products());
    export.replace(
        "styles.csv",
        "sale_price,original_price",
        "original_price,sale_price",
    );
    export
        .load(database.url(), &[])
        .await
        .expect_code(1)
        .expect_words(&["styles.csv", "sale_price"]);
}

#[tokio::test]
async fn a_missing_file_a_missing_folder_and_an_empty_file_are_named() {
    let database = TestDatabase::new().await;
    for (file, _) in HEADERS {
        let export = Export::of(&three_products());
        fs::remove_file(export.path(file)).unwrap();
        export
            .load(database.url(), &[])
            .await
            .expect_code(1)
            .expect_words(&[file]);
        fs::write(export.path(file), "").unwrap();
        export
            .load(database.url(), &[])
            .await
            .expect_code(1)
            .expect_words(&[file, "empty"]);
    }
    run(database.url(), &["load", "no-such-folder"])
        .await
        .expect_code(1)
        .expect_words(&["no-such-folder"]);
}

#[tokio::test]
async fn strict_fails_on_any_reject_and_changes_nothing() {
    let database = TestDatabase::new().await;
    let before = named("Before", 5);
    Export::of(&before)
        .load(database.url(), &["--strict"])
        .await
        .expect_code(0);
    let schemas =
        "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' ORDER BY nspname";
    let without_leftovers = database.json(schemas).await;

    let mut after = three_products();
    after.related[1].related_product_id = 0;
    let export = Export::of(&after);
    export
        .load(database.url(), &["--strict"])
        .await
        .expect_code(1)
        .expect_words(&["strict"]);
    assert_eq!(
        export.findings(),
        [finding(
            "related.csv",
            3,
            "2",
            "related-id-zero",
            "rejected"
        )]
    );
    assert_eq!(database.json(schemas).await, without_leftovers);
    let server = Server::start(database.url(), &[]).await;
    server.expect_catalog(&before).await;
    run(database.url(), &["audit"]).await.expect_code(0);

    export
        .load(database.url(), &["--force"])
        .await
        .expect_code(0);
    after.related.remove(1);
    Server::start(database.url(), &[])
        .await
        .expect_catalog(&after)
        .await;
}

#[tokio::test]
async fn without_a_report_what_is_found_is_counted_and_no_file_is_written() {
    let database = TestDatabase::new().await;
    let mut catalog = three_products();
    catalog.related[1].related_product_id = 0;
    let export = Export::of(&catalog);
    let (folder, workplace) = (export.folder(), tempfile::tempdir().unwrap());
    let load = async |flags: &[&str]| {
        let arguments = [&["load", folder.to_str().unwrap()], flags].concat();
        let mut load = command(&arguments);
        load.env("DATABASE_URL", database.url());
        let load = Running::of(load.current_dir(workplace.path()));
        load.finish().await
    };
    let found = "related-id-zero, the first in line 3";
    let strict = load(&["--strict"]).await.expect_code(1);
    strict.expect_words(&["1 in related.csv by rule", found, "--report FILE"]);
    let load = load(&["--force"]).await.expect_code(0);
    load.expect_words(&["1 rejected by rule", found, "--report FILE"]);
    assert_eq!(fs::read_dir(workplace.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_report_over_a_file_of_the_export_is_refused_before_anything_is_done() {
    let database = TestDatabase::new().await;
    let export = Export::of(&three_products());
    let skus = export.path("skus.csv");
    let before = fs::read(&skus).unwrap();
    let link = export.folder().join("report.csv");
    std::os::unix::fs::symlink(&skus, &link).unwrap();
    for report in [&skus, &link] {
        start_load(database.url(), &export.folder(), report, &[])
            .finish()
            .await
            .expect_code(1)
            .expect_words(&["the export's own skus.csv", "--report"]);
        assert_eq!(fs::read(&skus).unwrap(), before);
    }
    let products = "SELECT count(*) FROM catalog.product";
    assert_eq!(database.value(products).await, 0);
}

#[tokio::test]
async fn an_interrupted_load_leaves_the_report_from_before() {
    let database = TestDatabase::new().await;
    let export = Export::of(&three_products());
    export.load(database.url(), &[]).await.expect_code(0);
    let mut report = export.folder();
    report.pop();
    let files = || fs::read_dir(&report).unwrap().count();
    let n_files = files();
    let report = report.join("report.csv");
    fs::write(&report, "from before").unwrap();
    let holder = database.session().await;
    let lock = "BEGIN; LOCK catalog.product IN ACCESS EXCLUSIVE MODE";
    holder.batch_execute(lock).await.unwrap();
    let load = export.start_load(database.url(), &[]);
    wait::until("the next report is begun", async || files() > n_files).await;
    load.signal("INT").await;
    holder.batch_execute("ROLLBACK").await.unwrap();
    let load = load.finish().await;
    assert_ne!(load.code, Some(0), "{}", load.log);
    assert_eq!(fs::read_to_string(&report).unwrap(), "from before");
    assert_eq!(files(), n_files);
}

#[tokio::test]
async fn strict_accepts_what_can_be_repaired() {
    let database = TestDatabase::new().await;
    let catalog = three_products();
    let export = Export::of(&catalog);
    export.replace("photos.csv", "small/2\"", "small/2");
    export
        .load(database.url(), &["--strict"])
        .await
        .expect_code(0);
    Server::start(database.url(), &[])
        .await
        .expect_catalog(&catalog)
        .await;
}

#[tokio::test]
async fn a_database_without_the_schema_is_told_to_be_migrated() {
    let database = TestDatabase::empty().await;
    let catalog = three_products();
    let export = Export::of(&catalog);
    export
        .load(database.url(), &[])
        .await
        .expect_code(1)
        .expect_words(&["atelierex migrate"]);
    run(database.url(), &["migrate"]).await.expect_code(0);
    export.load(database.url(), &[]).await.expect_code(0);
    Server::start(database.url(), &[])
        .await
        .expect_catalog(&catalog)
        .await;
}

#[tokio::test]
async fn wrong_usage_exits_with_2() {
    let database = TestDatabase::empty().await;
    for arguments in [
        &["load"][..],
        &["load", "a", "b"],
        &["unknown"],
        &["serve", "--listen", "nowhere"],
        &[],
    ] {
        run(database.url(), arguments).await.expect_code(2);
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_an_error_and_not_a_wait() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("postgres://nobody:secret-word@{nobody}/nothing");
    let load = Export::of(&three_products())
        .load(&url, &[])
        .await
        .expect_code(1);
    assert!(!load.log.contains("secret-word"), "{}", load.log);
}
