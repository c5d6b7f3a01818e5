//! Temporary folders of the peers.

use std::{
    fs,
    path::{Path, PathBuf},
    process,
};

use procfs::{Current as _, Meminfo};
use rustix::fs::statvfs;

/// File system in memory, present on every Linux.
const MEMORY: &str = "/dev/shm";

/// Prefix of the names of our folders, followed by the process id.
const PREFIX: &str = "atelierex-speed-";

/// Bytes per product, as files and as cached responses.
const BYTES_PER_PRODUCT: u64 = 32 << 10;

/// Folder for files that peers serve, removed when dropped. In memory if there is room, which is fastest.
pub struct Place {
    folder: PathBuf,
}

impl Place {
    /// Creates an empty folder for the files of this many products.
    pub fn for_products(products: u64) -> Self {
        let parent = if has_room(products * BYTES_PER_PRODUCT) {
            Path::new(MEMORY)
        } else {
            Path::new(env!("CARGO_TARGET_TMPDIR"))
        };
        remove_abandoned(parent);
        let folder = parent.join(format!("{PREFIX}{}", process::id()));
        fs::create_dir(&folder).expect("a folder can be made");
        Self { folder }
    }

    /// Returns its path.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("{} is left behind: {error}", self.folder.display());
        }
    }
}

/// Removes folders of runs that were killed.
fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        if owner.is_some_and(|owner| !Path::new("/proc").join(owner).exists()) {
            // It may belong to another user.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Returns whether memory has room for this many bytes of files, and as much again.
fn has_room(bytes: u64) -> bool {
    let room = statvfs(MEMORY).map_or(0, |files| files.f_bavail * files.f_frsize);
    room.min(available_memory()) / 2 > bytes
}

/// Returns the bytes available without swapping.
pub fn available_memory() -> u64 {
    let memory = Meminfo::current().expect("Linux tells of its memory");
    memory.mem_available.unwrap_or(memory.mem_free)
}
