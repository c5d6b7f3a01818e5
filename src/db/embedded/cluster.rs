//! Creates the cluster of an embedded PostgreSQL, and reads the state of its server.

use std::{
    fs::{self, DirBuilder, File},
    os::unix::fs::DirBuilderExt as _,
    path::Path,
    process::{Output, Stdio},
};

use tokio::{io::AsyncWriteExt as _, process::Command};

use super::{
    account::Account,
    binaries::Binaries,
    data_dir::{DataDir, tail, write_private},
    error::EmbeddedError,
};

/// The only user of an embedded cluster, its superuser.
pub const USER: &str = "atelierex";

/// The only database of an embedded cluster.
pub const DATABASE: &str = "atelierex";

/// Locales to try. The second sorts in the same way but knows the case of ASCII letters only.
const LOCALES: &[&str] = &["C.UTF-8", "C"];

/// Creates a cluster with an empty database and returns its password.
///
/// The cluster gets its final name when it is complete. So a crash leaves a whole one or none.
///
/// # Errors
///
/// A program of PostgreSQL that fails, or a folder that cannot be written.
pub async fn create(
    folder: &DataDir,
    binaries: &Binaries,
    account: Account,
    durable: bool,
) -> Result<String, EmbeddedError> {
    let unfinished = folder.unfinished();
    DirBuilder::new()
        .mode(0o700)
        .create(&unfinished)
        .and_then(|()| account.chown(&unfinished))
        .map_err(EmbeddedError::file("create", &unfinished))?;
    let password = folder.new_password()?;
    let password_file = unfinished.join("password");
    write_private(&password_file, &password)?;
    account
        .chown(&password_file)
        .map_err(EmbeddedError::file("change the owner of", &password_file))?;

    let cluster = unfinished.join("cluster");
    init(&cluster, &password_file, binaries, account, durable).await?;
    create_database(&cluster, binaries, account).await?;

    fs::rename(&cluster, folder.cluster()).map_err(EmbeddedError::file("rename", &cluster))?;
    fs::remove_dir_all(&unfinished).map_err(EmbeddedError::file("remove", &unfinished))?;
    File::open(folder.path())
        .and_then(|folder| folder.sync_all())
        .map_err(EmbeddedError::file("write", folder.path()))?;
    Ok(password)
}

async fn init(
    cluster: &Path,
    password_file: &Path,
    binaries: &Binaries,
    account: Account,
    durable: bool,
) -> Result<(), EmbeddedError> {
    let mut result = Ok(());
    for locale in LOCALES {
        let mut command = account.command(binaries.program("initdb"));
        command
            // The program must not outlive a start that is cancelled.
            .kill_on_drop(true)
            .arg("--pgdata")
            .arg(cluster)
            .arg("--pwfile")
            .arg(password_file)
            .args(["--username", USER, "--auth", "scram-sha-256"])
            .args(["--encoding", "UTF8", "--locale", locale]);
        if !durable {
            command.arg("--no-sync");
        }
        result = check("initdb", command.stdin(Stdio::null()).output().await);
        if result.is_ok() {
            break;
        }
    }
    result
}

/// Creates the database before the first start, so that every cluster has it.
async fn create_database(
    cluster: &Path,
    binaries: &Binaries,
    account: Account,
) -> Result<(), EmbeddedError> {
    let mut command = account.command(binaries.program("postgres"));
    command
        .args(["--single", "-D"])
        .arg(cluster)
        .arg("template1");
    let statement = format!("CREATE DATABASE {DATABASE} OWNER {USER};\n");
    check("postgres --single", with_input(command, &statement).await)
}

async fn with_input(mut command: Command, input: &str) -> std::io::Result<Output> {
    let mut child = command
        .kill_on_drop(true)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin.write_all(input.as_bytes()).await?;
    drop(stdin);
    child.wait_with_output().await
}

/// Returns whether a statement failed. Single-user mode reports that in its output only.
fn check(program: &str, output: std::io::Result<Output>) -> Result<(), EmbeddedError> {
    let output = output.map_err(|source| EmbeddedError::Run {
        program: program.to_owned(),
        source,
    })?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    if output.status.success() && !text.contains("ERROR: ") {
        return Ok(());
    }
    Err(EmbeddedError::Failed {
        program: program.to_owned(),
        output: tail(&text),
    })
}

/// Returns whether the server `pid` accepts connections. It says so in the last line of its `postmaster.pid`, as for
/// `pg_ctl`.
pub fn is_ready(cluster: &Path, pid: u32) -> bool {
    let Ok(text) = fs::read_to_string(cluster.join("postmaster.pid")) else {
        return false;
    };
    let mut lines = text.lines();
    lines.next().and_then(|line| line.trim().parse().ok()) == Some(pid)
        && lines.nth(6).is_some_and(|status| status.trim() == "ready")
}
