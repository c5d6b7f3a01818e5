//! The whole system as it runs in production, on free ports, with everything that watches it.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{
    harness::{TestDatabase, temporary_folder},
    support::{
        PROGRAM,
        process::{ending_with_us, told_to_end_with_us},
        server::{free_address, wait_for_status},
    },
    tools::{installed, project, run},
};

/// Longest time that anything may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Products of the catalogue.
pub const PRODUCTS: i64 = 1_500;

/// How many servers.
const SERVERS: usize = 3;

/// Requests per second of one limited client, and of all together; a burst beyond is refused.
const LIMITS: [(&str, &str); 5] = [
    ("EDGE_UNLIMITED", "127.0.0.1/32"),
    ("EDGE_REQUESTS_PER_SECOND", "20"),
    ("EDGE_REQUEST_BURST", "20"),
    ("EDGE_TOTAL_REQUESTS_PER_SECOND", "600"),
    ("EDGE_TOTAL_BURST", "50"),
];

/// A process that is told to end when dropped.
struct Running {
    child: Child,
    end: Signal,
}

impl Running {
    fn start(mut command: Command, end: Signal) -> Self {
        let child = command.spawn().expect("an installed program starts");
        Self { child, end }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = kill_process(Pid::from_child(&self.child), self.end);
        let _ = self.child.wait();
    }
}

/// A server of the program.
pub struct Server {
    process: Option<Running>,
    database_url: String,
    /// Where clients ask, as `host:port`.
    pub public: String,
    admin: String,
}

impl Server {
    fn new(database_url: &str) -> Self {
        Self {
            process: None,
            database_url: database_url.to_owned(),
            public: free_address(),
            admin: free_address(),
        }
    }

    /// Starts it, at the addresses it had before, and waits until it is ready.
    pub async fn start(&mut self) {
        let mut command = ending_with_us(PROGRAM, None);
        command
            .args([
                "serve",
                "--listen",
                &self.public,
                "--admin-listen",
                &self.admin,
            ])
            // Room for a part of the catalogue, so that products are put out.
            .args(["--cache-capacity-bytes", "6000000", "--audit-rate", "50"])
            .env("DATABASE_URL", &self.database_url)
            .stderr(Stdio::null());
        self.process = Some(Running::start(command, Signal::KILL));
        let ready = format!("http://{}/health/ready", self.admin);
        wait_for_status(&ready, 200, PATIENCE).await;
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process = None;
    }
}

/// The running system. Everything ends when it is dropped.
pub struct System {
    /// The catalogue.
    pub database: TestDatabase,
    /// The servers.
    pub servers: Vec<Server>,
    /// Where clients ask, as `host:port`.
    pub edge: String,
    /// Where Prometheus is asked, as `host:port`.
    pub prometheus: String,
    watchers: Vec<Running>,
    folder: TempDir,
}

impl System {
    /// Starts everything and waits until all of it answers.
    pub async fn start() -> Self {
        let database = TestDatabase::new().await;
        let folder = temporary_folder();
        load_catalogue(&database, folder.path());
        let servers = (0..SERVERS).map(|_| Server::new(database.url())).collect();
        let mut system = Self {
            database,
            servers,
            edge: free_address(),
            prometheus: free_address(),
            watchers: Vec::new(),
            folder,
        };
        for server in &mut system.servers {
            server.start().await;
        }
        system.watch().await;
        system
    }

    /// Starts the edge, and what tells Prometheus of it and of the database.
    async fn watch(&mut self) {
        let status = self.start_edge().await;
        let edge = self.start_exporter("prometheus-nginx-exporter", |command, address| {
            command.args(["-web.listen-address", address, "-nginx.scrape-uri", &status]);
        });
        let log = self.folder.path().join("edge/access.json");
        let edge_log = self.start_exporter("mtail", |command, address| {
            let (host, port) = address.split_once(':').expect("it has a port");
            command.args(["--address", host, "--port", port, "--emit_prog_label=false"]);
            command.arg("--progs").arg(project("grafana/edge.mtail"));
            command.arg("--logs").arg(&log);
        });
        let url = monitor(&self.database).await;
        let postgres = self.start_exporter("prometheus-postgres-exporter", |command, address| {
            command.args([
                "--disable-settings-metrics",
                "--web.listen-address",
                address,
            ]);
            command
                .arg("--extend.query-path")
                .arg(project("grafana/prometheus/postgres.yaml"));
            command.env("DATA_SOURCE_NAME", &url);
        });
        self.start_prometheus([
            ("PROMETHEUS_EDGE", edge),
            ("PROMETHEUS_EDGE_LOG", edge_log),
            ("PROMETHEUS_POSTGRES", postgres),
        ]);
        let ready = format!("http://{}/-/ready", self.prometheus);
        wait_for_status(&ready, 200, PATIENCE).await;
    }

    /// Starts NGINX and returns where it tells its state.
    async fn start_edge(&mut self) -> String {
        let folder = self.folder.path().join("edge");
        fs::create_dir(&folder).expect("a folder can be made");
        let status = free_address();
        let upstreams: Vec<_> = self
            .servers
            .iter()
            .map(|server| server.public.as_str())
            .collect();
        run(Command::new(project("nginx/render"))
            .arg(&folder)
            .env("EDGE_LISTEN", &self.edge)
            .env("EDGE_STATUS_LISTEN", &status)
            .env("EDGE_UPSTREAMS", upstreams.join(" "))
            .env("EDGE_LOG_DIR", &folder)
            .envs(LIMITS));
        let mut command = told_to_end_with_us(installed("nginx"), None);
        command
            .arg("-p")
            .arg(&folder)
            .arg("-c")
            .arg(folder.join("nginx.conf"));
        command.args(["-g", "daemon off;"]);
        self.keep("nginx", command);
        let status = format!("http://{status}/stub_status");
        wait_for_status(&status, 200, PATIENCE).await;
        status
    }

    /// Starts a program that tells metrics and returns where.
    fn start_exporter(&mut self, name: &str, prepare: impl FnOnce(&mut Command, &str)) -> String {
        let address = free_address();
        let mut command = ending_with_us(installed(name), None);
        prepare(&mut command, &address);
        self.keep(name, command);
        address
    }

    fn start_prometheus(&mut self, exporters: [(&str, String); 3]) {
        let folder = self.folder.path().join("prometheus");
        let admins: Vec<_> = self
            .servers
            .iter()
            .map(|server| server.admin.as_str())
            .collect();
        run(Command::new(project("grafana/prometheus/render"))
            .arg(&folder)
            .env("PROMETHEUS_SERVERS", admins.join(" "))
            .env("PROMETHEUS_LISTEN", &self.prometheus)
            .env("PROMETHEUS_INTERVAL", "1s")
            .envs(exporters));
        let mut command = ending_with_us(installed("prometheus"), None);
        command
            .arg("--config.file")
            .arg(folder.join("prometheus.yml"));
        command.arg("--storage.tsdb.path").arg(folder.join("data"));
        command.args(["--web.listen-address", &self.prometheus]);
        self.keep("prometheus", command);
    }

    /// Starts a process and keeps it; what it says goes to a file.
    fn keep(&mut self, name: &str, mut command: Command) {
        let log = File::create(self.folder.path().join(name).with_extension("log"));
        let log = log.expect("a log can be written");
        let also = log.try_clone().expect("a file can be shared");
        command.stdin(Stdio::null()).stdout(also).stderr(log);
        // NGINX ends its workers only when it is told to end.
        self.watchers.push(Running::start(command, Signal::TERM));
    }
}

fn load_catalogue(database: &TestDatabase, folder: &Path) {
    let export = folder.join("export");
    let products = PRODUCTS.to_string();
    run(Command::new(PROGRAM)
        .args(["generate", "--seed", "1", "--products", &products, "--out"])
        .arg(&export));
    run(Command::new(PROGRAM)
        .arg("load")
        .arg(&export)
        .arg("--report")
        .arg(folder.join("report.csv"))
        .env("DATABASE_URL", database.url()));
}

/// Makes a role that may see what the database does, and returns the URL of the database for it.
async fn monitor(database: &TestDatabase) -> String {
    let create = "CREATE ROLE monitor LOGIN PASSWORD 'monitor' IN ROLE pg_monitor";
    database.execute(create).await;
    let (_, place) = database.url().rsplit_once('@').expect("a URL has a user");
    format!("postgres://monitor:monitor@{place}?sslmode=disable")
}
