//! Rules for the values of parameters.

use crate::{http::response::problem::ApiError, ids::ProductId};

/// Maximum number of ids.
const MAX_IDS: usize = 100;

/// Longest name of a category, in characters.
const MAX_CATEGORY: usize = 200;

/// Longest search query, in characters.
const MAX_WORDS: usize = 200;

/// Document that a list shows of each product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// The element of plain lists.
    #[default]
    Listings,
    /// The card of other products' pages.
    Cards,
}

/// Parses a positive integer.
pub(super) fn positive(name: &'static str, text: &str) -> Result<u64, ApiError> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // A sequence of digits can only be too long.
    let number = is_number.then(|| text.parse().unwrap_or(u64::MAX));
    let positive = number.filter(|number| *number > 0);
    positive.ok_or(ApiError::BadParameter(name, "a positive integer"))
}

/// Parses the id of a product.
pub(super) fn id(name: &'static str, text: &str) -> Result<i64, ApiError> {
    let ProductId(id) = text
        .parse()
        .map_err(|_error| ApiError::BadParameter(name, "a non-negative 64-bit integer"))?;
    Ok(id)
}

/// Parses ids separated by commas. Empty text means no ids.
pub(super) fn ids(text: &str) -> Result<Vec<i64>, ApiError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Result<Vec<i64>, _> = text
        .split(',')
        .take(MAX_IDS + 1)
        .map(|text| text.parse().map(|ProductId(id)| id))
        .collect();
    let rule = "non-negative 64-bit integers separated by commas";
    let ids = ids.map_err(|_error| ApiError::BadParameter("ids", rule))?;
    if ids.len() > MAX_IDS {
        return Err(ApiError::LargeParameter("ids", MAX_IDS, "ids"));
    }
    Ok(ids)
}

/// Checks the name of a category and returns it unchanged.
pub(super) fn category(text: &str) -> Result<String, ApiError> {
    if text.chars().count() > MAX_CATEGORY {
        return Err(ApiError::LargeParameter(
            "category",
            MAX_CATEGORY,
            "characters",
        ));
    }
    Ok(text.to_owned())
}

/// Checks a search query and normalizes the spaces between its words.
pub(super) fn words(text: &str) -> Result<String, ApiError> {
    if text.chars().count() > MAX_WORDS {
        return Err(ApiError::LargeParameter("q", MAX_WORDS, "characters"));
    }
    if !text.contains(char::is_alphanumeric) {
        return Err(ApiError::BadParameter("q", "words to search for"));
    }
    // PostgreSQL's `text` cannot hold this character.
    let words = text.split(|c: char| c.is_whitespace() || c == '\0');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    Ok(words.join(" "))
}

/// Parses a view.
pub(super) fn view(text: &str) -> Result<View, ApiError> {
    match text {
        "cards" => Ok(View::Cards),
        _ => Err(ApiError::BadParameter("view", "cards")),
    }
}
