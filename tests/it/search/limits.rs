//! Limits on concurrent searches.

use futures_util::future::join_all;

use super::{LOCK, path, search};
use crate::support::{problem::assert_problem, sample::sample_server, server::Answer};

#[tokio::test]
async fn searches_are_limited_in_number_and_time_and_delay_no_other_request() {
    let flags = [
        "--search-connections",
        "1",
        "--search-queue",
        "1",
        "--search-timeout",
        "300ms",
    ];
    let (database, server) = sample_server(&flags).await;
    search(&server, "shoes").await;
    let holder = database.session().await;
    holder.batch_execute(LOCK).await.unwrap();
    let searches = ["sandals", "slacks", "summer"].map(|words| {
        let path = path(words);
        let server = &server;
        async move { server.get(&path).await }
    });
    let answers: Vec<Answer> = join_all(searches).await;
    let details = answers.iter().map(|answer| {
        assert_problem(answer, 503, "a search in vain");
        assert_eq!(answer.header("retry-after"), "1");
        answer.json()["detail"].to_string()
    });
    let details: Vec<String> = details.collect();
    let is_refused = |detail: &&String| detail.contains("Too many requests");
    assert_eq!(details.iter().filter(is_refused).count(), 1, "{details:?}");
    assert_eq!(server.count("atelierex_search_rejected_total").await, 1);
    // Meanwhile, documents that are not in memory can be fetched, and earlier results are cached.
    for id in 1..=11 {
        assert_eq!(server.get(&format!("/products/{id}")).await.status, 200);
    }
    assert!(!search(&server, "shoes").await.is_empty());
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(search(&server, "slacks").await, [4]);
}
