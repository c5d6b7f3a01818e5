//! `If-None-Match` (RFC 9110, section 13.1.2).

use std::{convert::Infallible, str::FromStr};

/// The tags of what a client has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IfNoneMatch(String);

impl FromStr for IfNoneMatch {
    type Err = Infallible;

    fn from_str(header: &str) -> Result<Self, Infallible> {
        Ok(Self(header.to_owned()))
    }
}

impl IfNoneMatch {
    /// Whether the client has the representation tagged `etag` (with its quotes), by weak comparison.
    pub fn has(&self, etag: &[u8]) -> bool {
        let mut rest = self.0.trim();
        if rest == "*" {
            return true;
        }
        // A tag may contain commas: they must be found outside of quotes.
        while let Some((tag, after)) = split_tag(rest) {
            if tag.as_bytes() == etag {
                return true;
            }
            rest = after;
        }
        false
    }
}

/// The first tag of a list, without its weakness, and the list after it.
fn split_tag(list: &str) -> Option<(&str, &str)> {
    let list = list.trim_start_matches([' ', '\t', ',']);
    let list = list.strip_prefix("W/").unwrap_or(list);
    let length = list.strip_prefix('"')?.find('"')? + 2;
    Some(list.split_at(length))
}

#[cfg(test)]
mod tests {
    use super::IfNoneMatch;

    #[test]
    fn tags_are_compared_weakly_and_star_is_any() {
        for (header, has) in [
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
            let conditions: IfNoneMatch = header.parse().unwrap();
            assert_eq!(conditions.has(b"\"v3\""), has, "{header}");
        }
    }
}
