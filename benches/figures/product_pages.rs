//! Cost of a product page for a shop: requests, bytes, time. Also the page after an id.

use std::time::Instant;

use reqwest::{Client, header::ACCEPT_ENCODING};

use crate::support::{
    numbers::{float, median},
    server::Server,
    table::Table,
};

/// Requests of each kind that is compared.
const REQUESTS: usize = 4_000;

/// Number of related products of the measured products, and number of these products.
const RELATED: usize = 6;
const PRODUCTS: usize = 50;

/// Cost of the pages so far.
#[derive(Default)]
struct Cost {
    requests: usize,
    bytes: usize,
}

/// Client of one server, on one connection.
struct Shop {
    client: Client,
    server: Server,
}

/// Measures a server of its own.
pub async fn measure(database: &str, products: u64, table: &mut Table) {
    let shop = Shop {
        client: Client::new(),
        server: Server::start(database).await,
    };
    let found = shop.products_with_related(products).await;
    shop.count(&found, table).await;
    let (id, _) = found[0];
    let (document, page) = (format!("/products/{id}"), format!("/products/{id}/page"));
    let ratio = shop.compare(&page, &document).await;
    let what = "`/page` with everything cached against a document, p50";
    table.judged(what, "≤ 3 ×", ratio.0 <= 3.0, &ratio.1);
    let last = products.saturating_sub(10);
    let deep = format!("/products?after={last}&count=5");
    let ratio = shop.compare(&deep, "/products?after=0&count=5").await;
    let what = format!("`/products?after={last}` against `after=0`, p50");
    table.judged(&what, "≤ 1.5 ×", ratio.0 <= 1.5, &ratio.1);
}

impl Shop {
    /// Returns a body as a browser gets it.
    async fn get(&self, path: &str) -> Vec<u8> {
        let request = self.client.get(self.server.url(path));
        let answer = request.header(ACCEPT_ENCODING, "br").send().await;
        let answer = answer.expect("the server answers");
        assert_eq!(answer.status(), 200, "{path}");
        let body = answer.bytes().await;
        body.expect("the answer has a body").to_vec()
    }

    /// Returns the first products with this many related ones, with those.
    async fn products_with_related(&self, products: u64) -> Vec<(u64, Vec<i64>)> {
        let mut found = Vec::new();
        for id in 1..=products {
            let path = format!("/products/{id}/related");
            let answer = self.client.get(self.server.url(&path)).send().await;
            let body = answer.expect("the server answers").bytes().await;
            // An unused id has no related products.
            let related = serde_json::from_slice(&body.expect("it has a body"));
            let related: Vec<i64> = related.unwrap_or_default();
            if related.len() == RELATED {
                found.push((id, related));
            }
            if found.len() == PRODUCTS {
                break;
            }
        }
        assert!(!found.is_empty(), "no product has {RELATED} related ones");
        found
    }

    /// Measures requests and bytes of product pages, fetched as public storefronts do and by `/page`.
    async fn count(&self, found: &[(u64, Vec<i64>)], table: &mut Table) {
        let (mut before, mut now) = (Cost::default(), Cost::default());
        for (id, related) in found {
            self.fetch(&documents(*id, related), &mut before).await;
            self.fetch(&[format!("/products/{id}/page")], &mut now)
                .await;
        }
        let n_pages = found.len();
        let ratio = float(now.bytes) / float(before.bytes);
        table.judged(
            &format!("requests and bytes (bodies, br) of a product page with {RELATED} related products, the original way and by `/page`, mean of {n_pages}"),
            "1 request; bytes ≤ 0.5 ×",
            now.requests == n_pages && ratio <= 0.5,
            &format!(
                "{} with {} bytes, {} with {}: {ratio:.2} ×",
                before.requests / n_pages,
                before.bytes / n_pages,
                now.requests / n_pages,
                now.bytes / n_pages
            ),
        );
    }

    /// Requests each path and adds up requests and bytes.
    async fn fetch(&self, paths: &[String], cost: &mut Cost) {
        for path in paths {
            cost.requests += 1;
            cost.bytes += self.get(path).await.len();
        }
    }

    /// Returns the ratio of the response times of two paths, requested in turn, as a number and as text.
    async fn compare(&self, path: &str, other: &str) -> (f64, String) {
        let (mut times, mut others) = (vec![], vec![]);
        for _ in 0..REQUESTS {
            times.push(self.time(path).await);
            others.push(self.time(other).await);
        }
        let (time, other) = (median(&mut times), median(&mut others));
        let ratio = time / other;
        let words = format!("{ratio:.2} × ({time:.0} µs against {other:.0} µs)");
        (ratio, words)
    }

    /// Returns the microseconds until a whole response has arrived.
    async fn time(&self, path: &str) -> f64 {
        let began = Instant::now();
        self.get(path).await;
        began.elapsed().as_secs_f64() * 1e6
    }
}

/// Requests of public storefronts without `/page`: the documents of the product, and two for each related product.
fn documents(id: u64, related: &[i64]) -> Vec<String> {
    let own = ["", "/styles", "/related"].map(|kind| format!("/products/{id}{kind}"));
    let of_related = related
        .iter()
        .flat_map(|id| ["", "/styles"].map(|kind| format!("/products/{id}{kind}")));
    own.into_iter().chain(of_related).collect()
}
