//! Formats values in Grafana's units.

/// Units of time, in seconds.
const TIMES: [(f64, &str); 4] = [(60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs")];

/// Units of sizes, in bytes.
const BYTES: [(f64, &str); 4] = [
    (1_073_741_824.0, "GiB"),
    (1_048_576.0, "MiB"),
    (1_024.0, "KiB"),
    (1.0, "B"),
];

/// Units of rates, in bytes per second.
const RATES: [(f64, &str); 4] = [(1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"), (1.0, "B/s")];

/// Formats a value with a useful number of digits, or with the requested number of decimals.
pub fn write(unit: &str, value: f64, decimals: Option<usize>) -> String {
    match unit {
        "s" => scaled(&TIMES, value, decimals),
        "bytes" => scaled(&BYTES, value, decimals),
        "Bps" => scaled(&RATES, value, decimals),
        "percentunit" => format!("{} %", number(value * 100.0, decimals)),
        "reqps" => format!("{} req/s", number(value, decimals)),
        "ops" => format!("{} /s", number(value, decimals)),
        "bool_yes_no" => if value == 0.0 { "No" } else { "Yes" }.to_owned(),
        _ => number(value, decimals),
    }
}

fn scaled(scales: &[(f64, &str)], value: f64, decimals: Option<usize>) -> String {
    // Zero has the plain unit.
    let fits = |(size, _): &&(f64, &str)| value.abs() >= *size || (value == 0.0 && *size <= 1.0);
    let smallest = scales.last().expect("there are some");
    let (size, name) = scales.iter().find(fits).unwrap_or(smallest);
    format!("{} {name}", number(value / size, decimals))
}

fn number(value: f64, decimals: Option<usize>) -> String {
    let decimals = decimals.unwrap_or(match value.abs() {
        0.0 | 100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    });
    let digits = format!("{value:.decimals$}");
    if digits.contains('.') {
        let short = digits.trim_end_matches('0').trim_end_matches('.');
        return short.to_owned();
    }
    digits
}

#[test]
fn values_are_written_with_the_digits_that_matter() {
    for (unit, value, written) in [
        ("s", 0.0, "0 s"),
        ("s", 0.000_25, "250 µs"),
        ("s", 0.012_34, "12.3 ms"),
        ("s", 90.0, "1.5 min"),
        ("bytes", 6_000_000.0, "5.72 MiB"),
        ("Bps", 1_500.0, "1.5 kB/s"),
        ("percentunit", 0.9987, "99.9 %"),
        ("reqps", 331.6, "332 req/s"),
        ("none", 2.0, "2"),
        ("bool_yes_no", 1.0, "Yes"),
    ] {
        assert_eq!(write(unit, value, None), written);
    }
    assert_eq!(write("percentunit", 0.998_76, Some(2)), "99.88 %");
}
