//! The meaning of a cell's text: NULL, a number, a truth value; and excerpts for reports.

use std::fmt::Write as _;

use super::{
    blank::trim_blanks,
    format::{Column, ColumnType},
    notation::{
        number::{self, Unreadable},
        words,
    },
    numeric::Decimal,
};

/// Characters of the input that a finding quotes.
const EXCERPT_LENGTH: usize = 80;

/// True if a cell means NULL.
///
/// That is an unquoted `null` or nothing at all; in a number's column the same in quotes, since
/// neither can be a number. In a text's column quoted text is that text.
pub(super) fn is_null(kind: ColumnType, raw: &[u8], quoted: bool) -> bool {
    if quoted && kind.is_text() {
        return false;
    }
    match raw.first() {
        None => true,
        Some(b'n' | b'N' | b' ' | b'\t') => {
            let text = trim_blanks(raw);
            text.is_empty() || text.eq_ignore_ascii_case(b"null")
        }
        Some(_) => false,
    }
}

/// Reads a 64-bit integer with an optional sign and blanks around it.
pub(super) fn integer(raw: &[u8]) -> Option<i64> {
    let text = trim_blanks(raw);
    // Eighteen digits cannot overflow.
    if (1..=18).contains(&text.len()) {
        let digits = text.iter().try_fold(0, |number, byte| {
            let digit = byte.wrapping_sub(b'0');
            (digit < 10).then(|| number * 10 + i64::from(digit))
        });
        if digits.is_some() {
            return digits;
        }
    }
    str::from_utf8(text).ok()?.parse().ok()
}

/// Reads a plain decimal number with an optional sign and blanks around it.
pub(super) fn decimal(raw: &[u8]) -> Option<Decimal<'_>> {
    Decimal::parse(trim_blanks(raw))
}

/// Reads `0`, `1`, `true` or `false`, in any letter case.
pub(super) fn boolean(raw: &[u8]) -> Option<bool> {
    let text = trim_blanks(raw);
    if text == b"1" || text.eq_ignore_ascii_case(b"true") {
        Some(true)
    } else if text == b"0" || text.eq_ignore_ascii_case(b"false") {
        Some(false)
    } else {
        None
    }
}

/// True if an address has one of the export's misspelled schemes.
pub(super) fn has_misspelled_scheme(raw: &[u8]) -> bool {
    let starts_with = |scheme: &[u8]| {
        raw.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    starts_with(b"uhttps://") || starts_with(b"uhttp://")
}

/// True if a cell could be in the column, judged by type alone.
pub(super) fn fits(column: &Column, raw: &[u8], quoted: bool) -> bool {
    match column.kind {
        ColumnType::Text | ColumnType::Url => true,
        kind if is_null(kind, raw, quoted) || words::is_null(raw) => column.nullable,
        ColumnType::Id | ColumnType::Reference(_) | ColumnType::BigInt => integer(raw).is_some(),
        ColumnType::Decimal => decimal(raw).is_some() || is_other_number(raw),
        ColumnType::Boolean => boolean(raw).or_else(|| words::truth(raw)).is_some(),
    }
}

fn is_other_number(raw: &[u8]) -> bool {
    str::from_utf8(raw).is_ok_and(|text| number::read(text) != Err(Unreadable::NoNumber))
}

/// The number at the start of a line that cannot be split, for a report.
pub(super) fn leading_id(line: &[u8]) -> Option<i64> {
    let line = trim_blanks(line);
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    let end = line.iter().position(|byte| !byte.is_ascii_digit());
    let (digits, rest) = line.split_at(end.unwrap_or(line.len()));
    matches!(rest, [] | [b',' | b';' | b'|' | b'"' | b' ' | b'\t', ..])
        .then(|| integer(digits))
        .flatten()
}

/// The start of some input, on one line and short, for a report.
pub(super) fn excerpt(input: &[u8]) -> String {
    // A character has at most four bytes.
    let head = &input[..input.len().min(4 * (EXCERPT_LENGTH + 1))];
    let head = String::from_utf8_lossy(head);
    let mut excerpt = String::new();
    let mut length = 0;
    for (index, character) in head.char_indices() {
        if length >= EXCERPT_LENGTH {
            excerpt.push('…');
            return excerpt;
        }
        let before = excerpt.len();
        if character.is_control() {
            write!(excerpt, "{}", character.escape_default()).expect("a string takes all");
        } else {
            excerpt.push_str(&head[index..index + character.len_utf8()]);
        }
        length += excerpt[before..].chars().count();
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::{boolean, excerpt, has_misspelled_scheme, integer, is_null, leading_id};
    use crate::load::format::ColumnType;

    #[test]
    fn null_is_unquoted_in_texts_and_either_way_in_numbers() {
        for (raw, quoted, in_text, in_number) in [
            ("null", false, true, true),
            ("NULL", false, true, true),
            ("", false, true, true),
            ("null", true, false, true),
            ("", true, false, true),
            ("nil", false, false, false),
        ] {
            let is_null = |kind| is_null(kind, raw.as_bytes(), quoted);
            assert_eq!(
                is_null(ColumnType::Text),
                in_text,
                "{raw}, quoted: {quoted}"
            );
            assert_eq!(
                is_null(ColumnType::Decimal),
                in_number,
                "{raw}, quoted: {quoted}"
            );
        }
    }

    #[test]
    fn integers_have_64_bits() {
        for (text, expected) in [
            ("0", Some(0)),
            (" 42\t", Some(42)),
            ("-7", Some(-7)),
            ("+7", Some(7)),
            ("999999999999999999", Some(999_999_999_999_999_999)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("1.0", None),
            ("1e3", None),
            ("", None),
            ("1 2", None),
        ] {
            assert_eq!(integer(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn truth_values_have_four_spellings() {
        for (text, expected) in [
            ("1", Some(true)),
            ("0", Some(false)),
            ("TRUE", Some(true)),
            ("False", Some(false)),
            ("2", None),
            ("yes", None),
            ("01", None),
        ] {
            assert_eq!(boolean(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_scheme_is_misspelled_only_at_the_start() {
        for (text, expected) in [
            ("uhttps://a", true),
            ("uhttp://a", true),
            ("UHTTPS://a", true),
            ("https://a?uhttps://", false),
            ("uhttpx://a", false),
            ("u", false),
        ] {
            assert_eq!(has_misspelled_scheme(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_report_finds_the_id_of_a_broken_line() {
        for (line, expected) in [
            ("48,12,\"a", Some(48)),
            (" \"48\", 12", Some(48)),
            ("48", Some(48)),
            ("48x,12", None),
            (",12", None),
            ("99999999999999999999,1", None),
        ] {
            assert_eq!(leading_id(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(excerpt(b"a\tb\r\nc\0"), "a\\tb\\r\\nc\\u{0}");
        assert_eq!(excerpt(b"\xFFa"), "\u{FFFD}a");
        for long in ["é".repeat(1000), "\n".repeat(1000), "😀".repeat(1000)] {
            let length = excerpt(long.as_bytes()).chars().count();
            assert!((80..=90).contains(&length), "{length}");
        }
    }
}
