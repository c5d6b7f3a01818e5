//! Servers under measurement.

use std::{
    fs::File,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::PROGRAM;

/// Longest time that a server may take to become ready.
const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// Ends a program with who started it, however that ends; a part of every Debian.
const SETPRIV: &str = "/usr/bin/setpriv";

/// A running server, killed when dropped.
pub struct Server {
    child: Child,
    /// Address of its routes, as `host:port`.
    pub public: String,
    /// Address of its metrics and health, as `host:port`.
    pub admin: String,
    /// From the start of the process until it said that it is ready.
    pub ready_after: Duration,
}

impl Server {
    /// Starts `atelierex serve` on free ports and waits until it is ready. What it logs is lost.
    pub async fn start(database_url: &str) -> Self {
        Self::launch(database_url, Stdio::null()).await
    }

    /// The same, with what it logs appended to a file.
    pub async fn start_with_log(database_url: &str, log: &Path) -> Self {
        let file = File::options().create(true).append(true).open(log);
        Self::launch(database_url, file.expect("a log can be written").into()).await
    }

    async fn launch(database_url: &str, log: Stdio) -> Self {
        let (public, admin) = (free_address(), free_address());
        let began = Instant::now();
        let child = ending_with_us(PROGRAM)
            .args(["serve", "--listen", &public, "--admin-listen", &admin])
            .env("DATABASE_URL", database_url)
            .stderr(log)
            .spawn()
            .expect("the server starts");
        let mut server = Self {
            child,
            public,
            admin,
            ready_after: Duration::ZERO,
        };
        let health = format!("http://{}/health/ready", server.admin);
        wait_for_status(&health, 200, READY_TIMEOUT).await;
        server.ready_after = began.elapsed();
        server
    }

    /// URL of a path below its routes.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.public)
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A command for a program that is killed when we are, where the machine can do that.
pub fn ending_with_us(program: &str) -> Command {
    if !Path::new(SETPRIV).exists() {
        return Command::new(program);
    }
    // It becomes the program, under the same process id.
    let mut command = Command::new(SETPRIV);
    command.args(["--pdeathsig", "KILL", program]);
    command
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener
        .local_addr()
        .expect("a listener has an address")
        .to_string()
}

/// Asks until the answer has this status.
///
/// # Panics
///
/// After `limit`.
pub async fn wait_for_status(url: &str, status: u16, limit: Duration) {
    let client = reqwest::Client::new();
    let began = Instant::now();
    loop {
        if client
            .get(url)
            .send()
            .await
            .is_ok_and(|answer| answer.status() == status)
        {
            return;
        }
        assert!(began.elapsed() < limit, "{url} does not answer {status}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
