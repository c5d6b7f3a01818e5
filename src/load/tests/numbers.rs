//! Properties of numbers: each printed form of a number is read as that number, and no other text is.

use proptest::{collection::vec, prelude::*};

use super::notations::load;
use crate::load::{format::ExportFile, rules::Rule};

/// Digits before and after the point.
fn digits() -> impl Strategy<Value = (String, String)> {
    let whole = prop_oneof![Just("0".to_owned()), "[1-9][0-9]{0,11}"];
    (whole, prop_oneof!["", "[0-9]{1,2}", "[0-9]{4,6}"])
}

/// Puts a separator before each three digits from the end, or before each two more of them.
fn grouped(whole: &str, separator: &str, is_indian: bool) -> String {
    let mut groups = Vec::new();
    let mut rest = whole;
    let mut size = 3;
    while rest.len() > size {
        let (before, group) = rest.split_at(rest.len() - size);
        groups.push(group);
        rest = before;
        size = if is_indian { 2 } else { 3 };
    }
    groups.push(rest);
    groups.reverse();
    groups.join(separator)
}

fn with_point(whole: &str, point: &str, fraction: &str) -> String {
    if fraction.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}{point}{fraction}")
    }
}

/// Value that is loaded for the text of a price, and the rules.
fn price(text: &str) -> (Option<String>, Vec<Rule>) {
    let quoted = text.replace('"', "\"\"");
    let (mut rows, rules) = load(ExportFile::Product, &format!("1,n,,,,\"{quoted}\""));
    let value = rows.pop().and_then(|mut row| row.pop()).flatten();
    (value, rules.into_iter().map(|(_, rule)| rule).collect())
}

/// Text in which everything that means something in a number is frequent.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[0-9]{1,4}",
        3 => prop::sample::select(&[",", ".", "'", "’", " ", "\u{A0}", "\u{202F}"][..]).prop_map(str::to_owned),
        1 => prop::sample::select(&["-", "+", "(", ")", "\u{2212}", ",-"][..]).prop_map(str::to_owned),
        1 => prop::sample::select(&["$", "€", "USD", "kr", "e", "E+", "e-"][..]).prop_map(str::to_owned),
        1 => "[a-z%=\"/é]",
    ];
    vec(piece, 1..7).prop_map(|pieces| pieces.concat())
}

fn only_digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_owned()
}

proptest! {
    #[test]
    fn each_printed_form_of_a_number_is_that_number(
        (whole, fraction) in digits(),
        is_negative in any::<bool>(),
        is_indian in any::<bool>(),
        separator in prop::sample::select(&["", ",", ".", "'", "’", " ", "\u{A0}", "\u{202F}"][..]),
        has_comma in any::<bool>(),
        currency in prop::sample::select(&["", "$", "€", "USD ", "kr. ", " €", " EUR", "zł"][..]),
        sign in 0..4_u8,
    ) {
        let point = if has_comma { "," } else { "." };
        let separator = if separator == point { "" } else { separator };
        let is_indian = is_indian && separator == ",";
        let body = if separator.is_empty() { whole.clone() } else { grouped(&whole, separator, is_indian) };
        // One separator and three digits behind it are ambiguous.
        let is_single = body.matches([',', '.']).count() == 1 && fraction.is_empty();
        let number = with_point(&body, point, &fraction);
        let number = match currency {
            " €" | " EUR" | "zł" => format!("{number}{currency}"),
            _ => format!("{currency}{number}"),
        };
        let number = match (is_negative, sign) {
            (false, _) => number,
            (true, 0) => format!("-{number}"),
            (true, 1) => format!("({number})"),
            (true, 2) => format!("\u{2212}{number}"),
            (true, _) => format!("- {number}"),
        };
        let (value, rules) = price(&number);
        let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')) && !number.starts_with("- ")
            && number.matches('.').count() < 2;
        if is_single && !is_plain {
            prop_assert_eq!((value, rules), (None, vec![Rule::AmbiguousNumber]), "{}", number);
            return Ok(());
        }
        if is_single {
            return Ok(());
        }
        let is_zero = only_digits(&format!("{whole}{fraction}")).is_empty();
        let minus = if is_negative && !is_zero { "-" } else { "" };
        let plain = format!("{minus}{}", with_point(&whole, ".", &fraction));
        prop_assert_eq!(value, Some(plain), "{}: {:?}", number, rules);
        prop_assert_eq!(rules.iter().all(|rule| *rule == Rule::NegativePrice), is_plain, "{}", number);
    }

    #[test]
    fn a_number_in_scientific_notation_is_that_number(mantissa in 1..100_000_u32, exponent in -20..20_i32) {
        let (value, rules) = price(&format!("{mantissa}E{exponent:+}"));
        prop_assert_eq!(rules, [Rule::ScientificNotation]);
        let value = value.unwrap();
        let expected = only_digits(&mantissa.to_string());
        let found = only_digits(&value);
        prop_assert_eq!(found.trim_end_matches('0'), expected.trim_end_matches('0'), "{}", value);
        let number: f64 = value.parse().unwrap();
        let wanted = f64::from(mantissa) * 10_f64.powi(exponent);
        prop_assert!((number / wanted - 1.0).abs() < 1e-9, "{} is not {}", value, wanted);
    }

    /// A repair may drop what stands around digits and between them, and never a digit.
    #[test]
    fn whatever_is_read_as_a_number_has_its_digits_in_their_order(text in soup()) {
        let (value, rules) = price(&text);
        let Some(value) = value else {
            let last = rules.last().copied();
            let is_told = matches!(last, Some(Rule::NotANumber | Rule::AmbiguousNumber | Rule::MissingValue));
            prop_assert!(is_told, "{}: {:?}", text, rules);
            return Ok(());
        };
        if rules.contains(&Rule::ScientificNotation) {
            return Ok(());
        }
        prop_assert_eq!(only_digits(&text), only_digits(&value), "{} is no {}", text, value);
        // The plain form of what was read is read as the same.
        prop_assert_eq!(price(&value).0, Some(value.clone()));
        let allowed = |of: char| of.is_ascii_digit() || ",.'’ \u{A0}\u{202F}-+()\u{2212}$€USDkrusd\"=".contains(of);
        prop_assert!(text.chars().all(allowed), "{} is no number", text);
    }
}
