//! The data folder of an embedded PostgreSQL: its lock, its password, its cluster and its log.
//!
//! The folder itself belongs to the user of this process. Only the cluster in it belongs to the account that the server
//! runs as. So that account cannot write anything that root then reads or follows.

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

/// Data folder that is locked for this process until it is dropped.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    // Closing the file releases the lock, also when the process is killed.
    lock: File,
}

impl DataDir {
    /// Creates the folder if it is missing and locks it.
    ///
    /// # Errors
    ///
    /// Another process that holds the lock, or a folder that cannot be created.
    pub fn open(path: &Path) -> Result<Self, EmbeddedError> {
        create(path)?;
        // Servers run in another working directory, so that the path must be absolute.
        let path = path
            .canonicalize()
            .map_err(EmbeddedError::file("find", path))?;
        let lock = lock(&path)?;
        Ok(Self { path, lock })
    }

    /// Returns the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns PostgreSQL's data directory.
    pub fn cluster(&self) -> PathBuf {
        self.path.join(CLUSTER)
    }

    /// Returns the folder in which a cluster is created before it gets its final name.
    pub fn unfinished(&self) -> PathBuf {
        self.path.join("unfinished")
    }

    /// Returns the path of the server's log.
    pub fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    fn password_file(&self) -> PathBuf {
        self.path.join("password")
    }

    /// Returns the major version of the cluster, if there is one.
    ///
    /// # Errors
    ///
    /// A version that cannot be read.
    pub fn major(&self) -> Result<Option<u32>, EmbeddedError> {
        let file = self.cluster().join("PG_VERSION");
        if !self.cluster().exists() {
            return Ok(None);
        }
        let version = fs::read_to_string(&file).map_err(EmbeddedError::file("read", &file))?;
        // "9.6" does not parse, and is too old to matter.
        Ok(version
            .trim()
            .split('.')
            .next()
            .and_then(|major| major.parse().ok()))
    }

    /// Returns the password of the cluster.
    ///
    /// # Errors
    ///
    /// A password file that is missing or cannot be read.
    pub fn password(&self) -> Result<String, EmbeddedError> {
        let file = self.password_file();
        if !file.exists() {
            return Err(EmbeddedError::PasswordLost(file));
        }
        let password = fs::read_to_string(&file).map_err(EmbeddedError::file("read", &file))?;
        Ok(password.trim().to_owned())
    }

    /// Creates and stores a new password. Only its owner can read the file.
    ///
    /// # Errors
    ///
    /// No source of randomness, or a file that cannot be written.
    pub fn new_password(&self) -> Result<String, EmbeddedError> {
        let password = random_password()?;
        write_private(&self.password_file(), &password)?;
        Ok(password)
    }

    /// Returns the password of another account of the cluster, created and stored on first use.
    ///
    /// # Errors
    ///
    /// A password that cannot be read or created.
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

    /// Writes a file that only its owner can read. Concurrent readers see the previous file or none.
    ///
    /// # Errors
    ///
    /// I/O errors.
    pub fn keep(&self, name: &str, text: &str) -> Result<PathBuf, EmbeddedError> {
        let (file, unfinished) = (self.path.join(name), self.path.join(format!("{name}.new")));
        write_private(&unfinished, text)?;
        fs::rename(&unfinished, &file).map_err(EmbeddedError::file("rename", &unfinished))?;
        Ok(file)
    }

    /// Starts a new log and keeps the previous one under another name.
    ///
    /// # Errors
    ///
    /// A log that cannot be created.
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

    /// Returns the error for a failure of the server, with the last lines of its log.
    pub fn failure(&self, what: &'static str) -> EmbeddedError {
        let text = fs::read(self.log()).unwrap_or_default();
        EmbeddedError::Server {
            what,
            log: self.log(),
            tail: tail(&String::from_utf8_lossy(&text)),
        }
    }

    /// Returns the id of a process that works on the cluster now: a server, or what is left of one.
    ///
    /// Processes of a server whose first process was killed may continue for a while. The next server must not start
    /// before they have ended.
    pub fn running_server(&self) -> Option<u32> {
        let cluster = self.cluster();
        let processes = fs::read_dir("/proc").ok()?.flatten();
        let at_work = processes.filter_map(|process| {
            let (pid, folder) = (process.file_name(), process.path());
            // These processes never leave their data directory, where other programs may work, too.
            let is_server = fs::read_link(folder.join("cwd")).is_ok_and(|cwd| cwd == cluster)
                && fs::read_to_string(folder.join("comm")).is_ok_and(|name| name == "postgres\n");
            is_server.then(|| pid.to_str()?.parse().ok())?
        });
        at_work.min()
    }

    /// Removes what a crash left: the lock file of a dead server and an incomplete cluster.
    ///
    /// Call it only while no server runs on the folder.
    ///
    /// # Errors
    ///
    /// I/O errors.
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
        // A child that another thread is starting has the file open for a moment, too.
        // If this fails, closing the file releases the lock a moment later.
        let _ = self.lock.unlock();
    }
}

/// Returns a password of 128 random bits, in hexadecimal digits, which never need quotes.
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

/// Returns the last lines of `text`.
pub fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

/// Writes a file that only its owner can read, and waits until it is on disk.
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
    // The account of the server passes through a data folder that belongs to root.
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
            // For the message only: the holder may not have written its id yet.
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
