//! Line chart with axes, thresholds and a legend.

use std::fmt::Write as _;

use super::{Area, Line, anchored, scale, text, unit};
use crate::{
    monitoring::{dashboard::Field, prometheus::Period},
    support::numbers::float,
};

/// Number of colors.
const COLORS: usize = 8;

/// Space for the numbers on the left.
const NUMBERS: f64 = 58.0;

/// Height of the time axis, and of a row of the legend.
const ROW: f64 = 16.0;

/// Maximum number of rows of the legend; further names are omitted.
const LEGEND_ROWS: usize = 3;

/// Average width of a letter in the legend, and width of the rest of an entry.
const LETTER: f64 = 5.9;
const MARK: f64 = 26.0;

/// Draws all lines.
pub fn draw(lines: &[Line], field: &Field, period: Period, area: Area) -> String {
    let rows = rows_of_legend(lines, area.width);
    let plot = Plot {
        marks: scale::marks(&field.unit, highest(lines, field)),
        period,
        area: Area {
            left: area.left + NUMBERS,
            width: area.width - NUMBERS,
            height: area.height - ROW * float(rows.len() + 1),
            ..area
        },
    };
    let mut drawn = plot.axes(field) + &plot.limits(field);
    for (index, line) in lines.iter().enumerate() {
        drawn += &plot.line(line, index);
    }
    let legend = Area {
        top: plot.area.bottom() + ROW,
        ..area
    };
    drawn + &draw_legend(&rows, legend)
}

/// Returns the highest value of the scale.
fn highest(lines: &[Line], field: &Field) -> f64 {
    let values = lines
        .iter()
        .flat_map(|line| &line.points)
        .map(|point| point.1);
    let highest = values.fold(0.0, f64::max);
    match field.max {
        Some(max) => max,
        None if highest > 0.0 => highest,
        None => 1.0,
    }
}

/// Area of the lines.
struct Plot {
    marks: Vec<f64>,
    period: Period,
    area: Area,
}

impl Plot {
    fn x(&self, time: f64) -> f64 {
        let Period { begin, end } = self.period;
        self.area.left + self.area.width * (time - begin) / (end - begin)
    }

    fn y(&self, value: f64) -> f64 {
        let highest = self.marks.last().copied().unwrap_or(1.0);
        self.area.bottom() - self.area.height * value / highest
    }

    fn axes(&self, field: &Field) -> String {
        let Area { left, .. } = self.area;
        let mut drawn = String::new();
        for &mark in &self.marks {
            let y = self.y(mark);
            drawn += &self.across("grid", y);
            let number = unit::write(&field.unit, mark, None);
            drawn += &anchored("small", (left - 6.0, y + 4.0), "end", &number);
        }
        let below = self.area.bottom() + ROW - 3.0;
        let seconds = self.period.end - self.period.begin;
        drawn += &anchored(
            "small",
            (left, below),
            "start",
            &format!("{seconds:.0} s before"),
        );
        drawn + &anchored("small", (self.area.right(), below), "end", "end")
    }

    /// Draws the thresholds at which values become orange or red, if they are in view.
    fn limits(&self, field: &Field) -> String {
        let highest = self.marks.last().copied().unwrap_or_default();
        let steps = field.thresholds.steps.windows(2);
        let limits = steps.filter_map(|pair| {
            let value = pair[1].value.filter(|value| *value <= highest)?;
            let worse = pair.iter().find(|step| step.color != "green")?;
            Some(self.across(&format!("limit {}-line", worse.color), self.y(value)))
        });
        limits.collect()
    }

    fn across(&self, class: &str, y: f64) -> String {
        let (left, right) = (self.area.left, self.area.right());
        format!(
            "<line class=\"{class}\" x1=\"{left:.1}\" y1=\"{y:.1}\" x2=\"{right:.1}\" y2=\"{y:.1}\"/>\n"
        )
    }

    /// Draws a line, interrupted where values are missing.
    fn line(&self, line: &Line, index: usize) -> String {
        let mut path = String::new();
        let mut before = f64::NEG_INFINITY;
        for &(time, value) in &line.points {
            let (x, y) = (self.x(time), self.y(value));
            // A line begins with a dot, so that a single value is visible.
            let is_begin = time - before > 1.5;
            let (verb, end) = if is_begin { ("M", "h0") } else { ("L", "") };
            write!(path, "{verb}{x:.1} {y:.1}{end}").expect("text takes more");
            before = time;
        }
        stroke(index, &path)
    }
}

/// Arranges the names in rows that fit, each with the number of its line.
fn rows_of_legend(lines: &[Line], width: f64) -> Vec<Vec<(usize, &str)>> {
    let mut rows = vec![Vec::new()];
    let mut used = 0.0;
    for (index, line) in lines.iter().enumerate() {
        let needed = width_of(&line.name);
        if used + needed > width && used > 0.0 {
            rows.push(Vec::new());
            used = 0.0;
        }
        used += needed;
        rows.last_mut()
            .expect("there is one")
            .push((index, line.name.as_str()));
    }
    rows.truncate(LEGEND_ROWS);
    rows
}

fn width_of(name: &str) -> f64 {
    float(name.chars().count()) * LETTER + MARK
}

fn draw_legend(rows: &[Vec<(usize, &str)>], area: Area) -> String {
    let mut drawn = String::new();
    for (row, names) in rows.iter().enumerate() {
        let y = area.top + ROW * float(row) + 12.0;
        let mut x = area.left;
        for (index, name) in names {
            drawn += &stroke(*index, &format!("M{x:.1} {:.1}h12", y - 4.0));
            drawn += &text("small", (x + 16.0, y), name);
            x += width_of(name);
        }
    }
    drawn
}

/// Draws a path in the color of a line.
fn stroke(index: usize, path: &str) -> String {
    format!("<path class=\"line s{}\" d=\"{path}\"/>\n", index % COLORS)
}
