//! Metrics that `grafana/edge.mtail` derives from the edge's access log.

use std::{fs, process::Command};

use serde_json::Value;
use tempfile::tempdir;

use crate::monitoring::tools::{installed, project, run};

/// Log line as NGINX writes it: these members in this order, texts escaped as JSON.
#[derive(Clone)]
struct Line {
    uri: &'static str,
    status: u16,
    seconds: &'static str,
    cache: &'static str,
    upstream: &'static str,
    tries: u8,
    failed: &'static str,
    upstream_status: &'static str,
    limited: &'static str,
}

/// A hit of the edge's cache.
const HIT: Line = Line {
    uri: "/products/1",
    status: 200,
    seconds: "0.000",
    cache: "HIT",
    upstream: "",
    tries: 0,
    failed: "",
    upstream_status: "",
    limited: "",
};

/// A request that was passed to a server.
const MISS: Line = Line {
    seconds: "0.007",
    cache: "MISS",
    upstream: "127.0.0.1:3001",
    tries: 1,
    upstream_status: "200",
    ..HIT
};

impl Line {
    fn write(&self) -> String {
        let Self {
            uri,
            status,
            seconds,
            cache,
            upstream,
            tries,
            failed,
            upstream_status,
            limited,
        } = self;
        let uri = Value::from(*uri);
        format!(
            "{{\"time\":\"2026-11-23T20:00:00+00:00\",\"request_id\":\"0f\",\"client\":\"127.0.0.1\",\"method\":\"GET\",\
             \"uri\":{uri},\"route\":\"/products/{{id}}\",\"protocol\":\"HTTP/1.1\",\"status\":{status},\"bytes\":100,\
             \"seconds\":{seconds},\"cache\":\"{cache}\",\"upstream\":\"{upstream}\",\"tries\":{tries},\
             \"failed\":\"{failed}\",\"upstream_status\":\"{upstream_status}\",\"upstream_seconds\":\"0.001\",\
             \"limited\":\"{limited}\",\"traceparent\":\"\"}}\n"
        )
    }
}

/// Returns the metrics of a log, as Prometheus reads them.
fn metrics_of(log: &str) -> String {
    let folder = tempdir().expect("there is a place for temporary files");
    let file = folder.path().join("access.json");
    fs::write(&file, log).expect("a log can be written");
    run(Command::new(installed("mtail"))
        .args([
            "--one_shot",
            "--one_shot_format",
            "prometheus",
            "--emit_prog_label=false",
            "--progs",
        ])
        .arg(project("grafana/edge.mtail"))
        .arg("--logs")
        .arg(file)
        .arg("--log_dir")
        .arg(folder.path()))
}

#[track_caller]
fn expect(metrics: &str, lines: &[&str]) {
    for line in lines {
        assert!(
            metrics.lines().any(|found| found == *line),
            "{line} is not in\n{metrics}"
        );
    }
}

#[test]
fn requests_are_counted_by_route_status_and_cache() {
    let log = [HIT, HIT, MISS].map(|line| line.write()).concat();
    expect(
        &metrics_of(&log),
        &[
            r#"edge_requests_total{cache="HIT",route="/products/{id}",status="200"} 2"#,
            r#"edge_requests_total{cache="MISS",route="/products/{id}",status="200"} 1"#,
            r#"edge_upstream_requests_total{status="200",upstream="127.0.0.1:3001"} 1"#,
            r#"edge_response_bytes_total{route="/products/{id}"} 300"#,
            "edge_malformed_lines_total 0",
        ],
    );
}

#[test]
fn every_request_is_in_the_histogram_even_one_of_zero_seconds() {
    let slow = Line {
        seconds: "12.000",
        ..MISS
    };
    let log = [HIT, MISS, slow].map(|line| line.write()).concat();
    expect(
        &metrics_of(&log),
        &[
            r#"edge_request_duration_seconds_bucket{route="/products/{id}",le="0.001"} 1"#,
            r#"edge_request_duration_seconds_bucket{route="/products/{id}",le="0.01"} 2"#,
            r#"edge_request_duration_seconds_bucket{route="/products/{id}",le="10"} 2"#,
            r#"edge_request_duration_seconds_bucket{route="/products/{id}",le="+Inf"} 3"#,
            r#"edge_request_duration_seconds_count{route="/products/{id}"} 3"#,
        ],
    );
}

#[test]
fn a_server_that_fails_is_named_whether_another_answered_or_none() {
    let retried = Line {
        tries: 2,
        failed: "127.0.0.1:3002",
        ..MISS
    };
    let failed = Line {
        status: 502,
        upstream_status: "502",
        ..MISS
    };
    expect(
        &metrics_of(&(retried.write() + &failed.write())),
        &[
            r#"edge_upstream_failures_total{upstream="127.0.0.1:3001"} 1"#,
            r#"edge_upstream_failures_total{upstream="127.0.0.1:3002"} 1"#,
            "edge_retries_total 1",
        ],
    );
}

#[test]
fn refused_requests_are_counted_by_limit() {
    let limited = |limited| {
        Line {
            status: 429,
            cache: "NONE",
            limited,
            ..HIT
        }
        .write()
    };
    let log = ["requests", "connections", "total", "total"]
        .map(limited)
        .concat();
    expect(
        &metrics_of(&log),
        &[
            r#"edge_limited_total{limit="connections"} 1"#,
            r#"edge_limited_total{limit="requests"} 1"#,
            r#"edge_limited_total{limit="total"} 2"#,
        ],
    );
}

#[test]
fn a_member_cannot_be_forged_by_an_address() {
    let uris = [
        r#"/x","route":"/forged","protocol":"HTTP/1.1","status":999,"#,
        r"/x\",
        r#"/x\""#,
        "/x\u{1}\n\t\u{7f}é\u{2028}",
    ];
    let log = uris.map(|uri| Line { uri, ..HIT }.write()).concat();
    let metrics = metrics_of(&log);
    expect(
        &metrics,
        &[
            r#"edge_requests_total{cache="HIT",route="/products/{id}",status="200"} 4"#,
            "edge_malformed_lines_total 0",
        ],
    );
    assert!(!metrics.contains("forged"), "{metrics}");
}

#[test]
fn malformed_lines_are_counted() {
    let log = format!("{}not JSON\n{{}}\n", HIT.write());
    expect(&metrics_of(&log), &["edge_malformed_lines_total 2"]);
}
