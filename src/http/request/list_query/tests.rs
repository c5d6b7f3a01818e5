use proptest::prelude::*;

use super::{ListQuery, View};
use crate::{
    cache::{Selection, Slice, Start},
    http::response::problem::ApiError,
};

fn parse(query: &str) -> Result<Selection, ApiError> {
    ListQuery::parse(query, 1_000).map(|query| query.selection)
}

fn slice(start: Start, count: usize) -> Selection {
    Selection::Slice(Slice {
        category: None,
        start,
        count,
    })
}

#[test]
fn page_and_count_select_and_the_count_is_capped() {
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
fn after_sets_the_start_and_ids_select_products() {
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
fn a_category_is_taken_verbatim_and_paged() {
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
fn search_words_are_normalized_and_paged() {
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
fn every_kind_of_list_can_return_cards() {
    for (query, view) in [
        ("", View::Listings),
        ("page=2&count=7", View::Listings),
        ("view=cards", View::Cards),
        ("view=%63ards&category=Kicks&after=7", View::Cards),
        ("ids=3,1&view=cards", View::Cards),
    ] {
        let read = ListQuery::parse(query, 1_000);
        assert_eq!(read.map(|query| query.view), Ok(view), "{query}");
    }
}

#[test]
fn queries_have_a_maximum_length_and_number_of_parameters() {
    let second = Ok(slice(Start::Offset(5), 5));
    let long = |length: usize| format!("x={}&page=2", "y".repeat(length - 9));
    assert_eq!(parse(&long(4_096)), second);
    assert_eq!(parse(&long(4_097)), Err(ApiError::LargeQuery));
    let many = |n: usize| format!("{}page=2", "x&".repeat(n - 1));
    assert_eq!(parse(&many(64)), second);
    assert_eq!(parse(&many(65)), Err(ApiError::LargeQuery));
}

#[test]
fn invalid_values_are_rejected_by_name() {
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
fn repeated_or_contradicting_parameters_are_rejected() {
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
        let expected = Err(ApiError::ConflictingParameters(names.0, names.1));
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
