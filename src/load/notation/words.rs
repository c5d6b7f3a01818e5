//! Words for truth values and for no value.

const TRUE: &[&str] = &["t", "y", "yes", "on", "1.0"];
const FALSE: &[&str] = &["f", "n", "no", "off", "0.0"];

/// Words for no value, of databases, spreadsheets and programming languages.
const NULLS: &[&str] = &[
    "\\N", "NA", "N/A", "#N/A", "nil", "none", "(null)", "<null>", "[null]",
];

fn is_one_of(words: &[&str], text: &[u8]) -> bool {
    words
        .iter()
        .any(|word| word.as_bytes().eq_ignore_ascii_case(text))
}

/// Reads a truth value that is neither 0, 1, true nor false.
pub(in crate::load) fn truth(text: &[u8]) -> Option<bool> {
    if is_one_of(TRUE, text) {
        Some(true)
    } else if is_one_of(FALSE, text) {
        Some(false)
    } else {
        None
    }
}

/// Returns true if a text may be a word for no value, by a look at its first byte.
pub(in crate::load) fn may_be_null(text: &[u8]) -> bool {
    matches!(
        text.first(),
        Some(b'\\' | b'N' | b'n' | b'#' | b'(' | b'<' | b'[')
    )
}

/// Returns true for a word that means no value in a column of numbers.
pub(in crate::load) fn is_null(text: &[u8]) -> bool {
    is_backslash_n(text) || is_one_of(&NULLS[1..], text)
}

/// Returns true for `\N`, which no text is; the case of its letter matters.
pub(in crate::load) fn is_backslash_n(text: &[u8]) -> bool {
    text == NULLS[0].as_bytes()
}

#[cfg(test)]
mod tests {
    use super::{is_null, may_be_null, truth};

    #[test]
    fn truth_values_are_words_in_any_letter_case() {
        for (text, expected) in [
            ("t", Some(true)),
            ("F", Some(false)),
            ("YES", Some(true)),
            ("no", Some(false)),
            ("Y", Some(true)),
            ("n", Some(false)),
            ("On", Some(true)),
            ("OFF", Some(false)),
            ("1.0", Some(true)),
            ("0.0", Some(false)),
            ("2", None),
            ("tr", None),
            ("maybe", None),
            ("", None),
        ] {
            assert_eq!(truth(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn words_for_no_value_are_known() {
        for text in [
            "\\N", "NA", "n/a", "#N/A", "nil", "None", "NONE", "(null)", "<NULL>", "[NULL]",
        ] {
            assert!(is_null(text.as_bytes()), "{text}");
            assert!(may_be_null(text.as_bytes()), "{text}");
        }
        for text in ["\\n", "N", "NaN", "-", "0", "nothing", ""] {
            assert!(!is_null(text.as_bytes()), "{text}");
        }
    }
}
