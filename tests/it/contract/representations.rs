//! HTTP features of documents: validators, encodings, caching headers.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read as _,
};

use reqwest::Method;

use crate::support::{
    sample::sample_server,
    server::{Answer, Server},
};

/// A route of each kind with a document that is worth encoding.
const PATHS: [&str; 10] = [
    "/products",
    "/products?ids=9,2,7,4,1",
    "/products?category=Kicks",
    "/categories",
    "/openapi.json",
    "/products/9",
    "/products/1/styles",
    "/products/7/related",
    "/products/5/related/cards",
    "/products/5/page",
];

const ENCODINGS: [&str; 4] = ["identity", "gzip", "br", "zstd"];

fn encoding_of(answer: &Answer) -> &str {
    answer
        .headers
        .get("content-encoding")
        .map_or("identity", |name| name.to_str().unwrap())
}

fn decoded(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    match encoding_of(answer) {
        "identity" => plain.clone_from(&answer.body),
        "gzip" => drop(
            flate2::read::GzDecoder::new(&answer.body[..])
                .read_to_end(&mut plain)
                .unwrap(),
        ),
        "br" => drop(
            brotli::Decompressor::new(&answer.body[..], 4096)
                .read_to_end(&mut plain)
                .unwrap(),
        ),
        "zstd" => plain = zstd::decode_all(&answer.body[..]).unwrap(),
        other => panic!("unrequested encoding {other}"),
    }
    plain
}

async fn accepting(server: &Server, path: &str, encoding: &str) -> Answer {
    server
        .get_with(path, &[("accept-encoding", encoding)])
        .await
}

#[tokio::test]
async fn every_encoding_decodes_to_the_same_body() {
    let (_database, server) = sample_server(&[]).await;
    for path in PATHS {
        let identity = accepting(&server, path, "identity").await;
        assert_eq!(encoding_of(&identity), "identity", "{path}");
        for encoding in ENCODINGS {
            // The first response may be encoded on demand, the second may come from memory.
            for _ in 0..2 {
                let answer = accepting(&server, path, encoding).await;
                assert_eq!(answer.status, 200, "{path} as {encoding}");
                assert_eq!(decoded(&answer), identity.body, "{path} as {encoding}");
                assert_eq!(
                    answer.header("content-length"),
                    answer.body.len().to_string(),
                    "{path} as {encoding}"
                );
                assert!(
                    answer.lists("vary", "accept-encoding"),
                    "{path} as {encoding}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_encoding_is_chosen_by_accept_encoding_and_its_q_values() {
    let (_database, server) = sample_server(&[]).await;
    for (accepted, allowed) in [
        ("gzip", &["gzip"][..]),
        ("br", &["br"]),
        ("zstd", &["zstd"]),
        ("BR", &["br"]),
        ("gzip, deflate, br, zstd", &["br", "zstd", "gzip"]),
        ("gzip;q=1.0, br;q=0.5", &["gzip"]),
        ("gzip;q=0.2,br;q=0.8,zstd;q=0.5", &["br"]),
        ("br;q=0, zstd;q=0.1, gzip;q=0", &["zstd"]),
        ("gzip;q=0, *;q=1", &["br", "zstd"]),
        ("*;q=0, gzip", &["gzip"]),
        ("deflate, compress", &["identity"]),
        ("br;q=0", &["identity"]),
        ("identity", &["identity"]),
        ("identity;q=1, br;q=0.1", &["identity"]),
        ("", &["identity"]),
        ("gzip ; q = nonsense", &["identity", "gzip"]),
    ] {
        let answer = accepting(&server, "/products/1/styles", accepted).await;
        assert_eq!(answer.status, 200, "{accepted}");
        assert!(
            allowed.contains(&encoding_of(&answer)),
            "{accepted:?} got {}",
            encoding_of(&answer)
        );
    }
    // Without the header a client may accept anything, but old clients accept only identity.
    assert_eq!(
        encoding_of(&server.get("/products/1/styles").await),
        "identity"
    );
}

#[track_caller]
fn strong_etag(answer: &Answer) -> String {
    let etag = answer.header("etag");
    let opaque = etag
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    assert!(
        opaque.is_some_and(|opaque| !opaque.is_empty() && !opaque.contains('"')),
        "{etag}"
    );
    etag.to_owned()
}

#[tokio::test]
async fn each_representation_has_its_own_strong_etag() {
    let (_database, server) = sample_server(&[]).await;
    let mut bodies = BTreeMap::new();
    for path in PATHS {
        for encoding in ENCODINGS {
            let answer = accepting(&server, path, encoding).await;
            let etag = strong_etag(&answer);
            assert_eq!(
                strong_etag(&accepting(&server, path, encoding).await),
                etag,
                "{path} as {encoding}"
            );
            let body = bodies.entry(etag).or_insert_with(|| answer.body.clone());
            assert_eq!(
                *body, answer.body,
                "one ETag for two bodies: {path} as {encoding}"
            );
        }
    }
    let all: BTreeSet<_> = bodies.values().collect();
    assert_eq!(all.len(), bodies.len(), "two ETags for one body");
}

#[tokio::test]
async fn every_server_gives_the_same_etags() {
    let (database, one) = sample_server(&[]).await;
    let other = Server::start(database.url(), &[]).await;
    let (_other_database, elsewhere) = sample_server(&[]).await;
    for path in PATHS {
        for encoding in ENCODINGS {
            let etag = strong_etag(&accepting(&one, path, encoding).await);
            for server in [&other, &elsewhere] {
                assert_eq!(
                    strong_etag(&accepting(server, path, encoding).await),
                    etag,
                    "{path} as {encoding}"
                );
            }
        }
    }
}

#[tokio::test]
async fn if_none_match_decides_between_200_and_304() {
    let (_database, server) = sample_server(&[]).await;
    for path in PATHS {
        for encoding in ENCODINGS {
            let fresh = accepting(&server, path, encoding).await;
            let etag = strong_etag(&fresh);
            for (condition, status) in [
                (etag.clone(), 304),
                (format!("W/{etag}"), 304),
                (format!("\"other\", {etag}"), 304),
                (format!("W/\"other\",W/{etag} , \"last\""), 304),
                ("*".into(), 304),
                ("\"other\"".into(), 200),
                (format!("W/\"other{}", &etag[1..]), 200),
            ] {
                for method in [Method::GET, Method::HEAD] {
                    let headers = [("accept-encoding", encoding), ("if-none-match", &condition)];
                    let answer = server.send(method, path, &headers).await;
                    assert_eq!(
                        answer.status, status,
                        "{path} as {encoding}, If-None-Match: {condition}"
                    );
                    for name in ["etag", "cache-control", "vary"] {
                        assert_eq!(answer.header(name), fresh.header(name), "{name} of {path}");
                    }
                    assert!(status == 200 || answer.body.is_empty(), "{path}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_condition_does_not_hide_a_404() {
    let (_database, server) = sample_server(&[]).await;
    let answer = server
        .get_with("/products/12", &[("if-none-match", "*")])
        .await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn cache_control_has_the_times_of_the_settings() {
    let (_database, server) = sample_server(&[]).await;
    for path in PATHS {
        let answer = server.get(path).await;
        for directive in [
            "max-age=",
            "s-maxage=",
            "stale-while-revalidate=",
            "stale-if-error=",
        ] {
            let value = answer
                .header("cache-control")
                .split(',')
                .find_map(|part| part.trim().strip_prefix(directive));
            assert!(
                value.is_some_and(|value| value.parse::<u64>().is_ok()),
                "{directive} of {path}: {:?}",
                answer.headers
            );
        }
    }
}

#[tokio::test]
async fn cache_status_says_miss_and_then_hit() {
    let (_database, server) = sample_server(&[]).await;
    let first = server.get("/products/3").await;
    let status = first.header("cache-status");
    assert!(
        status.contains("miss") && !status.contains("hit"),
        "{status}"
    );
    let second = server.get("/products/3").await;
    assert!(
        second.header("cache-status").contains("hit"),
        "{:?}",
        second.headers
    );
    assert_eq!(second.body, first.body);
}

#[tokio::test]
async fn a_server_without_a_cache_answers_the_same() {
    let (database, cached) = sample_server(&[]).await;
    let uncached = Server::start(database.url(), &["--cache-capacity-bytes", "0"]).await;
    for path in PATHS {
        for encoding in ENCODINGS {
            for _ in 0..2 {
                let (expected, answer) = (
                    accepting(&cached, path, encoding).await,
                    accepting(&uncached, path, encoding).await,
                );
                assert_eq!(answer.body, expected.body, "{path} as {encoding}");
                assert_eq!(
                    answer.header("etag"),
                    expected.header("etag"),
                    "{path} as {encoding}"
                );
            }
        }
    }
}

#[tokio::test]
async fn no_cache_is_answered_with_the_same_document() {
    let (_database, server) = sample_server(&[]).await;
    for path in PATHS {
        let usual = server.get(path).await;
        let answer = server
            .get_with(path, &[("cache-control", "no-cache")])
            .await;
        assert_eq!((answer.status, &answer.body), (200, &usual.body), "{path}");
    }
}
