//! How long requests wait for a processor of a server: formula against simulation.

use super::{Basis, Table};
use crate::model::{
    numbers::percent,
    queue::{Service, Wait},
};

/// How busy the processor is.
pub const UTILISATIONS: [f64; 4] = [0.3, 0.6, 0.8, 0.9];

/// Share of requests that are in memory.
pub const HIT_RATIOS: [f64; 2] = [1.0, 0.7];

const REQUESTS: usize = 300_000;
const SEED: u64 = 6;

/// A core of a server.
pub fn service(basis: &Basis, hit_ratio: f64) -> Service {
    Service {
        hit_us: basis.costs.hit_us,
        miss_us: basis.costs.miss_us + basis.costs.encoding_us,
        hit_ratio,
    }
}

/// Waiting by formula and by simulation.
pub fn both(basis: &Basis, hit_ratio: f64, utilisation: f64) -> (Wait, Wait) {
    let service = service(basis, hit_ratio);
    (
        service.formula(utilisation),
        service.simulate(utilisation, REQUESTS, SEED),
    )
}

/// Waiting at each utilisation.
pub fn queues(basis: &Basis) -> Table {
    let rows = HIT_RATIOS.into_iter().flat_map(|hit_ratio| {
        UTILISATIONS.into_iter().map(move |utilisation| {
            let (formula, simulated) = both(basis, hit_ratio, utilisation);
            let microseconds = |time: f64| format!("{time:.0} µs");
            vec![
                percent(hit_ratio),
                percent(utilisation),
                microseconds(formula.mean),
                microseconds(simulated.mean),
                microseconds(formula.p99),
                microseconds(simulated.p99),
            ]
        })
    });
    let head = &[
        "hits",
        "busy",
        "mean wait, formula",
        "simulated",
        "p99, formula",
        "simulated",
    ];
    Table::new("queues", head, rows.collect())
}
