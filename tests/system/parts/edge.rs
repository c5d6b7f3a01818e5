//! NGINX with the configuration of `nginx/`.

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

use procfs::process::all_processes;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::{
    process::{memory, told_to_end_with_us},
    server::{free_address, wait_for_status},
};

/// Path of NGINX in Debian, which is not on every user's `PATH`.
const PROGRAM: &str = "/usr/sbin/nginx";

/// Script that mounts a small file system at `$1`, visible to NGINX only, and then becomes NGINX.
const ON_A_SMALL_DISK: &str =
    r#"mount -t tmpfs -o size=512k,mode=1777 tmpfs "$1" && shift && exec "$@""#;

/// The same in a user namespace. Its root cannot give NGINX's workers another account, so NGINX runs as an ordinary
/// user.
const ON_A_SMALL_DISK_AS_USER: &str = r#"mount -t tmpfs -o size=512k,mode=1777 tmpfs "$1" && shift && exec unshare --user --map-user=1000 --map-group=1000 "$@""#;

/// Longest time to start.
const READY_TIMEOUT: Duration = Duration::from_secs(20);

/// Options of an edge.
#[derive(Clone, Copy, Debug, Default)]
pub struct EdgeOptions<'a> {
    /// Further settings (`EDGE_…`).
    pub settings: &'a [(&'a str, &'a str)],
    /// Put cache and logs on a disk of 512 KiB.
    pub small_disk: bool,
}

/// A running edge, which ends when dropped.
pub struct Edge {
    child: Child,
    /// Address for clients, as `host:port`.
    pub address: String,
    /// URL of its status page.
    pub status: String,
    disk: PathBuf,
    /// Temporary folder of responses that are being cached. Held so that it is deleted.
    _temporary: TempDir,
}

impl Edge {
    /// Starts an edge in front of servers, with its files below `folder`, and waits until it answers.
    pub async fn start(folder: &Path, upstreams: &str, options: &EdgeOptions<'_>) -> Self {
        let (address, status) = (free_address(), free_address());
        let disk = folder.join("disk");
        fs::create_dir(&disk).unwrap();
        let temporary = temporary(folder);
        let settings = [
            ("EDGE_LISTEN", address.as_str()),
            ("EDGE_STATUS_LISTEN", &status),
            ("EDGE_UPSTREAMS", upstreams),
            ("EDGE_UNLIMITED", "127.0.0.1"),
            ("EDGE_LOG_DIR", path_text(&disk)),
            ("EDGE_CACHE_DIR", path_text(&disk)),
            ("EDGE_TEMPORARY_DIR", path_text(temporary.path())),
        ];
        render(folder, &settings, options.settings);
        let log = File::create(folder.join("nginx.log")).unwrap();
        let child = command(folder, &disk, options)
            .arg("-p")
            .arg(folder)
            .arg("-c")
            .arg(folder.join("nginx.conf"))
            .args(["-g", "daemon off;"])
            .stderr(log)
            .spawn()
            .expect("NGINX is installed");
        let edge = Self {
            child,
            address,
            status: format!("http://{status}/stub_status"),
            disk,
            _temporary: temporary,
        };
        wait_for_status(&edge.status, 200, READY_TIMEOUT).await;
        edge
    }

    /// Returns the folder of cache and logs, as NGINX sees it.
    pub fn disk(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.child.id()));
        root.join(
            self.disk
                .strip_prefix("/")
                .expect("the path is a whole one"),
        )
    }

    /// Returns the peak memory of its processes, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let own = self.child.id().cast_signed();
        let all = all_processes().unwrap().flatten();
        let family = all.filter_map(|process| process.stat().ok());
        let family = family.filter(|stat| stat.pid == own || stat.ppid == own);
        family
            .filter_map(|stat| memory(stat.pid.cast_unsigned()))
            .map(|memory| memory.peak)
            .sum()
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

fn path_text(path: &Path) -> &str {
    path.to_str().expect("our paths are text")
}

/// Creates a folder that NGINX's account can enter: in memory if there is such a file system, otherwise below `folder`.
fn temporary(folder: &Path) -> TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::Builder::new()
        .prefix("atelierex-test-")
        .permissions(Permissions::from_mode(0o755))
        .tempdir_in(if memory.is_dir() { memory } else { folder })
        .expect("there is a place for temporary files")
}

/// Writes the configuration. Later settings override earlier ones.
fn render(folder: &Path, settings: &[(&str, &str)], more: &[(&str, &str)]) {
    let render = Path::new(env!("CARGO_MANIFEST_DIR")).join("nginx/render");
    let output = Command::new(render)
        .arg(folder)
        .envs(settings.iter().chain(more).copied())
        .output()
        .expect("a script can be run");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Returns the command to which NGINX's arguments are appended.
fn command(folder: &Path, disk: &Path, options: &EdgeOptions<'_>) -> Command {
    if !options.small_disk {
        return told_to_end_with_us(PROGRAM, None);
    }
    let mut command = told_to_end_with_us("unshare", None);
    command.current_dir(folder).arg("--mount");
    let mut script = ON_A_SMALL_DISK;
    if !rustix::process::getuid().is_root() {
        command.args(["--user", "--map-root-user"]);
        script = ON_A_SMALL_DISK_AS_USER;
    }
    command
        .args(["sh", "-c", script, "sh"])
        .arg(disk)
        .arg(PROGRAM);
    command
}
