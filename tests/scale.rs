//! The page about scale says what its arithmetic says, and the arithmetic agrees with simulations.

#[path = "../benches/scale/model/mod.rs"]
mod model;

use std::fs;

use model::{
    page::filled,
    tables::{
        Basis, all,
        hit_ratios::{EXPONENTS, KEPT, ONE_OF, admitted, for_a_time, full, since_empty},
        queues::{HIT_RATIOS, UTILISATIONS, both},
    },
};

/// How far a formula may be from a simulation: of a mean and of a 99th percentile, relatively; of a hit ratio, in parts of 1.
const MEAN: f64 = 0.05;
const P99: f64 = 0.15;
const RATIO: f64 = 0.01;

/// From how busy a processor on the formula of the 99th percentile is to hold; below, it may be too high.
const BUSY: f64 = 0.6;

#[test]
fn the_page_has_the_tables_that_are_reckoned() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scale.md");
    let page = fs::read_to_string(path).unwrap();
    let filled = filled(&page, &all(&Basis::committed())).unwrap();
    assert!(
        page == filled,
        "docs/scale.md is not what `cargo bench --bench scale -- --write` makes of it"
    );
}

#[test]
fn waiting_by_formula_is_waiting_by_simulation() {
    let basis = Basis::committed();
    for hit_ratio in HIT_RATIOS {
        for utilisation in UTILISATIONS {
            let (formula, simulated) = both(&basis, hit_ratio, utilisation);
            let case = format!("{hit_ratio} hits, {utilisation} busy: {formula:?}, {simulated:?}");
            let mean = formula.mean / simulated.mean - 1.0;
            let p99 = formula.p99 / simulated.p99 - 1.0;
            assert!(mean.abs() < MEAN, "{case}");
            assert!(p99 > -P99 && (p99 < P99 || utilisation < BUSY), "{case}");
        }
    }
}

#[test]
fn hit_ratios_by_formula_are_those_by_simulation() {
    for exponent in EXPONENTS {
        for one_of in ONE_OF {
            let (formula, simulated) = full(exponent, one_of);
            let case = format!("exponent {exponent}, room for one of {one_of}");
            assert!(
                (formula - simulated).abs() < RATIO,
                "{case}: {formula} against {simulated}"
            );
        }
    }
    for requests in KEPT {
        let (formula, simulated) = for_a_time(0.8, requests);
        let case = format!("kept for {requests} requests");
        assert!(
            (formula - simulated).abs() < RATIO,
            "{case}: {formula} against {simulated}"
        );
    }
}

#[test]
fn a_cache_that_was_empty_fills_as_the_formula_says() {
    let (formula, simulated) = since_empty(0.8);
    assert!(
        (formula - simulated).abs() < RATIO,
        "{formula} against {simulated}"
    );
}

#[test]
fn the_cache_of_the_servers_hits_no_less_than_the_formula() {
    let (formula, _) = full(0.8, 10);
    let admitted = admitted(0.8, 10);
    assert!(admitted > formula, "{admitted} against {formula}");
}
