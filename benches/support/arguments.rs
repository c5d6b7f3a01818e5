//! Command-line arguments of a benchmark.

use std::{env, fmt::Debug, str::FromStr};

/// Returns the value of a flag.
pub fn argument(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}

/// Returns the number that a flag gives, or `default`.
///
/// # Panics
///
/// If the flag's value is no number.
pub fn number<T>(name: &str, default: T) -> T
where
    T: FromStr<Err: Debug>,
{
    argument(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Returns whether a flag without a value is given.
pub fn is_given(name: &str) -> bool {
    env::args().any(|argument| argument == name)
}
