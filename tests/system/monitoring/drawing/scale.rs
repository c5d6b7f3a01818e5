//! A scale with round numbers.

/// Maximum number of intervals.
const PARTS: f64 = 4.0;

/// Returns the marks of a scale from 0 to at least `highest`. The last one is its end.
pub fn marks(unit: &str, highest: f64) -> Vec<f64> {
    let step = round_up(unit, highest.max(f64::MIN_POSITIVE.sqrt()) / PARTS);
    let mut marks = vec![0.0];
    let mut mark = 0.0;
    while mark < highest * 0.999 {
        mark += step;
        marks.push(mark);
    }
    marks
}

/// Returns the next round number: 1, 2 or 5 times a power of ten, or for bytes times a power of 1024.
fn round_up(unit: &str, step: f64) -> f64 {
    let base = match unit {
        "bytes" if step >= 1.0 => 1_024.0_f64.powf(step.log(1_024.0).floor()),
        _ => 1.0,
    };
    let power = 10.0_f64.powf((step / base).log10().floor());
    let rounds = [1.0, 2.0, 2.5, 5.0, 10.0];
    let fits = |round: &f64| round * power * base >= step * 0.999;
    rounds.into_iter().find(fits).unwrap_or(10.0) * power * base
}

#[test]
fn marks_are_round_and_reach_the_highest_value() {
    for (unit, highest, last, count) in [
        ("none", 3.0, 3.0, 4),
        ("none", 331.0, 400.0, 5),
        ("s", 0.0137, 0.015, 4),
        ("bytes", 6_000_000.0, 6.0 * 1_048_576.0, 4),
    ] {
        let marks = marks(unit, highest);
        assert_eq!(marks.len(), count, "{highest}: {marks:?}");
        let end = marks.last().copied().unwrap_or_default();
        assert!((end - last).abs() < last * 1e-9, "{highest}: {marks:?}");
    }
}
