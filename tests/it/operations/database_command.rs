//! `atelierex database`: a database for other processes, which is restarted when it ends.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, path::Path, process};

use atelierex::db::session;
use tokio::{net::TcpListener, process::Command};
use tokio_postgres::Client;

use crate::support::{
    program::{Running, run},
    server::Server,
    test_database::temporary_folder,
    wait,
};

/// Starts the command and waits until it has written the file with the URLs.
async fn start(folder: &Path, port: &str) -> (Running, BTreeMap<String, String>) {
    // The file of an earlier start must not count.
    let _ = fs::remove_file(folder.join("database.env"));
    let data_dir = folder.to_str().unwrap();
    let arguments = ["database", "--data-dir", data_dir, "--port", port];
    let running = Running::start("", &[&arguments[..], &["--products", "20"]].concat());
    let environment = async || fs::read_to_string(folder.join("database.env"));
    let text = wait::until_ok("the environment is written", environment).await;
    let line = |line: &str| {
        let (name, url) = line.split_once('=').unwrap();
        let account = name.strip_prefix("ATELIEREX_").unwrap();
        let account = account.strip_suffix("_DATABASE_URL").unwrap();
        (account.to_owned(), url.to_owned())
    };
    (running, text.lines().map(line).collect())
}

async fn connect(url: &str) -> Client {
    let connect = async || session::connect(url, "test", &[]).await;
    wait::until_ok("the database accepts connections", connect).await
}

/// Returns the id of the server's first process.
fn postmaster(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("cluster/postmaster.pid")).unwrap();
    text.lines().next().unwrap().trim().to_owned()
}

async fn slogan_is(server: &Server, slogan: &str) -> bool {
    let answer = server.try_get("/products/1").await;
    answer.is_some_and(|answer| answer.status == 200 && answer.json()["slogan"] == slogan)
}

#[tokio::test]
async fn the_command_creates_accounts_and_restarts_a_killed_postgresql() {
    let folder = temporary_folder();
    let folder = folder.path().join("data");
    let (database, urls) = start(&folder, "0").await;
    let mode = fs::metadata(folder.join("database.env")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let accounts: Vec<_> = urls.keys().map(String::as_str).collect();
    assert_eq!(accounts, ["MONITOR", "OWNER", "REFRESH", "SERVE", "WRITE"]);
    let monitor = connect(&urls["MONITOR"]).await;
    let sees = "SELECT pg_has_role('pg_monitor', 'USAGE') AND NOT has_schema_privilege('serving', 'USAGE')";
    assert!(
        monitor
            .query_one(sees, &[])
            .await
            .unwrap()
            .get::<_, bool>(0)
    );

    let refresh = ["--refresh-database-url", &urls["REFRESH"]];
    let server = Server::start_as_shipped(&urls["SERVE"], &refresh).await;
    let writer = connect(&urls["WRITE"]).await;
    let change = "UPDATE catalog.product SET slogan = 'before' WHERE id = 1";
    writer.batch_execute(change).await.unwrap();
    let is_shown = async |server: &Server| slogan_is(server, "before").await;
    server.until("the change is shown", is_shown).await;

    let first = postmaster(&folder);
    let killed = Command::new("kill").args(["-KILL", &first]).status().await;
    assert!(killed.unwrap().success());
    let has_ended = async || writer.batch_execute("SELECT 1").await.is_err();
    wait::until("connections are cut", has_ended).await;
    assert!(slogan_is(&server, "before").await, "from memory");
    let writer = connect(&urls["WRITE"]).await;
    assert_ne!(postmaster(&folder), first);
    let change = "UPDATE catalog.product SET slogan = 'after' WHERE id = 1";
    writer.batch_execute(change).await.unwrap();
    let is_shown = async |server: &Server| slogan_is(server, "after").await;
    server.until("a change after that is shown", is_shown).await;

    drop((writer, monitor));
    database.signal("TERM").await;
    let ended = database.finish().await.expect_code(0);
    ended.expect_words(&["PostgreSQL is ready at 127.0.0.1:", "Restarting it"]);
    // The same port, accounts and passwords as before.
    let port = urls["OWNER"].rsplit_once(':').unwrap().1;
    let (database, again) = start(&folder, port.split('/').next().unwrap()).await;
    assert_eq!(again, urls);
    database.signal("INT").await;
    database.finish().await.expect_code(0);
}

#[tokio::test]
async fn the_process_behind_a_taken_port_is_named() {
    let folder = temporary_folder();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let data = folder.path().join("data");
    let data_dir = data.to_str().unwrap();
    let arguments = ["database", "--data-dir", data_dir, "--port", &port];
    let refused = run("", &arguments).await.expect_code(1);
    let owner = process::id();
    let taken = format!("port {port} of 127.0.0.1 is in use by process {owner} (");
    refused.expect_words(&[&taken, "--port"]);
}
