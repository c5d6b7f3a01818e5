//! The database of all tests: `atelierex database`, which restarts PostgreSQL when it ends.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{OnceLock, mpsc},
    thread,
    time::{Duration, Instant},
};

use procfs::process::all_processes;
use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::{Client, NoTls};

use crate::{
    support::{PROGRAM, process::told_to_end_with_us},
    test_database::{sweep_at_the_end, temporary_folder},
};

/// Number of products in its catalog.
pub const PRODUCTS: u64 = 3_000;

/// Longest time for creating and loading it.
const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// Pause between two checks whether it is ready.
const CHECK_INTERVAL: Duration = Duration::from_millis(20);

/// Arguments of `nice` for the database, as in `scripts/stack`: in production it has a machine of its own and takes no
/// processor time from servers and edge.
pub const LOW_PRIORITY: [&str; 2] = ["-n", "10"];

static DATABASE: OnceLock<Database> = OnceLock::new();

/// Database with a catalog, which lives as long as the tests.
pub struct Database {
    folder: PathBuf,
    environment: String,
}

impl Database {
    /// Returns the database. The first test starts it.
    pub fn get() -> &'static Self {
        DATABASE.get_or_init(|| {
            let (ready, started) = mpsc::channel();
            // It ends with the thread that started it, and must outlive the first test.
            thread::spawn(move || keep(&ready));
            started.recv().expect("the database starts")
        })
    }

    /// Returns the URL of one of its accounts: `SERVE`, `REFRESH`, `WRITE`, `OWNER`.
    pub fn url(&self, account: &str) -> String {
        let name = format!("ATELIEREX_{account}_DATABASE_URL=");
        let mut lines = self.environment.lines();
        let url = lines.find_map(|line| line.strip_prefix(&name));
        url.expect("the account has one").to_owned()
    }

    /// Opens a session of the shop, which changes products; `None` if that fails.
    pub async fn writer(&self) -> Option<Client> {
        let connect = tokio_postgres::connect(&self.url("WRITE"), NoTls).await;
        let (client, connection) = connect.ok()?;
        tokio::spawn(connection);
        Some(client)
    }

    /// Sends a signal to the server's first process.
    pub fn signal_server(&self, signal: Signal) {
        send(self.server(), signal);
    }

    /// Sends a signal to all processes of the server.
    pub fn signal_all(&self, signal: Signal) {
        let server = self.server();
        send(server, signal);
        let all = all_processes().unwrap().flatten();
        for stat in all.filter_map(|process| process.stat().ok()) {
            if stat.ppid == server {
                send(stat.pid, signal);
            }
        }
    }

    fn server(&self) -> i32 {
        let file = self.folder.join("data/cluster/postmaster.pid");
        let text = fs::read_to_string(file).expect("it runs");
        text.lines().next().unwrap().parse().unwrap()
    }
}

fn send(pid: i32, signal: Signal) {
    // A session may have ended meanwhile.
    let _ = kill_process(Pid::from_raw(pid).unwrap(), signal);
}

/// Starts the database, sends its URLs, and waits for its end.
fn keep(ready: &mpsc::Sender<Database>) {
    let folder = temporary_folder();
    let mut sweeper = sweep_at_the_end(folder.path());
    let data = folder.path().join("data");
    let mut process = told_to_end_with_us("nice", None)
        .args(LOW_PRIORITY)
        .arg(PROGRAM)
        .args(["database", "--port", "0", "--products"])
        .arg(PRODUCTS.to_string())
        .arg("--data-dir")
        .arg(&data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let database = Database {
        environment: await_file(&data.join("database.env")),
        folder: folder.path().to_owned(),
    };
    ready.send(database).expect("it is awaited");
    // Not reached while the tests run.
    let _ = process.wait();
    let _ = sweeper.wait();
}

fn await_file(path: &Path) -> String {
    let began = Instant::now();
    loop {
        match fs::read_to_string(path) {
            Ok(text) => return text,
            Err(error) => assert!(began.elapsed() < READY_TIMEOUT, "{error}"),
        }
        thread::sleep(CHECK_INTERVAL);
    }
}
