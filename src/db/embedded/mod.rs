//! An embedded PostgreSQL: the server programs of this machine on a data folder of our own, for as long as this process
//! runs.
//!
//! It listens on the loopback address only and asks for a password. This module knows nothing of its contents.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::{Instant, sleep};
use tracing::info;

use self::{
    account::Account,
    binaries::Binaries,
    data_dir::{CLUSTER, DataDir},
    settings::settings,
    supervisor::Supervisor,
};
use crate::config::EmbeddedDatabaseConfig;

mod account;
mod binaries;
mod cluster;
mod data_dir;
mod error;
mod settings;
mod supervisor;

pub use self::{
    cluster::{DATABASE, USER},
    error::EmbeddedError,
};

/// Longest time for a start. After a crash the server first replays its log.
const START_TIMEOUT: Duration = Duration::from_secs(300);

/// Longest time for the server of a killed process to end.
const PREVIOUS_TIMEOUT: Duration = Duration::from_secs(60);

/// Time after which a wait is logged.
const LOG_AFTER: Duration = Duration::from_secs(2);

/// Interval between two checks of a wait.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Number of attempts to find a free port when another program takes the one that was free.
const PORT_ATTEMPTS: u32 = 5;

/// Options of an embedded PostgreSQL.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// Data folder. Created if missing.
    pub data_dir: PathBuf,
    /// Folder of the server's programs; `None` to search for them.
    pub postgres_bin: Option<PathBuf>,
    /// Port on 127.0.0.1; `None` to pick a free one.
    pub port: Option<u16>,
    /// Further settings of the server, as name and value. They override ours.
    pub settings: Vec<(String, String)>,
    /// Durable commits, which survive a crash of the machine. Tests do without, which is faster.
    pub durable: bool,
}

impl EmbeddedOptions {
    /// Returns whether the data folder has a cluster.
    #[must_use]
    pub fn has_cluster(&self) -> bool {
        self.data_dir.join(CLUSTER).exists()
    }
}

impl From<&EmbeddedDatabaseConfig> for EmbeddedOptions {
    fn from(config: &EmbeddedDatabaseConfig) -> Self {
        Self {
            data_dir: config.data_dir.clone(),
            postgres_bin: config.postgres_bin.clone(),
            port: None,
            settings: Vec::new(),
            durable: true,
        }
    }
}

/// A PostgreSQL server that ends with this process.
///
/// Dropping it, or killing this process, tells the server to shut down. [`EmbeddedPostgres::stop`] also waits for that.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    supervisor: Supervisor,
    url: String,
    port: u16,
    // The last field: the folder is unlocked after the server was told to shut down.
    folder: DataDir,
}

impl EmbeddedPostgres {
    /// Starts a server on the data folder and returns when it accepts connections.
    ///
    /// Creates the folder and an empty database `atelierex` in it if they are missing.
    ///
    /// # Errors
    ///
    /// A missing PostgreSQL, a data folder that is in use or of another version, or a server that does not start. Each
    /// error says what to do.
    pub async fn start(options: &EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let folder = DataDir::open(&options.data_dir)?;
        let data_major = folder.major()?;
        let binaries = Binaries::find(options.postgres_bin.as_deref(), data_major)?;
        if let Some(data) = data_major.filter(|data| *data != binaries.major()) {
            return Err(EmbeddedError::OtherMajor {
                folder: folder.path().to_owned(),
                data,
                found: binaries.major(),
            });
        }
        let account = Account::choose(&folder.cluster()).await?;
        account.check_reach(folder.path()).await?;
        wait_for_previous_server(&folder).await?;
        folder.clean()?;
        let password = if data_major.is_some() {
            folder.password()?
        } else {
            info!(
                "Creating a PostgreSQL {} cluster in {}",
                binaries.major(),
                folder.path().display()
            );
            cluster::create(&folder, &binaries, account, options.durable).await?
        };
        Self::launch(folder, &binaries, account, options, &password).await
    }

    async fn launch(
        folder: DataDir,
        binaries: &Binaries,
        account: Account,
        options: &EmbeddedOptions,
        password: &str,
    ) -> Result<Self, EmbeddedError> {
        let mut attempt = 1;
        loop {
            let port = options.port.map_or_else(free_port, Ok)?;
            let mut command = account.command("sh");
            let settings = settings(port, options.durable);
            supervisor::server(
                &mut command,
                &binaries.program("postgres"),
                &folder.cluster(),
            );
            for (name, value) in settings.iter().chain(&options.settings) {
                command.arg("-c").arg(format!("{name}={value}"));
            }
            let mut supervisor = Supervisor::spawn(command, &folder).await?;
            match wait_until_ready(&mut supervisor, &folder).await {
                Ok(()) => {
                    return Ok(Self {
                        supervisor,
                        url: url(USER, password, port),
                        port,
                        folder,
                    });
                }
                Err(EmbeddedError::Server { tail, .. })
                    if tail.contains("Address already in use")
                        && (options.port.is_some() || attempt == PORT_ATTEMPTS) =>
                {
                    return Err(EmbeddedError::PortTaken { port });
                }
                Err(EmbeddedError::Server { tail, .. })
                    if tail.contains("Address already in use") =>
                {
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Returns the URL of its database as the owner, with the password.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the URL of its database as another account.
    #[must_use]
    pub fn url_of(&self, user: &str, password: &str) -> String {
        url(user, password, self.port)
    }

    /// Returns the port on which it accepts connections.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the stored password of an account other than the owner, created on first use.
    ///
    /// # Errors
    ///
    /// A password file that cannot be read or written.
    pub fn password_of(&self, user: &str) -> Result<String, EmbeddedError> {
        self.folder.password_of(user)
    }

    /// Writes a file of the data folder that only its owner can read, completely or not at all.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn keep(&self, name: &str, text: &str) -> Result<PathBuf, EmbeddedError> {
        self.folder.keep(name, text)
    }

    /// Waits until the server has ended by itself. Cancel-safe.
    pub async fn ended(&mut self) -> EmbeddedError {
        self.supervisor.ended().await;
        self.folder.failure("has ended by itself")
    }

    /// Returns the process id of the server.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.supervisor.pid()
    }

    /// Returns its data folder.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// Shuts the server down and waits until it has ended. Connections are closed.
    ///
    /// A server that takes longer than a minute is stopped without a checkpoint. That loses nothing but makes the next
    /// start slower.
    ///
    /// # Errors
    ///
    /// A server that does not end, or had ended by itself.
    pub async fn stop(mut self) -> Result<(), EmbeddedError> {
        match self.supervisor.stop().await {
            Some(status) if status.success() => Ok(()),
            Some(_) => Err(self.folder.failure("had ended by itself")),
            None => Err(self.folder.failure("does not stop")),
        }
    }
}

fn url(user: &str, password: &str, port: u16) -> String {
    format!("postgres://{user}:{password}@127.0.0.1:{port}/{DATABASE}")
}

/// Waits until the server's `postmaster.pid` says that it accepts connections.
async fn wait_until_ready(
    supervisor: &mut Supervisor,
    folder: &DataDir,
) -> Result<(), EmbeddedError> {
    let begin = Instant::now();
    let mut told = begin;
    while begin.elapsed() < START_TIMEOUT {
        if cluster::is_ready(&folder.cluster(), supervisor.pid()) {
            return Ok(());
        }
        if supervisor.has_ended() {
            return Err(folder.failure("ended while it started"));
        }
        if told.elapsed() > LOG_AFTER {
            told = Instant::now();
            info!(
                "PostgreSQL is still starting; its log is {}",
                folder.log().display()
            );
        }
        sleep(POLL_INTERVAL).await;
    }
    Err(folder.failure("did not start in time"))
}

/// Waits for the server of a process that was killed a moment ago.
async fn wait_for_previous_server(folder: &DataDir) -> Result<(), EmbeddedError> {
    let begin = Instant::now();
    let mut told = false;
    while let Some(pid) = folder.running_server() {
        if begin.elapsed() > PREVIOUS_TIMEOUT {
            return Err(EmbeddedError::StillRunning {
                folder: folder.cluster(),
                pid,
            });
        }
        if !told && begin.elapsed() > LOG_AFTER {
            told = true;
            info!("Waiting for the previous PostgreSQL (process {pid}) to shut down");
        }
        sleep(POLL_INTERVAL).await;
    }
    Ok(())
}

fn free_port() -> Result<u16, EmbeddedError> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|source| EmbeddedError::Run {
            program: "a server on 127.0.0.1".to_owned(),
            source,
        })
}
