//! Writers of a shop that change rows of the catalog at random, and a log of every change of a row.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::Value;
use tokio_postgres::{Client, Error, error::SqlState};

use crate::support::{random::Random, test_database::TestDatabase};

/// Logs each change of a row, in the order in which changes of the same row become visible, and has ids for new rows.
pub const LOG: &str = "
CREATE SCHEMA shop;
CREATE SEQUENCE shop.new_id START 100000;
CREATE TABLE shop.written (
    seq bigserial PRIMARY KEY, table_name text NOT NULL, id bigint NOT NULL, new_row jsonb,
    application text NOT NULL DEFAULT current_setting('application_name'), transaction_id text NOT NULL DEFAULT pg_current_xact_id()::text
);
CREATE FUNCTION shop.log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO shop.written (table_name, id, new_row)
    VALUES (TG_TABLE_NAME, coalesce(NEW.id, OLD.id), CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
    RETURN NULL;
END $$;
DO $$
DECLARE
    source text;
BEGIN
    FOREACH source IN ARRAY ARRAY['product', 'feature', 'style', 'photo', 'sku', 'related_product'] LOOP
        EXECUTE format('CREATE TRIGGER log AFTER INSERT OR UPDATE OR DELETE ON catalog.%I FOR EACH ROW EXECUTE FUNCTION shop.log()', source);
    END LOOP;
END $$";

/// Changes of a row each; `{id}` is any id from 2 on, `{other}` another, `{n}` any number. The last ones are rare.
const CHANGES: [&str; 17] = [
    "UPDATE catalog.sku SET quantity = {n} WHERE id = {id}",
    "UPDATE catalog.sku SET quantity = quantity - 1 WHERE style_id = {id}",
    "UPDATE catalog.product SET slogan = 'Written {n}' WHERE id = {id}",
    // The same number with one more digit.
    "UPDATE catalog.product SET default_price = (default_price::text || CASE WHEN default_price::text LIKE '%.%' THEN '0' ELSE '.0' END)::numeric WHERE id = {id}",
    "UPDATE catalog.feature SET value = 'Written {n}' WHERE id = {id}",
    "UPDATE catalog.photo SET url = 'https://shop.example/{n}' WHERE id = {id}",
    "UPDATE catalog.style SET original_price = {n} WHERE id = {id}",
    "UPDATE catalog.style SET name = name WHERE id = {id}",
    "UPDATE catalog.style SET product_id = {other} WHERE id = {id}",
    "UPDATE catalog.sku SET style_id = {other} WHERE id = {id}",
    "INSERT INTO catalog.sku VALUES (nextval('shop.new_id'), {id}, 'L', {n})",
    "INSERT INTO catalog.feature VALUES (nextval('shop.new_id'), {id}, 'New', NULL)",
    "INSERT INTO catalog.related_product VALUES (nextval('shop.new_id'), {id}, {other})",
    "INSERT INTO catalog.photo SELECT 4998 + {id}, {other}, NULL, NULL WHERE {id} < 6 ON CONFLICT DO NOTHING",
    "DELETE FROM catalog.sku WHERE id = {id}",
    "DELETE FROM catalog.feature WHERE id = {id}",
    "DELETE FROM catalog.product WHERE id = {id} AND {n} % 4 = 0",
];

/// Ids of rows that writers change.
const IDS: i64 = 32;

/// A change of a row.
#[derive(Debug)]
pub struct Written {
    pub table: String,
    pub id: i64,
    /// The row afterwards; none if it is gone.
    pub row: Option<Value>,
    /// A load changed it.
    pub by_load: bool,
    /// It was committed before the load was, for certain.
    pub before_load: bool,
}

/// Changes rows in transactions of one to four changes, in any order of rows, until it is told to end. Returns the
/// transactions that were committed before the load was, which changes the slogan or the name of product 1.
pub async fn write_until(session: Client, seed: u64, is_over: Arc<AtomicBool>) -> BTreeSet<String> {
    let mut random = Random::new(seed);
    let mut early = BTreeSet::new();
    let before = state_of_first(&session).await;
    let mut is_early = true;
    while !is_over.load(Ordering::Relaxed) {
        match transaction(&session, &mut random).await {
            Ok(id) if is_early => {
                // Asked after the commit: what is not visible now was committed later.
                is_early = state_of_first(&session).await == before;
                early.extend(is_early.then_some(id));
            }
            Ok(_) => {}
            Err(error) => {
                expect_usual(&error);
                session
                    .batch_execute("ROLLBACK")
                    .await
                    .expect("can always be done");
            }
        }
    }
    early
}

async fn state_of_first(session: &Client) -> Option<String> {
    let sql = "SELECT slogan FROM catalog.product WHERE id = 1";
    let row = session.query_one(sql, &[]).await;
    row.expect("nobody removes product 1").get(0)
}

/// Returns the id of the transaction, which is committed then.
async fn transaction(session: &Client, random: &mut Random) -> Result<String, Error> {
    session.batch_execute("BEGIN").await?;
    for _ in 0..random.id(4) {
        let (id, other) = (1 + random.id(IDS), 1 + random.id(IDS));
        let change = random
            .pick(&CHANGES)
            .replace("{id}", &id.to_string())
            .replace("{other}", &other.to_string())
            .replace("{n}", &random.id(1_000).to_string());
        session.batch_execute(&change).await?;
    }
    let sql = "SELECT pg_current_xact_id()::text";
    let id = session.query_one(sql, &[]).await?.get(0);
    session.batch_execute("COMMIT").await?;
    Ok(id)
}

/// Asserts that a shop has to expect such an error, whoever else writes.
fn expect_usual(error: &Error) {
    let usual = [
        SqlState::FOREIGN_KEY_VIOLATION,
        SqlState::UNIQUE_VIOLATION,
        SqlState::T_R_DEADLOCK_DETECTED,
    ];
    let code = error.code();
    assert!(usual.iter().any(|usual| Some(usual) == code), "{error:?}");
}

/// Returns the log, the oldest change first. `early` are the transactions that were committed before the load was.
pub async fn written(database: &TestDatabase, early: &[String]) -> Vec<Written> {
    let sql = "SELECT table_name, id, new_row::text, application LIKE 'atelierex%', transaction_id = ANY ($1)
        FROM shop.written ORDER BY seq";
    let rows = database.session().await.query(sql, &[&early]).await;
    let written = |row: &tokio_postgres::Row| Written {
        table: row.get(0),
        id: row.get(1),
        row: row
            .get::<_, Option<String>>(2)
            .map(|row| row.parse().expect("a row is JSON")),
        by_load: row.get(3),
        before_load: row.get(4),
    };
    rows.expect("the log can be read")
        .iter()
        .map(written)
        .collect()
}
