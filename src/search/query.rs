//! Search query, in the form that PostgreSQL takes.
//!
//! Every word must occur, in one of its forms.

use std::iter;

use super::ranking::NAME_PREFIX;

/// Word of a search, with the words that it is expanded to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word.
    pub word: String,
    /// Indexed words with the same meaning. If there are none, no product has the word.
    pub forms: Vec<String>,
}

/// Texts of the two `tsquery` values of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    /// All words occur in the name.
    pub in_name: String,
    /// All words occur anywhere.
    pub anywhere: String,
}

impl SearchQuery {
    /// Requires all of `terms`. Without terms, nothing matches.
    #[must_use]
    pub fn new(terms: &[Term]) -> Self {
        Self {
            in_name: all(terms, NAME_PREFIX),
            anywhere: all(terms, ""),
        }
    }
}

impl Term {
    fn alternatives(&self, mark: &str) -> String {
        let words = iter::once(&self.word).chain(&self.forms);
        let words: Vec<String> = words.map(|word| quoted(mark, word)).collect();
        format!("({})", words.join("|"))
    }
}

fn all(terms: &[Term], mark: &str) -> String {
    if terms.is_empty() {
        // A marker alone, which no product has.
        return quoted(NAME_PREFIX, "");
    }
    let each: Vec<String> = terms.iter().map(|term| term.alternatives(mark)).collect();
    each.join("&")
}

/// Quotes a lexeme for the text of a `tsquery`.
fn quoted(mark: &str, word: &str) -> String {
    let word = word.replace('\\', "\\\\").replace('\'', "''");
    format!("'{mark}{word}'")
}

#[cfg(test)]
mod tests {
    use super::{SearchQuery, Term};

    fn term(word: &str, forms: &[&str]) -> Term {
        let forms = forms.iter().map(|&form| form.to_owned()).collect();
        let word = word.to_owned();
        Term { word, forms }
    }

    #[test]
    fn every_word_must_occur_in_one_of_its_forms() {
        let terms = [term("trail", &[]), term("shoe", &["shoe", "shoes"])];
        let query = SearchQuery::new(&terms);
        assert_eq!(query.anywhere, "('trail')&('shoe'|'shoe'|'shoes')");
        assert_eq!(query.in_name, "('=trail')&('=shoe'|'=shoe'|'=shoes')");
    }

    #[test]
    fn a_text_without_words_matches_nothing() {
        assert_eq!(SearchQuery::new(&[]).anywhere, "'='");
    }

    #[test]
    fn query_operators_are_quoted() {
        let query = SearchQuery::new(&[term("o'neill\\", &[])]);
        assert_eq!(query.anywhere, "('o''neill\\\\')");
    }
}
