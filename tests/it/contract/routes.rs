//! The contract's routes on the sample: documents, pages, errors and methods, as a client sees them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    problem::assert_problem,
    sample::{expected, sample_server},
    server::Answer,
};

const JSON: &str = "application/json; charset=utf-8";

#[track_caller]
fn assert_json(answer: &Answer, expected: &Value, path: &str) {
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(answer.header("content-type"), JSON, "{path}");
    assert_eq!(answer.json(), *expected, "{path}");
}

#[tokio::test]
async fn every_document_of_the_sample_follows_the_contract() {
    let (_database, server) = sample_server(&[]).await;
    for id in 1..=11 {
        for (path, name) in [
            (format!("/products/{id}"), format!("product/{id}")),
            (format!("/products/{id}/styles"), format!("styles/{id}")),
            (format!("/products/{id}/related"), format!("related/{id}")),
        ] {
            let document = expected(&name);
            assert_json(&server.get(&path).await, &document, &path);
            let with_slash = format!("{path}/");
            assert_json(&server.get(&with_slash).await, &document, &with_slash);
        }
    }
}

#[tokio::test]
async fn a_page_is_cut_from_all_products_by_page_and_count() {
    let (_database, server) = sample_server(&[]).await;
    let all = expected("products");
    let all = all.as_array().unwrap();
    for (query, range) in [
        ("", 0..5),
        ("?page=1", 0..5),
        ("?page=1&count=5", 0..5),
        ("?count=5&page=2", 5..10),
        ("?page=3", 10..11),
        ("?page=4", 0..0),
        ("?count=1", 0..1),
        ("?page=11&count=1", 10..11),
        ("?page=12&count=1", 0..0),
        ("?page=2&count=11", 0..0),
        ("?count=11", 0..11),
        ("?count=100000", 0..11),
        ("?count=1000000000", 0..11),
        ("?page=2&count=1000000000", 0..0),
        ("?page=1000000000&count=1000000000", 0..0),
        ("?page=9223372036854775807", 0..0),
        ("?page=9223372036854775807&count=9223372036854775807", 0..0),
    ] {
        for path in [format!("/products{query}"), format!("/products/{query}")] {
            assert_json(&server.get(&path).await, &json!(all[range.clone()]), &path);
        }
    }
}

#[tokio::test]
async fn a_count_above_the_cap_is_served_as_the_cap() {
    let (_database, server) = sample_server(&["--max-page-count", "4"]).await;
    let all = expected("products");
    let all = all.as_array().unwrap();
    for (query, range) in [
        ("count=5", 0..4),
        ("count=1000000000", 0..4),
        ("page=3&count=1000000000", 8..11),
        ("count=3", 0..3),
    ] {
        let path = format!("/products?{query}");
        assert_json(&server.get(&path).await, &json!(all[range]), &path);
    }
}

#[tokio::test]
async fn head_answers_like_get_without_the_body() {
    let (_database, server) = sample_server(&[]).await;
    for (path, status) in [
        ("/products", 200),
        ("/products/1", 200),
        ("/products/1/", 200),
        ("/products/1/styles", 200),
        ("/products/1/related", 200),
        ("/products/12", 404),
        ("/products?page=0", 400),
    ] {
        for encoding in ["identity", "br", "gzip", "zstd"] {
            let headers = [("accept-encoding", encoding)];
            let get = server.send(Method::GET, path, &headers).await;
            let head = server.send(Method::HEAD, path, &headers).await;
            assert_eq!((get.status, head.status), (status, status), "{path}");
            assert!(head.body.is_empty(), "{path}");
            for name in [
                "content-type",
                "content-length",
                "content-encoding",
                "etag",
                "cache-control",
                "vary",
            ] {
                assert_eq!(
                    head.headers.get(name),
                    get.headers.get(name),
                    "{name} of {path} as {encoding}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_product_that_does_not_exist_is_404_on_every_route() {
    let (_database, server) = sample_server(&[]).await;
    for id in [
        "0",
        "12",
        "65536",
        "9007199254740993",
        "9223372036854775807",
    ] {
        for route in ["", "/", "/styles", "/styles/", "/related", "/related/"] {
            let path = format!("/products/{id}{route}");
            // The second response may come from memory.
            for _ in 0..2 {
                assert_problem(&server.get(&path).await, 404, &path);
            }
        }
    }
}

#[tokio::test]
async fn a_non_numeric_parameter_is_400() {
    let (_database, server) = sample_server(&[]).await;
    for id in [
        "abc",
        "-1",
        "1.5",
        "1e3",
        "0x1",
        "null",
        "%20",
        "1%00",
        "18446744073709551616",
        "99999999999999999999999999",
    ] {
        for route in ["", "/", "/styles", "/related"] {
            let path = format!("/products/{id}{route}");
            assert_problem(&server.get(&path).await, 400, &path);
        }
    }
    for name in ["page", "count"] {
        for value in ["0", "-1", "abc", "", "1.5", "null", "NaN", "%F0%9F%91%9F"] {
            for path in [
                format!("/products?{name}={value}"),
                format!("/products/?{name}={value}"),
            ] {
                assert_problem(&server.get(&path).await, 400, &path);
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_path_is_404_whatever_the_method() {
    let (_database, server) = sample_server(&[]).await;
    for path in [
        "/product",
        "/productss",
        "/products/1/style",
        "/products/1/styles/1",
        "/products/1/related/2",
        "/products/1//styles",
        "//products",
        "/PRODUCTS",
        "/metrics",
        "/health/live",
        "/reviews",
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = server.send(method.clone(), path, &[]).await;
            assert_problem(&answer, 404, &format!("{method} {path}"));
        }
    }
}

#[tokio::test]
async fn another_method_on_a_known_path_is_405_with_allow() {
    let (_database, server) = sample_server(&[]).await;
    for path in [
        "/products",
        "/products/",
        "/products?page=1",
        "/products/1",
        "/products/1/styles",
        "/products/1/related/",
    ] {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = server.send(method.clone(), path, &[]).await;
            let what = format!("{method} {path}");
            assert_problem(&answer, 405, &what);
            for allowed in ["GET", "HEAD", "OPTIONS"] {
                assert!(
                    answer.lists("allow", allowed),
                    "{allowed} for {what}: {:?}",
                    answer.headers
                );
            }
        }
    }
}

#[tokio::test]
async fn the_admin_listener_has_health_and_metrics_and_no_products() {
    let (_database, server) = sample_server(&[]).await;
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(server.admin(path).await.status, 200, "{path}");
    }
    assert_eq!(server.admin("/products").await.status, 404);
    for path in ["/products/1/styles", "/products/7/styles", "/products/12"] {
        server.get(path).await;
    }
    let metrics = server.admin("/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.header("content-type").starts_with("text/plain"));
    let text = String::from_utf8(metrics.body).unwrap();
    let counts = |words: &[&str]| {
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let counts = samples.filter(|line| words.iter().all(|word| line.contains(word)));
        counts
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .any(|count| count > 0.0)
    };
    assert!(
        counts(&["/styles\"", "\"200\""]),
        "requests by route template and status:\n{text}"
    );
    assert!(counts(&["\"404\""]), "{text}");
    for raw in ["/products/1/", "/products/7/", "/products/12"] {
        assert!(!text.contains(raw), "a label has the raw path {raw}");
    }
}
