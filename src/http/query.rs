//! The parameters of `GET /products`.

use super::error::ApiError;

/// Products on a page, unless the client says.
const DEFAULT_COUNT: u64 = 5;

/// Longest query that is read. Those of the pages of a shop, with all that was added on the way, are far shorter.
const MAX_BYTES: usize = 4_096;

/// Most parameters that are read.
const MAX_PARAMETERS: usize = 64;

/// Which page is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageQuery {
    /// Products before it.
    pub offset: u64,
    /// Products on it.
    pub count: usize,
}

impl PageQuery {
    /// Reads `page` and `count`; a larger count is taken as `max_count`. Other parameters are ignored.
    ///
    /// # Errors
    ///
    /// A parameter that is no positive integer, or is given twice; too many of them. A number beyond 64 bits is taken as the
    /// largest one: it asks for a page after the last, or for as much as there may be.
    pub fn parse(query: &str, max_count: usize) -> Result<Self, ApiError> {
        let (mut page, mut count) = (None, None);
        if query.len() > MAX_BYTES || query.split('&').count() > MAX_PARAMETERS {
            return Err(ApiError::LargeQuery);
        }
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let (name, slot) = match &*name {
                "page" => ("page", &mut page),
                "count" => ("count", &mut count),
                _ => continue,
            };
            let number = parse_positive(&value).ok_or(ApiError::BadParameter(name))?;
            if slot.replace(number).is_some() {
                return Err(ApiError::RepeatedParameter(name));
            }
        }
        let count = count.unwrap_or(DEFAULT_COUNT);
        let count = usize::try_from(count).unwrap_or(max_count).min(max_count);
        let before = page.unwrap_or(1) - 1;
        Ok(Self {
            offset: before.saturating_mul(count as u64),
            count,
        })
    }
}

fn parse_positive(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Nothing but too many digits can be wrong now.
    let number = text.parse().unwrap_or(u64::MAX);
    (number > 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ApiError, PageQuery};

    fn parse(query: &str) -> Result<(u64, usize), ApiError> {
        PageQuery::parse(query, 1_000).map(|page| (page.offset, page.count))
    }

    #[test]
    fn page_and_count_decide_and_the_count_is_capped() {
        for (query, offset, count) in [
            ("", 0, 5),
            ("page=1&count=5", 0, 5),
            ("count=7&page=3", 14, 7),
            ("page=%33", 10, 5),
            ("page=2&count=1000000000", 1_000, 1_000),
            ("count=99999999999999999999999", 0, 1_000),
            ("page=99999999999999999999999", u64::MAX, 5),
            ("page=0002", 5, 5),
            ("sort=newest&page=2&utm=%ff", 5, 5),
        ] {
            assert_eq!(parse(query), Ok((offset, count)), "{query}");
        }
    }

    #[test]
    fn a_query_is_read_up_to_a_length_and_a_number_of_parameters() {
        let long = |length: usize| format!("x={}&page=2", "y".repeat(length - 9));
        assert_eq!(parse(&long(4_096)), Ok((5, 5)));
        assert_eq!(parse(&long(4_097)), Err(ApiError::LargeQuery));
        let many = |n: usize| format!("{}page=2", "x&".repeat(n - 1));
        assert_eq!(parse(&many(64)), Ok((5, 5)));
        assert_eq!(parse(&many(65)), Err(ApiError::LargeQuery));
    }

    #[test]
    fn what_is_no_positive_integer_is_refused_by_name() {
        for (query, name) in [
            ("page=0", "page"),
            ("page=", "page"),
            ("page", "page"),
            ("page=-1", "page"),
            ("page=%2B1", "page"),
            ("page=+1", "page"),
            ("page=1.0", "page"),
            ("page=1e3", "page"),
            ("page=%D9%A3", "page"),
            ("count=abc", "count"),
            ("count=00", "count"),
            ("page=1&count=0x5", "count"),
        ] {
            assert_eq!(parse(query), Err(ApiError::BadParameter(name)), "{query}");
        }
        let repeated = parse("page=1&page=1");
        assert_eq!(repeated, Err(ApiError::RepeatedParameter("page")));
    }

    proptest! {
        #[test]
        fn a_page_is_never_larger_than_allowed(query in "(page|count|x)=[0-9%+-]{0,25}(&(page|count)=[0-9]{0,25})?|.{0,80}") {
            if let Ok((offset, count)) = parse(&query) {
                prop_assert!((1..=1_000).contains(&count));
                prop_assert!(offset == u64::MAX || offset % count as u64 == 0);
            }
        }
    }
}
