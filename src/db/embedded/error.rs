//! Reasons why the embedded PostgreSQL did not start or stop, each with its remedy.

use std::{io, path::PathBuf};

/// Reason why the embedded PostgreSQL could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No folder holds both `postgres` and `initdb`.
    #[error(
        "no PostgreSQL server on this machine (looked in {}). Install one, for example with \
         `apt-get install postgresql`, name the folder of its programs with --postgres-bin, or \
         use another database with --database-url",
        list(.looked_in)
    )]
    NoServer {
        /// Folders that were searched.
        looked_in: Vec<PathBuf>,
    },
    /// The server is older than what the migrations need.
    #[error(
        "PostgreSQL {major} in {} is too old: {minimum} or newer is needed. Install a newer one, \
         or name the folder of its programs with --postgres-bin",
        .folder.display()
    )]
    TooOld {
        /// Folder of its programs.
        folder: PathBuf,
        /// Its major version.
        major: u32,
        /// The oldest major version that works.
        minimum: u32,
    },
    /// The data was written by a major version that is not installed.
    #[error(
        "the data in {} is of PostgreSQL {data}, but this machine has {found}. Install \
         `postgresql-{data}`, name the folder of its programs with --postgres-bin, or start with \
         another --data-dir and load the catalog again",
        .folder.display()
    )]
    OtherMajor {
        /// The data folder.
        folder: PathBuf,
        /// Major version of the data.
        data: u32,
        /// Major version that was found.
        found: u32,
    },
    /// Another process of this program uses the data folder.
    #[error(
        "the data folder {} is in use by process {owner}. Stop that one first, or choose another \
         folder with --data-dir",
        .folder.display()
    )]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// Id of that process, if it is known.
        owner: String,
    },
    /// Another server, or one that does not end, works on the data.
    #[error(
        "a PostgreSQL server (process {pid}) is still running on {}. Stop it with `kill -INT \
         {pid}` and try again",
        .folder.display()
    )]
    StillRunning {
        /// Folder of the cluster.
        folder: PathBuf,
        /// Process id of the server.
        pid: u32,
    },
    /// The data belong to an account that this process cannot run the server as.
    #[error(
        "{} belongs to user id {owner}, and the server would run as {account}. Start as the owner, \
         or choose another folder with --data-dir",
        .folder.display()
    )]
    ForeignOwner {
        /// Folder of the cluster.
        folder: PathBuf,
        /// User id of the owner.
        owner: u32,
        /// Account that the server would run as.
        account: String,
    },
    /// This process runs as root, and the account of the server may not enter the data folder.
    #[error(
        "PostgreSQL does not run as root, and the account `postgres` may not enter {}. Choose a \
         data folder that it can reach with --data-dir (the default is /var/lib/atelierex)",
        .folder.display()
    )]
    Unreachable {
        /// The first folder on the path that it may not enter.
        folder: PathBuf,
    },
    /// This process runs as root, and there is no account to run the server as.
    #[error(
        "PostgreSQL does not run as root, there is no account `postgres`, and a user namespace is \
         refused ({reason}). Create the account with `useradd --system postgres`, or run as an \
         ordinary user"
    )]
    NoAccount {
        /// Message of `unshare`.
        reason: String,
    },
    /// Another program accepts connections on the port.
    #[error(
        "port {port} of 127.0.0.1 is in use by another program. Stop that one, or choose another \
         port with --port"
    )]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The password of the cluster is missing.
    #[error(
        "{} is missing, so nobody can log in to the data beside it. Put it back, or start with \
         another --data-dir and load the catalog again",
        .0.display()
    )]
    PasswordLost(PathBuf),
    /// A file or folder could not be used.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// Action that failed.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("cannot run {program}: {source}")]
    Run {
        /// The program.
        program: String,
        /// Cause.
        source: io::Error,
    },
    /// A program that prepares the cluster failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// The program.
        program: String,
        /// The end of its output.
        output: String,
    },
    /// The server ended too early, or failed when it ended.
    #[error("PostgreSQL {what}. The end of its log {}:\n{tail}", .log.display())]
    Server {
        /// Fault.
        what: &'static str,
        /// Its log.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
}

impl EmbeddedError {
    /// Returns a function for `map_err` that names the action and the file.
    pub(super) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}

fn list(folders: &[PathBuf]) -> String {
    let names: Vec<_> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    names.join(", ")
}
