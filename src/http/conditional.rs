//! Whether a client already has what it asks for (RFC 9110, 13.1.2).

/// Whether `If-None-Match` names `etag`, by weak comparison, or is `*`.
///
/// Tags are looked for one by one: a comma may stand inside of one. What is malformed matches nothing.
#[must_use]
pub fn matches(if_none_match: &str, etag: &str) -> bool {
    let mut rest = if_none_match.trim();
    if rest == "*" {
        return true;
    }
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let opaque = rest.strip_prefix("W/").unwrap_or(rest);
        let Some(inner) = opaque.strip_prefix('"') else { return false };
        let Some(end) = inner.find('"') else { return false };
        if opaque[..end + 2] == *etag {
            return true;
        }
        rest = &inner[end + 1..];
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_tag_of_the_list_or_an_asterisk_matches_weakly() {
        for header in [r#""v1""#, r#"W/"v1""#, "*", " * ", r#""a", "v1""#, r#""a","b" , W/"v1""#, r#""a,b", "v1""#, r#", "v1""#] {
            assert!(matches(header, r#""v1""#), "{header}");
        }
        for header in ["", "v1", r#""v2""#, r#""v1"#, r#""V1""#, r#"w/"v1""#, r#""xv1""#, "**", r#""a" * "#] {
            assert!(!matches(header, r#""v1""#), "{header}");
        }
    }
}
