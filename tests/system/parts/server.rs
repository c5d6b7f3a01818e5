//! A server, which can be restarted on the same address.

use std::{
    process::{Child, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    parts::probe::get,
    support::{
        PROGRAM,
        process::ending_with_us,
        server::{free_address, wait_for_status},
    },
};

/// Longest time to become ready.
const READY_TIMEOUT: Duration = Duration::from_secs(60);

/// Metric that counts responses.
const ANSWERED: &str = "atelierex_http_requests_total{route=\"/products/{id}\"";

/// URLs with which servers connect to the database.
#[derive(Clone, Debug)]
pub struct Urls {
    /// URL of the account that answers requests.
    pub serve: String,
    /// URL of the account that composes documents.
    pub refresh: String,
}

/// A server, killed when dropped.
pub struct Server {
    child: Child,
    urls: Urls,
    arguments: Vec<String>,
    /// Address for clients, as `host:port`.
    pub public: String,
    /// Address of metrics and health, as `host:port`.
    pub admin: String,
}

impl Server {
    /// Starts a server on free ports and waits until it is ready.
    pub async fn start(urls: &Urls) -> Self {
        Self::start_with(urls, &[]).await
    }

    /// The same with further arguments.
    pub async fn start_with(urls: &Urls, arguments: &[&str]) -> Self {
        let listen = [
            "--listen",
            &free_address(),
            "--admin-listen",
            &free_address(),
        ];
        let (public, admin) = (listen[1].to_owned(), listen[3].to_owned());
        let arguments: Vec<_> = [&listen, arguments]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let server = Self {
            child: spawn(urls, &arguments),
            urls: urls.clone(),
            arguments,
            public,
            admin,
        };
        server.ready().await;
        server
    }

    /// Restarts the server on the same address after its end. Does not wait until it is ready.
    pub fn restart(&mut self) {
        self.child = spawn(&self.urls, &self.arguments);
    }

    /// Waits until it is ready.
    pub async fn ready(&self) {
        let health = format!("http://{}/health/ready", self.admin);
        wait_for_status(&health, 200, READY_TIMEOUT).await;
    }

    /// Returns whether it has answered a request for a product since it was started.
    pub async fn has_answered(&self) -> bool {
        let metrics = get(&self.admin, "/metrics").await.text().await;
        let metrics = metrics.expect("metrics are text");
        let answered = |line: &str| line.starts_with(ANSWERED) && !line.ends_with(" 0");
        metrics.lines().any(answered)
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("a child can be told");
    }

    /// Kills the process with SIGKILL.
    pub fn kill(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Sends SIGTERM and waits for its end.
    pub async fn stop(&mut self) {
        self.signal(Signal::TERM);
        while self.child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Returns the process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(urls: &Urls, arguments: &[String]) -> Child {
    ending_with_us(PROGRAM, None)
        .arg("serve")
        .args(arguments)
        .env("DATABASE_URL", &urls.serve)
        .env("ATELIEREX_REFRESH_DATABASE_URL", &urls.refresh)
        .stderr(Stdio::null())
        .spawn()
        .expect("the server starts")
}
