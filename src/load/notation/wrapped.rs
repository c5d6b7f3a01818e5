//! Values inside of something: other quotation marks, a spreadsheet's formula.

/// Quotation marks that open and close, other than `"`.
const MARKS: &[(&str, &str)] = &[
    ("\u{201C}", "\u{201D}"),
    ("\u{201E}", "\u{201C}"),
    ("\u{201E}", "\u{201D}"),
    ("\u{2018}", "\u{2019}"),
    ("'", "'"),
];

/// Returns true if a value without quotes may be in other quotation marks, by a look at its first byte.
pub(in crate::load) fn may_have_marks(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'\'' | 0xE2))
}

/// Takes a value out of other quotation marks.
///
/// A mark in between must be an apostrophe: `'a' or 'b'` is not in quotes.
pub(in crate::load) fn without_marks(text: &[u8]) -> Option<&[u8]> {
    let text = str::from_utf8(text).ok()?;
    MARKS.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(open)?.strip_suffix(close)?;
        let is_letter = |of: Option<char>| of.is_some_and(char::is_alphanumeric);
        let is_apostrophe = |mark: &str, (at, _): (usize, &str)| {
            is_letter(inner[..at].chars().next_back())
                && is_letter(inner[at + mark.len()..].chars().next())
        };
        let is_inside = |mark: &str| {
            inner
                .match_indices(mark)
                .all(|found| is_apostrophe(mark, found))
        };
        (is_inside(open) && is_inside(close)).then_some(inner.as_bytes())
    })
}

/// Takes the text out of a quoted formula `="…"`, whose quotes may be doubled since it is in quotes itself.
pub(in crate::load) fn text_of_formula(raw: &[u8], doubled: bool) -> Option<&[u8]> {
    let quote: &[u8] = if doubled { b"\"\"" } else { b"\"" };
    let inner = raw
        .strip_prefix(b"=")?
        .strip_prefix(quote)?
        .strip_suffix(quote)?;
    // ="a"&"b" is another formula.
    memchr::memchr(b'"', inner).is_none().then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::{may_have_marks, text_of_formula, without_marks};

    #[test]
    fn a_value_is_taken_out_of_its_quotation_marks() {
        for (text, expected) in [
            ("“Trail Hat”", Some("Trail Hat")),
            ("„Hut“", Some("Hut")),
            ("„Hut”", Some("Hut")),
            ("‘Hat’", Some("Hat")),
            ("'Hat'", Some("Hat")),
            ("'Men's Hat'", Some("Men's Hat")),
            ("''", Some("")),
            ("'a' or 'b'", None),
            ("'90s", None),
            ("'", None),
            ("“Hat", None),
            ("“Trail” and “Hat”", None),
            ("Hat", None),
        ] {
            let found = without_marks(text.as_bytes());
            assert_eq!(found, expected.map(str::as_bytes), "{text}");
            assert!(
                expected.is_none() || may_have_marks(text.as_bytes()),
                "{text}"
            );
        }
    }

    #[test]
    fn the_text_of_a_formula_is_between_its_quotes() {
        for (raw, doubled, expected) in [
            ("=\"\"00123\"\"", true, Some("00123")),
            ("=\"\"\"\"", true, Some("")),
            ("=\"00123\"", false, Some("00123")),
            ("=\"\"a\"\"&\"\"b\"\"", true, None),
            ("=1+1", false, None),
            ("=", false, None),
            ("=\"\"", true, None),
        ] {
            let found = text_of_formula(raw.as_bytes(), doubled);
            assert_eq!(found, expected.map(str::as_bytes), "{raw}");
        }
    }
}
