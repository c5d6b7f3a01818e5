//! Comparison of outputs with documentation, in which `…` stands for at least one omitted part.

use serde_json::{Map, Value};

const ELISION: &str = "…";

/// Returns whether `shown` matches the text `found`; `…` may replace lines and parts of lines.
pub fn shows_text(shown: &str, found: &str) -> bool {
    let shown: Vec<&str> = shown.trim_end().lines().collect();
    let found: Vec<&str> = found.trim_end().lines().collect();
    is_sequence(&shown, &found, &|line| *line == ELISION, &|shown, found| {
        is_line(shown, found)
    })
}

/// Returns whether `shown` matches the JSON `found`; `…` may replace elements, members and values.
pub fn shows_json(shown: &Value, found: &Value) -> bool {
    match (shown, found) {
        (Value::String(shown), _) if shown == ELISION => true,
        (Value::String(shown), Value::String(found)) => is_line(shown, found),
        (Value::Array(shown), Value::Array(found)) => {
            is_sequence(shown, found, &|value| value == ELISION, &shows_json)
        }
        (Value::Object(shown), Value::Object(found)) => is_object(shown, found),
        _ => shown == found,
    }
}

/// Returns whether an object matches. A member named `…` stands for omitted members.
fn is_object(shown: &Map<String, Value>, found: &Map<String, Value>) -> bool {
    let named: Vec<_> = shown.iter().filter(|(name, _)| *name != ELISION).collect();
    let is_complete = named.len() == shown.len();
    let is_shown = |(name, shown): &(&String, &Value)| {
        let found = found.get(*name);
        found.is_some_and(|found| shows_json(shown, found))
    };
    named.iter().all(is_shown) && (named.len() == found.len()) == is_complete
}

/// Returns whether a sequence matches. Each ellipsis stands for one or more elements.
fn is_sequence<S, F>(
    shown: &[S],
    found: &[F],
    is_elision: &impl Fn(&S) -> bool,
    is_same: &impl Fn(&S, &F) -> bool,
) -> bool {
    let Some((first, rest)) = shown.split_first() else {
        return found.is_empty();
    };
    if is_elision(first) {
        let mut ends = 1..=found.len();
        return ends.any(|n| is_sequence(rest, &found[n..], is_elision, is_same));
    }
    found.split_first().is_some_and(|(one, others)| {
        is_same(first, one) && is_sequence(rest, others, is_elision, is_same)
    })
}

/// Returns whether a line matches. Each ellipsis stands for one or more characters.
fn is_line(shown: &str, found: &str) -> bool {
    let Some((before, after)) = shown.split_once(ELISION) else {
        return shown == found;
    };
    let Some(rest) = found.strip_prefix(before) else {
        return false;
    };
    let ends = rest.char_indices().map(|(n, letter)| n + letter.len_utf8());
    ends.into_iter().any(|n| is_line(after, &rest[n..]))
}

mod tests {
    use serde_json::json;

    use super::{shows_json, shows_text};

    #[test]
    fn text_matches_line_by_line_with_ellipses() {
        let found = "HTTP/1.1 200 OK\r\netag: \"a1\"\r\ndate: today\r\n\r\n[1]";
        for (shown, expected) in [
            ("HTTP/1.1 200 OK\netag: \"a1\"\ndate: today\n\n[1]\n", true),
            ("HTTP/1.1 200 OK\n…\n\n[1]", true),
            ("HTTP/1.1 200 OK\netag: \"…\"\n…", true),
            ("…\ndate: to…\n…", true),
            ("…", true),
            ("HTTP/1.1 200 OK", false),
            ("HTTP/1.1 404 …\n…", false),
            ("HTTP/1.1 200 OK\n…\netag: …\n…", false),
            ("HTTP/1.1 200 OK…\n…", false),
            ("…\n[1]\n…", false),
            ("", false),
        ] {
            assert_eq!(shows_text(shown, found), expected, "{shown}");
        }
    }

    #[test]
    fn json_matches_by_value_with_ellipses() {
        let found = json!({"id": 9, "name": "Summer Shoes", "related": [1, 2, 6]});
        for (shown, expected) in [
            (found.clone(), true),
            (json!({"id": 9, "…": "…"}), true),
            (json!({"id": "…", "name": "Summer …", "related": "…"}), true),
            (json!({"related": [1, "…"], "…": "…"}), true),
            (json!({"related": ["…", 6], "…": "…"}), true),
            (json!("…"), true),
            (json!({"id": 9}), false),
            (json!({"id": 8, "…": "…"}), false),
            (json!({"title": "…", "…": "…"}), false),
            (json!({"id": "9", "…": "…"}), false),
            (json!({"related": [1, 2, 6, "…"], "…": "…"}), false),
            (json!({"related": [1, 2], "…": "…"}), false),
            (
                json!({"id": 9, "name": "…", "related": "…", "…": "…"}),
                false,
            ),
        ] {
            assert_eq!(shows_json(&shown, &found), expected, "{shown}");
        }
    }
}
