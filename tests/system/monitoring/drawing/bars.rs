//! Bar chart with one bar per value.

use super::{Area, Line, anchored, text, unit};
use crate::{monitoring::dashboard::Field, support::numbers::float};

/// Space for names and values.
const NAMES: f64 = 170.0;
const VALUES: f64 = 70.0;

/// Draws the last values, the highest first.
pub fn draw(lines: &[Line], field: &Field, area: Area) -> String {
    let ends = lines.iter().filter_map(|line| line.points.last());
    let end = ends.map(|(time, _)| *time).fold(0.0, f64::max);
    // Series that have ended have no bar.
    let last = |line: &Line| {
        line.points
            .last()
            .filter(|(time, _)| *time >= end)
            .map(|point| point.1)
    };
    let mut bars: Vec<_> = lines
        .iter()
        .filter_map(|line| Some((line.name.as_str(), last(line)?)))
        .collect();
    bars.sort_by(|one, other| other.1.total_cmp(&one.1));
    let highest = bars.first().map_or(1.0, |bar| bar.1.max(f64::MIN_POSITIVE));
    let height = area.height / float(bars.len().max(1));
    let mut drawn = String::new();
    for (index, (name, value)) in bars.into_iter().enumerate() {
        let top = area.top + height * float(index);
        let bar = Area {
            left: area.left + NAMES,
            top: top + 3.0,
            width: ((area.width - NAMES - VALUES) * value / highest).max(1.0),
            height: height - 6.0,
        };
        let middle = top + height / 2.0 + 4.0;
        drawn += &anchored("small", (bar.left - 8.0, middle), "end", name);
        drawn += &bar.rectangle("bar");
        let value = unit::write(&field.unit, value, field.decimals);
        drawn += &text("small", (bar.right() + 6.0, middle), &value);
    }
    drawn
}
