//! TLS, enabled by two settings.

use std::{
    path::Path,
    process::{Command, Output},
};

use crate::support::{
    edge::Edge,
    stub_upstream::{Reply, Upstream},
    test_database::temporary_folder,
};

/// Creates a key and a self-signed certificate.
fn make_certificate(folder: &Path) {
    let arguments = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=edge.example \
        -keyout key.pem -out certificate.pem";
    let made = Command::new("openssl")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output();
    let made = made.expect("openssl runs");
    assert!(made.status.success(), "{made:?}");
}

/// Runs `curl` with these arguments, without checking certificates.
fn curl(arguments: &[&str]) -> Output {
    let mut curl = Command::new("curl");
    curl.args([
        "--silent",
        "--show-error",
        "--insecure",
        "--include",
        "--noproxy",
        "*",
    ]);
    curl.args(arguments).output().expect("curl runs")
}

/// Returns the output of `curl` in lower case.
fn said(arguments: &[&str]) -> String {
    let output = curl(arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).to_lowercase()
}

async fn start(differences: &[(&'static str, &str)]) -> (Upstream, Edge) {
    let folder = temporary_folder();
    make_certificate(folder.path());
    let file = |name| folder.path().join(name).display().to_string();
    let (certificate, key) = (file("certificate.pem"), file("key.pem"));
    let settings = [
        ("EDGE_TLS_CERTIFICATE", &*certificate),
        ("EDGE_TLS_KEY", &*key),
    ];
    let server = Upstream::always(Reply::kept("[]")).await;
    let edge = Edge::start(&[server.address()], &[&settings, differences].concat()).await;
    (server, edge)
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_certificate_the_edge_speaks_tls_and_http_2() {
    let (_server, edge) = start(&[]).await;
    let url = format!("https://{}/products", edge.tls_authority());
    for (version, status_line) in [("--http2", "http/2 200"), ("--http1.1", "http/1.1 200 ok")] {
        let answer = said(&[version, &url]);
        assert!(answer.starts_with(status_line), "{answer}");
        assert!(
            answer.contains("\r\nstrict-transport-security: max-age=31536000\r\n"),
            "{answer}"
        );
        assert!(answer.ends_with("\r\n\r\n[]"), "{answer}");
    }
    for version in ["1.2", "1.3"] {
        assert!(
            said(&["--tls-max", version, &url]).starts_with("http/2 200"),
            "{version}"
        );
    }
    // Versions that this machine's library may still allow.
    let old = [
        "--tls-max",
        "1.1",
        "--tlsv1.0",
        "--ciphers",
        "DEFAULT@SECLEVEL=0",
        &url,
    ];
    assert!(!curl(&old).status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_is_redirected_to_https() {
    let (server, edge) = start(&[]).await;
    let plain = format!("http://{}/products?page=2", edge.authority());
    let answer = said(&[&plain]);
    assert!(answer.starts_with("http/1.1 308 "), "{answer}");
    let target = format!(
        "\r\nlocation: https://{}/products?page=2\r\n",
        edge.tls_authority()
    );
    assert!(answer.contains(&target), "{answer}");
    assert!(server.heads().is_empty());
    let mistaken = said(&[&format!("http://{}/products", edge.tls_authority())]);
    assert!(
        mistaken.starts_with("http/1.1 400 ") && mistaken.contains("problem+json"),
        "{mistaken}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plain_listener_can_be_disabled() {
    let (_server, edge) = start(&[("EDGE_LISTEN", "off"), ("EDGE_HSTS_SECONDS", "0")]).await;
    let answer = said(&[&format!("https://{}/products", edge.tls_authority())]);
    assert!(answer.starts_with("http/2 200"), "{answer}");
    assert!(!answer.contains("strict-transport-security"), "{answer}");
    assert!(
        !curl(&[&format!("http://{}/products", edge.authority())])
            .status
            .success()
    );
}
