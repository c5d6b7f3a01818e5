//! Hit ratios in closed form.

use super::popularity::Popularity;

/// Halvings until a characteristic time is exact enough.
const HALVINGS: usize = 40;

/// Of a cache that holds `held` products and forgets the one that was not asked for the longest.
///
/// Che's approximation: a product is in it if it was asked for within a time that is the same for all,
/// and that follows from how many there is room for.
pub fn least_recently_used(popularity: &Popularity, held: f64) -> f64 {
    let products: f64 = popularity
        .classes()
        .iter()
        .map(|class| class.products)
        .sum();
    if held >= products {
        return 1.0;
    }
    // Powers of two: from one request to more than any catalogue needs.
    let (mut low, mut high) = (0.0, 60.0);
    for _ in 0..HALVINGS {
        let middle: f64 = f64::midpoint(low, high);
        if present(popularity, middle.exp2()) < held {
            low = middle;
        } else {
            high = middle;
        }
    }
    after(popularity, low.exp2())
}

/// Of a cache without bound that keeps each document for `seconds` after it was fetched.
///
/// One request in a time of `seconds` and the pause after it is a miss.
pub fn kept_for(popularity: &Popularity, requests_per_second: f64, seconds: f64) -> f64 {
    let hits = popularity.classes().iter().map(|class| {
        let meanwhile = class.share * requests_per_second * seconds;
        class.products * class.share * meanwhile / (1.0 + meanwhile)
    });
    hits.sum()
}

/// Of a cache without bound that was empty so many requests ago.
pub fn after(popularity: &Popularity, requests: f64) -> f64 {
    let hits = popularity
        .classes()
        .iter()
        .map(|class| class.products * class.share * asked_within(class.share, requests));
    hits.sum()
}

/// Products that were asked for within so many requests.
fn present(popularity: &Popularity, window: f64) -> f64 {
    let present = popularity
        .classes()
        .iter()
        .map(|class| class.products * asked_within(class.share, window));
    present.sum()
}

fn asked_within(share: f64, window: f64) -> f64 {
    -(-share * window).exp_m1()
}
