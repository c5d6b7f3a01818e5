//! Numbers as people, countries and spreadsheets write them, read as plain decimals.

use super::currency;
use crate::load::{numeric::MAX_DIGITS, rules::Rule};

/// Largest power of ten of a number in scientific notation.
const MAX_EXPONENT: usize = MAX_DIGITS;

/// A number that was written in another notation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::load) struct Reading {
    /// The plain decimal.
    pub plain: String,
    /// Rules by which it was read; at least one.
    pub rules: Vec<Rule>,
    /// Currency that the number had.
    pub currency: Option<&'static str>,
    /// True if a comma was the decimal separator, or a point separated thousands.
    pub has_decimal_comma: bool,
}

/// A reason why a text is not read as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::load) enum Unreadable {
    /// It is no number in any notation.
    NoNumber,
    /// It is one of two numbers, a thousand times apart.
    Ambiguous,
}

/// Reads a number that is no plain decimal.
///
/// # Errors
///
/// [`Unreadable`].
pub(in crate::load) fn read(text: &str) -> Result<Reading, Unreadable> {
    let mut reading = Reading::default();
    let (negative, body) = reading.unwrap_sign_and_currency(text)?;
    let magnitude = match body.find(['e', 'E']) {
        Some(at) => reading.scientific(&body[..at], &body[at + 1..])?,
        None => reading.separated(body)?,
    };
    let is_zero = magnitude.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if negative && !is_zero { "-" } else { "" };
    reading.plain = format!("{sign}{magnitude}");
    Ok(reading)
}

/// Returns true if a point in a plain decimal may as well separate thousands: `1.299`.
pub(in crate::load) fn is_ambiguous(whole: &[u8], fraction: &[u8]) -> bool {
    fraction.len() == 3 && (1..=3).contains(&whole.len()) && whole[0] != b'0'
}

/// Returns true for the blanks of typography, which may stand between a number and its currency, and between thousands.
fn is_space(character: char) -> bool {
    matches!(
        character,
        ' ' | '\t' | '\u{A0}' | '\u{2007}' | '\u{2009}' | '\u{202F}' | '\u{3000}'
    )
}

fn strip_minus(text: &str) -> Option<&str> {
    text.strip_prefix('-')
        .or_else(|| text.strip_prefix('\u{2212}'))
}

impl Reading {
    fn apply(&mut self, rule: Rule) {
        if !self.rules.contains(&rule) {
            self.rules.push(rule);
        }
    }

    /// Takes signs and currencies from both ends, each once at most.
    fn unwrap_sign_and_currency<'a>(
        &mut self,
        text: &'a str,
    ) -> Result<(bool, &'a str), Unreadable> {
        let mut rest = text.trim_matches(is_space);
        if let Some(inner) = rest.strip_prefix('\'') {
            self.apply(Rule::SpreadsheetText);
            rest = inner;
        }
        let mut sign = None;
        if let Some(inner) = rest
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
        {
            self.apply(Rule::NegativeNotation);
            sign = Some(true);
            rest = inner.trim_matches(is_space);
        }
        loop {
            let before = rest;
            if let Some(inner) = self.strip_sign(rest, &mut sign)? {
                rest = inner;
            } else if let Some(inner) = self.strip_currency(rest)? {
                rest = inner;
            }
            rest = rest.trim_matches(is_space);
            if rest == before {
                return Ok((sign == Some(true), rest));
            }
        }
    }

    fn strip_sign<'a>(
        &mut self,
        text: &'a str,
        sign: &mut Option<bool>,
    ) -> Result<Option<&'a str>, Unreadable> {
        let at_end = text
            .strip_suffix(['-', '\u{2212}'])
            .filter(|rest| rest.ends_with(|of: char| of.is_ascii_digit() || is_space(of)));
        let (negative, rest) = if let Some(rest) = strip_minus(text) {
            if !text.starts_with('-') || rest.starts_with(is_space) {
                self.apply(Rule::NegativeNotation);
            }
            (true, rest)
        } else if let Some(rest) = text.strip_prefix('+') {
            (false, rest)
        } else if let Some(rest) = at_end {
            self.apply(Rule::NegativeNotation);
            (true, rest)
        } else {
            return Ok(None);
        };
        if sign.replace(negative).is_some() {
            return Err(Unreadable::NoNumber);
        }
        Ok(Some(rest))
    }

    fn strip_currency<'a>(&mut self, text: &'a str) -> Result<Option<&'a str>, Unreadable> {
        // A dash in place of the cents of a round price: 20,- and 20.–
        let dashed = text.strip_suffix(['-', '–', '—']);
        let round = dashed.and_then(|rest| rest.strip_suffix([',', '.']));
        if let Some(rest) = round {
            self.apply(Rule::CurrencySign);
            return Ok(Some(rest));
        }
        let found = currency::at_start(text).or_else(|| currency::at_end(text));
        let Some((name, rest)) = found else {
            return Ok(None);
        };
        if self.currency.replace(name).is_some() {
            return Err(Unreadable::NoNumber);
        }
        self.apply(Rule::CurrencySign);
        Ok(Some(rest))
    }

    /// Moves the point of a mantissa, which has no separator but that point.
    fn scientific(&mut self, mantissa: &str, exponent: &str) -> Result<String, Unreadable> {
        let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|of| of.is_ascii_digit());
        let (negative, size) = match exponent.strip_prefix('-') {
            Some(size) => (true, size),
            None => (false, exponent.strip_prefix('+').unwrap_or(exponent)),
        };
        let size: usize = match size.parse() {
            Ok(size) if is_number(exponent_digits(exponent)) && size <= MAX_EXPONENT => size,
            _ => return Err(Unreadable::NoNumber),
        };
        if !is_number(&digits) || whole.is_empty() {
            return Err(Unreadable::NoNumber);
        }
        if mantissa.contains(',') {
            self.apply(Rule::DecimalComma);
            self.has_decimal_comma = true;
        }
        self.apply(Rule::ScientificNotation);
        Ok(shifted(&digits, whole.len(), negative, size))
    }

    /// Reads digits with separators of thousands and of decimals.
    fn separated(&mut self, body: &str) -> Result<String, Unreadable> {
        let is_digit = |of: char| of.is_ascii_digit();
        let mut separators = body.char_indices().filter(|(_, of)| !is_digit(*of));
        let Some((_, first)) = separators.next() else {
            return self.complete(body, "");
        };
        let last = body.char_indices().rfind(|(_, of)| !is_digit(*of));
        let (at, last) = last.expect("there is a first");
        let (whole, fraction) = (&body[..at], &body[at + last.len_utf8()..]);
        let is_single = separators.next().is_none();
        if is_thousands_separator(first) && (first == last) && !(is_single && is_decimal(last)) {
            let digits = self.grouped(body, first)?;
            return self.complete(&digits, "");
        }
        if !is_decimal(last) || fraction.is_empty() {
            return Err(Unreadable::NoNumber);
        }
        if is_single {
            if is_ambiguous(whole.as_bytes(), fraction.as_bytes()) {
                return Err(Unreadable::Ambiguous);
            }
            self.decimal_separator(last);
            return self.complete(whole, fraction);
        }
        let digits = self.grouped(whole, first)?;
        self.decimal_separator(last);
        self.complete(&digits, fraction)
    }

    fn decimal_separator(&mut self, separator: char) {
        if separator == ',' {
            self.apply(Rule::DecimalComma);
            self.has_decimal_comma = true;
        }
    }

    /// Joins groups of three digits, or of two before the last, as in India.
    fn grouped(&mut self, text: &str, separator: char) -> Result<String, Unreadable> {
        let groups: Vec<&str> = text.split(separator).collect();
        let is_number = |of: &str| of.bytes().all(|byte| byte.is_ascii_digit());
        let [first, middle @ .., last] = &groups[..] else {
            return Err(Unreadable::NoNumber);
        };
        let is_grouped = |size: usize| {
            (1..=size).contains(&first.len()) && middle.iter().all(|of| of.len() == size)
        };
        let is_valid = last.len() == 3
            && !first.starts_with('0')
            && (is_grouped(3) || is_grouped(2) && separator == ',')
            && groups.iter().all(|of| is_number(of));
        if !is_thousands_separator(separator) || !is_valid {
            return Err(Unreadable::NoNumber);
        }
        self.has_decimal_comma |= separator == '.';
        self.apply(Rule::ThousandsSeparator);
        Ok(groups.concat())
    }

    /// Puts a plain decimal together; it was not plain before.
    fn complete(&self, whole: &str, fraction: &str) -> Result<String, Unreadable> {
        let is_number = |of: &str| of.bytes().all(|byte| byte.is_ascii_digit());
        let length = whole.len() + fraction.len();
        let is_valid =
            is_number(whole) && is_number(fraction) && (1..=MAX_DIGITS).contains(&length);
        if !is_valid || self.rules.is_empty() {
            return Err(Unreadable::NoNumber);
        }
        let point = if fraction.is_empty() { "" } else { "." };
        Ok(format!("{whole}{point}{fraction}"))
    }
}

fn exponent_digits(exponent: &str) -> &str {
    exponent.strip_prefix(['+', '-']).unwrap_or(exponent)
}

fn is_thousands_separator(character: char) -> bool {
    matches!(character, ',' | '.' | '\'' | '’') || is_space(character)
}

const fn is_decimal(character: char) -> bool {
    matches!(character, ',' | '.')
}

/// Moves the point behind the first `point` digits by `size` places.
fn shifted(digits: &str, point: usize, to_the_left: bool, size: usize) -> String {
    let zeros = "0".repeat(size);
    let (padded, point) = if to_the_left {
        (format!("{zeros}{digits}"), point)
    } else {
        (format!("{digits}{zeros}"), point + size)
    };
    let (whole, fraction) = padded.split_at(point);
    // Zeros that only the shift brought in mean nothing.
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    let separator = if fraction.is_empty() { "" } else { "." };
    format!("{whole}{separator}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::{Reading, Unreadable, read};
    use crate::load::rules::Rule::{
        self, CurrencySign, DecimalComma, NegativeNotation, ScientificNotation, SpreadsheetText,
        ThousandsSeparator,
    };

    fn read_as(text: &str) -> Result<(String, Vec<Rule>), Unreadable> {
        read(text).map(|Reading { plain, rules, .. }| (plain, rules))
    }

    type Case = (&'static str, &'static str, &'static [Rule]);

    fn expect_read(cases: &[Case]) {
        for (text, plain, rules) in cases {
            let expected = Ok(((*plain).to_owned(), rules.to_vec()));
            assert_eq!(read_as(text), expected, "{text}");
        }
    }

    #[test]
    fn signs_and_codes_of_currencies_are_dropped() {
        expect_read(&[
            ("$20.00", "20.00", &[CurrencySign]),
            ("20 €", "20", &[CurrencySign]),
            ("20\u{A0}€", "20", &[CurrencySign]),
            ("USD 20", "20", &[CurrencySign]),
            ("20.5 chf", "20.5", &[CurrencySign]),
            ("£1", "1", &[CurrencySign]),
            ("¥1200", "1200", &[CurrencySign]),
            ("kr 20", "20", &[CurrencySign]),
            ("20 kr.", "20", &[CurrencySign]),
            ("R$20", "20", &[CurrencySign]),
            ("20,-", "20", &[CurrencySign]),
            ("20.–", "20", &[CurrencySign]),
            ("-$5.00", "-5.00", &[CurrencySign]),
            ("$-5.00", "-5.00", &[CurrencySign]),
            ("+$5", "5", &[CurrencySign]),
        ]);
    }

    #[test]
    fn separators_of_thousands_and_decimals_are_told_apart() {
        expect_read(&[
            ("1,299.00", "1299.00", &[ThousandsSeparator]),
            ("1.299,00", "1299.00", &[ThousandsSeparator, DecimalComma]),
            ("1'299.00", "1299.00", &[ThousandsSeparator]),
            ("1’299.00", "1299.00", &[ThousandsSeparator]),
            ("1'299", "1299", &[ThousandsSeparator]),
            ("1 299,00", "1299.00", &[ThousandsSeparator, DecimalComma]),
            (
                "1\u{A0}299,5",
                "1299.5",
                &[ThousandsSeparator, DecimalComma],
            ),
            ("1\u{202F}299", "1299", &[ThousandsSeparator]),
            ("1,234,567", "1234567", &[ThousandsSeparator]),
            ("1.234.567", "1234567", &[ThousandsSeparator]),
            ("12,34,567.50", "1234567.50", &[ThousandsSeparator]),
            ("1,299.000", "1299.000", &[ThousandsSeparator]),
            ("9,50", "9.50", &[DecimalComma]),
            ("9,5", "9.5", &[DecimalComma]),
            ("1299,00", "1299.00", &[DecimalComma]),
            ("0,125", "0.125", &[DecimalComma]),
            ("1234,567", "1234.567", &[DecimalComma]),
            (",5", ".5", &[DecimalComma]),
        ]);
    }

    #[test]
    fn exponents_and_other_minus_signs_are_read() {
        expect_read(&[
            ("1.5E+3", "1500", &[ScientificNotation]),
            ("1,5e3", "1500", &[DecimalComma, ScientificNotation]),
            ("2E-2", "0.02", &[ScientificNotation]),
            ("-1.25e1", "-12.5", &[ScientificNotation]),
            ("0E+0", "0", &[ScientificNotation]),
            ("(5.00)", "-5.00", &[NegativeNotation]),
            ("5.00-", "-5.00", &[NegativeNotation]),
            ("\u{2212}5", "-5", &[NegativeNotation]),
            ("- 5", "-5", &[NegativeNotation]),
            ("(0)", "0", &[NegativeNotation]),
            (
                "($1,299.00)",
                "-1299.00",
                &[NegativeNotation, CurrencySign, ThousandsSeparator],
            ),
            ("'20.00", "20.00", &[SpreadsheetText]),
            (
                "1.299,00 EUR",
                "1299.00",
                &[CurrencySign, ThousandsSeparator, DecimalComma],
            ),
        ]);
    }

    #[test]
    fn what_may_be_two_numbers_is_none() {
        for text in [
            "1,299",
            "12,345",
            "999,000",
            "$1,299",
            "€ 1.299",
            "1.299 kr",
            "(1,299)",
        ] {
            assert_eq!(read_as(text), Err(Unreadable::Ambiguous), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "x",
            "NaN",
            "Infinity",
            "inf",
            "$",
            "EUR",
            "--5",
            "-(5)",
            "(5",
            "5)",
            "(-5)",
            "5--",
            "1 2",
            "1 29",
            "1,29,9",
            "1,2999.00",
            "0,123,456",
            "1,299,00",
            "1.299.00",
            "1,299.00.1",
            "1, 299.00",
            "1..5",
            "1,,5",
            "20 each",
            "$20€",
            "$$20",
            "20%",
            "1e",
            "e5",
            "1e5.0",
            "1e999",
            "1e1e1",
            "1,299.00e3",
            "0x10",
            "٢٠",
            "½",
            "2/3",
            "1_000",
            "20,–x",
            "5,",
            "12:30",
            "1'2'3",
            "+",
            "-",
            ".",
            ",",
            ",-",
            "20 20",
        ] {
            assert_eq!(read_as(text), Err(Unreadable::NoNumber), "{text}");
        }
    }
}
