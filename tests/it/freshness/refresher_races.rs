//! Concurrent refreshers: interleavings in which simpler designs lose a change forever, and ours does not.
//!
//! Each naive design stands beside the rule that it violates, so that no one simplifies the rule unknowingly.

use std::time::Duration;

use atelierex::document::{refresh::session::RefreshSession, store};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use crate::support::{
    refresh_steps::{
        Batch, COMPOSE, RENAME, RESTOCK, STEPS, Step, WRITE, blocked_batch, open, poll, run,
    },
    source_rows::{
        compose_all, compose_all_with, expect_current, expect_stale, five_products, pid_of,
        until_blocked, until_true,
    },
    test_database::TestDatabase,
};

// Two refreshers at once.

#[tokio::test]
async fn without_the_lock_an_older_document_overwrites_a_newer_one() {
    let database = five_products().await;
    database.execute(RESTOCK).await;
    // Like common job queues: each takes rows that no other has locked.
    let take = "DELETE FROM serving.change_queue WHERE seq IN (SELECT seq FROM serving.change_queue FOR UPDATE SKIP LOCKED)";
    let slow = open(&database, &format!("{take}; {COMPOSE}")).await;
    database.execute(RENAME).await;
    let fast = open(&database, &format!("{take}; {COMPOSE}; {WRITE}")).await;
    run(&fast, "COMMIT").await;
    run(&slow, &format!("{WRITE}; COMMIT")).await;
    expect_stale(&database, 1).await;
}

#[tokio::test]
async fn a_second_refresher_waits_at_every_step_of_the_first() {
    for n in 1..STEPS.len() {
        let database = five_products().await;
        database.execute(RESTOCK).await;
        let mut first = Batch::of(&database).await;
        first.run(&STEPS[..n]).await;
        database.execute(RENAME).await;
        let second = blocked_batch(&database).await;
        first.run(&STEPS[n..]).await;
        second.await.expect("ends well");
        compose_all(&database).await;
        expect_current(&database).await;
    }
}

#[tokio::test]
async fn a_refresher_that_lost_the_lease_before_the_lock_does_nothing() {
    let database = five_products().await;
    database.execute(RESTOCK).await;
    let hour = Duration::from_secs(3600);
    database
        .execute("UPDATE serving.refresher SET worked_at = '-infinity'")
        .await;
    let connect = || RefreshSession::connect(database.url(), Uuid::new_v4(), hour);
    let (mut first, mut second) = (connect().await.unwrap(), connect().await.unwrap());
    let pending = poll(&second).await;
    assert!(pending.is_ours, "the lease has expired");
    let pending_of_first = poll(&first).await;
    assert!(
        first
            .batch(pending_of_first, false, false)
            .await
            .unwrap()
            .is_some()
    );
    database.execute(RENAME).await;
    assert!(second.batch(pending, false, false).await.unwrap().is_none());
    assert!(!poll(&second).await.is_ours);
    compose_all_with(&mut first).await;
    expect_current(&database).await;
}

// A refresher that waits for the lock, and whose statement has a snapshot from before the wait.

/// Returns a refresher that has the lock and has taken a single key of product 1, but not the chunk with it.
async fn holder_before_a_chunk(database: &TestDatabase) -> Batch {
    database.execute(RESTOCK).await;
    let mut holder = Batch::of(database).await;
    database
        .execute("SELECT serving.capture_bulk('{1}', NULL)")
        .await;
    holder.run(&[Step::Begin]).await;
    holder
}

#[tokio::test]
async fn locking_and_composing_in_one_statement_misses_commits_during_the_wait() {
    let database = five_products().await;
    let mut holder = holder_before_a_chunk(&database).await;
    let naive = database.session().await;
    let pid = pid_of(&naive).await;
    let all_at_once = "
        WITH locked AS MATERIALIZED (SELECT FROM serving.refresher FOR UPDATE),
        taken AS (DELETE FROM serving.bulk_change WHERE EXISTS (SELECT FROM locked) RETURNING product_ids)
        UPDATE serving.product_document AS stored
        SET (version, listing, detail, card) = (nextval('serving.document_version'), fresh.listing, fresh.detail, fresh.card)
        FROM taken JOIN serving.composed_document AS fresh ON fresh.product_id = ANY (taken.product_ids)
        WHERE fresh.product_id = stored.product_id";
    let waiting = tokio::spawn(async move { run(&naive, all_at_once).await });
    until_blocked(&database, pid).await;
    database.execute(RENAME).await;
    holder.run(&STEPS[1..]).await;
    waiting.await.expect("ends well");
    expect_stale(&database, 1).await;
}

#[tokio::test]
async fn a_refresher_that_waited_for_the_lock_sees_commits_during_the_wait() {
    let database = five_products().await;
    let mut holder = holder_before_a_chunk(&database).await;
    let waiting = blocked_batch(&database).await;
    database.execute(RENAME).await;
    holder.run(&STEPS[1..]).await;
    waiting.await.expect("ends well");
    expect_current(&database).await;
}

// A refresher that dies between two steps.

#[tokio::test]
async fn taking_keys_in_a_transaction_of_their_own_loses_them_with_the_refresher() {
    let database = five_products().await;
    database.execute(RENAME).await;
    let naive = database.session().await;
    run(&naive, "DELETE FROM serving.change_queue").await;
    drop(naive);
    expect_stale(&database, 1).await;
}

#[tokio::test]
async fn a_refresher_may_die_between_any_two_steps() {
    for is_terminated in [false, true] {
        for n in 0..=STEPS.len() {
            let database = five_products().await;
            let changes = format!(
                "{RENAME}; {RESTOCK}; SELECT serving.capture_bulk('{{2,3}}', NULL); TRUNCATE catalog.photo"
            );
            database.execute(&changes).await;
            die_before(&database, n, is_terminated).await;
            compose_all(&database).await;
            expect_current(&database).await;
        }
    }
}

/// Begins a batch and ends its session before step n: by dropping it, or by `pg_terminate_backend`.
async fn die_before(database: &TestDatabase, n: usize, is_terminated: bool) {
    let mut batch = Batch::of(database).await;
    let pid = pid_of(batch.refresher.client()).await;
    batch.run(&STEPS[..n]).await;
    if is_terminated {
        let terminate = format!("SELECT pg_terminate_backend({pid})");
        database.execute(&terminate).await;
        let pending = batch.refresher.poll().await;
        pending.expect_err("the session has ended");
    }
    drop(batch);
    let is_gone = format!("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {pid})");
    until_true(database, &is_gone).await;
}

#[tokio::test]
async fn a_waiting_refresher_continues_when_the_first_dies_in_a_transaction() {
    for n in 1..STEPS.len() {
        let database = five_products().await;
        database.execute(RENAME).await;
        let mut dying = Batch::of(&database).await;
        dying.run(&STEPS[..n]).await;
        let waiting = blocked_batch(&database).await;
        drop(dying);
        waiting.await.expect("ends well");
        expect_current(&database).await;
    }
}

// Versions become visible in their order.

/// Feed of a server: the products that it has seen, by version.
struct Feed {
    connection: AsyncPgConnection,
    last: i64,
}

impl Feed {
    /// Returns a feed that has seen everything so far.
    async fn of(database: &TestDatabase) -> Self {
        let mut feed = Self {
            connection: database.connect().await,
            last: 0,
        };
        feed.poll().await;
        feed
    }

    /// Returns the products with a version above the last one.
    async fn poll(&mut self) -> Vec<i64> {
        let changes = store::changes_after(&mut self.connection, self.last, 100).await;
        let changes = changes.expect("the feed can be read");
        self.last = changes.last().map_or(self.last, |change| change.version);
        changes.iter().map(|change| change.product_id).collect()
    }
}

#[tokio::test]
async fn without_the_lock_a_feed_skips_a_version_that_commits_after_a_higher_one() {
    let database = five_products().await;
    let mut feed = Feed::of(&database).await;
    let write = |id: i64| {
        format!(
            "UPDATE serving.product_document SET version = nextval('serving.document_version') WHERE product_id = {id}"
        )
    };
    let first = open(&database, &write(1)).await;
    let second = open(&database, &write(2)).await;
    run(&second, "COMMIT").await;
    assert_eq!(feed.poll().await, [2]);
    run(&first, "COMMIT").await;
    assert_eq!(feed.poll().await, [0; 0], "product 1 is never seen");
}

#[tokio::test]
async fn a_feed_that_polls_at_any_time_sees_every_version() {
    let database = five_products().await;
    let mut feed = Feed::of(&database).await;
    let writer = database.session().await;
    for n in [1, 2, 3, 3, 2, 1] {
        run(&writer, RENAME).await;
        let mut first = Batch::of(&database).await;
        first.run(&STEPS[..n]).await;
        run(
            &writer,
            "UPDATE catalog.product SET name = name || '!' WHERE id = 2",
        )
        .await;
        let second = blocked_batch(&database).await;
        let mut seen = feed.poll().await;
        first.run(&STEPS[n..]).await;
        seen.extend(feed.poll().await);
        second.await.expect("ends well");
        compose_all(&database).await;
        seen.extend(feed.poll().await);
        seen.sort_unstable();
        assert_eq!(seen, [1, 2], "step {n}");
        run(
            &writer,
            "UPDATE catalog.product SET name = 'Product' WHERE id = 1",
        )
        .await;
        compose_all(&database).await;
        assert_eq!(feed.poll().await, [1]);
    }
    expect_current(&database).await;
}
