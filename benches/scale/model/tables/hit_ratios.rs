//! Hit ratios: formula against simulation.

use super::{Basis, Table};
use crate::model::{
    admission, hit_ratio,
    lru::{simulate, simulate_kept},
    numbers::{grouped, percent},
    popularity::{Draw, Popularity},
    requests::Count,
};

/// Products of the simulated catalogue.
const PRODUCTS: u32 = 20_000;

/// Shares of them that there is room for, as one of so many.
pub const ONE_OF: [u32; 3] = [100, 10, 2];

/// Exponents of Zipf's law.
pub const EXPONENTS: [f64; 3] = [0.6, 0.8, 1.0];

/// Requests in the time for which an answer is kept.
pub const KEPT: [f64; 3] = [1e2, 1e3, 1e4];

const COUNT: Count = Count {
    warm_up: 40_000,
    counted: 60_000,
};
const SEED: u64 = 6;

fn draw(exponent: f64) -> Draw {
    Draw::new(PRODUCTS, exponent, SEED)
}

/// A cache that is full: by formula and simulated.
pub fn full(exponent: f64, one_of: u32) -> (f64, f64) {
    let popularity = Popularity::new(f64::from(PRODUCTS), exponent);
    let held = PRODUCTS / one_of;
    let room = usize::try_from(held).expect("they are in memory");
    (
        hit_ratio::least_recently_used(&popularity, f64::from(held)),
        simulate(PRODUCTS, room, &mut draw(exponent), COUNT),
    )
}

/// The same, by the cache that servers use.
pub fn admitted(exponent: f64, one_of: u32) -> f64 {
    admission::simulate(u64::from(PRODUCTS / one_of), &mut draw(exponent), COUNT)
}

/// A cache that keeps for a time: by formula and simulated.
pub fn for_a_time(exponent: f64, requests: f64) -> (f64, f64) {
    let popularity = Popularity::new(f64::from(PRODUCTS), exponent);
    (
        hit_ratio::kept_for(&popularity, requests, 1.0),
        simulate_kept(PRODUCTS, requests, &mut draw(exponent), COUNT),
    )
}

/// A cache with room for all that was empty, looked at while it fills: by formula and simulated.
pub fn since_empty(exponent: f64) -> (f64, f64) {
    let count = Count {
        warm_up: 20_000,
        counted: 10_000,
    };
    // In the middle of what is counted.
    let since = 25_000.0;
    let popularity = Popularity::new(f64::from(PRODUCTS), exponent);
    let room = usize::try_from(PRODUCTS).expect("they are in memory");
    (
        hit_ratio::after(&popularity, since),
        simulate(PRODUCTS, room, &mut draw(exponent), count),
    )
}

/// Servers' memory.
pub fn least_recently_used(basis: &Basis) -> Table {
    let rows = EXPONENTS.into_iter().flat_map(|exponent| {
        ONE_OF.into_iter().map(move |one_of| {
            let (formula, simulated) = full(exponent, one_of);
            let is_planned = exponent.to_bits() == basis.costs.popularity_exponent.to_bits();
            vec![
                format!("{exponent:.1}"),
                percent(1.0 / f64::from(one_of)),
                percent(formula),
                percent(simulated),
                if is_planned {
                    percent(admitted(exponent, one_of))
                } else {
                    "-".to_owned()
                },
            ]
        })
    });
    let head = &[
        "exponent",
        "room for",
        "Che's formula",
        "simulated, least recently used",
        "simulated, moka",
    ];
    Table::new("hit-ratios", head, rows.collect())
}

/// The edge's cache, and servers' memory after a publication.
pub fn kept(basis: &Basis) -> Table {
    let exponent = basis.costs.popularity_exponent;
    let row = |cache: String, (formula, simulated): (f64, f64)| {
        vec![cache, percent(formula), percent(simulated)]
    };
    let kept = KEPT.into_iter().map(|requests| {
        let cache = format!("an answer is kept for {} requests", grouped(requests));
        row(cache, for_a_time(exponent, requests))
    });
    let filled = row(
        "was empty 25,000 requests ago".to_owned(),
        since_empty(exponent),
    );
    let rows = kept.chain([filled]).collect();
    Table::new("kept", &["cache", "formula", "simulated"], rows)
}
