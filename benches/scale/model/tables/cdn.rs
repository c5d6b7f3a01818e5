//! What a CDN in front costs, and what it saves.

use super::{Basis, RATES, Table, edge_cache::DOCUMENTS};
use crate::model::{
    edges,
    hit_ratio::kept_for,
    network::{answer_bytes, internet_dollars, monthly_gigabytes},
    numbers::{dollars, grouped, percent},
    popularity::Popularity,
    prices::{MONTH_SECONDS, tiered},
};

/// Products of the catalogue: the smallest, with which a CDN hits most.
const PRODUCTS: f64 = 1e6;

/// Dollars of a month for so many requests at the peak.
pub fn cdn_dollars(basis: &Basis, requests_per_second: f64) -> f64 {
    let (costs, prices) = (&basis.costs, &basis.prices);
    let gigabytes = monthly_gigabytes(costs, requests_per_second, answer_bytes(costs));
    let millions = requests_per_second * costs.mean_over_peak * MONTH_SECONDS / 1e6;
    tiered(&prices.cdn, gigabytes) + millions * prices.cdn_million_requests
}

/// Price and savings for each rate.
pub fn cdn(basis: &Basis) -> Table {
    let (costs, prices) = (&basis.costs, &basis.prices);
    let rows = RATES.into_iter().map(|rate| {
        let products = Popularity::new(PRODUCTS, costs.popularity_exponent);
        let documents = products.documents(&DOCUMENTS);
        let hits = |seconds| kept_for(&documents, rate / costs.cdn_places, seconds);
        let edges = edges::fleet(costs, prices, rate).monthly();
        vec![
            grouped(rate),
            percent(hits(1.0)),
            percent(hits(60.0)),
            dollars(cdn_dollars(basis, rate)),
            dollars(internet_dollars(costs, prices, rate)),
            dollars(edges * hits(60.0)),
        ]
    });
    let head = &[
        "requests/s",
        "hits, kept 1 s",
        "hits, kept 60 s",
        "CDN, a month",
        "saves: bytes to the internet",
        "saves: edges, kept 60 s",
    ];
    Table::new("cdn", head, rows.collect())
}
