//! Writers between the steps of a refresher: interleavings in which simpler designs lose a change forever, and ours
//! does not.
//!
//! Each naive design stands beside the rule that it violates, so that no one simplifies the rule unknowingly.

use crate::support::{
    refresh_steps::{Batch, COMPOSE, MOVE_STYLE, RENAME, RESTOCK, STEPS, WRITE, open, run},
    source_rows::{
        compose_all, expect_current, expect_stale, five_products, pid_of, refill, until_blocked,
    },
};

// A writer whose transaction is still open while its product is composed.

#[tokio::test]
async fn composing_before_deleting_keys_loses_a_writer_that_commits_between() {
    let database = five_products().await;
    database.execute(RESTOCK).await;
    let writer = open(&database, RENAME).await;
    let naive = open(&database, COMPOSE).await;
    run(&writer, "COMMIT").await;
    run(&naive, "DELETE FROM serving.change_queue").await;
    run(&naive, &format!("{WRITE}; COMMIT")).await;
    expect_stale(&database, 1).await;
}

#[tokio::test]
async fn a_writer_may_commit_between_any_two_steps() {
    let database = five_products().await;
    for n in 0..=STEPS.len() {
        for change in [
            RENAME,
            MOVE_STYLE,
            "DELETE FROM catalog.product WHERE id = 1",
            "DELETE FROM catalog.product WHERE id = 1; INSERT INTO catalog.product VALUES (1, 'Back', NULL, NULL, NULL, 1);
             INSERT INTO catalog.style VALUES (10, 1, 'Back', NULL, 1, true); INSERT INTO catalog.sku VALUES (100, 10, 'S', 1)",
        ] {
            refill(&database).await;
            database.execute(RESTOCK).await;
            let writer = open(&database, change).await;
            let mut batch = Batch::of(&database).await;
            batch.run(&STEPS[..n]).await;
            run(&writer, "COMMIT").await;
            batch.run(&STEPS[n..]).await;
            compose_all(&database).await;
            expect_current(&database).await;
        }
    }
}

// Two concurrent writers of one product.

#[tokio::test]
async fn composing_in_the_writers_transactions_shows_each_only_its_own_change() {
    let database = five_products().await;
    database
        .execute("ALTER TABLE catalog.product DISABLE TRIGGER USER; ALTER TABLE catalog.sku DISABLE TRIGGER USER")
        .await;
    let write_through = "UPDATE serving.product_document AS stored
        SET (version, listing, detail, styles, card)
            = (nextval('serving.document_version'), fresh.listing, fresh.detail, fresh.styles, fresh.card)
        FROM serving.composed_document AS fresh WHERE fresh.product_id = 1 AND stored.product_id = 1";
    let first = open(&database, &format!("{RENAME}; {write_through}")).await;
    let second = open(&database, RESTOCK).await;
    let pid = pid_of(&second).await;
    let waiting = tokio::spawn(async move {
        run(&second, &format!("{write_through}; COMMIT")).await;
    });
    until_blocked(&database, pid).await;
    run(&first, "COMMIT").await;
    waiting.await.expect("ends well");
    expect_stale(&database, 1).await;
}

#[tokio::test]
async fn a_queue_with_each_product_once_loses_the_writer_that_found_it_there() {
    let database = five_products().await;
    database
        .execute("ALTER TABLE catalog.product DISABLE TRIGGER USER; ALTER TABLE catalog.sku DISABLE TRIGGER USER;
             CREATE UNIQUE INDEX ON serving.change_queue (product_id)")
        .await;
    let queue = "INSERT INTO serving.change_queue (product_id) VALUES (1) ON CONFLICT DO NOTHING";
    let first = open(&database, &format!("{RENAME}; {queue}")).await;
    run(&first, "COMMIT").await;
    let second = open(&database, &format!("{RESTOCK}; {queue}")).await;
    compose_all(&database).await;
    run(&second, "COMMIT").await;
    expect_stale(&database, 1).await;
}

#[tokio::test]
async fn concurrent_writers_of_a_product_neither_block_nor_lose_changes() {
    for composed_between in [false, true] {
        let database = five_products().await;
        // Each transaction is still open when the next one has changed its row: none waits.
        let first = open(&database, RENAME).await;
        let second = open(&database, RESTOCK).await;
        let third = open(
            &database,
            "INSERT INTO catalog.feature VALUES (9, 1, 'Sole', NULL)",
        )
        .await;
        for writer in [third, first, second] {
            run(&writer, "COMMIT").await;
            if composed_between {
                compose_all(&database).await;
            }
        }
        compose_all(&database).await;
        expect_current(&database).await;
    }
}

// A change that commits in another order than its number in the queue.

#[tokio::test]
async fn deleting_up_to_the_highest_number_loses_a_lower_one_that_commits_later() {
    let database = five_products().await;
    let early = open(&database, RENAME).await;
    database
        .execute("UPDATE catalog.product SET name = 'Renamed' WHERE id = 2")
        .await;
    let naive = database.session().await;
    let highest = "SELECT max(seq) FROM serving.change_queue";
    let highest: i64 = naive.query_one(highest, &[]).await.unwrap().get(0);
    run(&naive, COMPOSE).await;
    run(&early, "COMMIT").await;
    let delete = format!("DELETE FROM serving.change_queue WHERE seq <= {highest}");
    run(&naive, &format!("{WRITE}; {delete}")).await;
    expect_stale(&database, 1).await;
}

#[tokio::test]
async fn a_lower_number_may_commit_later_than_a_higher_one() {
    let database = five_products().await;
    for n in 0..=STEPS.len() {
        refill(&database).await;
        let early = open(&database, RENAME).await;
        let numbers = "UPDATE catalog.product SET name = 'Renamed' WHERE id = 2;
             UPDATE catalog.product SET name = 'Renamed' WHERE id = 3";
        database.execute(numbers).await;
        let mut batch = Batch::of(&database).await;
        batch.run(&STEPS[..n]).await;
        run(&early, "COMMIT").await;
        batch.run(&STEPS[n..]).await;
        compose_all(&database).await;
        expect_current(&database).await;
    }
}

// A style that moves to another product while another session changes its sku.

#[tokio::test]
async fn resolving_the_product_when_the_sku_changes_misses_a_move_of_its_style() {
    let database = five_products().await;
    database
        .execute("ALTER TABLE catalog.sku DISABLE TRIGGER USER")
        .await;
    let queue = "INSERT INTO serving.change_queue (product_id) SELECT product_id FROM catalog.style WHERE id = 10";
    let stock = open(&database, &format!("{RESTOCK}; {queue}")).await;
    database.execute(MOVE_STYLE).await;
    compose_all(&database).await;
    run(&stock, "COMMIT").await;
    compose_all(&database).await;
    expect_stale(&database, 2).await;
}

#[tokio::test]
async fn a_style_may_move_between_any_two_steps_while_its_rows_change() {
    let database = five_products().await;
    for n in 0..=STEPS.len() {
        for change in [
            RESTOCK,
            "INSERT INTO catalog.sku VALUES (9, 10, 'XL', 1)",
            "DELETE FROM catalog.photo WHERE id = 100",
        ] {
            for (earlier, later) in [(change, MOVE_STYLE), (MOVE_STYLE, change)] {
                refill(&database).await;
                let open_writer = open(&database, later).await;
                database.execute(earlier).await;
                let mut batch = Batch::of(&database).await;
                batch.run(&STEPS[..n]).await;
                run(&open_writer, "COMMIT").await;
                batch.run(&STEPS[n..]).await;
                compose_all(&database).await;
                expect_current(&database).await;
            }
        }
    }
}
