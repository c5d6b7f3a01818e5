//! Servers under measurement.

use std::{
    fs::File,
    net::TcpListener,
    path::Path,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{PROGRAM, client::HttpClient, process::ending_with_us};

/// Longest time for a server to become ready.
const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// Options of a server.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerOptions<'a> {
    /// Further arguments of `atelierex serve`.
    pub arguments: &'a [&'a str],
    /// Processors to bind it to, as for `taskset -c`; `None` for all.
    pub processors: Option<&'a str>,
    /// File to append its log to; `None` to discard it.
    pub log: Option<&'a Path>,
}

/// A running server, killed when dropped.
pub struct Server {
    child: Child,
    /// Public address, as `host:port`.
    pub public: String,
    /// Admin address, as `host:port`.
    pub admin: String,
    /// Time from the start of the process until it was ready.
    pub ready_after: Duration,
}

impl Server {
    /// Starts `atelierex serve` on free ports and waits until it is ready.
    pub async fn start(database_url: &str) -> Self {
        Self::start_with(database_url, &ServerOptions::default()).await
    }

    /// The same with options.
    pub async fn start_with(database_url: &str, options: &ServerOptions<'_>) -> Self {
        let (public, admin) = (free_address(), free_address());
        let began = Instant::now();
        let child = ending_with_us(PROGRAM, options.processors)
            .args(["serve", "--listen", &public, "--admin-listen", &admin])
            .args(options.arguments)
            .env("DATABASE_URL", database_url)
            .stderr(options.log.map_or_else(Stdio::null, appended))
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

    /// Returns the URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.public)
    }

    /// Returns a metric without labels; NaN if it is missing.
    pub fn metric(&self, name: &str) -> f64 {
        let mut client = HttpClient::new(&self.admin);
        let Ok((200, body)) = client.get("/metrics") else {
            return f64::NAN;
        };
        let text = String::from_utf8_lossy(body);
        let value = |line: &str| line.strip_prefix(name)?.trim().parse().ok();
        text.lines().find_map(value).unwrap_or(f64::NAN)
    }

    /// Pauses the process until the returned guard is dropped, so that it takes no processor time from the measured
    /// process.
    pub fn pause(&self) -> Paused<'_> {
        self.signal(Signal::STOP);
        Paused(self)
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("a child can be told");
    }

    /// Returns the process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process with SIGKILL.
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

/// A paused server, which continues when this is dropped.
pub struct Paused<'a>(&'a Server);

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.0.signal(Signal::CONT);
    }
}

fn appended(log: &Path) -> Stdio {
    let file = File::options().create(true).append(true).open(log);
    file.expect("a log can be written").into()
}

/// Returns a free address of this machine.
pub fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener
        .local_addr()
        .expect("a listener has an address")
        .to_string()
}

/// Repeats a request until the response has this status.
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
