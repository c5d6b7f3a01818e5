//! `Cache-Control: no-cache` in a request (RFC 9111, section 5.2.1.4).

/// Returns whether the header's value has the directive.
pub(crate) fn is_no_cache(header: &str) -> bool {
    let is_it = |directive: &str| directive.trim().eq_ignore_ascii_case("no-cache");
    header.split(',').any(is_it)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn no_cache_is_found_among_other_directives(before in "[a-z=0-9, ]{0,20}", after in "[^,]{0,20}") {
            let header = format!("{before},no-cache,{after}");
            prop_assert!(is_no_cache(&header));
            let glued = format!("{}no-cache", before.replace([',', ' '], "x"));
            prop_assert_eq!(is_no_cache(&glued), glued == "no-cache");
        }
    }
}
