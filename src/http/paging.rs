//! Which page of `/products` a query string asks for.

use super::problem::ApiError;

/// Products on a page if the client does not say.
const DEFAULT_COUNT: u64 = 5;

/// A page: how many products to skip, how many to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Products before the page; beyond the last of them the page is empty.
    pub offset: u64,
    /// Products on it, at most the cap.
    pub count: u64,
}

impl Page {
    /// Reads `page` and `count`; what else there is in the query does not matter.
    ///
    /// A count above `cap` is served as the cap, however long the number: clients do send a billion.
    ///
    /// # Errors
    ///
    /// [`ApiError::InvalidParameter`] for a value that is no positive integer, or is given twice.
    pub fn parse(query: &str, cap: u64) -> Result<Self, ApiError> {
        let count = positive(query, "count")?.unwrap_or(DEFAULT_COUNT).min(cap);
        let page = positive(query, "page")?.unwrap_or(1);
        Ok(Self { offset: (page - 1).saturating_mul(count), count })
    }
}

/// The value of a parameter, saturated: a number that is too long is a large number.
fn positive(query: &str, name: &'static str) -> Result<Option<u64>, ApiError> {
    let values = query.split('&').filter_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then_some(value)
    });
    let mut found = None;
    for value in values {
        let is_integer = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let number = value.parse().unwrap_or(u64::MAX);
        if found.is_some() || !is_integer || number == 0 {
            return Err(ApiError::InvalidParameter(name));
        }
        found = Some(number);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn a_page_has_defaults_and_a_cap() {
        let cases = [
            ("", 0, 5),
            ("page=1&count=5", 0, 5),
            ("page=3", 10, 5),
            ("count=2&page=4&sort=x", 6, 2),
            ("count=100000", 0, 1000),
            ("count=1000000000&page=2", 1000, 1000),
            ("count=99999999999999999999999", 0, 1000),
            ("page=18446744073709551615", u64::MAX, 5),
            ("page=99999999999999999999999", u64::MAX, 5),
            ("page=0002", 5, 5),
        ];
        for (query, offset, count) in cases {
            assert_eq!(Page::parse(query, 1000).unwrap(), Page { offset, count }, "{query}");
        }
    }

    #[test]
    fn what_is_no_positive_integer_is_refused() {
        for value in ["0", "-1", "+1", "1.5", "abc", "", "%31", "1e3", "00", "1&page=2", "1 "] {
            assert!(Page::parse(&format!("page={value}"), 1000).is_err(), "page={value}");
            assert!(Page::parse(&format!("count={value}").replace("page", "count"), 1000).is_err(), "count={value}");
        }
        assert!(Page::parse("page", 1000).is_err());
    }
}
