//! What is searched for, as PostgreSQL is asked for it.
//!
//! Every word must be there, in one of its forms; of the last one, which may not be written to its end, the beginning
//! suffices.

use std::fmt::Write as _;

use strsim::osa_distance;

/// Stands before the words of a name once more, and finds those only.
const NAME: &str = "=";

/// Words that are too short for being told from others after one typo.
const SHORT: usize = 3;

/// A word that is searched for, and what else may stand for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The word.
    pub word: String,
    /// Other words that mean the same.
    pub forms: Vec<String>,
}

/// What is searched for, as the texts of two `tsquery` values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Has all words in the name.
    pub in_name: String,
    /// Has all words anywhere.
    pub anywhere: String,
}

impl Question {
    /// Asks for all of `terms`; of none, nothing has all.
    #[must_use]
    pub fn new(terms: &[Term]) -> Self {
        Self {
            in_name: all(terms, NAME),
            anywhere: all(terms, ""),
        }
    }
}

impl Term {
    /// Adds those of `words` that become this one by one typo: a letter too many, too few, another one, or two that have
    /// changed places. In `is_beginning`, their beginnings suffice.
    pub fn forgive(&mut self, words: Vec<String>, is_beginning: bool) {
        let meant = |word: &String| {
            is_one_typo(&self.word, word) || is_beginning && is_begun_with_a_typo(&self.word, word)
        };
        self.forms.extend(words.into_iter().filter(meant));
    }

    fn alternatives(&self, mark: &str, is_last: bool) -> String {
        let mut text = format!(
            "{}{}",
            quoted(mark, &self.word),
            if is_last { ":*" } else { "" }
        );
        for form in &self.forms {
            // Writing to a string cannot fail.
            let _ = write!(text, "|{}", quoted(mark, form));
        }
        text
    }
}

fn all(terms: &[Term], mark: &str) -> String {
    if terms.is_empty() {
        // The mark alone: nothing has it.
        return quoted(NAME, "");
    }
    let numbered = terms.iter().enumerate();
    let each =
        numbered.map(|(n, term)| format!("({})", term.alternatives(mark, n + 1 == terms.len())));
    each.collect::<Vec<_>>().join("&")
}

/// A lexeme as it stands in the text of a `tsquery`.
fn quoted(mark: &str, word: &str) -> String {
    let word = word.replace('\\', "\\\\").replace('\'', "''");
    format!("'{mark}{word}'")
}

fn is_one_typo(written: &str, word: &str) -> bool {
    written.chars().count() > SHORT && osa_distance(written, word) == 1
}

/// Whether somebody who was writing `word` may have come so far.
fn is_begun_with_a_typo(written: &str, word: &str) -> bool {
    let length = written.chars().count();
    let beginnings = (length - 1..=length + 1).filter_map(|n| beginning(word, n));
    length > SHORT
        && beginnings
            .into_iter()
            .any(|beginning| osa_distance(written, beginning) == 1)
}

/// The first `n` letters of a word that has more.
fn beginning(word: &str, n: usize) -> Option<&str> {
    word.char_indices().nth(n).map(|(end, _)| &word[..end])
}
