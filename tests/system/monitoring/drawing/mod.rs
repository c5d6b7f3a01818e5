//! Draws a dashboard as SVG: each panel at its place, with its current result.

mod bars;
mod lines;
mod scale;
mod stat;
mod unit;

use crate::monitoring::{
    dashboard::{Field, Kind, Panel, Place},
    prometheus::Period,
};

/// Size of a cell of the grid, in pixels.
const CELL: (f64, f64) = (50.0, 30.0);

/// Margin at every side of a panel.
const GAP: f64 = 4.0;

/// Height of the dashboard's title.
const HEADER: f64 = 40.0;

/// Space between the border and the content of a panel.
const PADDING: f64 = 10.0;

/// Height of a panel's title with the space above it.
const TITLE: f64 = 28.0;

/// Colors with enough contrast on white and on black.
const STYLE: &str = "
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.head { font-size: 20px; font-weight: 600 }
.title { font-size: 13px; font-weight: 600 }
.small { font-size: 10.5px; fill: #59636e }
.value { font-weight: 600; fill: #fff }
.page { fill: #f6f8fa }
.panel { fill: #fff; stroke: #d1d9e0 }
.grid { stroke: #d1d9e0; stroke-width: 0.6 }
.limit { stroke-width: 1.2; stroke-dasharray: 6 4 }
.orange-line { stroke: #bc4c00 } .red-line { stroke: #d1242f }
.line { fill: none; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round }
.green { fill: #1a7f37 } .orange { fill: #bc4c00 } .red { fill: #cf222e }
.s0 { stroke: #0969da } .s1 { stroke: #bf8700 } .s2 { stroke: #1a7f37 } .s3 { stroke: #8250df }
.s4 { stroke: #cf222e } .s5 { stroke: #1b7c83 } .s6 { stroke: #bf3989 } .s7 { stroke: #6e7781 }
.bar { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 } .page { fill: #010409 }
  .panel { fill: #0d1117; stroke: #30363d } .grid { stroke: #30363d }
  .s0 { stroke: #4493f8 } .s2 { stroke: #3fb950 } .s3 { stroke: #ab7df8 } .s4 { stroke: #f85149 }
  .s5 { stroke: #39c5cf } .s6 { stroke: #db61a2 } .s7 { stroke: #9198a1 } .bar { fill: #4493f8 }
}
";

/// A series with its name in the legend.
pub struct Line {
    pub name: String,
    /// Seconds since 1970 with values.
    pub points: Vec<(f64, f64)>,
}

impl Line {
    /// Returns the last value, if there is one.
    fn last(&self) -> Option<f64> {
        self.points.last().map(|(_, value)| *value)
    }
}

/// A panel with its result.
pub struct Shown<'a> {
    pub panel: &'a Panel,
    pub lines: Vec<Line>,
}

/// A rectangle on the picture, in pixels.
#[derive(Clone, Copy, Debug)]
struct Area {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Area {
    /// Returns the area of a panel.
    fn of(place: Place) -> Self {
        let (left, top) = (f64::from(place.x), f64::from(place.y));
        let (width, height) = (f64::from(place.w), f64::from(place.h));
        Self {
            left: left * CELL.0 + GAP,
            top: HEADER + top * CELL.1 + GAP,
            width: width * CELL.0 - 2.0 * GAP,
            height: height * CELL.1 - 2.0 * GAP,
        }
    }

    /// Returns the area of a panel below its title.
    fn content(self) -> Self {
        Self {
            left: self.left + PADDING,
            top: self.top + TITLE,
            width: self.width - 2.0 * PADDING,
            height: self.height - TITLE - PADDING,
        }
    }

    fn right(self) -> f64 {
        self.left + self.width
    }

    fn bottom(self) -> f64 {
        self.top + self.height
    }

    fn rectangle(self, class: &str) -> String {
        let Self {
            left,
            top,
            width,
            height,
        } = self;
        format!(
            "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"3\"/>\n"
        )
    }
}

/// Draws all panels of a dashboard with their results in `period`.
pub fn draw(title: &str, shown: &[Shown<'_>], period: Period) -> String {
    let areas = shown.iter().map(|shown| Area::of(shown.panel.grid_pos));
    let corner = |area: Area| (area.right() + GAP, area.bottom() + GAP);
    let (width, height) = areas.map(corner).fold((0.0_f64, 0.0_f64), |size, corner| {
        (size.0.max(corner.0), size.1.max(corner.1))
    });
    let page = Area {
        left: 0.0,
        top: 0.0,
        width,
        height,
    }
    .rectangle("page");
    let head = text("head", (PADDING, 27.0), title);
    let panels: String = shown
        .iter()
        .map(|shown| draw_panel(shown, period))
        .collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <style>{STYLE}</style>\n{page}{head}{panels}</svg>\n"
    )
}

fn draw_panel(shown: &Shown<'_>, period: Period) -> String {
    let panel = shown.panel;
    let area = Area::of(panel.grid_pos);
    let title = text(
        "title",
        (area.left + PADDING, area.top + 19.0),
        &panel.title,
    );
    let field = &panel.field_config.defaults;
    let content = match panel.kind {
        Kind::Stat => stat::draw(&shown.lines, field, area.content()),
        Kind::TimeSeries => lines::draw(&shown.lines, field, period, area.content()),
        Kind::BarGauge => bars::draw(&shown.lines, field, area.content()),
    };
    format!("{}{title}{content}", area.rectangle("panel"))
}

/// Returns the color of a value.
fn colour(field: &Field, value: f64) -> &str {
    let steps = field.thresholds.steps.iter().rev();
    let mut reached = steps.filter(|step| step.value.is_none_or(|begin| value >= begin));
    reached.next().map_or("green", |step| &step.color)
}

fn text(class: &str, (x, y): (f64, f64), content: &str) -> String {
    anchored(class, (x, y), "start", content)
}

/// Draws a text whose `start`, `middle` or `end` is at a position.
fn anchored(class: &str, (x, y): (f64, f64), anchor: &str, content: &str) -> String {
    let content = content.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{content}</text>\n"
    )
}
