//! The catalog page behind the edge.

use crate::{
    contract::web_page::FILES,
    support::{
        edge::{Edge, edge_status},
        fixtures::serving,
        server::Answer,
    },
};

/// Headers of a file that the edge must forward.
const HEADERS: [&str; 7] = [
    "content-type",
    "content-encoding",
    "content-security-policy",
    "x-content-type-options",
    "etag",
    "cache-control",
    "vary",
];

#[tokio::test]
async fn the_edge_caches_files_of_the_page_unchanged() {
    let (_database, server) = serving(&["--cache-s-maxage", "1h"]).await;
    let edge = Edge::start(&[server.authority()], &[]).await;
    for (path, _) in FILES {
        for encoding in ["br", "zstd", "gzip", "identity"] {
            let accept = ("accept-encoding", encoding);
            let direct = server.get_with(path, &[accept]).await;
            let first = edge.get_with(path, &[accept]).await;
            let kept = edge.get_with(path, &[accept]).await;
            assert_eq!(edge_status(&kept), "edge; hit", "{encoding} of {path}");
            for answer in [first, kept] {
                assert_eq!((answer.status, &answer.body), (200, &direct.body));
                for name in HEADERS {
                    let value = |answer: &Answer| answer.headers.get(name).cloned();
                    assert_eq!(value(&answer), value(&direct), "{name} of {path}");
                }
            }
            let known = [accept, ("if-none-match", direct.header("etag"))];
            let again = edge.get_with(path, &known).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
            let policy = "content-security-policy";
            assert_eq!(again.header(policy), direct.header(policy), "{path}");
            assert!(!again.headers.contains_key("x-content-type-options"));
        }
    }
}
