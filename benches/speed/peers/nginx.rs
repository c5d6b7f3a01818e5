//! NGINX: as a server of files, as a cache in front of Atelierex, and as a load balancer with a cache.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use rustix::process::{Resource, getrlimit, getuid};

use super::process::Process;
use crate::support::{
    process::told_to_end_with_us,
    server::{free_address, wait_for_status},
};

/// Path of NGINX in Debian, which is not on every user's `PATH`.
const PROGRAM: &str = "/usr/sbin/nginx";

/// Longest time to start.
const READY_TIMEOUT: Duration = Duration::from_secs(20);

/// File descriptors for other things than files: connections, logs, listeners.
const OTHER_DESCRIPTORS: u64 = 2_000;

/// Number of keys per mebibyte of a cache's index.
const KEYS_PER_MEBIBYTE: u64 = 4_000;

/// Options of an instance.
#[derive(Clone, Copy, Debug)]
pub struct NginxOptions<'a> {
    /// Empty folder for its files and its cache.
    pub folder: &'a Path,
    /// Processors for its only worker; `None` for a worker on each processor.
    pub processors: Option<&'a str>,
    /// Number of files that it serves, or of responses that it may cache.
    pub files: u64,
}

/// A running NGINX, which ends when dropped.
pub struct Nginx {
    process: Process,
    /// Address as `host:port`.
    pub address: String,
    /// Header that tells whether a response came from its cache.
    check_address: String,
}

/// Returns whether NGINX is installed.
pub fn is_installed() -> bool {
    Path::new(PROGRAM).exists()
}

impl Nginx {
    /// Serves the files below `documents`.
    pub async fn of_files(options: NginxOptions<'_>, documents: &Path) -> Self {
        let site = include_str!("nginx/files.conf").replace("@documents@", text(documents));
        Self::start(options, &site, "/detail/1").await
    }

    /// Caches the responses of Atelierex at `upstream`.
    pub async fn in_front_of(options: NginxOptions<'_>, upstream: &str) -> Self {
        let site = include_str!("nginx/cache.conf").replace("@upstream@", upstream);
        Self::start(options, &site, "/products/1").await
    }

    /// Balances requests among the instances at these addresses and caches their responses for this time (`1s`, `10m`).
    pub async fn balancing(options: NginxOptions<'_>, instances: &[&str], validity: &str) -> Self {
        let servers = instances
            .iter()
            .map(|address| format!("    server {address};\n"));
        let servers: String = servers.collect();
        let site = include_str!("nginx/balancer.conf")
            .replace("@instances@\n", &servers)
            .replace("@validity@", validity);
        Self::start(options, &site, "/products/1").await
    }

    async fn start(options: NginxOptions<'_>, site: &str, path: &str) -> Self {
        let (address, check_address) = (free_address(), free_address());
        let keys = options.files.div_ceil(KEYS_PER_MEBIBYTE).max(16);
        let site = site
            .replace("@address@", &address)
            .replace("@check_address@", &check_address)
            .replace("@cache@", text(&options.folder.join("cache")))
            .replace("@keys@", &keys.to_string());
        write(options.folder, "nginx.conf", &main_configuration(options));
        write(options.folder, "site.conf", &site);
        let process = Process::start(command(options), &options.folder.join("output.log"));
        wait_for_status(&format!("http://{address}{path}"), 200, READY_TIMEOUT).await;
        Self {
            process,
            address,
            check_address,
        }
    }

    /// Returns the process id of the master.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Returns whether the response to this path comes from its cache.
    pub async fn is_hit(&self, path: &str) -> bool {
        let answer = reqwest::get(format!("http://{}{path}", self.check_address)).await;
        let answer = answer.expect("NGINX answers");
        let status = answer.headers().get("X-Cache-Status");
        status.is_some_and(|status| status == "HIT")
    }
}

/// Returns the main configuration.
fn main_configuration(options: NginxOptions<'_>) -> String {
    let descriptors = descriptors();
    let open_files = if options.files <= most_open_files() {
        format!("max={} inactive=1d", options.files)
    } else {
        "off".to_owned()
    };
    let workers = options.processors.map_or("auto", |_| "1");
    include_str!("nginx/nginx.conf")
        .replace("@user@", if getuid().is_root() { "user root;" } else { "" })
        .replace("@workers@", workers)
        .replace("@descriptors@", &descriptors.to_string())
        .replace("@open_file_cache@", &open_files)
}

/// Returns the number of files that it can keep open.
pub fn most_open_files() -> u64 {
    descriptors().saturating_sub(OTHER_DESCRIPTORS)
}

/// Returns the limit of file descriptors of a process.
fn descriptors() -> u64 {
    // Linux' default maximum where the limit is unlimited.
    const MAX_OPEN_FILES: u64 = 1 << 20;
    getrlimit(Resource::Nofile)
        .maximum
        .map_or(MAX_OPEN_FILES, |maximum| maximum.min(MAX_OPEN_FILES))
}

fn command(options: NginxOptions<'_>) -> Command {
    let mut command = told_to_end_with_us(PROGRAM, options.processors);
    command
        .arg("-p")
        .arg(options.folder)
        .args(["-c", "nginx.conf", "-e", "error.log"]);
    command
}

fn write(folder: &Path, name: &str, content: &str) {
    let file: PathBuf = folder.join(name);
    fs::create_dir_all(folder).expect("a folder can be made");
    fs::write(file, content).expect("a configuration can be written");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("our folders have plain names")
}
