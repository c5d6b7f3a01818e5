//! The parameters of `GET /products`.

use crate::http::response::problem::ApiError;
use crate::{
    cache::{Selection, Slice, Start},
    ids::ProductId,
};

/// Products on a page, unless the client says.
const DEFAULT_COUNT: u64 = 5;

/// Most products that can be asked for by their ids.
const MAX_IDS: usize = 100;

/// Most characters of a category's name that can be asked for.
const MAX_CATEGORY: usize = 200;

/// Most characters that can be searched for.
const MAX_WORDS: usize = 200;

/// Longest query that is read. Those of the pages of a shop, with all that was added on the way, are far shorter.
const MAX_BYTES: usize = 4_096;

/// Most parameters that are read.
const MAX_PARAMETERS: usize = 64;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListQuery {
    /// Which products.
    pub selection: Selection,
    /// What of each of them.
    pub view: View,
}

/// What a list shows of a product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// What lists have always shown.
    #[default]
    Listings,
    /// What other products' pages show.
    Cards,
}

/// What the parameters say, each of them once at most.
#[derive(Default)]
struct Parameters {
    page: Option<u64>,
    count: Option<u64>,
    after: Option<i64>,
    ids: Option<Vec<i64>>,
    category: Option<String>,
    q: Option<String>,
    view: Option<View>,
}

/// Reads which products are wanted, and how; a larger count is taken as `max_count`. Parameters of other names are ignored.
///
/// # Errors
///
/// A parameter that is not what it must be, or is given twice; two that contradict each other; too many of them. A page
/// or count beyond 64 bits is taken as the largest one: it asks for a page after the last, or for as much as there may be.
pub(crate) fn parse(query: &str, max_count: usize) -> Result<ListQuery, ApiError> {
    if query.len() > MAX_BYTES || query.split('&').count() > MAX_PARAMETERS {
        return Err(ApiError::LargeQuery);
    }
    let mut parameters = Parameters::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        parameters.read(&name, &value)?;
    }
    Ok(ListQuery {
        view: parameters.view.unwrap_or_default(),
        selection: parameters.select(max_count)?,
    })
}

impl Parameters {
    fn read(&mut self, name: &str, value: &str) -> Result<(), ApiError> {
        match name {
            "page" => put(&mut self.page, "page", positive("page", value)?),
            "count" => put(&mut self.count, "count", positive("count", value)?),
            "after" => put(&mut self.after, "after", id("after", value)?),
            "ids" => put(&mut self.ids, "ids", ids(value)?),
            "category" => put(&mut self.category, "category", category(value)?),
            "q" => put(&mut self.q, "q", words(value)?),
            "view" => put(&mut self.view, "view", view(value)?),
            _ => Ok(()),
        }
    }

    fn select(self, max_count: usize) -> Result<Selection, ApiError> {
        let given = [
            ("page", self.page.is_some()),
            ("after", self.after.is_some()),
            ("count", self.count.is_some()),
            ("category", self.category.is_some()),
            ("q", self.q.is_some()),
        ];
        if let Some(ids) = self.ids {
            let other = given.into_iter().find(|(_, is_given)| *is_given);
            return match other {
                Some((other, _)) => Err(ApiError::Contradiction("ids", other)),
                None => Ok(Selection::Ids(ids)),
            };
        }
        let count = self.count.unwrap_or(DEFAULT_COUNT);
        let count = usize::try_from(count).unwrap_or(max_count).min(max_count);
        let start = match (self.page, self.after) {
            (Some(_), Some(_)) => return Err(ApiError::Contradiction("page", "after")),
            // What is found is in the order of its rank, not of ids.
            (None, Some(_)) if self.q.is_some() => {
                return Err(ApiError::Contradiction("q", "after"));
            }
            (None, Some(id)) => Start::After(id),
            (page, None) => Start::Offset((page.unwrap_or(1) - 1).saturating_mul(count as u64)),
        };
        let slice = Slice {
            category: self.category,
            start,
            count,
        };
        Ok(match self.q {
            Some(words) => Selection::Search(words, slice),
            None => Selection::Slice(slice),
        })
    }
}

fn put<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<(), ApiError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(ApiError::RepeatedParameter(name)),
    }
}

fn positive(name: &'static str, text: &str) -> Result<u64, ApiError> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Nothing but too many digits can be wrong with a number.
    let number = is_number.then(|| text.parse().unwrap_or(u64::MAX));
    let positive = number.filter(|number| *number > 0);
    positive.ok_or(ApiError::BadParameter(name, "a positive integer"))
}

fn id(name: &'static str, text: &str) -> Result<i64, ApiError> {
    let ProductId(id) = text
        .parse()
        .map_err(|_error| ApiError::BadParameter(name, "a non-negative 64-bit integer"))?;
    Ok(id)
}

/// Ids with commas between them; nothing is no id.
fn ids(text: &str) -> Result<Vec<i64>, ApiError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Result<Vec<i64>, _> = text
        .split(',')
        .take(MAX_IDS + 1)
        .map(|text| text.parse().map(|ProductId(id)| id))
        .collect();
    let rule = "non-negative 64-bit integers with commas between them";
    let ids = ids.map_err(|_error| ApiError::BadParameter("ids", rule))?;
    if ids.len() > MAX_IDS {
        return Err(ApiError::LargeParameter("ids", MAX_IDS, "ids"));
    }
    Ok(ids)
}

/// The name of a category, exactly as products have it.
fn category(text: &str) -> Result<String, ApiError> {
    if text.chars().count() > MAX_CATEGORY {
        return Err(ApiError::LargeParameter(
            "category",
            MAX_CATEGORY,
            "characters",
        ));
    }
    Ok(text.to_owned())
}

/// What is searched for, with single spaces.
fn words(text: &str) -> Result<String, ApiError> {
    if text.chars().count() > MAX_WORDS {
        return Err(ApiError::LargeParameter("q", MAX_WORDS, "characters"));
    }
    if !text.contains(char::is_alphanumeric) {
        return Err(ApiError::BadParameter("q", "words to search for"));
    }
    // PostgreSQL takes no texts with this character.
    let words = text.split(|c: char| c.is_whitespace() || c == '\0');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    Ok(words.join(" "))
}

fn view(text: &str) -> Result<View, ApiError> {
    match text {
        "cards" => Ok(View::Cards),
        _ => Err(ApiError::BadParameter("view", "cards")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ApiError, Selection, Slice, Start, View};

    fn parse(query: &str) -> Result<Selection, ApiError> {
        super::parse(query, 1_000).map(|query| query.selection)
    }

    fn slice(start: Start, count: usize) -> Selection {
        Selection::Slice(Slice {
            category: None,
            start,
            count,
        })
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
            let expected = slice(Start::Offset(offset), count);
            assert_eq!(parse(query), Ok(expected), "{query}");
        }
    }

    #[test]
    fn after_says_where_to_start_and_ids_say_all() {
        assert_eq!(parse("after=0"), Ok(slice(Start::After(0), 5)));
        assert_eq!(parse("count=2&after=7"), Ok(slice(Start::After(7), 2)));
        for (text, ids) in [("", &[][..]), ("3,1,3", &[3, 1, 3]), ("7%2C0", &[7, 0])] {
            let expected = Ok(Selection::Ids(ids.to_vec()));
            assert_eq!(parse(&format!("ids={text}")), expected, "{text}");
        }
        let ids = |n: usize| format!("ids={}", vec!["7"; n].join(","));
        assert_eq!(parse(&ids(100)), Ok(Selection::Ids(vec![7; 100])));
        let too_many = ApiError::LargeParameter("ids", 100, "ids");
        assert_eq!(parse(&ids(101)), Err(too_many));
    }

    #[test]
    fn a_category_is_taken_as_it_is_and_goes_with_pages() {
        let longest = "é".repeat(200);
        for (query, category, start) in [
            ("category=Kicks", "Kicks", Start::Offset(0)),
            (
                "page=2&category=Dress+Shoes",
                "Dress Shoes",
                Start::Offset(5),
            ),
            ("category=a%26b%20%3D&after=7", "a&b =", Start::After(7)),
            ("category=", "", Start::Offset(0)),
            (&format!("category={longest}"), &longest, Start::Offset(0)),
        ] {
            let expected = Selection::Slice(Slice {
                category: Some(category.into()),
                start,
                count: 5,
            });
            assert_eq!(parse(query), Ok(expected), "{query}");
        }
        let too_long = ApiError::LargeParameter("category", 200, "characters");
        assert_eq!(parse(&format!("category={longest}x")), Err(too_long));
    }

    #[test]
    fn words_are_searched_for_with_single_spaces_and_go_with_pages() {
        for (query, words, start) in [
            ("q=trail+shoes", "trail shoes", Start::Offset(0)),
            (
                "page=2&q=%20trail%09%0A%00shoes+",
                "trail shoes",
                Start::Offset(5),
            ),
            ("q=caf%C3%A9!", "café!", Start::Offset(0)),
        ] {
            let slice = Slice {
                category: None,
                start,
                count: 5,
            };
            let expected = Selection::Search(words.into(), slice);
            assert_eq!(parse(query), Ok(expected), "{query}");
        }
        let too_long = ApiError::LargeParameter("q", 200, "characters");
        assert_eq!(parse(&format!("q={}", "é".repeat(201))), Err(too_long));
        for nothing in ["q=", "q=%20", "q=!-%E2%80%94"] {
            let refused = ApiError::BadParameter("q", "words to search for");
            assert_eq!(parse(nothing), Err(refused), "{nothing}");
        }
    }

    #[test]
    fn a_list_of_any_kind_can_be_one_of_cards() {
        for (query, view) in [
            ("", View::Listings),
            ("page=2&count=7", View::Listings),
            ("view=cards", View::Cards),
            ("view=%63ards&category=Kicks&after=7", View::Cards),
            ("ids=3,1&view=cards", View::Cards),
        ] {
            let read = super::parse(query, 1_000);
            assert_eq!(read.map(|query| query.view), Ok(view), "{query}");
        }
    }

    #[test]
    fn a_query_is_read_up_to_a_length_and_a_number_of_parameters() {
        let second = Ok(slice(Start::Offset(5), 5));
        let long = |length: usize| format!("x={}&page=2", "y".repeat(length - 9));
        assert_eq!(parse(&long(4_096)), second);
        assert_eq!(parse(&long(4_097)), Err(ApiError::LargeQuery));
        let many = |n: usize| format!("{}page=2", "x&".repeat(n - 1));
        assert_eq!(parse(&many(64)), second);
        assert_eq!(parse(&many(65)), Err(ApiError::LargeQuery));
    }

    #[test]
    fn what_is_not_what_it_must_be_is_refused_by_name() {
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
            ("after=", "after"),
            ("after=-1", "after"),
            ("after=9223372036854775808", "after"),
            ("ids=1,x", "ids"),
            ("ids=1,,2", "ids"),
            ("ids=1,2,", "ids"),
            ("ids=1;2", "ids"),
            ("ids=-1", "ids"),
            ("view=", "view"),
            ("view=Cards", "view"),
            ("view=listings", "view"),
        ] {
            let refused = matches!(parse(query), Err(ApiError::BadParameter(of, _)) if of == name);
            assert!(refused, "{query}");
        }
    }

    #[test]
    fn what_is_said_twice_or_contradicts_itself_is_refused() {
        for (name, value) in [
            ("page", "1"),
            ("count", "1"),
            ("after", "1"),
            ("ids", "1"),
            ("category", "1"),
            ("q", "1"),
            ("view", "cards"),
        ] {
            let repeated = parse(&format!("{name}={value}&{name}={value}"));
            assert_eq!(repeated, Err(ApiError::RepeatedParameter(name)));
        }
        for (query, names) in [
            ("page=1&after=1", ("page", "after")),
            ("ids=1&page=1", ("ids", "page")),
            ("after=1&ids=1", ("ids", "after")),
            ("ids=1&count=1", ("ids", "count")),
            ("ids=1&category=1", ("ids", "category")),
            ("ids=1&q=1", ("ids", "q")),
            ("after=1&q=1", ("q", "after")),
        ] {
            let expected = Err(ApiError::Contradiction(names.0, names.1));
            assert_eq!(parse(query), expected, "{query}");
        }
    }

    proptest! {
        #[test]
        fn a_page_is_never_larger_than_allowed(query in "(page|count|x)=[0-9%+-]{0,25}(&(page|count|after)=[0-9]{0,25})?|ids=[0-9,]{0,300}|q=.{0,300}|.{0,80}") {
            match parse(&query) {
                Ok(Selection::Slice(slice) | Selection::Search(_, slice)) => {
                    prop_assert!((1..=1_000).contains(&slice.count));
                    if let Start::Offset(offset) = slice.start {
                        prop_assert!(offset == u64::MAX || offset % slice.count as u64 == 0);
                    }
                }
                Ok(Selection::Ids(ids)) => prop_assert!(ids.len() <= 100),
                Err(_) => {}
            }
        }
    }
}
