//! The embedded PostgreSQL, run by the user of the tests.

use std::{
    env,
    ffi::OsStr,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{self, Child, Command, Stdio},
};

use atelierex::db::{
    embedded::{EmbeddedError, EmbeddedOptions, EmbeddedPostgres},
    session,
};

use crate::support::{
    test_database::{options, temporary_folder},
    wait,
};

/// Names the data folder for the process that a test starts from this binary.
const FOLDER_OF_HELPER: &str = "ATELIEREX_TEST_PRIVATE_FOLDER";

async fn start(options: &EmbeddedOptions) -> EmbeddedPostgres {
    let started = EmbeddedPostgres::start(options).await;
    started.unwrap_or_else(|error| panic!("{error}"))
}

async fn execute(postgres: &EmbeddedPostgres, sql: &str) {
    let session = session::connect(postgres.url(), "test", &[]).await.unwrap();
    session.batch_execute(sql).await.unwrap();
}

async fn number(postgres: &EmbeddedPostgres, sql: &str) -> i64 {
    let session = session::connect(postgres.url(), "test", &[]).await.unwrap();
    session.query_one(sql, &[]).await.unwrap().get(0)
}

/// Returns whether the process exists and has not ended.
fn is_running(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(") ").next().unwrap_or("Z").starts_with('Z'))
}

/// Runs the test of this module named `helper` in a process of its own, and returns the process with the line it
/// prints.
fn run_helper(helper: &str, folder: &Path) -> (Child, String) {
    // Tests are named by their module, without the crate.
    let (_, module) = module_path!().split_once("::").unwrap();
    let mut process = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            &format!("{module}::{helper}"),
            "--nocapture",
            "--include-ignored",
        ])
        .env(FOLDER_OF_HELPER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(process.stdout.take().unwrap());
    let line = output
        .lines()
        .map(Result::unwrap)
        .find_map(|line| Some(line.split_once("helper: ")?.1.to_owned()))
        .expect("the helper says when it is ready");
    (process, line)
}

#[tokio::test]
async fn a_second_start_has_the_data_of_the_first() {
    let folder = temporary_folder();
    let options = EmbeddedOptions {
        durable: true,
        ..options(&folder.path().join("data"))
    };
    let first = start(&options).await;
    execute(&first, "CREATE TABLE kept AS SELECT 42::bigint AS answer").await;
    first.stop().await.unwrap();

    let second = start(&options).await;
    assert_eq!(number(&second, "SELECT answer FROM kept").await, 42);
    second.stop().await.unwrap();
}

#[tokio::test]
async fn stop_waits_until_the_server_has_ended_although_sessions_are_open() {
    let folder = temporary_folder();
    let postgres = start(&options(&folder.path().join("data"))).await;
    let _open = session::connect(postgres.url(), "test", &[]).await.unwrap();
    let pid = postgres.pid();
    assert!(is_running(pid));
    postgres.stop().await.unwrap();
    assert!(!is_running(pid));
}

#[tokio::test]
async fn a_dropped_server_ends_and_its_folder_can_be_used_again_at_once() {
    let folder = temporary_folder();
    let options = options(&folder.path().join("data"));
    let first = start(&options).await;
    let pid = first.pid();
    drop(first);
    // Waits for the previous server.
    let second = start(&options).await;
    assert!(!is_running(pid));
    second.stop().await.unwrap();
}

#[tokio::test]
async fn a_folder_in_use_is_refused_with_its_owners_process_id() {
    let folder = temporary_folder();
    let options = options(&folder.path().join("data"));
    let first = start(&options).await;
    let error = EmbeddedPostgres::start(&options).await.unwrap_err();
    assert!(matches!(error, EmbeddedError::InUse { .. }), "{error}");
    let owner = format!("in use by process {}", process::id());
    assert!(error.to_string().contains(&owner), "{error}");
    // The rejected start did no harm.
    assert_eq!(number(&first, "SELECT 1::bigint").await, 1);
    first.stop().await.unwrap();
}

#[tokio::test]
async fn killing_the_owner_ends_the_server_and_the_next_start_has_its_data() {
    let folder = temporary_folder();
    let data = folder.path().join("data");
    let (mut owner, line) = run_helper("owner_of_a_server", &data);
    let pid: u32 = line.parse().unwrap();
    owner.kill().unwrap();
    owner.wait().unwrap();
    wait::until("the server has ended", async || !is_running(pid)).await;

    let next = start(&options(&data)).await;
    assert_eq!(number(&next, "SELECT answer FROM kept").await, 42);
    next.stop().await.unwrap();
}

#[tokio::test]
#[ignore = "a process that another test starts and kills"]
#[expect(clippy::print_stdout, reason = "the test that started it reads this")]
async fn owner_of_a_server() {
    let Some(folder) = env::var_os(FOLDER_OF_HELPER) else {
        return;
    };
    let postgres = start(&options(folder.as_ref())).await;
    execute(
        &postgres,
        "CREATE TABLE kept AS SELECT 42::bigint AS answer",
    )
    .await;
    println!("helper: {}", postgres.pid());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_server_that_was_killed_leaves_nothing_that_blocks_the_next_start() {
    let folder = temporary_folder();
    let options = options(&folder.path().join("data"));
    let first = start(&options).await;
    let (pid, cluster) = (first.pid(), first.data_dir().join("cluster"));
    signal("-KILL", pid);
    wait::until("the server has ended", async || !is_running(pid)).await;
    let error = first.stop().await.unwrap_err();
    assert!(error.to_string().contains("had ended by itself"), "{error}");

    // Another process has the id of the dead server by now: this one.
    let pid_file = cluster.join("postmaster.pid");
    let text = fs::read_to_string(&pid_file).unwrap();
    let ours = text.replacen(&pid.to_string(), &process::id().to_string(), 1);
    fs::write(&pid_file, ours).unwrap();
    start(&options).await.stop().await.unwrap();
}

fn signal(name: &str, pid: u32) {
    let pid = pid.to_string();
    let status = Command::new("kill").args([name, &pid]).status().unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn a_start_that_was_interrupted_leaves_no_half_cluster() {
    let folder = temporary_folder();
    let data = folder.path().join("data");
    let options = options(&data);
    tokio::select! {
        biased;
        () = wait::until("initdb has begun", async || data.join("unfinished/cluster/PG_VERSION").exists()) => {}
        _ = EmbeddedPostgres::start(&options) => panic!("it should have been interrupted"),
    }
    assert!(!data.join("cluster").exists());
    let postgres = start(&options).await;
    assert!(!data.join("unfinished").exists());
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn data_of_another_major_version_are_refused_with_what_to_install() {
    let folder = temporary_folder();
    let data = folder.path().join("data");
    let options = options(&data);
    start(&options).await.stop().await.unwrap();
    fs::write(data.join("cluster/PG_VERSION"), "13\n").unwrap();
    let error = EmbeddedPostgres::start(&options).await.unwrap_err();
    let remedy = "Install `postgresql-13`";
    assert!(error.to_string().contains(remedy), "{error}");
}

#[tokio::test]
async fn a_setting_that_the_server_refuses_is_shown_from_its_log() {
    let folder = temporary_folder();
    let mut options = options(&folder.path().join("data"));
    options
        .settings
        .push(("work_mem".to_owned(), "nonsense".to_owned()));
    let error = EmbeddedPostgres::start(&options).await.unwrap_err();
    assert!(error.to_string().contains("work_mem"), "{error}");
}

#[tokio::test]
async fn only_the_password_opens_the_server_and_only_the_loopback_reaches_it() {
    let folder = temporary_folder();
    let postgres = start(&options(&folder.path().join("data"))).await;
    let (_, rest) = postgres.url().split_once('@').unwrap();
    let wrong = format!("postgres://atelierex:wrong@{rest}");
    let error = session::connect(&wrong, "test", &[]).await.unwrap_err();
    assert!(error.to_string().contains("password"), "{error}");
    let sql = "SELECT count(*) FROM pg_settings WHERE (name, setting) IN (('listen_addresses', '127.0.0.1'), ('unix_socket_directories', ''))";
    assert_eq!(number(&postgres, sql).await, 2);
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn nobody_else_can_read_the_password_or_the_data() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = temporary_folder();
    let data = folder.path().join("data");
    start(&options(&data)).await.stop().await.unwrap();
    for name in ["password", "postgres.log", "lock", "cluster"] {
        let mode = fs::metadata(data.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
}

#[tokio::test]
async fn a_data_folder_that_the_servers_account_cannot_enter_is_named() {
    let folder = temporary_folder();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    match EmbeddedPostgres::start(&options(&closed.join("data"))).await {
        // As root, with a separate account for the server.
        Err(error) => assert!(
            matches!(&error, EmbeddedError::Unreachable { folder } if folder.file_name() == Some(OsStr::new("closed"))),
            "{error}"
        ),
        Ok(postgres) => postgres.stop().await.unwrap(),
    }
}
