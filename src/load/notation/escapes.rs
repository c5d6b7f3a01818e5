//! Backslash escapes, as `MySQL` and PostgreSQL's text format write them.

use memchr::memchr2;

/// Meaning of the byte behind a backslash; none if no writer escapes it.
const fn meaning(byte: u8) -> Option<u8> {
    Some(match byte {
        b'0' => 0,
        b'b' => 0x08,
        b'f' => 0x0C,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0B,
        b'Z' => 0x1A,
        b'\\' | b'"' | b'\'' | b',' | b';' | b'|' | b'\t' | b'\n' | b'\r' => byte,
        _ => return None,
    })
}

/// Returns true if a backslash in the text may be the start of an escape.
pub(in crate::load) fn has_escape(mut text: &[u8]) -> bool {
    while let Some(at) = memchr::memchr(b'\\', text) {
        match text.get(at + 1) {
            Some(&next) if meaning(next).is_some() => return true,
            _ => text = &text[at + 1..],
        }
    }
    false
}

/// Decodes a text; a doubled quote stands for one if `doubled`. None if a backslash begins no escape.
pub(in crate::load) fn decode(mut raw: &[u8], doubled: bool) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(raw.len());
    let special = |raw: &[u8]| {
        if doubled {
            memchr2(b'\\', b'"', raw)
        } else {
            memchr::memchr(b'\\', raw)
        }
    };
    while let Some(at) = special(raw) {
        text.extend_from_slice(&raw[..at]);
        text.push(match raw[at] {
            b'\\' => meaning(*raw.get(at + 1)?)?,
            quote => quote,
        });
        raw = raw.get(at + 2..).unwrap_or_default();
    }
    text.extend_from_slice(raw);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{decode, has_escape};

    #[test]
    fn escapes_are_decoded_and_others_are_refused() {
        for (raw, doubled, expected) in [
            (r#"City \"Pro\" Boot"#, false, Some("City \"Pro\" Boot")),
            (r"C:\\new", false, Some(r"C:\new")),
            (r"a\nb\tc\r", false, Some("a\nb\tc\r")),
            ("a\\\nb", false, Some("a\nb")),
            (r"a\,b", false, Some("a,b")),
            (r#"6\" or 7"""#, true, Some("6\" or 7\"")),
            ("plain", false, Some("plain")),
            (r"C:\Users", false, None),
            (r"end\", false, None),
        ] {
            let text = decode(raw.as_bytes(), doubled);
            assert_eq!(text.as_deref(), expected.map(str::as_bytes), "{raw}");
        }
    }

    #[test]
    fn only_what_could_be_an_escape_looks_like_one() {
        for (text, expected) in [
            (r"C:\new", true),
            (r"a\\b", true),
            (r"AC\DC", false),
            (r"C:\Users\x", false),
            (r"end\", false),
            ("none", false),
        ] {
            assert_eq!(has_escape(text.as_bytes()), expected, "{text}");
        }
    }
}
