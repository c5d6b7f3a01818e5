//! `Cache-Control: no-cache` in a request (RFC 9111, section 5.2.1.4).

/// Whether the header's value has the directive.
pub(super) fn is_no_cache(header: &str) -> bool {
    let is_it = |directive: &str| directive.trim().eq_ignore_ascii_case("no-cache");
    header.split(',').any(is_it)
}

#[cfg(test)]
mod tests {
    use super::is_no_cache;

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
            assert_eq!(is_no_cache(header), expected, "{header:?}");
        }
    }
}
