//! Draws what was measured.

use std::{fmt::Write as _, fs, path::Path};

/// Width of the drawing, in pixels.
const WIDTH: f64 = 760.0;

/// Where bars begin.
const LEFT: f64 = 230.0;

/// The longest bar.
const LONGEST: f64 = 400.0;

/// Height of a line with its bar.
const LINE: f64 = 24.0;

/// Height of a group's title, with the room above it.
const TITLE: f64 = 44.0;

/// Colours that can be read on white and on black.
const STYLE: &str = "
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.bar { fill: #8c959f }
.ours { fill: #2f81f7 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .bar { fill: #6e7681 } }
";

/// Whose bars stand out.
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
    /// Adds a bar to the group of this title.
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

    /// Writes it as SVG.
    pub fn write(&self, file: &Path) {
        fs::write(file, self.draw()).expect("the chart can be written");
        eprintln!("Drawn in {}", file.display());
    }

    fn draw(&self) -> String {
        let mut body = String::new();
        let mut top = 0.0;
        for group in &self.groups {
            group.draw(&mut body, &mut top);
        }
        let height = top + LINE;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\">\n\
             <style>{STYLE}</style>\n{body}</svg>\n"
        )
    }
}

impl Group {
    fn draw(&self, body: &mut String, top: &mut f64) {
        let write = "memory takes what is written to it";
        *top += TITLE;
        let title = escaped(&self.title);
        writeln!(
            body,
            "<text class=\"title\" x=\"10\" y=\"{}\">{title}</text>",
            *top - 12.0
        )
        .expect(write);
        let highest = self
            .bars
            .iter()
            .map(|(_, value)| *value)
            .fold(f64::MIN_POSITIVE, f64::max);
        for (name, value) in &self.bars {
            let width = (LONGEST * value / highest).max(1.0);
            let class = if name.starts_with(OURS) {
                "bar ours"
            } else {
                "bar"
            };
            let (text, middle) = (*top + 14.0, LEFT - 10.0);
            let after = LEFT + width + 8.0;
            let name = escaped(name);
            writeln!(
                body,
                "<text x=\"{middle}\" y=\"{text}\" text-anchor=\"end\">{name}</text>\n\
                 <rect class=\"{class}\" x=\"{LEFT}\" y=\"{top}\" width=\"{width:.1}\" height=\"18\" rx=\"2\"/>\n\
                 <text x=\"{after:.1}\" y=\"{text}\">{}</text>",
                short(*value)
            )
            .expect(write);
            *top += LINE;
        }
    }
}

/// A number with as many digits as matter.
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
