//! The last page of `/products` against the first, and the start-up time of a server.

use std::time::Instant;

use crate::support::{numbers::median, scratch::Scratch, server::Server, table::Table};

/// Requests for each of the two pages.
const REQUESTS: usize = 4_000;

/// Products on a page.
const COUNT: u64 = 5;

/// Measures both kinds of pages in turn on one connection.
pub async fn measure(_scratch: &Scratch, database: &str, products: u64, table: &mut Table) {
    let server = Server::start(database).await;
    let ready = format!("{:.0} ms", server.ready_after.as_secs_f64() * 1000.0);
    table.row("`serve` from start to ready", "≤ 1 s", ready);
    let last = (products / COUNT).saturating_sub(3).max(1);
    for (name, spread) in [
        ("the same page again and again", 0),
        ("another page each time", 50_000_u64),
    ] {
        let spread = spread.min(last / 2);
        let client = reqwest::Client::new();
        let (mut first_pages, mut last_pages) = (vec![], vec![]);
        for request in 0..REQUESTS as u64 {
            let step = if spread == 0 {
                0
            } else {
                (request * 7919) % spread
            };
            first_pages.push(time_page(&client, &server, 1 + step).await);
            last_pages.push(time_page(&client, &server, last - step).await);
        }
        let (first, deep) = (median(&mut first_pages), median(&mut last_pages));
        let measured = format!("{:.2} × ({deep:.0} µs against {first:.0} µs)", deep / first);
        table.row(
            &format!("`/products` page {last} against page 1, p50, {name}"),
            "≤ 1.5 ×",
            measured,
        );
    }
}

/// Returns the microseconds until the whole page has arrived.
async fn time_page(client: &reqwest::Client, server: &Server, page: u64) -> f64 {
    let began = Instant::now();
    let answer = client
        .get(server.url(&format!("/products?page={page}&count={COUNT}")))
        .send()
        .await
        .expect("the server answers");
    assert_eq!(answer.status(), 200);
    let body = answer.bytes().await.expect("the answer has a body");
    assert!(body.len() > 100, "page {page} has products: {body:?}");
    began.elapsed().as_secs_f64() * 1e6
}
