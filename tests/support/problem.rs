//! Assertions about problem responses.

use serde_json::{Value, json};

use crate::support::server::Answer;

/// Asserts that a response is a problem in the contract's format without internal details.
#[track_caller]
pub fn assert_problem(answer: &Answer, status: u16, what: &str) {
    assert_eq!(answer.status, status, "{what}");
    assert_eq!(
        answer.header("content-type").split(';').next(),
        Some("application/problem+json"),
        "{what}"
    );
    let problem = answer.json();
    assert_eq!(problem["status"], json!(status), "{what}");
    // A problem that caches may keep names no request, which would be another client's.
    let request_id = match answer.header("cache-control") {
        "no-store" => json!(answer.header("x-request-id")),
        _ => Value::Null,
    };
    assert_eq!(problem["request_id"], request_id, "{what}");
    for member in ["type", "title", "detail"] {
        assert!(
            problem[member]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{member} of {what}: {problem}"
        );
    }
    let text = problem.to_string().to_lowercase();
    for internal in [
        "postgres", "sql", "serving", "panick", "warp", "hyper", "os error", ".rs",
    ] {
        assert!(
            !text.contains(internal),
            "{what} lets out {internal:?}: {problem}"
        );
    }
}
