//! The service that Atelierex replaces: Express and node-pg, in `benches/speed/express`.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use super::process::Process;
use crate::support::{
    process::ending_with_us,
    server::{free_address, wait_for_status},
};

/// Longest time for an instance to start.
const READY_TIMEOUT: Duration = Duration::from_secs(20);

/// Files of the service.
const SOURCES: [&str; 4] = [
    "package.json",
    "package-lock.json",
    "queries.js",
    "server.js",
];

/// The installed service.
pub struct Express {
    folder: PathBuf,
    database_url: String,
}

/// A running instance, which ends when dropped.
pub struct Instance {
    _process: Process,
    /// Address as `host:port`.
    pub address: String,
}

impl Express {
    /// Installs its packages, unless an earlier run has; `None` if Node is missing.
    pub fn install(database_url: &str) -> Option<Self> {
        let has = |program| Command::new(program).arg("--version").output().is_ok();
        if !has("node") || !has("npm") {
            return None;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("speed-express");
        if copy_sources(&folder) || !folder.join("node_modules").exists() {
            let installed = Command::new("npm")
                .args([
                    "ci",
                    "--omit=dev",
                    "--no-audit",
                    "--no-fund",
                    "--loglevel=error",
                ])
                .current_dir(&folder)
                .stdout(Stdio::null())
                .status();
            let is_installed = installed.is_ok_and(|status| status.success());
            assert!(is_installed, "npm ci fails in {}", folder.display());
        }
        Some(Self {
            folder,
            database_url: database_url.to_owned(),
        })
    }

    /// Starts one instance.
    pub async fn start(&self) -> Instance {
        let address = free_address();
        let socket: SocketAddr = address.parse().expect("it was free, so it is an address");
        let mut command = ending_with_us("node", None);
        command
            .arg(self.folder.join("server.js"))
            .env("NODE_ENV", "production")
            .env("DATABASE_URL", &self.database_url)
            .env("PORT", socket.port().to_string());
        let log = self.folder.join(format!("{}.log", socket.port()));
        let process = Process::start(command, &log);
        wait_for_status(&format!("http://{address}/products/1"), 200, READY_TIMEOUT).await;
        Instance {
            _process: process,
            address,
        }
    }
}

/// Copies the service to its folder. Returns whether a file changed.
fn copy_sources(folder: &Path) -> bool {
    fs::create_dir_all(folder).expect("a folder can be made");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed/express");
    let mut has_changed = false;
    for name in SOURCES {
        let source = fs::read(sources.join(name)).expect("it is beside us");
        let copy = folder.join(name);
        if fs::read(&copy).ok().as_ref() != Some(&source) {
            fs::write(&copy, source).expect("it can be copied");
            has_changed = true;
        }
    }
    has_changed
}
