//! Whatever others attach to the catalog's tables, every definition is the same after any load.

use std::collections::BTreeMap;

use crate::support::{
    attached_objects::attach,
    catalog_changes::next_export,
    database_state::{assert_same_dump, dump_of_schema},
    export::Export,
    fixtures::named,
    model::Catalog,
    random::Random,
    test_database::{Template, TestDatabase},
};

/// Combinations of objects to try for each of the two kinds of database.
const SEEDS: u64 = 6;

/// Products of the catalogs.
const PRODUCTS: i64 = 24;

static LOADED: Template = Template::new("definitions");

/// The catalog that is loaded before objects are attached.
fn catalog() -> Catalog {
    named("First", PRODUCTS)
}

/// A database with objects attached, and its definitions.
struct Target {
    database: TestDatabase,
    attached: Vec<String>,
    dump: String,
}

impl Target {
    async fn of(database: TestDatabase, seed: u64) -> Self {
        let attached = attach(&database, &mut Random::new(seed)).await;
        let dump = dump_of_schema(&database).await;
        Self {
            database,
            attached,
            dump,
        }
    }

    /// Loads, which must end with this code, and asserts that the definitions are the same.
    async fn expect_same_after(&self, what: &str, export: &Export, flags: &[&str], code: i32) {
        let load = export.load(self.database.url(), flags).await;
        let attached = self.attached.join(";\n");
        assert_eq!(
            load.code,
            Some(code),
            "{what} with\n{attached}\n{}",
            load.log
        );
        let dump = dump_of_schema(&self.database).await;
        assert_same_dump(&self.dump, &dump, &format!("{what} with\n{attached}"));
    }
}

/// An export of which a row has to be rejected.
fn faulty(catalog: &Catalog) -> Export {
    let export = Export::of(catalog);
    export.edit("related.csv", |mut bytes| {
        bytes.extend_from_slice(b"900,1,0\n");
        bytes
    });
    export
}

/// The exports that are loaded over the first one, with flags and exit codes.
fn loads() -> BTreeMap<&'static str, (Export, &'static [&'static str], i32)> {
    let (first, next) = (catalog(), next_export(&catalog()));
    BTreeMap::from([
        ("1: the same export", (Export::of(&first), &[][..], 0)),
        ("2: a dry run", (Export::of(&next), &["--dry-run"][..], 0)),
        ("3: a changed export", (Export::of(&next), &[][..], 0)),
        ("4: a failing load", (faulty(&first), &["--strict"][..], 1)),
        (
            "5: a different export",
            (Export::of(&named("Another", PRODUCTS)), &[][..], 0),
        ),
    ])
}

#[tokio::test]
async fn definitions_are_the_same_after_any_load() {
    for seed in 1..=SEEDS {
        let load = async |template: &TestDatabase| {
            let first = Export::of(&catalog());
            first.load(template.url(), &[]).await.expect_code(0);
        };
        let target = Target::of(LOADED.copy(load).await, seed).await;
        for (what, (export, flags, code)) in loads() {
            target.expect_same_after(what, &export, flags, code).await;
        }
    }
}

#[tokio::test]
async fn definitions_are_the_same_after_the_first_load() {
    for seed in 1..=SEEDS {
        let target = Target::of(TestDatabase::new().await, 1_000 + seed).await;
        let (first, faulty) = (Export::of(&catalog()), faulty(&catalog()));
        let strict = &["--strict"];
        target
            .expect_same_after("a first load that fails", &faulty, strict, 1)
            .await;
        target
            .expect_same_after("a dry run of the first load", &first, &["--dry-run"], 0)
            .await;
        target
            .expect_same_after("the first load", &first, &[], 0)
            .await;
        target
            .expect_same_after("the second load", &first, &[], 0)
            .await;
    }
}
