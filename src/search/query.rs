//! What is searched for, as PostgreSQL is asked for it.
//!
//! Every word must be there, in one of its forms.

use std::iter;

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
    /// Words there are that mean the same. None: there is no such word.
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
    fn alternatives(&self, mark: &str) -> String {
        let words = iter::once(&self.word).chain(&self.forms);
        let words: Vec<String> = words.map(|word| quoted(mark, word)).collect();
        format!("({})", words.join("|"))
    }
}

/// Adds to each of `terms` those of its `similar` words that become it by one typo: a letter too many, too few, another
/// one, or two that have changed places. Of the last word the beginning suffices.
///
/// Words there are stay as they are if there are others: those are the ones with a typo.
pub fn forgive(terms: &mut [Term], similar: Vec<Vec<String>>) {
    let last = terms.len().saturating_sub(1);
    let is_known = |term: &Term| !term.forms.is_empty();
    let are_all_known = terms.iter().all(is_known);
    for (n, (term, words)) in terms.iter_mut().zip(similar).enumerate() {
        if are_all_known || !is_known(term) {
            let meant = words.into_iter().filter(|word| {
                is_one_typo(&term.word, word) || n == last && is_begun_with_a_typo(&term.word, word)
            });
            term.forms.extend(meant.collect::<Vec<_>>());
        }
    }
}

fn all(terms: &[Term], mark: &str) -> String {
    if terms.is_empty() {
        // The mark alone: nothing has it.
        return quoted(NAME, "");
    }
    let each: Vec<String> = terms.iter().map(|term| term.alternatives(mark)).collect();
    each.join("&")
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

#[cfg(test)]
mod tests {
    use super::{Question, Term, forgive};

    fn term(word: &str, forms: &[&str]) -> Term {
        let forms = forms.iter().map(|&form| form.to_owned()).collect();
        let word = word.to_owned();
        Term { word, forms }
    }

    /// What `written` is taken for, of `words`, before another word or as the last one.
    fn forgiven(written: &str, is_last: bool, words: &[&str]) -> Vec<String> {
        let mut terms = vec![term(written, &[])];
        if !is_last {
            terms.push(term("", &[]));
        }
        let words = words.iter().map(|&word| word.to_owned()).collect();
        forgive(&mut terms, vec![words, Vec::new()]);
        terms.swap_remove(0).forms
    }

    #[test]
    fn every_word_must_be_there_in_one_of_its_forms() {
        let terms = [term("trail", &[]), term("shoe", &["shoe", "shoes"])];
        let question = Question::new(&terms);
        assert_eq!(question.anywhere, "('trail')&('shoe'|'shoe'|'shoes')");
        assert_eq!(question.in_name, "('=trail')&('=shoe'|'=shoe'|'=shoes')");
    }

    #[test]
    fn nothing_stands_for_what_has_no_words() {
        assert_eq!(Question::new(&[]).anywhere, "'='");
    }

    #[test]
    fn what_has_a_meaning_in_a_query_is_quoted() {
        let question = Question::new(&[term("o'neill\\", &[])]);
        assert_eq!(question.anywhere, "('o''neill\\\\')");
    }

    #[test]
    fn one_typo_is_forgiven_in_a_word_of_four_letters_or_more() {
        let words = ["jacket", "jackets", "packet", "bracket"];
        for (written, meant) in [
            ("jaket", &["jacket"][..]),
            ("jackte", &["jacket"]),
            ("jackett", &["jacket", "jackets"]),
            ("jacked", &["jacket"]),
            ("pucket", &["packet"]),
            ("jaktes", &[]),
            ("jacket", &["jackets", "packet"]),
        ] {
            assert_eq!(forgiven(written, false, &words), meant, "{written}");
        }
        assert!(forgiven("bot", false, &["boot", "bat"]).is_empty());
    }

    #[test]
    fn of_the_last_word_the_beginning_may_have_the_typo() {
        let words = ["sunglasses", "singlet"];
        assert_eq!(forgiven("sungals", true, &words), ["sunglasses"]);
        assert!(forgiven("sungals", false, &words).is_empty());
    }

    #[test]
    fn a_word_there_is_keeps_its_meaning_beside_one_there_is_not() {
        let mut terms = [term("sumer", &[]), term("shoe", &["shoe"])];
        forgive(&mut terms, vec![vec!["summer".into()], vec!["show".into()]]);
        assert_eq!(terms[0].forms, ["summer"]);
        assert_eq!(terms[1].forms, ["shoe"]);
    }
}
