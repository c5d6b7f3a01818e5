//! Medians and percentiles.

/// Returns the median.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Returns the value that `percent` of all values do not exceed; NaN if there are none.
pub fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (values.len() * percent).div_ceil(100).max(1);
    values.get(rank - 1).copied().unwrap_or(f64::NAN)
}

/// Returns the largest value; NaN if there are none.
pub fn worst(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::max)
}

/// Converts a count to a float.
///
/// # Panics
///
/// If it is more than 2³² − 1.
pub fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a benchmark counts less"))
}

/// Returns the ratio of `count` to `of`.
pub fn ratio(count: u64, of: u64) -> f64 {
    let float = |number: u64| float(usize::try_from(number).expect("a count fits"));
    float(count) / float(of)
}

/// Converts bytes to mebibytes.
///
/// # Panics
///
/// If they are more than four tebibytes.
pub fn mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes >> 10).expect("a benchmark needs less")) / 1024.0
}
