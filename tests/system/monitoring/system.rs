//! The whole system as in production, on free ports, with its monitoring.

use std::{
    fs::File,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{
    monitoring::tools::{installed, project, run},
    parts::{
        database::Database,
        edge::{Edge, EdgeOptions},
        server::{Server, Urls},
        turn::{self, Turn},
    },
    support::{
        process::ending_with_us,
        server::{free_address, wait_for_status},
    },
    test_database::temporary_folder,
};

/// Longest time for Prometheus to start on a busy machine.
const READY_TIMEOUT: Duration = Duration::from_secs(60);

/// Number of servers.
const SERVERS: usize = 3;

/// Arguments for a small cache, so that products are evicted, and for much work of the auditor.
const SETTINGS: [&str; 4] = ["--cache-capacity-bytes", "7000000", "--audit-rate", "50"];

/// Requests per second of a client at another address than 127.0.0.1, and of all clients together, above which some are
/// rejected.
const LIMITS: EdgeOptions<'_> = EdgeOptions {
    settings: &[
        ("EDGE_UNLIMITED", "127.0.0.1"),
        ("EDGE_REQUESTS_PER_SECOND", "20"),
        ("EDGE_REQUEST_BURST", "20"),
        ("EDGE_TOTAL_REQUESTS_PER_SECOND", "600"),
        ("EDGE_TOTAL_BURST", "50"),
    ],
    small_disk: false,
};

/// The running system. Everything ends when it is dropped.
pub struct System {
    /// The catalog.
    pub database: &'static Database,
    /// The servers.
    pub servers: Vec<Server>,
    /// Address for clients.
    pub edge: Edge,
    /// Address of Prometheus, as `host:port`.
    pub prometheus: String,
    _watchers: Vec<Watcher>,
    // The last field: files are removed after their users have ended.
    _folder: TempDir,
    _turn: Turn,
}

impl System {
    /// Starts everything and waits until all parts answer.
    pub async fn start() -> Self {
        let turn = turn::take().await;
        let database = Database::get();
        let urls = Urls {
            serve: database.url("SERVE"),
            refresh: database.url("REFRESH"),
        };
        let mut servers = Vec::new();
        for _ in 0..SERVERS {
            servers.push(Server::start_with(&urls, &SETTINGS).await);
        }
        let addresses: Vec<_> = servers.iter().map(|server| &*server.public).collect();
        let folder = temporary_folder();
        let edge = Edge::start(folder.path(), &addresses.join(" "), &LIMITS).await;
        let exporters = [
            edge_exporter(folder.path(), &edge),
            edge_log_exporter(folder.path(), &edge),
            database_exporter(folder.path(), database),
        ];
        let prometheus = prometheus(folder.path(), &servers, &exporters);
        let ready = format!("http://{}/-/ready", prometheus.address);
        wait_for_status(&ready, 200, READY_TIMEOUT).await;
        Self {
            database,
            servers,
            edge,
            prometheus: prometheus.address.clone(),
            _watchers: exporters.into_iter().chain([prometheus]).collect(),
            _folder: folder,
            _turn: turn,
        }
    }
}

/// A monitoring process, which ends when dropped.
struct Watcher {
    child: Child,
    address: String,
}

impl Watcher {
    /// Starts a program that will listen on `address`. Its output goes to a file in `folder`.
    fn start(
        name: &str,
        folder: &Path,
        address: String,
        prepare: impl FnOnce(&mut Command, &str),
    ) -> Self {
        let log = File::create(folder.join(name).with_extension("log"));
        let log = log.expect("a log can be written");
        let also = log.try_clone().expect("a file can be shared");
        let mut command = ending_with_us(installed(name), None);
        prepare(&mut command, &address);
        command.stdin(Stdio::null()).stdout(also).stderr(log);
        let child = command.spawn().expect("an installed program starts");
        Self { child, address }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

fn edge_exporter(folder: &Path, edge: &Edge) -> Watcher {
    let name = "prometheus-nginx-exporter";
    Watcher::start(name, folder, free_address(), |command, address| {
        command.args([
            "--web.listen-address",
            address,
            "--nginx.scrape-uri",
            &edge.status,
        ]);
    })
}

fn edge_log_exporter(folder: &Path, edge: &Edge) -> Watcher {
    Watcher::start("mtail", folder, free_address(), |command, address| {
        let (host, port) = address.split_once(':').expect("it has a port");
        command.args(["--address", host, "--port", port, "--emit_prog_label=false"]);
        command.arg("--progs").arg(project("grafana/edge.mtail"));
        command.arg("--logs").arg(edge.disk().join("access.json"));
    })
}

fn database_exporter(folder: &Path, database: &Database) -> Watcher {
    let url = format!("{}?sslmode=disable", database.url("MONITOR"));
    let name = "prometheus-postgres-exporter";
    Watcher::start(name, folder, free_address(), |command, address| {
        command.args([
            "--disable-settings-metrics",
            "--web.listen-address",
            address,
        ]);
        let queries = project("grafana/prometheus/postgres.yaml");
        command.arg("--extend.query-path").arg(queries);
        command.env("DATA_SOURCE_NAME", url);
    })
}

/// Starts Prometheus with the production configuration, but with scrapes each second.
fn prometheus(folder: &Path, servers: &[Server], exporters: &[Watcher; 3]) -> Watcher {
    let folder = folder.join("prometheus");
    let address = free_address();
    let admins: Vec<_> = servers.iter().map(|server| &*server.admin).collect();
    let [edge, edge_log, postgres] = exporters;
    run(Command::new(project("grafana/prometheus/render"))
        .arg(&folder)
        .env("PROMETHEUS_SERVERS", admins.join(" "))
        .env("PROMETHEUS_EDGE", &edge.address)
        .env("PROMETHEUS_EDGE_LOG", &edge_log.address)
        .env("PROMETHEUS_POSTGRES", &postgres.address)
        .env("PROMETHEUS_LISTEN", &address)
        .env("PROMETHEUS_INTERVAL", "1s"));
    Watcher::start("prometheus", &folder, address, |command, address| {
        command
            .arg("--config.file")
            .arg(folder.join("prometheus.yml"));
        command.arg("--storage.tsdb.path").arg(folder.join("data"));
        command.args(["--web.listen-address", address]);
    })
}
