//! The process that starts the embedded PostgreSQL's server and ends it with this process.
//!
//! A child does not end with its parent, and a killed parent cannot end its children. So the server's parent is a shell
//! that watches a pipe to this process.

use std::{
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, Command},
    time::timeout,
};
use tracing::warn;

use super::{data_dir::DataDir, error::EmbeddedError};

/// Longest time for a shutdown before the server is told to skip its checkpoint, and then again before giving up.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);

/// Runs as the parent of the server. Its standard input is a pipe that closes when this process ends for any reason;
/// then it shuts the server down fast. A line on the pipe does the same. A second line shuts the server down without a
/// checkpoint.
const SCRIPT: &str = r#"
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

/// Builds the command of a shell that supervises this server. Server settings may be appended.
pub fn server(shell: &mut Command, postgres: &Path, cluster: &Path) {
    shell
        .args(["-c", SCRIPT, "atelierex-postgres"])
        .arg(postgres)
        .arg("-D")
        .arg(cluster);
}

/// Server with its supervisor. Dropping it tells the server to shut down.
#[derive(Debug)]
pub struct Supervisor {
    process: Child,
    orders: ChildStdin,
    pid: u32,
}

impl Supervisor {
    /// Starts a supervisor, which starts its server.
    ///
    /// # Errors
    ///
    /// A shell that cannot be run. Failures of the server show later.
    pub async fn spawn(mut command: Command, folder: &DataDir) -> Result<Self, EmbeddedError> {
        let run = |source| EmbeddedError::Run {
            program: "sh".to_owned(),
            source,
        };
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(folder.new_log()?)
            // Ctrl-C in a terminal goes to the foreground process group. The database must outlive the requests.
            .process_group(0)
            .spawn()
            .map_err(run)?;
        let orders = process.stdin.take().expect("standard input is piped");
        let output = process.stdout.take().expect("standard output is piped");
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .await
            .map_err(run)?;
        let pid = line
            .trim()
            .parse()
            .ok()
            .ok_or_else(|| folder.failure("could not be started"))?;
        Ok(Self {
            process,
            orders,
            pid,
        })
    }

    /// Returns the process id of the server.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Returns whether the server has ended.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(Some(_)))
    }

    /// Waits until the server has ended. Cancel-safe.
    pub async fn ended(&mut self) {
        // Waiting fails only for a process that is no child of this one.
        let _ = self.process.wait().await;
    }

    /// Shuts the server down and returns its exit status, or `None` if it does not end.
    pub async fn stop(&mut self) -> Option<ExitStatus> {
        for _ in ["fast", "immediate"] {
            // Writing fails if the supervisor has ended, which the wait then reports.
            let _ = self.orders.write_all(b"\n").await;
            if let Ok(status) = timeout(STOP_TIMEOUT, self.process.wait()).await {
                return status.ok();
            }
            warn!("PostgreSQL does not end; stopping it without its last checkpoint");
        }
        None
    }
}
