//! Rows of the table of measurements.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use super::{
    kind::Kind,
    load::Load,
    support::{
        numbers::{median, worst},
        table::Table,
    },
};

/// Target for the longest request, in milliseconds.
const REQUEST_TARGET: f64 = 100.0;

/// Target for the longest update of the shop, in milliseconds.
const UPDATE_TARGET: f64 = 1_000.0;

/// Target for the memory of the process, in MiB.
const MEMORY_TARGET: f64 = 512.0;

/// Loads of all rounds.
#[derive(Default)]
pub struct Report {
    loads: BTreeMap<Kind, Vec<(Duration, Load)>>,
    /// Products that were composed without need, and those that were not in spite of it.
    wrong: [usize; 2],
    changed: usize,
}

impl Report {
    /// Adds a load and the copy of the same files.
    pub fn add(&mut self, kind: Kind, copy: Duration, load: Load) {
        self.loads.entry(kind).or_default().push((copy, load));
    }

    /// Compares the products that had to be composed with those that were.
    pub fn compare(&mut self, changed: &HashSet<i64>, composed: &HashSet<i64>) {
        self.wrong[0] += composed.difference(changed).count();
        self.wrong[1] += changed.difference(composed).count();
        self.changed = changed.len();
    }

    /// Adds the rows of all kinds.
    pub fn add_to(&self, table: &mut Table, setup: &str) {
        for (kind, loads) in &self.loads {
            add_kind(table, setup, *kind, loads);
        }
        if self.loads.contains_key(&Kind::Next) {
            let [needless, missing] = self.wrong;
            table.judged(
                &format!(
                    "products composed of the {} that changed, {setup}",
                    self.changed
                ),
                "exactly those",
                needless + missing == 0,
                &format!("{needless} without need, {missing} missing"),
            );
        }
    }
}

fn add_kind(table: &mut Table, setup: &str, kind: Kind, loads: &[(Duration, Load)]) {
    let of = |value: &dyn Fn(&(Duration, Load)) -> f64| loads.iter().map(value).collect::<Vec<_>>();
    let mut ratios = of(&|(copy, load)| load.duration.div_duration_f64(*copy));
    let mut seconds = of(&|(_, load)| load.duration.as_secs_f64());
    let mut copies = of(&|(copy, _)| copy.as_secs_f64());
    let ratio = median(&mut ratios);
    let what = format!("{}, {setup}", kind.description());
    let target = kind.target().map(|target| format!("≤ {target} ×"));
    let measured = format!(
        "{ratio:.2} × ({:.1} s against {:.1} s, medians of {})",
        median(&mut seconds),
        median(&mut copies),
        loads.len()
    );
    let against = format!("{what}: against `psql \\copy` of the same files into bare tables");
    match kind.target() {
        Some(most) => {
            let target = target.expect("there is one");
            table.judged(&against, &target, ratio <= most, &measured);
        }
        None => table.row(&against, "printed", measured),
    }
    let request = worst(&of(&|(_, load)| load.waits.request));
    let failed: usize = loads.iter().map(|(_, load)| load.waits.failed).sum();
    table.judged(
        &format!("{what}: longest request meanwhile"),
        "≤ 100 ms",
        request <= REQUEST_TARGET && failed == 0,
        &format!("{request:.0} ms, {failed} failed"),
    );
    let update = worst(&of(&|(_, load)| load.waits.update));
    table.judged(
        &format!("{what}: longest update of a row by the shop meanwhile"),
        "≤ 1 s",
        update <= UPDATE_TARGET,
        &format!("{update:.0} ms"),
    );
    let peak = worst(&of(&|(_, load)| load.peak));
    table.judged(
        &format!("{what}: peak memory of the process"),
        "≤ 512 MiB",
        peak <= MEMORY_TARGET,
        &format!("{peak:.0} MiB"),
    );
    let log = median(&mut of(&|(_, load)| load.log));
    let temporary = median(&mut of(&|(_, load)| load.temporary));
    let misses = median(&mut of(&|(_, load)| load.misses));
    table.row(
        &format!("{what}: write-ahead log, temporary files, misses of the server's memory"),
        "printed",
        format!("{log:.0} MiB, {temporary:.0} MiB, {misses:.0}"),
    );
}
