//! One PostgreSQL server for the test run, and one migrated database for each test.
//!
//! The server and its folder are removed when the test process ends for any reason.

use std::{
    fs::Permissions,
    mem,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

use atelierex::db::{
    embedded::{EmbeddedOptions, EmbeddedPostgres},
    migrate, session,
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{runtime::Runtime, sync::OnceCell};
use tokio_postgres::{Client, SimpleQueryMessage};

/// The migrated database that each test gets a copy of.
const TEMPLATE: &str = "migrated";

/// Deletes the folder `$1` when the test process and the server in the folder have ended.
const SWEEPER: &str = r#"
read -r _
while [ -e "$1/data/cluster/postmaster.pid" ]; do sleep 0.05; done
rm -rf -- "$1"
"#;

static NEXT: AtomicU32 = AtomicU32::new(1);

/// The server of this test run.
struct Server {
    /// URL of its first database, which ends with that database's name.
    url: String,
    /// Receives the names of databases that are no longer needed.
    unneeded: Mutex<Sender<String>>,
}

static SERVER: OnceLock<Server> = OnceLock::new();

fn server() -> &'static Server {
    SERVER.get_or_init(|| {
        let (ready, started) = mpsc::channel();
        let (unneeded, databases) = mpsc::channel();
        // Each test has its own runtime, which ends with the test. The server outlives them.
        thread::spawn(move || keep_server(&ready, &databases));
        let url = started.recv().expect("the private PostgreSQL starts");
        Server {
            url,
            unneeded: Mutex::new(unneeded),
        }
    })
}

/// Starts the server, sends its URL, and drops databases until the process ends.
fn keep_server(ready: &Sender<String>, databases: &Receiver<String>) {
    let runtime = Runtime::new().expect("a runtime starts");
    let folder = temporary_folder();
    let mut sweeper = sweep_at_the_end(folder.path());
    runtime.block_on(async {
        let postgres = EmbeddedPostgres::start(&options(&folder.path().join("data")))
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let admin = session::connect(postgres.url(), "tests", &[])
            .await
            .expect("the server accepts us");
        let create = format!("CREATE DATABASE {TEMPLATE}");
        admin.batch_execute(&create).await.expect("is created");
        migrate::run_pending(&on_database(postgres.url(), TEMPLATE))
            .await
            .expect("the migrations run");
        ready.send(postgres.url().to_owned()).expect("is awaited");
        for name in databases {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            // A test that stopped the server is about to end; its folder is deleted then.
            let _ = admin.batch_execute(&drop).await;
        }
        // Not reached while the static lives.
        let _ = postgres.stop().await;
        let _ = sweeper.wait();
    });
}

/// Creates a folder that the account of the server can enter. Root's usual temporary folders are closed to it.
pub fn temporary_folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("atelierex-test-")
        .permissions(Permissions::from_mode(0o711))
        .tempdir()
        .expect("there is a place for temporary files")
}

/// Returns options of a test server: fast and small; data do not survive a crash of the machine.
pub fn options(data_dir: &Path) -> EmbeddedOptions {
    let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    EmbeddedOptions {
        data_dir: data_dir.to_owned(),
        postgres_bin: None,
        port: None,
        settings: vec![
            setting("shared_buffers", "128MB"),
            setting("max_connections", "400"),
            setting("max_wal_size", "1GB"),
        ],
        durable: false,
    }
}

/// Starts a process that deletes the folder when this process and the server in its `data` have ended.
pub fn sweep_at_the_end(folder: &Path) -> Child {
    Command::new("sh")
        .args(["-c", SWEEPER, "sweeper"])
        .arg(folder)
        .stdin(Stdio::piped())
        // Ctrl-C must end the tests and not the process that cleans up after them.
        .process_group(0)
        .spawn()
        .expect("sh runs")
}

fn on_database(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("a URL has a path");
    format!("{server}/{name}")
}

/// Migrated database for one test. Dropped after it.
pub struct TestDatabase {
    name: String,
    url: String,
}

impl TestDatabase {
    /// Creates a database with all migrations and no rows.
    pub async fn new() -> Self {
        Self::copy_of(TEMPLATE).await
    }

    /// Creates a database without migrations.
    pub async fn empty() -> Self {
        Self::copy_of("template0").await
    }

    async fn copy_of(template: &str) -> Self {
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        Self::copy_as(&name, template).await
    }

    async fn copy_as(name: &str, template: &str) -> Self {
        let server = server();
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        run(&server.url, &create).await;
        Self {
            name: name.to_owned(),
            url: on_database(&server.url, name),
        }
    }

    /// Returns its name, which no other database of the server has.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its URL, with user and password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens a connection through Diesel.
    pub async fn connect(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.url)
            .await
            .expect("the database accepts us")
    }

    /// Opens a plain session, for tests of concurrent sessions.
    pub async fn session(&self) -> Client {
        session::connect(&self.url, "test", &[])
            .await
            .expect("the database accepts us")
    }

    /// Runs statements without results.
    pub async fn execute(&self, sql: &str) {
        run(&self.url, sql).await;
    }

    /// Returns the rows of a query as an array of objects, with column names as keys.
    pub async fn json(&self, sql: &str) -> Value {
        let rows = format!("SELECT coalesce(json_agg(line), '[]') FROM ({sql}) AS line");
        self.value(&rows).await
    }

    /// Returns the only value of a query of type `json` or `jsonb`; null without a row.
    pub async fn value(&self, sql: &str) -> Value {
        let messages = self.session().await.simple_query(sql).await;
        let messages = messages.unwrap_or_else(|error| panic!("{sql}: {}", explain(&error)));
        let text = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        serde_json::from_str(text.unwrap_or("null"))
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}

/// Database that is filled once and copied for each test.
pub struct Template {
    name: &'static str,
    filled: OnceCell<()>,
}

impl Template {
    /// Creates a template that is filled on first use.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            filled: OnceCell::const_new(),
        }
    }

    /// Returns a copy for one test. The first call fills the template.
    pub async fn copy(&self, fill: impl AsyncFnOnce(&TestDatabase)) -> TestDatabase {
        let fill = async || {
            let template = TestDatabase::copy_as(self.name, TEMPLATE).await;
            fill(&template).await;
            // The template lives as long as the server.
            mem::forget(template);
        };
        self.filled.get_or_init(fill).await;
        TestDatabase::copy_of(self.name).await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let unneeded = server().unneeded.lock();
        // At the end of the run nothing receives the name, and the folder is deleted anyway.
        let _ = unneeded.map(|sender| sender.send(self.name.clone()));
    }
}

async fn run(url: &str, sql: &str) {
    let session = session::connect(url, "test", &[])
        .await
        .expect("the database accepts us");
    let result = session.batch_execute(sql).await;
    result.unwrap_or_else(|error| panic!("{sql}: {}", explain(&error)));
}

/// Returns the server's message; the error's own text is only "db error".
fn explain(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), ToString::to_string)
}
