//! A load over a catalog writes the rows and documents that differ, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{
    catalog_changes::{differing_products, next_export},
    database_state::{TABLES, expect_rows},
    export::{Export, HEADERS},
    fixtures::named,
    model::{Catalog, Product},
    program::run,
    server::{Server, documents},
    test_database::TestDatabase,
};

/// Products of the catalogs.
const PRODUCTS: i64 = 60;

/// Metrics of a server that change when it loses what it has in memory.
const LOSSES: [&str; 3] = [
    "atelierex_cache_misses_total",
    "atelierex_cache_outdated_total",
    "atelierex_publications_total",
];

/// A loaded catalog, and a server that has every product in memory.
struct Warm {
    database: TestDatabase,
    catalog: Catalog,
    server: Server,
}

impl Warm {
    async fn up() -> Self {
        let (database, catalog) = (TestDatabase::new().await, named("First", PRODUCTS));
        let export = Export::of(&catalog);
        export.load(database.url(), &[]).await.expect_code(0);
        let server = Server::start(database.url(), &[]).await;
        server.expect_catalog(&catalog).await;
        Self {
            database,
            catalog,
            server,
        }
    }

    async fn load(&self, catalog: &Catalog, flags: &[&str]) {
        let load = Export::of(catalog).load(self.database.url(), flags).await;
        load.expect_code(0);
        expect_rows(&self.database, catalog).await;
        run(self.database.url(), &["audit"]).await.expect_code(0);
    }

    async fn losses(&self) -> [u64; 3] {
        let mut counts = [0; 3];
        for (count, name) in counts.iter_mut().zip(LOSSES) {
            *count = self.server.count(name).await;
        }
        counts
    }

    /// Identity of every row version of a table: it changes when the row is written, whatever is written.
    async fn row_versions(&self, table: &str) -> Value {
        let sql = format!("SELECT ctid, xmin::text FROM {table} ORDER BY ctid");
        self.database.json(&sql).await
    }

    /// The same of everything that a load may write.
    async fn all_row_versions(&self) -> BTreeMap<String, Value> {
        let others = [
            "serving.product_document",
            "serving.publication",
            "serving.published_product",
            "serving.change_queue",
            "serving.bulk_change",
            "search.product_words",
            "search.vocabulary",
        ];
        let catalog = TABLES.map(|(table, _)| format!("catalog.{table}"));
        let all = catalog.into_iter().chain(others.map(str::to_owned));
        let mut versions = BTreeMap::new();
        for table in all {
            let rows = self.row_versions(&table).await;
            versions.insert(table, rows);
        }
        versions
    }

    /// Version of the documents of each product, tombstones included.
    async fn document_versions(&self) -> BTreeMap<i64, i64> {
        let sql = "SELECT product_id, version FROM serving.product_document";
        let rows = self.database.session().await.query(sql, &[]).await;
        let rows = rows.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    async fn epoch(&self) -> Value {
        let sql = "SELECT to_json(epoch) FROM serving.publication";
        self.database.value(sql).await
    }

    /// Waits until the list of products is that of a catalog.
    async fn until_listed(&self, catalog: &Catalog) {
        let listings = catalog.listings();
        let is_listed =
            async |server: &Server| server.get("/products?count=100").await.json() == listings;
        self.server.until("the load is served", is_listed).await;
    }

    async fn found(&self, words: &str) -> Vec<i64> {
        let answer = self.server.get(&format!("/products?q={words}")).await;
        let products = answer.json();
        let products = products.as_array().expect("a list").iter();
        products
            .map(|product| product["id"].as_i64().unwrap())
            .collect()
    }
}

#[tokio::test]
async fn the_same_export_again_writes_nothing_and_a_server_stays_warm() {
    let warm = Warm::up().await;
    let (rows, losses) = (warm.all_row_versions().await, warm.losses().await);
    for _ in 0..2 {
        warm.load(&warm.catalog, &[]).await;
        for (table, versions) in warm.all_row_versions().await {
            assert_eq!(versions, rows[&table], "rows of {table} were written");
        }
    }
    warm.server.expect_catalog(&warm.catalog).await;
    assert_eq!(warm.losses().await, losses, "{LOSSES:?}");
}

#[tokio::test]
async fn a_changed_export_writes_the_rows_that_differ() {
    let warm = Warm::up().await;
    let next = next_export(&warm.catalog);
    let before = warm.all_row_versions().await;
    warm.load(&next, &[]).await;
    let after = warm.all_row_versions().await;
    for ((table, _), (old, new)) in TABLES
        .iter()
        .zip(warm.catalog.rows().into_iter().zip(next.rows()))
    {
        let name = format!("catalog.{table}");
        let members = |rows: &Value| rows.as_array().unwrap().clone();
        let (old, new) = (members(&old), members(&new));
        let n_kept = new.iter().filter(|row| old.contains(row)).count();
        let (before, after) = (members(&before[&name]), members(&after[&name]));
        let n_untouched = after.iter().filter(|row| before.contains(row)).count();
        assert_eq!(n_untouched, n_kept, "rows of {name} that do not differ");
    }
}

#[tokio::test]
async fn a_changed_export_composes_exactly_the_products_that_differ() {
    let warm = Warm::up().await;
    let next = next_export(&warm.catalog);
    let differing = differing_products(&warm.catalog, &next);
    assert!(differing.len() * 5 < next.products.len(), "{differing:?}");
    let (versions, epoch) = (warm.document_versions().await, warm.epoch().await);
    let losses = warm.losses().await;

    warm.load(&next, &[]).await;

    let changed: BTreeSet<i64> = warm
        .document_versions()
        .await
        .into_iter()
        .filter(|(id, version)| versions.get(id) != Some(version))
        .map(|(id, _)| id)
        .collect();
    assert_eq!(changed, differing, "products with new versions");
    assert_eq!(warm.epoch().await, epoch);

    warm.until_listed(&next).await;
    warm.server.expect_catalog(&next).await;
    let [misses, _, publications] = warm.losses().await;
    let n_differing = u64::try_from(differing.len()).unwrap();
    assert!(
        misses - losses[0] <= n_differing,
        "{} misses, {n_differing} products differ",
        misses - losses[0]
    );
    assert_eq!(publications, losses[2]);
}

#[tokio::test]
async fn search_follows_a_changed_export() {
    let warm = Warm::up().await;
    let gone = warm.catalog.products.last().unwrap().clone();
    let words = gone.name.replace(' ', "+");
    assert!(warm.found(&words).await.contains(&gone.id));
    assert_eq!(warm.found("sandals").await, [0; 0]);
    let next = next_export(&warm.catalog);
    warm.load(&next, &[]).await;
    warm.until_listed(&next).await;
    let is_found = async |_: &Server| warm.found("sandals").await == [5_000];
    warm.server
        .until("the new product is found", is_found)
        .await;
    let is_lost = async |_: &Server| !warm.found(&words).await.contains(&gone.id);
    warm.server
        .until("the product that is gone is found no more", is_lost)
        .await;
}

#[tokio::test]
async fn a_different_export_is_one_publication() {
    let warm = Warm::up().await;
    let (epoch, losses) = (warm.epoch().await, warm.losses().await);
    let different = named("Another", PRODUCTS);
    warm.load(&different, &[]).await;
    assert_ne!(warm.epoch().await, epoch);
    warm.until_listed(&different).await;
    warm.server.expect_catalog(&different).await;
    assert_eq!(warm.losses().await[2], losses[2] + 1, "publications");
    // And the next one like it writes nothing.
    let rows = warm.all_row_versions().await;
    warm.load(&different, &[]).await;
    assert_eq!(warm.all_row_versions().await, rows);
}

#[tokio::test]
async fn prices_written_in_another_way_are_served_as_they_were() {
    let warm = Warm::up().await;
    let mut next = warm.catalog.clone();
    for row in next.products.iter_mut().take(5) {
        row.default_price.push_str(".00");
    }
    let (versions, losses) = (warm.document_versions().await, warm.losses().await);
    warm.load(&next, &[]).await;
    assert_eq!(warm.document_versions().await, versions);
    warm.server.expect_catalog(&warm.catalog).await;
    assert_eq!(warm.losses().await, losses, "{LOSSES:?}");
}

#[tokio::test]
async fn a_dry_run_tells_what_a_load_would_do_and_changes_nothing() {
    let warm = Warm::up().await;
    let next = next_export(&warm.catalog);
    let (rows, losses) = (warm.all_row_versions().await, warm.losses().await);
    let export = Export::of(&next);
    let dry = export.load(warm.database.url(), &["--dry-run"]).await;
    let told = dry.expect_code(0).out;
    assert_eq!(warm.all_row_versions().await, rows);
    assert_eq!(warm.losses().await, losses, "{LOSSES:?}");
    let counts = row_counts(&warm.catalog, &next);
    assert_eq!(told_counts(&told), counts, "{told}");
    let n_products = differing_products(&warm.catalog, &next).len();
    assert!(told.contains(&format!("{n_products} products")), "{told}");

    let load = export.load(warm.database.url(), &[]).await.expect_code(0);
    assert_eq!(told_counts(&load.out), counts, "{}", load.out);
    assert!(load.out.contains("isible"), "{}", load.out);
    let again = export.load(warm.database.url(), &[]).await.expect_code(0);
    let nothing = row_counts(&next, &next);
    assert_eq!(told_counts(&again.out), nothing, "{}", again.out);
}

/// Numbers of rows inserted, updated and deleted, by file.
type RowCounts = BTreeMap<&'static str, [usize; 3]>;

/// Returns the numbers in the table of a summary: below the words of its first line, which begins with `file`.
fn told_counts(summary: &str) -> RowCounts {
    let mut lines = summary
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let head = lines.find(|words| words.first() == Some(&"file"));
    let head = head.unwrap_or_else(|| panic!("no table in\n{summary}"));
    let places = ["inserted", "updated", "deleted"].map(|name| {
        let place = head.iter().position(|word| *word == name);
        place.unwrap_or_else(|| panic!("no {name} in\n{summary}"))
    });
    let lines: Vec<_> = lines.collect();
    let told = HEADERS.map(|(file, _)| {
        let line = lines.iter().find(|words| words.first() == Some(&file));
        let line = line.unwrap_or_else(|| panic!("no {file} in\n{summary}"));
        (
            file,
            places.map(|place| line[place].replace(',', "").parse().unwrap()),
        )
    });
    told.into()
}

/// Returns the numbers of rows that make one catalog of another.
fn row_counts(before: &Catalog, after: &Catalog) -> RowCounts {
    let by_id = |rows: &Value| -> BTreeMap<i64, Value> {
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| (row["id"].as_i64().unwrap(), row.clone()))
            .collect()
    };
    let files = HEADERS.iter().map(|(file, _)| *file);
    let rows = before.rows().into_iter().zip(after.rows());
    files
        .zip(rows)
        .map(|(file, (old, new))| {
            let (old, new) = (by_id(&old), by_id(&new));
            let inserted = new.keys().filter(|id| !old.contains_key(id)).count();
            let deleted = old.keys().filter(|id| !new.contains_key(id)).count();
            let is_updated =
                |(id, row): &(&i64, &Value)| old.get(id).is_some_and(|old| old != *row);
            (
                file,
                [inserted, new.iter().filter(is_updated).count(), deleted],
            )
        })
        .collect()
}

#[tokio::test]
async fn documents_of_products_without_changes_are_answered_from_memory_throughout() {
    let warm = Warm::up().await;
    let next = next_export(&warm.catalog);
    let differing = differing_products(&warm.catalog, &next);
    let same = |product: &&Product| !differing.contains(&product.id);
    let products: Vec<_> = warm.catalog.products.iter().filter(same).collect();
    let losses = warm.losses().await;
    let export = Export::of(&next);
    let mut load = export.start_load(warm.database.url(), &[]);
    let mut is_over = false;
    while !is_over {
        // One more round after its end.
        is_over = load.has_ended();
        for product in &products {
            for (path, expected) in documents(&warm.catalog, product) {
                let answer = warm.server.get(&path).await;
                assert_eq!(answer.json(), expected, "{path}");
            }
        }
    }
    load.finish().await.expect_code(0);
    assert_eq!(warm.losses().await[0], losses[0], "misses");
    assert_eq!(json!(warm.losses().await[2]), json!(losses[2]));
}
