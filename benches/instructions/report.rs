//! Judges and prints what was counted.

use std::fmt::Display;

use crate::{baseline::Baseline, support::numbers::ratio};

/// Share by which a count may differ from the baseline. Two runs differ by a hundredth, those that wait for a busy
/// database by three; the rest is for another compiler, C library or processor.
const TOLERANCE: f64 = 0.10;

/// Instructions of a kind of request, beside those of the baseline.
pub struct Row {
    name: &'static str,
    count: u64,
    baseline: Option<u64>,
}

/// Ratio of a count to the baseline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Judgement {
    AsBefore,
    Fewer,
    More,
    Unknown,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        Some(ratio(self.count, self.baseline?))
    }

    fn judgement(&self) -> Judgement {
        match self.ratio() {
            None => Judgement::Unknown,
            Some(ratio) if ratio > 1.0 + TOLERANCE => Judgement::More,
            Some(ratio) if ratio < 1.0 - TOLERANCE => Judgement::Fewer,
            Some(_) => Judgement::AsBefore,
        }
    }
}

impl Judgement {
    fn remark(self) -> Option<&'static str> {
        match self {
            Self::AsBefore => None,
            Self::Fewer => Some("takes fewer instructions: renew the baseline with --save"),
            Self::More => Some("takes too many instructions: --profile says where"),
            Self::Unknown => Some("has no baseline: --save makes one"),
        }
    }
}

/// Puts counts beside the baseline.
pub fn rows(counts: &[(&'static str, u64)], baseline: &Baseline) -> Vec<Row> {
    let row = |&(name, count): &(&'static str, u64)| Row {
        name,
        count,
        baseline: baseline.get(name).copied(),
    };
    counts.iter().map(row).collect()
}

/// Prints the rows as a Markdown table.
#[expect(
    clippy::print_stdout,
    reason = "the table is what the benchmark is for"
)]
pub fn print(rows: &[Row]) {
    println!("\n| scenario | instructions per request | baseline | ratio |");
    println!("| --- | --- | --- | --- |");
    for row in rows {
        let (name, count) = (row.name, row.count);
        let baseline = or_dash(row.baseline);
        let ratio = or_dash(row.ratio().map(|ratio| format!("{ratio:.3}")));
        println!("| {name} | {count} | {baseline} | {ratio} |");
    }
}

fn or_dash(value: Option<impl Display>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

/// Says which counts are not as before, and returns whether none is too high.
pub fn check(rows: &[Row]) -> bool {
    if rows.iter().all(|row| row.baseline.is_none()) {
        eprintln!("There is no baseline of this architecture to compare with; --save makes one");
        return true;
    }
    for row in rows {
        if let Some(remark) = row.judgement().remark() {
            eprintln!("{} {remark}", row.name);
        }
    }
    let is_fine = |row: &Row| matches!(row.judgement(), Judgement::AsBefore | Judgement::Fewer);
    rows.iter().all(is_fine)
}
