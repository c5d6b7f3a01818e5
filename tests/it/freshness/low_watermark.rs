//! The queue is read from a low watermark on, and no key in it is missed.

use std::time::Duration;

use atelierex::document::refresh::session::RefreshSession;
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::{export::Export, fixtures::named, test_database::TestDatabase, wait::TIMEOUT};

async fn loaded() -> (TestDatabase, RefreshSession) {
    let database = TestDatabase::new().await;
    let export = Export::of(&named("Old", 4));
    export.load(database.url(), &[]).await.expect_code(0);
    let lease = Duration::from_secs(60);
    let session = RefreshSession::connect(database.url(), Uuid::from_u128(1), lease);
    let session = session.await.unwrap();
    (database, session)
}

async fn compose(session: &mut RefreshSession) -> usize {
    let pending = session.poll().await.unwrap();
    let done = session.batch(pending, false, false).await.unwrap();
    done.unwrap().composed
}

async fn last_seq(database: &TestDatabase) -> i64 {
    let last = database.value("SELECT last_value FROM serving.change_queue_seq_seq");
    last.await.as_i64().unwrap()
}

/// Waits for the watermark. Transactions of other tests' databases may delay it.
async fn until_low_water_is(session: &mut RefreshSession, seq: i64) {
    let rise = async { while session.advance_low_watermark().await.unwrap() != seq {} };
    timeout(TIMEOUT, rise).await.expect("it rises");
}

fn rename(id: i64) -> String {
    format!("UPDATE catalog.product SET name = clock_timestamp()::text WHERE id = {id}")
}

#[tokio::test]
async fn the_watermark_stays_below_the_change_of_an_open_transaction() {
    let (database, mut session) = loaded().await;
    let open = database.session().await;
    open.batch_execute(&format!("BEGIN; {}", rename(1)))
        .await
        .unwrap();
    let first = last_seq(&database).await;
    database.execute(&rename(2)).await;
    assert_eq!(compose(&mut session).await, 1);
    // A reader that continued behind the last number would miss the open transaction's change.
    assert!(last_seq(&database).await > first);
    for _ in 0..6 {
        assert!(session.advance_low_watermark().await.unwrap() < first);
    }
    open.batch_execute("COMMIT").await.unwrap();
    assert!(session.poll().await.unwrap().has_work());
    assert_eq!(compose(&mut session).await, 1);
    until_low_water_is(&mut session, first + 1).await;
}

#[tokio::test]
async fn the_watermark_stays_below_a_pending_change() {
    let (database, mut session) = loaded().await;
    let before = last_seq(&database).await;
    database.execute(&rename(1)).await;
    for _ in 0..6 {
        assert!(session.advance_low_watermark().await.unwrap() <= before);
    }
    assert_eq!(compose(&mut session).await, 1);
}

#[tokio::test]
async fn the_watermark_rises_although_an_old_snapshot_keeps_dead_rows() {
    let (database, mut session) = loaded().await;
    let backup = database.session().await;
    let snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM catalog.product";
    backup.batch_execute(snapshot).await.unwrap();
    for _ in 0..20 {
        database.execute(&rename(3)).await;
        assert_eq!(compose(&mut session).await, 1);
    }
    let last = last_seq(&database).await;
    until_low_water_is(&mut session, last).await;
    database.execute(&rename(3)).await;
    assert_eq!(compose(&mut session).await, 1);
}

#[tokio::test]
async fn the_watermark_stays_below_the_change_of_the_only_writer() {
    let (database, mut session) = loaded().await;
    for _ in 0..2 {
        // First the very first change, then one after others. No other transaction ends meanwhile.
        let open = database.session().await;
        session.advance_low_watermark().await.unwrap();
        let change = format!("BEGIN; {}", rename(1));
        open.batch_execute(&change).await.unwrap();
        for _ in 0..6 {
            session.advance_low_watermark().await.unwrap();
        }
        open.batch_execute("COMMIT").await.unwrap();
        assert!(session.poll().await.unwrap().has_work(), "it is missed");
        assert_eq!(compose(&mut session).await, 1);
    }
}

#[tokio::test]
async fn the_watermark_falls_when_the_sequence_restarts() {
    let (database, mut session) = loaded().await;
    for _ in 0..3 {
        database.execute(&rename(1)).await;
        assert_eq!(compose(&mut session).await, 1);
    }
    until_low_water_is(&mut session, 3).await;
    let restart = "ALTER SEQUENCE serving.change_queue_seq_seq RESTART";
    database.execute(restart).await;
    until_low_water_is(&mut session, 0).await;
    database.execute(&rename(1)).await;
    assert_eq!(compose(&mut session).await, 1);
}
