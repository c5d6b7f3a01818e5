//! What the edge does if nobody says otherwise.

/// Settings of the edge.
const SETTINGS: &str = include_str!("../../../nginx/settings.env");

/// The default of a setting of the edge; of a time, in seconds.
pub fn edge_setting(name: &str) -> f64 {
    let value = SETTINGS
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let number = value.and_then(|value| value.trim_end_matches('s').parse().ok());
    number.expect("the edge has the setting, and it is a number")
}
