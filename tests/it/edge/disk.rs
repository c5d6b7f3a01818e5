//! Full disks under the edge: nothing is cached or logged any more, and requests are still answered.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rustix::fs::statvfs;

use crate::support::{
    edge::{Edge, NGINX, is_root},
    stub_upstream::{Reply, Upstream},
};

/// Mounts small file systems, visible to NGINX only, on the folders of cache and logs (`$1` and `$2`), and starts
/// NGINX.
const ON_SMALL_DISKS: &str = r#"
mount -t tmpfs -o size=256k tmpfs "$1" && mount -t tmpfs -o size=16k tmpfs "$2" || exit 1
shift 2
exec "$@"
"#;

/// Returns the prefix of a command that may mount, if this user can.
fn mounting() -> Option<Vec<&'static str>> {
    let command = if is_root() {
        vec!["unshare", "--mount"]
    } else {
        vec!["unshare", "--user", "--map-root-user", "--mount"]
    };
    let tried = Command::new(command[0])
        .args(&command[1..])
        .args(["sh", "-c", "mount -t tmpfs tmpfs /mnt"])
        .output();
    tried
        .is_ok_and(|output| output.status.success())
        .then_some(command)
}

/// Returns the command that runs NGINX on small file systems.
fn command(mounting: &[&str], disks: &Path) -> Vec<OsString> {
    let mut words: Vec<OsString> = mounting.iter().map(Into::into).collect();
    words.extend(["sh", "-c", ON_SMALL_DISKS, "sh"].map(Into::into));
    words.extend(["cache", "logs"].map(|name| disks.join(name).into()));
    if !is_root() {
        // In the namespace this user seems to be root, and NGINX would try to change its account.
        words.extend(["unshare", "--user", "--map-user=1000", "--map-group=1000"].map(Into::into));
    }
    words.push(NGINX.into());
    words
}

/// Returns whether the file system of a folder is full, as NGINX sees it.
fn is_full(edge: &Edge, folder: &Path) -> bool {
    let seen = PathBuf::from(format!("/proc/{}/root", edge.pid()));
    let disk = statvfs(seen.join(folder.strip_prefix("/").unwrap())).expect("it is mounted");
    disk.f_bavail == 0
}

#[tokio::test]
async fn full_disks_of_cache_and_logs_fail_no_request() {
    let Some(mounting) = mounting() else {
        eprintln!(
            "skipped: neither root nor an own namespace of users, so that nothing can be mounted"
        );
        return;
    };
    let body = "x".repeat(5_000);
    let server = Upstream::always(Reply::kept(&body)).await;
    let disks = crate::support::test_database::temporary_folder();
    for name in ["cache", "logs"] {
        fs::create_dir(disks.path().join(name)).unwrap();
    }
    let folder = |name| disks.path().join(name).display().to_string();
    let (cache, logs) = (folder("cache"), folder("logs"));
    let settings = [("EDGE_CACHE_DIR", &*cache), ("EDGE_LOG_DIR", &*logs)];
    let edge = Edge::start_by(
        &command(&mounting, disks.path()),
        &[server.address()],
        &settings,
    )
    .await;
    for n in 0..300 {
        let answer = edge.get(&format!("/products/{n}")).await;
        assert_eq!((answer.status, answer.body.len()), (200, body.len()), "{n}");
    }
    edge.until("both disks are full", "/products/1", |answer| {
        assert_eq!(answer.status, 200);
        is_full(&edge, Path::new(&cache)) && is_full(&edge, Path::new(&logs))
    })
    .await;
    for n in 0..100 {
        assert_eq!(edge.get(&format!("/products/{n}")).await.status, 200, "{n}");
    }
}
