//! `Cache-Control: no-cache` in a request (RFC 9111, section 5.2.1.4).

use std::{convert::Infallible, str::FromStr};

/// Whether the directive is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoCache(pub bool);

impl FromStr for NoCache {
    type Err = Infallible;

    fn from_str(header: &str) -> Result<Self, Infallible> {
        let is_no_cache = |directive: &str| directive.trim().eq_ignore_ascii_case("no-cache");
        Ok(Self(header.split(',').any(is_no_cache)))
    }
}

#[cfg(test)]
mod tests {
    use super::NoCache;

    #[test]
    fn the_directive_is_found_among_others_in_any_case() {
        for (header, expected) in [
            ("no-cache", true),
            ("max-age=0, No-Cache", true),
            ("no-cache,no-store", true),
            ("", false),
            ("max-age=0", false),
            ("no-cached", false),
            ("x-no-cache", false),
        ] {
            assert_eq!(header.parse(), Ok(NoCache(expected)), "{header:?}");
        }
    }
}
