//! Standard output that cannot be written: its reader has gone away, or the disk is full.

use std::{
    fs::{self, File},
    io,
    process::Stdio,
};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
    time::timeout,
};

use crate::support::{
    export::Export,
    fixtures::three_products,
    program::{command, run},
    server::Server,
    test_database::TestDatabase,
    wait::TIMEOUT,
};

/// Returns the exit code of a command, and what it wrote to standard error.
async fn outcome(command: &mut Command, out: Stdio) -> (Option<i32>, String) {
    let output = command
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
        .wait_with_output()
        .await
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(!log.contains("panicked"), "{log}");
    (output.status.code(), log)
}

/// Returns a pipe that nobody reads from.
fn closed_pipe() -> io::PipeWriter {
    let (_, writer) = io::pipe().unwrap();
    writer
}

fn full_disk() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

/// Runs every command that ends by itself, prints to `out` and must say `words`, with exit code `code`.
async fn expect_each(code: i32, words: &[&str], out: impl Fn() -> Stdio) {
    let database = TestDatabase::new().await;
    let catalog = three_products();
    let export = Export::of(&catalog);
    let folder = export.folder().to_str().unwrap().to_owned();
    let generated = export.folder().join("generated");
    let generated = generated.to_str().unwrap().to_owned();
    let commands: &[&[&str]] = &[
        &["migrate"],
        &["load", &folder],
        &["audit"],
        &["generate", "--products", "1", "--out", &generated],
        &["--help"],
        &["help", "load"],
        &["load", "--help"],
        &["serve", "-h"],
        &["--version"],
    ];
    for arguments in commands {
        let mut command = command(arguments);
        command.env("DATABASE_URL", database.url());
        let (ended, log) = outcome(&mut command, out()).await;
        assert_eq!(ended, Some(code), "{arguments:?}: {log}");
        let is_said = |word: &&str| log.contains(*word);
        assert!(words.iter().all(is_said), "{arguments:?}: {log}");
        assert_eq!(
            words.is_empty(),
            !log.contains("cannot"),
            "{arguments:?}: {log}"
        );
    }
    assert!(fs::exists(export.folder().join("generated/product.csv")).unwrap());
    let server = Server::start(database.url(), &[]).await;
    server.expect_catalog(&catalog).await;
}

#[tokio::test]
async fn a_reader_that_goes_away_changes_neither_the_work_nor_the_exit_code() {
    expect_each(0, &[], || closed_pipe().into()).await;
}

#[tokio::test]
async fn a_result_that_cannot_be_printed_is_an_error_after_the_work() {
    let words = ["cannot be printed", "No space left on device"];
    expect_each(1, &words, || full_disk().into()).await;
}

#[tokio::test]
async fn an_audit_that_finds_something_exits_with_1_whoever_reads_it() {
    let database = TestDatabase::new().await;
    let export = Export::of(&three_products());
    export.load(database.url(), &[]).await.expect_code(0);
    database
        .execute("UPDATE serving.product_document SET card = '{}' WHERE product_id = 1")
        .await;
    let mut command = command(&["audit"]);
    command.env("DATABASE_URL", database.url());
    let (code, log) = outcome(&mut command, closed_pipe().into()).await;
    assert_eq!(code, Some(1), "{log}");
    assert!(!log.contains("cannot"), "{log}");
    run(database.url(), &["audit"])
        .await
        .expect_code(1)
        .expect_words(&["product 1: card", "1 differ."]);
}

#[tokio::test]
async fn a_usage_error_exits_with_2_even_if_nobody_reads_it() {
    let (code, _) = outcome(&mut command(&["load"]), closed_pipe().into()).await;
    assert_eq!(code, Some(2));
    let mut command = command(&["load"]);
    let status = command
        .stdout(Stdio::null())
        .stderr(closed_pipe())
        .status()
        .await
        .unwrap();
    assert_eq!(status.code(), Some(2));
}

#[tokio::test]
async fn a_server_runs_although_its_greeting_cannot_be_printed() {
    let database = TestDatabase::new().await;
    let export = Export::of(&three_products());
    export.load(database.url(), &[]).await.expect_code(0);
    let listen = [
        "up",
        "--listen",
        "127.0.0.1:0",
        "--admin-listen",
        "127.0.0.1:0",
    ];
    let mut command = command(&listen);
    let mut child = command
        .env("DATABASE_URL", database.url())
        .stdin(Stdio::null())
        .stdout(full_disk())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let log = child.stderr.take().unwrap();
    let mut lines = BufReader::new(log).lines();
    let warned = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("Cannot print how the server is reached") {
                return true;
            }
        }
        false
    };
    let warned = timeout(TIMEOUT, warned).await;
    assert!(warned.unwrap(), "it ended");
    assert!(child.try_wait().unwrap().is_none());
}
