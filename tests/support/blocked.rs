//! A session of somebody else that holds a lock, and who waits for it.

use tokio_postgres::Client;

use crate::support::{
    program::Running,
    source_rows::{pid_of, until_true},
    test_database::TestDatabase,
    wait,
};

/// Name of the session, as the database shows it.
pub const APPLICATION: &str = "forgotten session";

/// A transaction that somebody has forgotten.
pub struct Holder<'a> {
    database: &'a TestDatabase,
    session: Client,
    /// Its process id.
    pub pid: i32,
}

impl<'a> Holder<'a> {
    /// Begins one with this statement.
    pub async fn of(database: &'a TestDatabase, sql: &str) -> Self {
        let session = database.session().await;
        let begin = format!("SET application_name = '{APPLICATION}'; BEGIN; {sql}");
        let result = session.batch_execute(&begin).await;
        result.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        Self {
            database,
            pid: pid_of(&session).await,
            session,
        }
    }

    /// SQL that is true while a session of this name waits for this one.
    fn blocks(&self, application: &str) -> String {
        let pid = self.pid;
        format!(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
             AND application_name = '{application}' AND {pid} = ANY (pg_blocking_pids(pid)))"
        )
    }

    /// Waits until a load waits for this session; false if the load ended without.
    pub async fn until_blocks(&self, load: &mut Running) -> bool {
        let session = self.database.session().await;
        let sql = self.blocks("atelierex load");
        let mut is_blocked = false;
        wait::until("the load waits", async || {
            let row = session.query_one(&sql, &[]).await;
            is_blocked = row.expect("one can always look").get(0);
            is_blocked || load.has_ended()
        })
        .await;
        is_blocked
    }

    /// Waits until a session of this name waits for this one.
    pub async fn until_blocks_session(&self, application: &str) {
        until_true(self.database, &self.blocks(application)).await;
    }

    /// Ends the transaction.
    pub async fn release(self) {
        let ended = self.session.batch_execute("COMMIT").await;
        ended.expect("the transaction can end");
    }
}
