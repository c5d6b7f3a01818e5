//! `If-None-Match` (RFC 9110, section 13.1.2).

use warp::http::HeaderValue;

/// Returns whether the header's value has `etag` (with its quotes), by weak comparison.
pub(crate) fn has(header: &HeaderValue, etag: &[u8]) -> bool {
    let Ok(text) = header.to_str() else {
        return false;
    };
    let mut rest = text.trim();
    if rest == "*" {
        return true;
    }
    // A tag may contain commas: only commas outside of quotes separate tags.
    while let Some((tag, after)) = split_tag(rest) {
        if tag.as_bytes() == etag {
            return true;
        }
        rest = after;
    }
    false
}

/// Splits off the first tag of a list, without its weakness prefix.
fn split_tag(list: &str) -> Option<(&str, &str)> {
    let list = list.trim_start_matches([' ', '\t', ',']);
    let list = list.strip_prefix("W/").unwrap_or(list);
    let length = list.strip_prefix('"')?.find('"')? + 2;
    Some(list.split_at(length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{HeaderValue, has};

    #[test]
    fn tags_are_compared_weakly_and_star_is_any() {
        for (header, expected) in [
            ("\"v3\"", true),
            ("W/\"v3\"", true),
            ("*", true),
            (" * ", true),
            ("\"v2\", \"v3\"", true),
            ("\"v2\",W/\"v3\",\"v4\"", true),
            ("\"a,b\" ,, \"v3\"", true),
            ("\"v2\"", false),
            ("\"v3-br\"", false),
            ("v3", false),
            ("\"v3", false),
            ("w/\"v3\"", false),
            ("\"*\"", false),
            ("", false),
            ("\"x\\\", \"v3\"", true),
        ] {
            let value = HeaderValue::from_static(header);
            assert_eq!(has(&value, b"\"v3\""), expected, "{header}");
        }
    }

    proptest! {
        #[test]
        fn only_whole_tags_are_found(
            header in "(( |,|W/)?\"[a-z0-9,-]{0,4}\"?){0,5}|\\*|.{0,40}",
        ) {
            if let Ok(value) = HeaderValue::from_bytes(header.as_bytes()) {
                let is_said = header.contains("\"v3\"") || header.trim() == "*";
                prop_assert!(is_said || !has(&value, b"\"v3\""));
            }
        }

        #[test]
        fn a_tag_is_found_at_any_position(before in "[a-z,]{0,9}", after in "[a-z,]{0,9}", weak in "(W/)?") {
            let header = format!("\"{before}\" , {weak}\"v3\",\"{after}\"");
            let value = HeaderValue::try_from(header).unwrap();
            prop_assert!(has(&value, b"\"v3\""));
        }
    }
}
