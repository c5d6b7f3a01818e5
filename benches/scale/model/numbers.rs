//! Numbers as people read them.

/// A whole number with commas.
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of three digits that count.
pub fn rounded(number: f64) -> String {
    if number <= 0.0 {
        return "0".to_owned();
    }
    let unit = 10_f64.powf(number.log10().floor() - 2.0);
    if unit < 1.0 {
        let digits = format!("{number:.1}");
        return digits.trim_end_matches(".0").to_owned();
    }
    grouped((number / unit).round() * unit)
}

/// Dollars, of which three digits count.
pub fn dollars(number: f64) -> String {
    format!("${}", rounded(number))
}

/// A share of 1.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A time in the unit that suits it.
pub fn duration(seconds: f64) -> String {
    let units = [
        (86_400.0 * 4.0, 86_400.0, "days"),
        (7_200.0, 3_600.0, "h"),
        (120.0, 60.0, "min"),
    ];
    let suits = |(from, _, _): &&(f64, f64, &str)| seconds >= *from;
    let (unit, name) = units
        .iter()
        .find(suits)
        .map_or((1.0, "s"), |(_, unit, name)| (*unit, *name));
    format!("{} {name}", rounded(seconds / unit))
}

/// Bytes in the unit that suits them.
pub fn bytes(bytes: f64) -> String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB")];
    let suits = |(unit, _): &&(f64, &str)| bytes >= *unit;
    let (unit, name) = units.iter().find(suits).copied().unwrap_or((1.0, "bytes"));
    format!("{} {name}", rounded(bytes / unit))
}

/// A rate.
pub fn per_second(rate: f64) -> String {
    format!("{}/s", rounded(rate))
}
