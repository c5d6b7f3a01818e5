//! Steps of a refresher's batch, writers with open transactions, and the statements of a naive refresher.

use atelierex::document::refresh::{
    pending::PendingWork, queue::ChangedProduct, session::RefreshSession,
};
use tokio::{task::JoinHandle, time::timeout};
use tokio_postgres::Client;

use crate::support::{
    source_rows::{pid_of, refresher, until_blocked},
    test_database::TestDatabase,
    wait::TIMEOUT,
};

/// Composes into a temporary table, to be written later.
pub const COMPOSE: &str =
    "CREATE TEMP TABLE fresh AS SELECT * FROM serving.composed_document WHERE product_id IN (1, 2)";

/// Writes the composed documents.
pub const WRITE: &str = "UPDATE serving.product_document AS stored
SET (version, listing, detail, styles, related, card)
    = (nextval('serving.document_version'), fresh.listing, fresh.detail, fresh.styles, fresh.related, fresh.card)
FROM fresh WHERE fresh.product_id = stored.product_id";

pub const RENAME: &str = "UPDATE catalog.product SET name = 'Renamed' WHERE id = 1";
pub const RESTOCK: &str = "UPDATE catalog.sku SET quantity = 1 WHERE id = 100";
pub const MOVE_STYLE: &str = "UPDATE catalog.style SET product_id = 2 WHERE id = 10";

/// Opens a session with a transaction in which these statements were run.
pub async fn open(database: &TestDatabase, sql: &str) -> Client {
    let session = database.session().await;
    run(&session, &format!("BEGIN; {sql}")).await;
    session
}

pub async fn run(session: &Client, sql: &str) {
    let run = timeout(TIMEOUT, session.batch_execute(sql)).await;
    let result = run.unwrap_or_else(|_| panic!("{sql} waits"));
    result.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

/// Returns pending work as if keys and chunks were queued.
pub async fn poll(refresher: &RefreshSession) -> PendingWork {
    refresher.poll().await.expect("one can always ask")
}

/// Steps of a batch, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Begin,
    Take,
    Write,
    Commit,
}

pub const STEPS: [Step; 4] = [Step::Begin, Step::Take, Step::Write, Step::Commit];

/// A batch that is run step by step.
pub struct Batch {
    pub refresher: RefreshSession,
    pending: PendingWork,
    products: Vec<ChangedProduct>,
}

impl Batch {
    /// Opens a session and polls the queues.
    pub async fn of(database: &TestDatabase) -> Self {
        let refresher = refresher(database).await;
        Self {
            pending: poll(&refresher).await,
            refresher,
            products: Vec::new(),
        }
    }

    pub async fn run(&mut self, steps: &[Step]) {
        let refresher = &mut self.refresher;
        for step in steps {
            match step {
                Step::Begin => assert!(refresher.begin().await.expect("the lock is free")),
                Step::Take => {
                    self.products = refresher.take(self.pending).await.expect("can be taken");
                }
                Step::Write => drop(
                    refresher
                        .write(&self.products)
                        .await
                        .expect("can be composed"),
                ),
                Step::Commit => refresher
                    .commit(true, false)
                    .await
                    .expect("can be committed"),
            }
        }
    }
}

/// Starts a batch of another refresher, and returns when it waits for the lock.
pub async fn blocked_batch(database: &TestDatabase) -> JoinHandle<()> {
    let mut other = refresher(database).await;
    let pid = pid_of(other.client()).await;
    let pending = poll(&other).await;
    let batch = tokio::spawn(async move {
        let done = other.batch(pending, false, false).await;
        assert!(
            done.expect("can be composed").is_some(),
            "the lease is free"
        );
    });
    until_blocked(database, pid).await;
    batch
}
