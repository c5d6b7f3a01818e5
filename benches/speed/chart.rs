//! Chart of the measured rates and latencies.

use std::{fs, path::Path};

use crate::support::numbers::float;

/// Width of the drawing, in pixels.
const WIDTH: f64 = 800.0;

/// Horizontal position at which bars begin.
const LEFT: f64 = 280.0;

/// The longest bar.
const LONGEST: f64 = 400.0;

/// Height of a line with its bar.
const LINE: f64 = 24.0;

/// Height of a group's title, with the space above it.
const TITLE: f64 = 44.0;

/// Colors with enough contrast on white and on black.
const STYLE: &str = "
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.peer { fill: #8c959f }
.ours { fill: #2f81f7 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .peer { fill: #6e7681 } }
";

/// Name of the highlighted bars.
const OURS: &str = "Atelierex";

/// Bars in groups.
#[derive(Default)]
pub struct Chart {
    groups: Vec<Group>,
}

/// Bars to compare with each other.
struct Group {
    title: String,
    bars: Vec<(String, f64)>,
}

impl Chart {
    /// Adds a bar to the group with this title.
    pub fn bar(&mut self, title: &str, name: &str, value: f64) {
        let bar = (name.to_owned(), value);
        match self.groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.bars.push(bar),
            None => self.groups.push(Group {
                title: title.to_owned(),
                bars: vec![bar],
            }),
        }
    }

    /// Writes the chart as SVG.
    pub fn write(&self, file: &Path) {
        fs::write(file, self.draw()).expect("the chart can be written");
        eprintln!("Drawn in {}", file.display());
    }

    fn draw(&self) -> String {
        let mut top = 0.0;
        let mut body = String::new();
        for group in &self.groups {
            body += &group.draw(top);
            top += group.height();
        }
        let height = top + LINE;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\">\n\
             <style>{STYLE}</style>\n{body}</svg>\n"
        )
    }
}

impl Group {
    fn height(&self) -> f64 {
        TITLE + LINE * float(self.bars.len())
    }

    fn draw(&self, top: f64) -> String {
        let (title, middle) = (escaped(&self.title), top + 32.0);
        let mut text = format!("<text class=\"title\" x=\"10\" y=\"{middle}\">{title}</text>\n");
        let longest = self
            .bars
            .iter()
            .fold(0.0, |longest, bar| bar.1.max(longest));
        let mut top = top + TITLE;
        for (name, value) in &self.bars {
            text += &draw_bar(name, *value, longest, top);
            top += LINE;
        }
        text
    }
}

fn draw_bar(name: &str, value: f64, longest: f64, top: f64) -> String {
    let width = (LONGEST * value / longest).max(1.0);
    let class = if name.starts_with(OURS) {
        "ours"
    } else {
        "peer"
    };
    let (before, after, middle) = (LEFT - 10.0, LEFT + width + 8.0, top + 14.0);
    let (name, value) = (escaped(name), short(value));
    format!(
        "<text x=\"{before}\" y=\"{middle}\" text-anchor=\"end\">{name}</text>\n\
         <rect class=\"{class}\" x=\"{LEFT}\" y=\"{top}\" width=\"{width:.1}\" height=\"18\" rx=\"2\"/>\n\
         <text x=\"{after:.1}\" y=\"{middle}\">{value}</text>\n"
    )
}

/// Formats a number with as many digits as matter.
fn short(value: f64) -> String {
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
