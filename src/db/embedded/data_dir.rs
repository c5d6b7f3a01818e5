//! The data folder of an embedded PostgreSQL: its lock, its password, its cluster and its log.
//!
//! The folder itself belongs to us; only the cluster in it belongs to the account that the server
//! runs as, so that this account has nothing to write that we then read or follow as root.

use std::{
    fmt::Write as _,
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    os::unix::fs::{
        DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
    },
    path::{Path, PathBuf},
};

use super::error::EmbeddedError;

/// Name of the cluster in a data folder.
pub const CLUSTER: &str = "cluster";

/// Lines of the log that an error shows.
const TAIL_LINES: usize = 12;

/// A data folder that is locked for this process until it is dropped.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    // Closing the file gives the lock back, also when the process is killed.
    lock: File,
}

impl DataDir {
    /// Creates the folder if there is none and locks it.
    ///
    /// # Errors
    ///
    /// When another process holds the lock, or the folder cannot be made.
    pub fn open(path: &Path) -> Result<Self, EmbeddedError> {
        create(path)?;
        // Servers are started from elsewhere, so a relative path would not do.
        let path = path
            .canonicalize()
            .map_err(EmbeddedError::file("find", path))?;
        let lock = lock(&path)?;
        Ok(Self { path, lock })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that PostgreSQL calls its data directory.
    pub fn cluster(&self) -> PathBuf {
        self.path.join(CLUSTER)
    }

    /// The folder in which a cluster is made before it takes its name.
    pub fn unfinished(&self) -> PathBuf {
        self.path.join("unfinished")
    }

    /// The log of the server.
    pub fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    fn password_file(&self) -> PathBuf {
        self.path.join("password")
    }

    /// Major version of the cluster, if there is one.
    ///
    /// # Errors
    ///
    /// When there is one that cannot be read.
    pub fn major(&self) -> Result<Option<u32>, EmbeddedError> {
        let file = self.cluster().join("PG_VERSION");
        if !self.cluster().exists() {
            return Ok(None);
        }
        let version = fs::read_to_string(&file).map_err(EmbeddedError::file("read", &file))?;
        // "9.6" would be one, and is too old to matter.
        Ok(version
            .trim()
            .split('.')
            .next()
            .and_then(|major| major.parse().ok()))
    }

    /// The password of the cluster.
    ///
    /// # Errors
    ///
    /// When it is missing or cannot be read.
    pub fn password(&self) -> Result<String, EmbeddedError> {
        let file = self.password_file();
        if !file.exists() {
            return Err(EmbeddedError::PasswordLost(file));
        }
        let password = fs::read_to_string(&file).map_err(EmbeddedError::file("read", &file))?;
        Ok(password.trim().to_owned())
    }

    /// Makes and keeps a new password, which nobody else can read.
    ///
    /// # Errors
    ///
    /// When there is no randomness or the file cannot be written.
    pub fn new_password(&self) -> Result<String, EmbeddedError> {
        let password = random_password()?;
        write_private(&self.password_file(), &password)?;
        Ok(password)
    }

    /// The password of another account of the cluster, made and kept when it is first asked for.
    ///
    /// # Errors
    ///
    /// When it cannot be read or made.
    pub fn password_of(&self, user: &str) -> Result<String, EmbeddedError> {
        let name = format!("password-{user}");
        let file = self.path.join(&name);
        if !file.exists() {
            let password = random_password()?;
            self.keep(&name, &password)?;
            return Ok(password);
        }
        let password = fs::read_to_string(&file).map_err(EmbeddedError::file("read", &file))?;
        Ok(password.trim().to_owned())
    }

    /// Writes a file that only its owner can read. Whoever reads it meanwhile sees the one before, or none.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn keep(&self, name: &str, text: &str) -> Result<PathBuf, EmbeddedError> {
        let (file, unfinished) = (self.path.join(name), self.path.join(format!("{name}.new")));
        write_private(&unfinished, text)?;
        fs::rename(&unfinished, &file).map_err(EmbeddedError::file("rename", &unfinished))?;
        Ok(file)
    }

    /// Opens a new log; the one before it is kept under another name.
    ///
    /// # Errors
    ///
    /// When it cannot be created.
    pub fn new_log(&self) -> Result<File, EmbeddedError> {
        let log = self.log();
        if log.exists() {
            fs::rename(&log, self.path.join("postgres.log.old"))
                .map_err(EmbeddedError::file("rename", &log))?;
        }
        OpenOptions::new()
            .create_new(true)
            .append(true)
            .mode(0o600)
            .open(&log)
            .map_err(EmbeddedError::file("create", &log))
    }

    /// Returns the error for a fault of the server, with the last lines of its log.
    pub fn failure(&self, what: &'static str) -> EmbeddedError {
        let text = fs::read(self.log()).unwrap_or_default();
        EmbeddedError::Server {
            what,
            log: self.log(),
            tail: tail(&String::from_utf8_lossy(&text)),
        }
    }

    /// Process id of a server that works on the cluster at this moment, or of what is left of one.
    ///
    /// When the first process of a server is killed, others may go on for a while; the next server must not begin
    /// before they have ended.
    pub fn running_server(&self) -> Option<u32> {
        let cluster = self.cluster();
        let processes = fs::read_dir("/proc").ok()?.flatten();
        let at_work = processes.filter_map(|process| {
            let (pid, folder) = (process.file_name(), process.path());
            // They never leave their data directory, where others may be, too.
            let is_server = fs::read_link(folder.join("cwd")).is_ok_and(|cwd| cwd == cluster)
                && fs::read_to_string(folder.join("comm")).is_ok_and(|name| name == "postgres\n");
            is_server.then(|| pid.to_str()?.parse().ok())?
        });
        at_work.min()
    }

    /// Removes what a crash left: the name of a server that is gone, and a half made cluster.
    ///
    /// Only for a folder on which no server runs.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn clean(&self) -> Result<(), EmbeddedError> {
        let pid_file = self.cluster().join("postmaster.pid");
        if pid_file.exists() {
            fs::remove_file(&pid_file).map_err(EmbeddedError::file("remove", &pid_file))?;
        }
        let unfinished = self.unfinished();
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(EmbeddedError::file("remove", &unfinished))?;
        }
        Ok(())
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        // A child that another thread is just starting has the file open for a moment, too.
        // If this fails, closing the file does it a moment later.
        let _ = self.lock.unlock();
    }
}

/// A password of 128 random bits, in digits that need no quotes anywhere.
fn random_password() -> Result<String, EmbeddedError> {
    let mut random = [0; 16];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut random))
        .map_err(EmbeddedError::file("read", "/dev/urandom"))?;
    let mut password = String::new();
    for byte in random {
        write!(password, "{byte:02x}").expect("a string takes all that is written");
    }
    Ok(password)
}

/// The last lines of `text`.
pub fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

/// Writes a file that only its owner can read, and waits until it is on the disk.
pub fn write_private(path: &Path, text: &str) -> Result<(), EmbeddedError> {
    let write = || {
        if path.exists() {
            fs::remove_file(path)?;
        }
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(EmbeddedError::file("write", path))
}

fn create(path: &Path) -> Result<(), EmbeddedError> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(path)
        .map_err(EmbeddedError::file("create", path))?;
    // A data folder of root's is passed through by the account that the server runs as.
    let owner = fs::metadata(path).map_err(EmbeddedError::file("read", path))?;
    let mode = if owner.uid() == 0 { 0o711 } else { 0o700 };
    fs::set_permissions(path, Permissions::from_mode(mode))
        .map_err(EmbeddedError::file("change the mode of", path))
}

fn lock(folder: &Path) -> Result<File, EmbeddedError> {
    let path = folder.join("lock");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(EmbeddedError::file("open", &path))?;
    let write_owner = |file: &mut File| {
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{}", std::process::id())
    };
    match file.try_lock() {
        Ok(()) => write_owner(&mut file).map_err(EmbeddedError::file("write", &path))?,
        Err(TryLockError::WouldBlock) => {
            let mut owner = String::new();
            // Only for the message: the holder may not have written it yet.
            let _ = file.read_to_string(&mut owner);
            return Err(EmbeddedError::InUse {
                folder: folder.to_owned(),
                owner,
            });
        }
        Err(TryLockError::Error(source)) => return Err(EmbeddedError::file("lock", &path)(source)),
    }
    Ok(file)
}
