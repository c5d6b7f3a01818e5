//! `Accept-Encoding` at the edge: clients of the same encoding share cache entries, and responses are those of a
//! server.

use crate::support::{
    edge::{Edge, edge_status},
    fixtures::serving,
    server::{Answer, Server},
};

/// Codings and weights from which headers are built.
const CODINGS: [&str; 6] = ["br", "zstd", "gzip", "identity", "*", "deflate"];
const WEIGHTS: [&str; 4] = ["", "; q=1.000", ";q=0.5", ";q=0"];

/// Further values that clients send.
const OTHERS: [&str; 17] = [
    "br;q=0.000,zstd;q=1",
    "",
    "gzip, deflate, br, zstd",
    "GZIP",
    "x-gzip",
    "x-gzip;q=0, gzip",
    "gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
    "br;q=1.0, gzip;q=0.8, *;q=0.1",
    "br;q=0, br",
    "br, br;q=0",
    "br;q=1.001",
    "br;level=3",
    "brotli",
    "gzip\t;\tq=1\t,zstd;q=0.1",
    "identity;q=0",
    ",",
    "compress, vbr, gzipped",
];

/// Returns headers with one or two codings, and the further values.
fn headers() -> Vec<String> {
    let one = || {
        let with_weights = |coding| WEIGHTS.map(|weight| format!("{coding}{weight}"));
        CODINGS.into_iter().flat_map(with_weights)
    };
    let two = one().flat_map(|first| one().map(move |second| format!("{first}, {second}")));
    let others = OTHERS.into_iter().map(str::to_owned);
    one().chain(two).chain(others).collect()
}

fn encoding(answer: &Answer) -> &str {
    let encoding = answer.headers.get("content-encoding");
    encoding.map_or("identity", |name| name.to_str().unwrap())
}

/// A document that is worth encoding.
const PATH: &str = "/products?count=4";

async fn start() -> (impl Drop, Server, Edge) {
    let (database, server) = serving(&["--cache-s-maxage", "1h"]).await;
    let edge = Edge::start(&[server.authority()], &[]).await;
    (database, server, edge)
}

#[tokio::test]
async fn edge_and_server_choose_the_same_encoding() {
    let (_database, server, edge) = start().await;
    for header in headers() {
        let accept = [("accept-encoding", &*header)];
        let direct = server.get_with(PATH, &accept).await;
        let answer = edge.get_with(PATH, &accept).await;
        assert_eq!(encoding(&answer), encoding(&direct), "{header:?}");
        assert_eq!(answer.header("etag"), direct.header("etag"), "{header:?}");
        assert_eq!(answer.body, direct.body, "{header:?}");
    }
}

#[tokio::test]
async fn clients_of_the_same_encoding_share_one_cache_entry() {
    let (_database, _server, edge) = start().await;
    for (chosen, accepts) in [
        (
            "br",
            &[
                "br",
                "gzip, deflate, br",
                "gzip, deflate, br, zstd",
                "br;q=1.0, gzip;q=0.8",
            ][..],
        ),
        ("zstd", &["zstd", "gzip,zstd", "br;q=0, zstd"]),
        (
            "gzip",
            &["gzip", "gzip, deflate", "GZIP;q=1, br;q=0.5", "x-gzip"],
        ),
        (
            "identity",
            &["identity", "", "deflate", "identity, deflate;q=0.5"],
        ),
    ] {
        for (n, accept) in accepts.iter().enumerate() {
            let answer = edge.get_with(PATH, &[("accept-encoding", accept)]).await;
            assert_eq!(encoding(&answer), chosen, "{accept:?}");
            let expected = if n == 0 {
                "edge; fwd=uri-miss"
            } else {
                "edge; hit"
            };
            assert_eq!(edge_status(&answer), expected, "{accept:?}");
        }
    }
}
