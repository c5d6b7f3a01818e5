//! Series that a Prometheus expression reads.

/// Prefixes of all metric names except `up`; no function, keyword or label has one.
const PREFIXES: [&str; 8] = [
    "atelierex_",
    "atelierex:",
    "edge_",
    "edge:",
    "pg_",
    "nginx_",
    "process_",
    "ALERTS",
];

/// Returns the selectors of an expression: metric names with the matchers in braces.
pub fn selectors(expression: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(begin) = rest.find(is_of_name) {
        let word = &rest[begin..];
        let name = word
            .find(|letter| !is_of_name(letter))
            .unwrap_or(word.len());
        let end = name + braces(&word[name..]);
        if is_metric(&word[..name]) {
            found.push(&word[..end]);
        }
        rest = &word[end..];
    }
    found
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || "_:".contains(letter)
}

fn is_metric(name: &str) -> bool {
    name == "up" || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Returns the length of the braces at the start of a text. Values in them contain no brace.
fn braces(text: &str) -> usize {
    let closed = text.starts_with('{').then(|| text.find('}'));
    closed.flatten().map_or(0, |end| end + 1)
}

#[test]
fn selectors_are_found_with_their_braces() {
    let expression = r#"sum by (route, le) (rate(edge_x_bucket{route=~"/a/.+",le="0.1"}[5m])) / up{job="up"} or vector(0) > 14.4 * edge:y:rate5m"#;
    let expected = [
        r#"edge_x_bucket{route=~"/a/.+",le="0.1"}"#,
        r#"up{job="up"}"#,
        "edge:y:rate5m",
    ];
    assert_eq!(selectors(expression), expected);
}
