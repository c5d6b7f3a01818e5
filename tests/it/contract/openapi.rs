//! The server follows its OpenAPI document.

use std::{collections::BTreeSet, fs, path::Path};

use reqwest::Method;
use serde_json::{Map, Value};
use tokio::process::Command;

use crate::support::{
    sample::sample_server,
    server::{Answer, Server},
    test_database::temporary_folder,
};

/// Follows references within the document.
pub fn resolve<'a>(description: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        None => value,
        Some(reference) => {
            let pointer = reference.strip_prefix('#').expect("within the document");
            let target = description.pointer(pointer);
            resolve(description, target.unwrap_or_else(|| panic!("{reference}")))
        }
    }
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("{value}"))
}

pub async fn description(server: &Server) -> Value {
    let answer = server.get("/openapi.json").await;
    assert_eq!(answer.status, 200);
    answer.json()
}

/// Returns all references in a value.
fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().flat_map(references).collect(),
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str);
            own.into_iter()
                .chain(members.values().flat_map(references))
                .collect()
        }
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn the_document_lists_exactly_the_existing_routes() {
    // The catalog page is no part of the contract.
    let (_database, server) = sample_server(&["--no-catalog-page"]).await;
    let description = description(&server).await;
    assert_eq!(description["openapi"], "3.1.0");
    assert_eq!(description["info"]["version"], env!("CARGO_PKG_VERSION"));
    let paths = object(&description["paths"]);
    for path in paths.keys() {
        server.get(&path.replace("{product_id}", "9")).await;
    }
    // The metrics have a template for each route.
    let metrics = String::from_utf8(server.admin("/metrics").await.body).unwrap();
    let templates: BTreeSet<&str> = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("atelierex_http_requests_total{route=\""))
        .filter_map(|rest| rest.split('"').next())
        .filter(|template| *template != "unknown")
        .collect();
    let documented: Vec<String> = paths
        .keys()
        .map(|path| path.replace("{product_id}", "{id}"))
        .collect();
    assert_eq!(
        templates,
        documented
            .iter()
            .map(String::as_str)
            .collect::<BTreeSet<_>>()
    );
}

#[tokio::test]
async fn every_component_is_defined_and_used() {
    let (_database, server) = sample_server(&[]).await;
    let description = description(&server).await;
    let used: BTreeSet<_> = references(&description).into_iter().collect();
    let components = object(&description["components"]).iter();
    let parts = components.flat_map(|(kind, parts)| {
        let names = object(parts).keys();
        names.map(move |name| format!("#/components/{kind}/{name}"))
    });
    let parts: Vec<String> = parts.collect();
    assert_eq!(used, parts.iter().map(String::as_str).collect());
}

/// Asserts that a response has its required headers, and that integer headers are numbers.
#[track_caller]
pub fn assert_required_headers(description: &Value, response: &Value, answer: &Answer, what: &str) {
    for (name, header) in object(&response["headers"]) {
        let is_there = answer.headers.contains_key(name);
        let header = resolve(description, header);
        assert!(is_there || header["required"] != true, "{name} of {what}");
        if is_there && header["schema"]["type"] == "integer" {
            answer.header(name).parse::<u64>().expect(name);
        }
    }
}

/// Asserts that a response has its documented headers and no others.
#[track_caller]
fn assert_headers(description: &Value, response: &Value, answer: &Answer, what: &str) {
    assert_required_headers(description, response, answer, what);
    for name in answer.headers.keys() {
        let is_transport = ["content-type", "content-length", "date"].contains(&name.as_str());
        let mut documented = object(&response["headers"]).keys();
        let is_documented = documented.any(|known| known.eq_ignore_ascii_case(name.as_str()));
        assert!(is_transport || is_documented, "{name} of {what}");
    }
}

/// Returns the examples of a response, with their requests.
fn examples<'a>(
    description: &'a Value,
    response: &'a Value,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let response = resolve(description, response);
    let contents = response["content"].as_object().into_iter().flatten();
    let examples = contents.filter_map(|(_, content)| content["examples"].as_object());
    examples.flatten().map(|(name, example)| {
        let path = example["summary"].as_str();
        (path.expect(name), &example["value"])
    })
}

#[tokio::test]
async fn its_examples_are_the_responses_for_the_sample() {
    let (_database, server) = sample_server(&[]).await;
    let description = description(&server).await;
    let mut n_examples = 0;
    for (path, item) in object(&description["paths"]) {
        for (status, response) in object(&item["get"]["responses"]) {
            // These need a failure: product_page.rs and openapi_failures.rs cause them.
            if ["429", "500", "503", "504"].contains(&status.as_str()) {
                continue;
            }
            let documented = resolve(&description, response);
            for (asked, expected) in examples(&description, response) {
                let answer = server.get(asked).await;
                assert_eq!(answer.status.to_string(), *status, "{asked} at {path}");
                let mut found = answer.json();
                if let Some(request_id) = found.get_mut("request_id") {
                    *request_id = expected["request_id"].clone();
                }
                assert_eq!(found, *expected, "{asked} at {path}");
                assert_headers(&description, documented, &answer, asked);
                n_examples += 1;
            }
        }
    }
    assert!(n_examples > 15, "{n_examples}");
}

#[tokio::test]
async fn every_method_is_answered_as_documented() {
    let (_database, server) = sample_server(&[]).await;
    let description = description(&server).await;
    for (path, item) in object(&description["paths"]) {
        let path = path.replace("{product_id}", "9");
        let known = server.get(&path).await;
        let etag = known.header("etag");
        for (method, status, headers) in [
            (
                "get",
                200,
                [
                    ("accept-encoding", "br"),
                    ("origin", "https://shop.example"),
                ],
            ),
            (
                "head",
                200,
                [
                    ("accept-encoding", "br"),
                    ("origin", "https://shop.example"),
                ],
            ),
            (
                "get",
                304,
                [("if-none-match", etag), ("origin", "https://shop.example")],
            ),
            (
                "head",
                304,
                [("if-none-match", etag), ("origin", "https://shop.example")],
            ),
            (
                "options",
                204,
                [
                    ("access-control-request-method", "GET"),
                    ("origin", "https://shop.example"),
                ],
            ),
        ] {
            let what = format!("{method} {path}");
            let name = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = server.send(name, &path, &headers).await;
            assert_eq!(answer.status, status, "{what}");
            let response = &item[method]["responses"][status.to_string()];
            let response = resolve(&description, response);
            assert_headers(&description, response, &answer, &what);
        }
    }
}

#[tokio::test]
async fn schemathesis_finds_no_difference() {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schemathesis/bin/schemathesis");
    let missing = format!("{} is missing: run scripts/setup test", program.display());
    assert!(program.exists(), "{missing}");
    let (_database, server) = sample_server(&[]).await;
    let folder = temporary_folder();
    // Read from a file: a client does not test the URL of the document itself.
    let described = server.get("/openapi.json").await;
    fs::write(folder.path().join("openapi.json"), &described.body).unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let origin = format!("http://{}", server.authority());
    // The same requests in every run: a failure is reproducible.
    let client = Command::new(program)
        .arg("--config-file")
        .arg(fixtures.join("schemathesis.toml"))
        .args(["run", "openapi.json", "--url", &origin])
        .args(["--phases", "examples,coverage,fuzzing"])
        .args(["--seed", "1", "--max-examples", "20", "--no-color"])
        .args(["--generation-database", "none"])
        .args(["--report-json-path", "report.json"])
        .current_dir(folder.path())
        .kill_on_drop(true)
        .output();
    let output = client.await.expect("it can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    let report = fs::read(folder.path().join("report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    let tested = report["operations"]["tested"].as_u64();
    let operations = operations(&described.json());
    assert_eq!(tested, Some(operations), "{said}");
}

/// Returns the number of operations of the document.
fn operations(description: &Value) -> u64 {
    let paths = object(&description["paths"]).values();
    let methods = paths.flat_map(|item| object(item).keys());
    let methods = methods.filter(|key| ["get", "head", "options"].contains(&key.as_str()));
    methods.count().try_into().unwrap()
}
