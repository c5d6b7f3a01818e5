//! Unreachable databases: every command names host, port, cause and remedy once, and never the password.

use std::{collections::HashSet, fs};

use atelierex::{
    db::{
        connect::{Cause, ConnectError},
        embedded::EmbeddedPostgres,
        session,
    },
    telemetry::Chain,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::support::{
    export::Export,
    fixtures::named,
    program::{Finished, Running, run},
    test_database::{TestDatabase, options, temporary_folder},
};

/// Part of every URL, and of no message.
const PASSWORD: &str = "s3cr3t";

/// Opens a listener on the loopback address and returns its port.
async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// Returns a port on which no program listens.
async fn closed_port() -> u16 {
    listener().await.1
}

fn url(host_and_port: &str) -> String {
    format!("postgres://user:{PASSWORD}@{host_and_port}/name")
}

/// Connects to `url`, which must fail, and returns the cause and the message.
async fn failure(url: &str) -> (Cause, String) {
    let error = session::connect(url, "test", &[]).await.unwrap_err();
    let text = Chain(&error).to_string();
    assert!(!text.contains(PASSWORD), "{text}");
    match error {
        ConnectError::Server { server, cause } => {
            assert!(text.contains(&server), "{text}");
            assert_eq!(text.matches(&cause.to_string()).count(), 1, "{text}");
            (cause, text)
        }
        ConnectError::Url(_) => panic!("{text}"),
    }
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let address = format!("127.0.0.1:{}", closed_port().await);
    let (cause, text) = failure(&url(&address)).await;
    assert_eq!(cause, Cause::Refused);
    assert!(text.contains(&address), "{text}");
    assert!(text.contains("listen_addresses"), "{text}");
}

#[tokio::test]
async fn an_unresolvable_host_is_unknown() {
    let (cause, text) = failure(&url("no-such-host.invalid:5432")).await;
    assert_eq!(cause, Cause::UnknownHost);
    assert!(text.contains("no-such-host.invalid:5432"), "{text}");
}

#[tokio::test]
async fn a_port_that_never_answers_times_out() {
    // The kernel accepts the connection, and no program answers.
    let (_silent, port) = listener().await;
    let (cause, text) = failure(&url(&format!("127.0.0.1:{port}"))).await;
    assert!(matches!(cause, Cause::TimedOut(_)), "{text}");
    assert!(text.contains("firewall"), "{text}");
}

#[tokio::test]
async fn a_silent_host_leaves_time_for_the_next_one() {
    let (_silent, port) = listener().await;
    let closed = closed_port().await;
    let address = format!("127.0.0.1:{closed},127.0.0.1:{port}");
    let (cause, text) = failure(&url(&address)).await;
    assert!(matches!(cause, Cause::TimedOut(_)), "{text}");
    assert!(
        text.contains(&format!("127.0.0.1:{closed}, 127.0.0.1:{port}")),
        "{text}"
    );
}

#[tokio::test]
async fn another_protocol_is_recognized() {
    for answer in ["HTTP/1.1 400 Bad Request\r\n\r\n", "+OK\r\n", ""] {
        let (listener, port) = listener().await;
        let answering = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 64];
            let _ = stream.read(&mut request).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        };
        let address = url(&format!("127.0.0.1:{port}"));
        let ((cause, _), ()) = tokio::join!(failure(&address), answering);
        assert_eq!(cause, Cause::NotPostgres, "{answer:?}");
    }
}

#[tokio::test]
async fn wrong_user_password_database_and_tls_are_named() {
    let database = TestDatabase::new().await;
    let (_, rest) = database.url().split_once('@').unwrap();
    let (address, _) = rest.split_once('/').unwrap();
    let (cause, _) = failure(&format!("postgres://atelierex:{PASSWORD}@{rest}")).await;
    assert_eq!(cause, Cause::WrongPassword("atelierex".to_owned()));
    let (cause, _) = failure(&format!("postgres://atelierex@{rest}")).await;
    assert_eq!(cause, Cause::PasswordMissing);
    let (account, _) = database.url().split_once('@').unwrap();
    let (cause, text) = failure(&format!("{account}@{address}/nowhere")).await;
    assert_eq!(cause, Cause::UnknownDatabase("nowhere".to_owned()));
    assert!(text.contains("CREATE DATABASE"), "{text}");
    let (cause, text) = failure(&format!("{}?sslmode=require", database.url())).await;
    assert_eq!(cause, Cause::TlsNotOffered, "{text}");
}

#[tokio::test]
async fn a_server_that_requires_tls_or_knows_no_user_says_so() {
    let folder = temporary_folder();
    let rules = folder.path().join("pg_hba.conf");
    fs::write(
        &rules,
        "hostssl encrypted all 127.0.0.1/32 trust\n\
         host encrypted all 127.0.0.1/32 reject\n\
         host unlisted all 10.0.0.0/8 trust\n\
         host atelierex all 127.0.0.1/32 trust\n",
    )
    .unwrap();
    let mut options = options(&folder.path().join("data"));
    let rules = rules.to_str().unwrap().to_owned();
    options.settings.push(("hba_file".to_owned(), rules));
    let postgres = EmbeddedPostgres::start(&options).await.unwrap();
    let owner = session::connect(postgres.url(), "test", &[]).await.unwrap();
    let setup = "CREATE DATABASE encrypted; CREATE ROLE crowd LOGIN CONNECTION LIMIT 0";
    for statement in setup.split(';') {
        owner.batch_execute(statement).await.unwrap();
    }
    let address = format!("127.0.0.1:{}", postgres.port());
    let of = async |user: &str, name: &str| {
        failure(&format!("postgres://{user}:{PASSWORD}@{address}/{name}")).await
    };
    for name in ["encrypted", "unlisted"] {
        let (cause, text) = of("atelierex", name).await;
        assert!(matches!(cause, Cause::TlsRequired(_)), "{text}");
        assert!(text.contains("pg_hba.conf"), "{text}");
    }
    let (cause, _) = of("nobody", "atelierex").await;
    assert_eq!(cause, Cause::UnknownUser("nobody".to_owned()));
    let (cause, text) = of("crowd", "atelierex").await;
    assert!(matches!(cause, Cause::TooManyConnections(_)), "{text}");
    drop(owner);
    postgres.stop().await.unwrap();
}

/// Asserts that no part of a message between colons occurs twice.
#[track_caller]
fn expect_said_once(finished: &Finished) {
    for line in finished.log.lines() {
        assert!(!line.contains(PASSWORD), "{line}");
        let message = serde_json::from_str::<serde_json::Value>(line);
        let message = message.map_or(line.to_owned(), |line| line["message"].to_string());
        let mut said = HashSet::new();
        for part in message.split(": ").filter(|part| part.len() > 10) {
            assert!(said.insert(part), "{part:?} twice in {message}");
        }
    }
}

#[tokio::test]
async fn every_command_names_the_server_and_says_its_cause_once() {
    let port = closed_port().await;
    let url = url(&format!("127.0.0.1:{port}"));
    let export = Export::of(&named("Some", 1));
    let folder = export.folder().to_str().unwrap().to_owned();
    let report = export.folder().join("report.csv");
    let report = report.to_str().unwrap().to_owned();
    for arguments in [
        &["migrate"][..],
        &["migrate", "--grant"],
        &["audit"],
        &["load", &folder, "--report", &report],
        &["up"],
    ] {
        let finished = run(&url, arguments).await.expect_code(1);
        let finished = finished.expect_words(&[
            &format!("127.0.0.1:{port}: the connection was refused"),
            "Start PostgreSQL there",
        ]);
        expect_said_once(&finished);
    }
}

#[tokio::test]
async fn what_fails_without_a_server_or_tables_says_its_cause_once() {
    let database = TestDatabase::empty().await;
    let export = Export::of(&named("Some", 1));
    let folder = export.folder().to_str().unwrap().to_owned();
    let blocked = export.folder().join("product.csv");
    let blocked = blocked.to_str().unwrap().to_owned();
    for (arguments, words) in [
        (&["audit"][..], "run `atelierex migrate` first"),
        (&["load", &folder], "run `atelierex migrate` first"),
        (&["load", "/nonexistent"], "/nonexistent"),
        (&["generate", "--out", &blocked], "product.csv"),
        (&["serve", "--listen", "192.0.2.1:1"], "--listen"),
        (&["database", "--data-dir", &blocked], "product.csv"),
        (
            &["database", "--postgres-bin", "/nonexistent"],
            "/nonexistent",
        ),
    ] {
        let data = export.folder().join("data");
        let mut arguments = arguments.to_vec();
        let data = data.to_str().unwrap().to_owned();
        if arguments.contains(&"--postgres-bin") {
            arguments.extend(["--data-dir", &data]);
        }
        let finished = run(database.url(), &arguments).await.expect_code(1);
        expect_said_once(&finished.expect_words(&[words]));
    }
}

#[tokio::test]
async fn an_invalid_database_url_is_a_usage_error_of_every_command() {
    let export = Export::of(&named("Some", 1));
    let folder = export.folder().to_str().unwrap().to_owned();
    let malformed = format!("postgres://user:{PASSWORD}@host:port/name");
    for arguments in [
        &["serve"][..],
        &["migrate"],
        &["audit"],
        &["load", &folder],
        &["up"],
    ] {
        let finished = run(&malformed, arguments).await.expect_code(2);
        let finished = finished.expect_words(&["--database-url (DATABASE_URL)", "port is invalid"]);
        assert_eq!(finished.log.lines().count(), 1, "{}", finished.log);
        expect_said_once(&finished);
    }
    for flag in ["--refresh-database-url", "--write-database-url"] {
        let arguments = ["serve", flag, &malformed];
        let finished = run("postgres://host/name", &arguments).await.expect_code(2);
        expect_said_once(&finished.expect_words(&[flag, "port is invalid"]));
    }
}

#[tokio::test]
async fn blanks_and_quotes_around_a_database_url_are_ignored() {
    let database = TestDatabase::empty().await;
    for url in [
        format!("{}\n", database.url()),
        format!("\"{}\"", database.url()),
    ] {
        run(&url, &["migrate"]).await.expect_code(0);
    }
}

#[tokio::test]
async fn an_empty_variable_is_not_set() {
    let finished = run("", &["serve"]).await.expect_code(2);
    finished.expect_words(&["--database-url <URL>"]);
    let database = TestDatabase::new().await;
    let audit = std::process::Command::new(env!("CARGO_BIN_EXE_atelierex"))
        .arg("audit")
        .env("DATABASE_URL", database.url())
        .env("ATELIEREX_LOG_FORMAT", "")
        .env("ATELIEREX_LOG", " ")
        .output()
        .unwrap();
    assert_eq!(audit.status.code(), Some(0), "{audit:?}");
}

#[tokio::test]
async fn a_server_logs_why_its_database_is_away_and_goes_on() {
    let port = closed_port().await;
    let url = url(&format!("127.0.0.1:{port}"));
    let listen = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    let mut server = Running::start(&url, &[&["serve"], &listen[..]].concat());
    let said =
        format!("cannot connect to PostgreSQL at 127.0.0.1:{port}: the connection was refused");
    for what in ["Cannot follow the changes", "Cannot refresh documents"] {
        let line = server.line(what, |line| line.contains(what)).await;
        assert!(line.contains(&said), "{line}");
    }
    server.expect_at_work();
    let finished = {
        server.signal("INT").await;
        server.finish().await.expect_code(0)
    };
    expect_said_once(&finished);
    // The server retries hundreds of times per second; each part logs the cause once.
    assert!(finished.log.matches(&said).count() < 20, "{}", finished.log);
}
