//! NGINX with the configuration of `nginx/render`, in front of servers.

use std::{
    collections::HashMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{self, Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use reqwest::{Client, Method};
use rustix::process::{Pid, Signal, getuid, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{net::TcpStream, task::JoinHandle};

use crate::support::{
    server::{Answer, client, request},
    test_database::temporary_folder,
    wait,
};

/// Path of NGINX in Debian, which is not on every user's `PATH`.
pub const NGINX: &str = "/usr/sbin/nginx";

static NEXT: AtomicU32 = AtomicU32::new(1);

/// Returns the folder of the edge's configuration.
pub fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("nginx")
}

/// Settings by name.
pub type Settings<'a> = HashMap<&'a str, String>;

/// Runs `nginx/render` with exactly these settings.
pub fn render(folder: &Path, settings: &Settings<'_>) -> Output {
    let mut command = Command::new(sources().join("render"));
    command.arg(folder).env_clear().env("PATH", "/usr/bin:/bin");
    command.envs(settings).output().expect("sh runs")
}

/// Returns a loopback address that nothing else uses, since the kernel assigns ports on 127.0.0.1 only.
pub fn own_address() -> String {
    let (process, n) = (process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let [_, _, high, low] = process.to_be_bytes();
    format!("127.{}.{low}.{}", 1 + high % 250, 1 + n % 250)
}

/// Returns settings of an edge at `address` with long time-outs and no limits.
pub fn patient(address: &str, servers: &[&str]) -> Settings<'static> {
    let settings = [
        ("EDGE_LISTEN", format!("{address}:8080")),
        ("EDGE_TLS_LISTEN", format!("{address}:8443")),
        ("EDGE_STATUS_LISTEN", format!("{address}:8081")),
        ("EDGE_UPSTREAMS", servers.join(" ")),
        ("EDGE_CONNECT_TIMEOUT", "30s".to_owned()),
        ("EDGE_READ_TIMEOUT", "30s".to_owned()),
        ("EDGE_TRY_TIMEOUT", "60s".to_owned()),
        ("EDGE_UNLIMITED", "127.0.0.0/8".to_owned()),
        ("EDGE_WORKERS", "2".to_owned()),
        ("EDGE_WORKER_CONNECTIONS", "1024".to_owned()),
    ];
    settings.into()
}

/// A running NGINX. Ends when dropped.
pub struct Edge {
    nginx: Child,
    client: Client,
    address: String,
    /// Returns the folder of its configuration.
    pub folder: TempDir,
}

impl Edge {
    /// Starts NGINX with settings that differ from [`patient`], and waits until it accepts connections.
    pub async fn start(servers: &[&str], differences: &[(&'static str, &str)]) -> Self {
        Self::start_by(&[NGINX], servers, differences).await
    }

    /// Starts NGINX by another command, which gets NGINX's command line as arguments.
    pub async fn start_by(
        command: &[impl AsRef<OsStr>],
        servers: &[&str],
        differences: &[(&'static str, &str)],
    ) -> Self {
        let (address, folder) = (own_address(), temporary_folder());
        let mut settings = patient(&address, servers);
        let temporary = folder.path().join("temporary").display().to_string();
        settings.insert("EDGE_TEMPORARY_DIR", temporary);
        let differences = differences.iter();
        settings.extend(differences.map(|(name, value)| {
            (
                *name,
                (*value).replace("FOLDER", folder.path().to_str().unwrap()),
            )
        }));
        let rendered = render(folder.path(), &settings);
        assert!(rendered.status.success(), "{rendered:?}");
        let mut edge = Self {
            nginx: run(command, folder.path()),
            client: client(),
            address,
            folder,
        };
        edge.accepts_connections(&settings["EDGE_STATUS_LISTEN"])
            .await;
        edge
    }

    async fn accepts_connections(&mut self, address: &str) {
        wait::until("it accepts connections", async || {
            let ended = self.nginx.try_wait().expect("a child can be asked");
            assert!(ended.is_none(), "{ended:?}: {}", self.errors());
            TcpStream::connect(address).await.is_ok()
        })
        .await;
    }

    /// Returns host and port for clients.
    pub fn authority(&self) -> String {
        format!("{}:8080", self.address)
    }

    /// Returns host and port for clients with TLS.
    pub fn tls_authority(&self) -> String {
        format!("{}:8443", self.address)
    }

    /// Returns the process id of the master.
    pub fn pid(&self) -> u32 {
        self.nginx.id()
    }

    /// Sends a GET request.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[]).await
    }

    /// Sends a GET request with headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers).await
    }

    /// Sends a request.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let url = format!("http://{}{path}", self.authority());
        request(&self.client, method, &url, headers).await
    }

    /// Sends a GET request in the background.
    pub fn ask_aside(&self, path: &str) -> JoinHandle<Answer> {
        let client = self.client.clone();
        let url = format!("http://{}{path}", self.authority());
        tokio::spawn(async move { request(&client, Method::GET, &url, &[]).await })
    }

    /// Sends a GET request to the listener for the exporter.
    pub async fn status(&self, path: &str) -> Answer {
        let url = format!("http://{}:8081{path}", self.address);
        request(&self.client, Method::GET, &url, &[]).await
    }

    /// Repeats a request until the response is as wanted, and returns that.
    pub async fn until(&self, what: &str, path: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
        wait::until_ok(what, async || {
            let answer = self.get(path).await;
            if wanted(&answer) {
                Ok(answer)
            } else {
                Err(format!("{answer:?}"))
            }
        })
        .await
    }

    /// Returns the first line of the access log that is as wanted, once it is written.
    pub async fn logged(&self, wanted: impl Fn(&str) -> bool) -> String {
        let log = self.folder.path().join("logs/access.json");
        wait::until_ok("it is logged", async || {
            let log = fs::read_to_string(&log).expect("there is a log");
            let line = log.lines().find(|line| wanted(line));
            line.map(str::to_owned).ok_or(log)
        })
        .await
    }

    /// Returns the log entry of a request.
    pub async fn logged_about(&self, answer: &Answer) -> Value {
        let id = answer.header("x-request-id");
        let line = self.logged(|line| line.contains(id)).await;
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// Returns the errors that NGINX logged.
    pub fn errors(&self) -> String {
        fs::read_to_string(self.folder.path().join("logs/error.log")).unwrap_or_default()
    }
}

/// Starts NGINX on a rendered configuration. It ends with the thread that started it.
fn run(command: &[impl AsRef<OsStr>], folder: &Path) -> Child {
    Command::new("setpriv")
        .args(["--pdeathsig", "TERM"])
        .args(command)
        .args(["-g", "daemon off;", "-p"])
        .arg(folder)
        .arg("-c")
        .arg(folder.join("nginx.conf"))
        .stdin(Stdio::null())
        .spawn()
        .expect("setpriv is a part of every Debian")
}

impl Drop for Edge {
    fn drop(&mut self) {
        // SIGTERM, not SIGKILL: NGINX then ends its workers. It may have ended already.
        let _ = kill_process(Pid::from_child(&self.nginx), Signal::TERM);
        let _ = self.nginx.wait();
        if std::thread::panicking() {
            eprintln!("the edge's errors:\n{}", self.errors());
        }
    }
}

/// Returns the edge's member of `Cache-Status`, which follows the server's.
#[track_caller]
pub fn edge_status(answer: &Answer) -> &str {
    let status = answer.header("cache-status");
    status.rsplit(", ").next().expect("it has a member")
}

/// Returns whether the tests run as root. Then NGINX has workers of another account.
pub fn is_root() -> bool {
    getuid().is_root()
}
