//! NGINX as `nginx/render` sets it up, in front of servers.

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

/// Path of the program in Debian, which is not on everybody's `PATH`.
pub const NGINX: &str = "/usr/sbin/nginx";

static NEXT: AtomicU32 = AtomicU32::new(1);

/// The folder of the edge's configuration.
pub fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("nginx")
}

/// Settings by their names.
pub type Settings<'a> = HashMap<&'a str, String>;

/// Runs `nginx/render` with these settings and no others.
pub fn render(folder: &Path, settings: &Settings<'_>) -> Output {
    let mut command = Command::new(sources().join("render"));
    command.arg(folder).env_clear().env("PATH", "/usr/bin:/bin");
    command.envs(settings).output().expect("sh runs")
}

/// An address of this machine that nothing else uses: ports of these are not given to anybody by chance.
pub fn own_address() -> String {
    let (process, n) = (process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let [_, _, high, low] = process.to_be_bytes();
    format!("127.{}.{low}.{}", 1 + high % 250, 1 + n % 250)
}

/// Settings of an edge at `address` that gives everything time and limits nobody.
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
    /// The folder that its configuration is in.
    pub folder: TempDir,
}

impl Edge {
    /// Starts one with what differs from [`patient`] settings, and waits until it accepts connections.
    pub async fn start(servers: &[&str], differences: &[(&'static str, &str)]) -> Self {
        Self::start_by(&[NGINX], servers, differences).await
    }

    /// The same, NGINX being run by another command, whose words come before its arguments.
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

    /// Host and port for clients.
    pub fn authority(&self) -> String {
        format!("{}:8080", self.address)
    }

    /// Host and port for clients with TLS.
    pub fn tls_authority(&self) -> String {
        format!("{}:8443", self.address)
    }

    /// Process id of the master.
    pub fn pid(&self) -> u32 {
        self.nginx.id()
    }

    /// `GET` of a path.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[]).await
    }

    /// `GET` of a path with request headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers).await
    }

    /// Any request.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let url = format!("http://{}{path}", self.authority());
        request(&self.client, method, &url, headers).await
    }

    /// `GET` of a path that nothing here waits for.
    pub fn ask_aside(&self, path: &str) -> JoinHandle<Answer> {
        let client = self.client.clone();
        let url = format!("http://{}{path}", self.authority());
        tokio::spawn(async move { request(&client, Method::GET, &url, &[]).await })
    }

    /// `GET` on the listener for the exporter.
    pub async fn status(&self, path: &str) -> Answer {
        let url = format!("http://{}:8081{path}", self.address);
        request(&self.client, Method::GET, &url, &[]).await
    }

    /// Asks until the answer is as wanted, and returns that one.
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

    /// The first line of the access log that is as wanted, once it is written.
    pub async fn logged(&self, wanted: impl Fn(&str) -> bool) -> String {
        let log = self.folder.path().join("logs/access.json");
        wait::until_ok("it is logged", async || {
            let log = fs::read_to_string(&log).expect("there is a log");
            let line = log.lines().find(|line| wanted(line));
            line.map(str::to_owned).ok_or(log)
        })
        .await
    }

    /// Log entry of a request.
    pub async fn logged_about(&self, answer: &Answer) -> Value {
        let id = answer.header("x-request-id");
        let line = self.logged(|line| line.contains(id)).await;
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// Errors that NGINX logged.
    pub fn errors(&self) -> String {
        fs::read_to_string(self.folder.path().join("logs/error.log")).unwrap_or_default()
    }
}

/// Starts NGINX on a rendered configuration. It ends with the thread that starts it, however that ends.
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
        // Told, not killed: it ends its workers. It may have ended already.
        let _ = kill_process(Pid::from_child(&self.nginx), Signal::TERM);
        let _ = self.nginx.wait();
        if std::thread::panicking() {
            eprintln!("the edge's errors:\n{}", self.errors());
        }
    }
}

/// The member of the edge in `Cache-Status`, after the server's.
#[track_caller]
pub fn edge_status(answer: &Answer) -> &str {
    let status = answer.header("cache-status");
    status.rsplit(", ").next().expect("it has a member")
}

/// True if the tests run as root, whose NGINX has workers of another account.
pub fn is_root() -> bool {
    getuid().is_root()
}
