//! A private PostgreSQL: the machine's own server on a data folder of ours, for as long as we run.
//!
//! Reached on the loopback address only, by password. Nothing here knows what is stored in it.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, Command},
    time::{Instant, sleep, timeout},
};
use tracing::{info, warn};

pub use super::private_error::PrivateError;
use super::{
    private_account::Account,
    private_binaries::Binaries,
    private_cluster::{self, DATABASE, USER},
    private_folder::DataFolder,
    private_settings::settings,
};
use crate::config::PrivateDatabaseConfig;

/// Longest time that a start may take; after a crash the server first replays its log.
const START_TIMEOUT: Duration = Duration::from_secs(300);

/// Longest time that a shutdown may take before the server is told to skip its checkpoint, and
/// that the server of a process that was killed may take before a start gives up on it.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a wait may be silent.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a wait looks.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// How often another port is tried, when somebody took the one that was free.
const PORT_ATTEMPTS: u32 = 5;

/// Keeps the server company, as its parent: our end of the pipe on standard input closes when we
/// end, however we end, and then the server is shut down fast. A line does the same, a second line
/// shuts it down without a checkpoint.
const SUPERVISOR: &str = r#"
trap '' HUP TERM
exec 3<&0 </dev/null
"$@" >&2 3<&- &
server=$!
echo "$server"
exec >&-
{
    read -r _ <&3
    kill -INT "$server"
    read -r _ <&3 && kill -QUIT "$server"
} 2>/dev/null &
orders=$!
wait "$server"
code=$?
kill -KILL "$orders" 2>/dev/null
exit "$code"
"#;

/// What a private PostgreSQL is started with.
#[derive(Clone, Debug)]
pub struct PrivateOptions {
    /// Where its data are kept; created if missing.
    pub data_dir: PathBuf,
    /// Folder of the server's programs; `None` finds them.
    pub postgres_bin: Option<PathBuf>,
    /// More settings of the server, as name and value; they win over ours.
    pub settings: Vec<(String, String)>,
    /// Whether what was committed survives a crash of the machine. Without it all is faster: for
    /// tests.
    pub durable: bool,
}

impl From<&PrivateDatabaseConfig> for PrivateOptions {
    fn from(config: &PrivateDatabaseConfig) -> Self {
        Self {
            data_dir: config.data_dir.clone(),
            postgres_bin: config.postgres_bin.clone(),
            settings: Vec::new(),
            durable: true,
        }
    }
}

/// A PostgreSQL server that ends with us.
///
/// Dropped, or when this process is killed, it is told to shut down; [`PrivatePostgres::stop`] also
/// waits for that.
#[derive(Debug)]
pub struct PrivatePostgres {
    supervisor: Child,
    orders: ChildStdin,
    pid: u32,
    url: String,
    // The last field: the folder is given back after the order to shut down.
    folder: DataFolder,
}

impl PrivatePostgres {
    /// Starts a server on the data folder and returns when it accepts connections.
    ///
    /// Makes the folder and an empty database `atelierex` in it if there is none.
    ///
    /// # Errors
    ///
    /// When there is no PostgreSQL on this machine, the data folder is in use or of another
    /// version, or the server does not start. Each says what to do.
    pub async fn start(options: &PrivateOptions) -> Result<Self, PrivateError> {
        let folder = DataFolder::open(&options.data_dir)?;
        let data_major = folder.major()?;
        let binaries = Binaries::find(options.postgres_bin.as_deref(), data_major)?;
        if let Some(data) = data_major.filter(|data| *data != binaries.major()) {
            return Err(PrivateError::OtherMajor {
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
            private_cluster::create(&folder, &binaries, account, options.durable).await?
        };
        Self::launch(folder, &binaries, account, options, &password).await
    }

    async fn launch(
        folder: DataFolder,
        binaries: &Binaries,
        account: Account,
        options: &PrivateOptions,
        password: &str,
    ) -> Result<Self, PrivateError> {
        let mut attempt = 1;
        loop {
            let port = free_port()?;
            let mut command = account.command("sh");
            command
                .args(["-c", SUPERVISOR, "atelierex-postgres"])
                .arg(binaries.program("postgres"))
                .arg("-D")
                .arg(folder.cluster());
            for (name, value) in settings(port, options.durable)
                .iter()
                .chain(&options.settings)
            {
                command.arg("-c").arg(format!("{name}={value}"));
            }
            let (mut supervisor, orders, pid) = spawn(command, &folder).await?;
            match wait_until_ready(&mut supervisor, pid, &folder).await {
                Ok(()) => {
                    let url = format!("postgres://{USER}:{password}@127.0.0.1:{port}/{DATABASE}");
                    return Ok(Self {
                        supervisor,
                        orders,
                        pid,
                        url,
                        folder,
                    });
                }
                Err(PrivateError::Server { tail, .. })
                    if attempt < PORT_ATTEMPTS && tail.contains("Address already in use") =>
                {
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// URL of its database, with the password.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Process id of the server.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Folder in which its data are kept.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// Shuts the server down and waits until it has ended; connections are closed.
    ///
    /// One that takes longer than a minute is stopped without a checkpoint, which loses nothing but
    /// makes the next start slower.
    ///
    /// # Errors
    ///
    /// When it does not end, or had ended by itself.
    pub async fn stop(mut self) -> Result<(), PrivateError> {
        let mut ended = None;
        for _ in ["fast", "immediate"] {
            // Fails if the supervisor has ended, which the wait tells.
            let _ = self.orders.write_all(b"\n").await;
            if let Ok(status) = timeout(STOP_TIMEOUT, self.supervisor.wait()).await {
                ended = status.ok();
                break;
            }
            warn!("PostgreSQL is still writing its checkpoint; stopping it without");
        }
        match ended {
            Some(status) if status.success() => Ok(()),
            Some(_) => Err(failure(&self.folder, "had ended by itself")),
            None => Err(failure(&self.folder, "does not stop")),
        }
    }
}

/// Starts the supervisor and returns it with its standard input and the server's process id.
async fn spawn(
    mut command: Command,
    folder: &DataFolder,
) -> Result<(Child, ChildStdin, u32), PrivateError> {
    let run = |source| PrivateError::Run {
        program: "sh".to_owned(),
        source,
    };
    let mut supervisor = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(folder.new_log()?)
        // Ctrl-C in a terminal goes to the group in front: the database must outlive the requests.
        .process_group(0)
        .spawn()
        .map_err(run)?;
    let orders = supervisor.stdin.take().expect("standard input is piped");
    let output = supervisor.stdout.take().expect("standard output is piped");
    let mut line = String::new();
    BufReader::new(output)
        .read_line(&mut line)
        .await
        .map_err(run)?;
    let pid = line
        .trim()
        .parse()
        .or(Err(failure(folder, "could not be started")))?;
    Ok((supervisor, orders, pid))
}

/// Waits until the server says in its `postmaster.pid` that it accepts connections.
async fn wait_until_ready(
    supervisor: &mut Child,
    pid: u32,
    folder: &DataFolder,
) -> Result<(), PrivateError> {
    let begin = Instant::now();
    let mut told = begin;
    while begin.elapsed() < START_TIMEOUT {
        if private_cluster::is_ready(&folder.cluster(), pid) {
            return Ok(());
        }
        if let Ok(Some(_)) = supervisor.try_wait() {
            return Err(failure(folder, "ended while it started"));
        }
        if told.elapsed() > PATIENCE {
            told = Instant::now();
            info!(
                "PostgreSQL is still starting; its log is {}",
                folder.log().display()
            );
        }
        sleep(LOOK_EVERY).await;
    }
    Err(failure(folder, "did not start in time"))
}

/// Waits for the server of a process that was killed a moment ago.
async fn wait_for_previous_server(folder: &DataFolder) -> Result<(), PrivateError> {
    let begin = Instant::now();
    let mut told = false;
    while let Some(pid) = folder.running_server() {
        if begin.elapsed() > STOP_TIMEOUT {
            return Err(PrivateError::StillRunning {
                folder: folder.cluster(),
                pid,
            });
        }
        if !told && begin.elapsed() > PATIENCE {
            told = true;
            info!("Waiting for the previous PostgreSQL (process {pid}) to shut down");
        }
        sleep(LOOK_EVERY).await;
    }
    Ok(())
}

fn failure(folder: &DataFolder, what: &'static str) -> PrivateError {
    PrivateError::Server {
        what,
        log: folder.log(),
        tail: folder.log_tail(),
    }
}

fn free_port() -> Result<u16, PrivateError> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|source| PrivateError::Run {
            program: "a server on 127.0.0.1".to_owned(),
            source,
        })
}
