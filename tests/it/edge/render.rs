//! `nginx/render`: every setting has a rule, and the output is a valid configuration.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use crate::support::{
    edge::{Edge, NGINX, Settings, is_root, own_address, patient, render, sources},
    stub_upstream::{Reply, Upstream},
    test_database::temporary_folder,
    wait,
};

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Returns settings of an edge that is never started.
fn settings(folder: &Path, differences: &[(&'static str, &str)]) -> Settings<'static> {
    let mut settings = patient("127.0.0.1", &["127.0.0.1:1"]);
    settings.insert(
        "EDGE_TEMPORARY_DIR",
        folder.join("temporary").display().to_string(),
    );
    settings.extend(
        differences
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    settings
}

/// Invalid values. Some try to inject configuration or shell code.
const INVALID: [(&str, &[&str]); 17] = [
    (
        "EDGE_LISTEN",
        &[
            "8080",
            "127.0.0.1:8080;",
            "[::1:80",
            "a b:1",
            "127.0.0.1:8080\nuser root",
            "$host:1",
        ],
    ),
    ("EDGE_STATUS_LISTEN", &["off", "*:80", "127.0.0.1"]),
    (
        "EDGE_UPSTREAMS",
        &[
            "",
            " ",
            "127.0.0.1",
            "127.0.0.1:1, 127.0.0.1:2",
            "127.0.0.1:1; server x:1",
            "x:1\ny:2",
        ],
    ),
    (
        "EDGE_UNLIMITED",
        &["all", "10.0.0.0/8;", "127.0.0.1 1; default 1"],
    ),
    ("EDGE_TRUSTED", &["unix:", "10.0.0.0/8,"]),
    (
        "EDGE_CORS_ORIGINS",
        &[
            "",
            "shop.example",
            "https://shop.example/",
            "* https://shop.example",
            "https://a\"b",
        ],
    ),
    ("EDGE_CACHE", &["yes", "ON", ""]),
    (
        "EDGE_CACHE_BYTES",
        &["", "1g", "-1", "1", "99999999999999999999", "08000000"],
    ),
    (
        "EDGE_REQUESTS_PER_SECOND",
        &["0", "1.5", "ten", "1r/s", "1\n2"],
    ),
    ("EDGE_TRIES", &["0", "6"]),
    ("EDGE_READ_TIMEOUT", &["0s", "1", "1s;", "1 s", "-1s"]),
    ("EDGE_WORKERS", &["0", "all", "auto;"]),
    (
        "EDGE_USER",
        &["root;", "www data", "nobody-of-that-name", "root"],
    ),
    ("EDGE_LOG_LEVEL", &["loud", ""]),
    (
        "EDGE_LOG_DIR",
        &[
            "logs",
            "/tmp/\"; include /etc/passwd; #",
            "/tmp/$host",
            "/tmp/a|b",
            "/tmp/a&b",
            "/tmp/a\\b",
        ],
    ),
    ("EDGE_PID", &["/tmp/a;b", "/tmp/{}", "/tmp/'"]),
    ("EDGE_TLS_KEY", &["/nowhere/key.pem"]),
];

#[test]
fn an_invalid_value_is_rejected_with_the_name_of_its_setting() {
    for (name, values) in INVALID {
        for value in values.iter().filter(|_| name != "EDGE_USER" || is_root()) {
            let folder = temporary_folder();
            let output = render(folder.path(), &settings(folder.path(), &[(name, value)]));
            let says = text(&output);
            assert_eq!(output.status.code(), Some(2), "{name}={value}: {says}");
            assert!(says.contains(name), "{name}={value}: {says}");
            assert!(
                says.lines().count() >= 2,
                "no remedy for {name}={value}: {says}"
            );
            assert_eq!(
                fs::read_dir(folder.path()).unwrap().count(),
                0,
                "{name}={value} wrote something"
            );
        }
    }
}

#[test]
fn an_unknown_setting_is_rejected() {
    let folder = temporary_folder();
    let output = render(
        folder.path(),
        &settings(folder.path(), &[("EDGE_CONECTIONS", "1")]),
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output).contains("EDGE_CONECTIONS"),
        "{}",
        text(&output)
    );
}

#[test]
fn a_folder_name_with_configuration_syntax_is_rejected() {
    let folder = temporary_folder();
    for name in ["a;b", "a\"b", "a$b", "a\nb"] {
        let output = render(&folder.path().join(name), &settings(folder.path(), &[]));
        assert_eq!(output.status.code(), Some(2), "{name:?}: {output:?}");
    }
}

#[test]
fn every_setting_is_used() {
    let names = fs::read_to_string(sources().join("settings.env")).unwrap();
    let mut used = fs::read_to_string(sources().join("render")).unwrap();
    used += &fs::read_to_string(sources().join("atelierex.conf.template")).unwrap();
    for file in fs::read_dir(sources().join("conf")).unwrap() {
        used += &fs::read_to_string(file.unwrap().path()).unwrap();
    }
    for name in names
        .lines()
        .filter_map(|line| line.split_once('=').filter(|_| line.starts_with("EDGE_")))
    {
        let name = name.0;
        let known = [
            format!("@{name}@"),
            format!("${name}"),
            format!("${{{name}"),
        ];
        assert!(known.iter().any(|form| used.contains(form)), "{name}");
    }
}

#[test]
fn nginx_accepts_every_rendered_configuration() {
    for differences in [
        &[][..],
        &[("EDGE_CACHE", "off")],
        &[
            ("EDGE_LISTEN", "[::1]:8080"),
            ("EDGE_STATUS_LISTEN", "[::1]:8081"),
        ],
        &[("EDGE_UPSTREAMS", " 127.0.0.1:1  [::1]:2 localhost:3 ")],
        &[
            ("EDGE_UNLIMITED", "10.0.0.0/8 ::1/128 192.0.2.1"),
            ("EDGE_TRUSTED", "10.0.0.1 fd00::/8"),
        ],
        &[(
            "EDGE_CORS_ORIGINS",
            "https://shop.example http://localhost:3000",
        )],
        &[("EDGE_LISTEN", "*:8080 [::]:8080")],
        &[("EDGE_WORKERS", "auto"), ("EDGE_CACHE_BYTES", "1048576")],
        &[
            ("EDGE_CACHE_BYTES", "17179869184"),
            ("EDGE_LOG_LEVEL", "debug"),
        ],
    ] {
        let folder = temporary_folder();
        let folder = folder.path().join("a folder with blanks");
        let rendered = render(&folder, &settings(&folder, differences));
        assert!(
            rendered.status.success(),
            "{differences:?}: {}",
            text(&rendered)
        );
        let conf = folder.join("nginx.conf");
        let tested = Command::new(NGINX)
            .args(["-t", "-q", "-p"])
            .arg(&folder)
            .arg("-c")
            .arg(conf)
            .output()
            .unwrap();
        assert!(tested.status.success(), "{differences:?}: {tested:?}");
        assert!(tested.stderr.is_empty(), "{differences:?}: {tested:?}");
    }
}

/// Returns the real user ids of a process's children.
fn accounts_of_children(pid: u32) -> Vec<u32> {
    let all = procfs::process::all_processes().unwrap().flatten();
    let statuses = all.filter_map(|process| process.status().ok());
    let children = statuses.filter(|status| status.ppid.cast_unsigned() == pid);
    children.map(|status| status.ruid).collect()
}

#[tokio::test]
async fn only_the_master_process_is_root() {
    if !is_root() {
        eprintln!("skipped: only root can start an NGINX that is root");
        return;
    }
    let server = Upstream::always(Reply::kept("[]")).await;
    let edge = Edge::start(&[server.address()], &[]).await;
    assert_eq!(edge.get("/products").await.status, 200);
    // A child is root until it changes its account, which may be after the first response.
    wait::until_ok("no child is root", async || {
        let accounts = accounts_of_children(edge.pid());
        let is_fine = accounts.len() >= 2 && accounts.iter().all(|uid| *uid != 0);
        is_fine.then_some(()).ok_or(format!("{accounts:?}"))
    })
    .await;
    let hit = edge.until("it is kept", "/products", |answer| {
        answer.header("cache-status") == "edge; hit"
    });
    hit.await;
}

#[tokio::test]
async fn an_unprivileged_user_can_run_the_edge() {
    let folder = temporary_folder();
    let address = own_address();
    let mut settings = settings(folder.path(), &[]);
    settings.extend(patient(&address, &["127.0.0.1:1"]));
    // Root runs it as another user, who may have no access to this working copy.
    let copy = folder.path().join("nginx");
    let copied = Command::new("cp")
        .arg("-r")
        .arg(sources())
        .arg(&copy)
        .status();
    assert!(copied.unwrap().success());
    let run = folder.path().join("run");
    fs::create_dir(&run).unwrap();
    let mut as_other_user = vec!["env", "-"];
    if is_root() {
        std::os::unix::fs::chown(&run, Some(65_534), Some(65_534)).unwrap();
        as_other_user = vec![
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
        ];
    }
    settings.insert(
        "EDGE_TEMPORARY_DIR",
        run.join("temporary").display().to_string(),
    );
    let script =
        r#""$1/nginx/render" "$1/run" && exec "$2" -p "$1/run" -c "$1/run/nginx.conf" -t -q"#;
    let output = Command::new(as_other_user[0])
        .args(&as_other_user[1..])
        .args(["sh", "-c", script, "sh"])
        .arg(folder.path())
        .arg(NGINX)
        .envs(&settings)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!text(&output).contains("nginx:"), "{output:?}");
}
