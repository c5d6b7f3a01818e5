//! A single value on a colored background.

use super::{Area, Line, PADDING, anchored, colour, unit};
use crate::{monitoring::dashboard::Field, support::numbers::float};

/// Maximum size of the letters, in pixels.
const LARGEST: f64 = 34.0;

/// Width of a letter, relative to its size.
const LETTER: f64 = 0.68;

/// Draws the last value.
pub fn draw(lines: &[Line], field: &Field, area: Area) -> String {
    let Some(value) = lines.iter().find_map(Line::last) else {
        return String::new();
    };
    let ground = Area {
        left: area.left - PADDING / 2.0,
        width: area.width + PADDING,
        height: area.height + PADDING / 2.0,
        ..area
    };
    let written = unit::write(&field.unit, value, field.decimals);
    let size = (area.width / float(written.chars().count()) / LETTER).min(LARGEST);
    let middle = (
        area.left + area.width / 2.0,
        area.top + area.height / 2.0 + size * 0.4,
    );
    let ground = ground.rectangle(colour(field, value));
    let value = anchored("value", middle, "middle", &written);
    // A style overrides the style sheet, an attribute would not.
    ground
        + &value.replacen(
            "<text ",
            &format!("<text style=\"font-size:{size:.0}px\" "),
            1,
        )
}
