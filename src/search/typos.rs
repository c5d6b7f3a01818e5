//! Misspelled words, and the indexed words that they may mean.

use strsim::osa_distance;

use super::query::Term;

/// Length up to which a word is too short: after one typo it resembles too many others.
const SHORT: usize = 3;

/// Expands each of `terms` to those of its `similar` words that differ by one typo: one letter too many, one too few,
/// one wrong, or two transposed. For the last word, the beginning is enough.
///
/// Indexed words are not expanded if others are not indexed: then those have the typo.
pub fn expand_typos(terms: &mut [Term], similar: Vec<Vec<String>>) {
    let last = terms.len().saturating_sub(1);
    let is_known = |term: &Term| !term.forms.is_empty();
    let are_all_known = terms.iter().all(is_known);
    for (n, (term, words)) in terms.iter_mut().zip(similar).enumerate() {
        if are_all_known || !is_known(term) {
            let meant = words.into_iter().filter(|word| {
                is_one_typo(&term.word, word) || n == last && has_prefix_with_typo(&term.word, word)
            });
            term.forms.extend(meant.collect::<Vec<_>>());
        }
    }
}

fn is_one_typo(written: &str, word: &str) -> bool {
    written.chars().count() > SHORT && osa_distance(written, word) == 1
}

/// Returns whether `written` is the beginning of `word` with one typo.
fn has_prefix_with_typo(written: &str, word: &str) -> bool {
    let length = written.chars().count();
    let beginnings = (length - 1..=length + 1).filter_map(|n| beginning(word, n));
    length > SHORT
        && beginnings
            .into_iter()
            .any(|beginning| osa_distance(written, beginning) == 1)
}

/// Returns the first `n` letters of a word that has more.
fn beginning(word: &str, n: usize) -> Option<&str> {
    word.char_indices().nth(n).map(|(end, _)| &word[..end])
}

#[cfg(test)]
mod tests {
    use super::{Term, expand_typos};

    fn term(word: &str, forms: &[&str]) -> Term {
        let forms = forms.iter().map(|&form| form.to_owned()).collect();
        let word = word.to_owned();
        Term { word, forms }
    }

    /// Returns the `words` that `written` is expanded to, as the last word or an earlier one.
    fn expanded(written: &str, is_last: bool, words: &[&str]) -> Vec<String> {
        let mut terms = vec![term(written, &[])];
        if !is_last {
            terms.push(term("", &[]));
        }
        let words = words.iter().map(|&word| word.to_owned()).collect();
        expand_typos(&mut terms, vec![words, Vec::new()]);
        terms.swap_remove(0).forms
    }

    #[test]
    fn one_typo_is_expanded_in_a_word_of_four_letters_or_more() {
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
            assert_eq!(expanded(written, false, &words), meant, "{written}");
        }
        assert!(expanded("bot", false, &["boot", "bat"]).is_empty());
    }

    #[test]
    fn the_typo_may_be_in_the_prefix_of_the_last_word() {
        let words = ["sunglasses", "singlet"];
        assert_eq!(expanded("sungals", true, &words), ["sunglasses"]);
        assert!(expanded("sungals", false, &words).is_empty());
    }

    #[test]
    fn an_indexed_word_is_not_expanded_beside_an_unknown_one() {
        let mut terms = [term("sumer", &[]), term("shoe", &["shoe"])];
        expand_typos(&mut terms, vec![vec!["summer".into()], vec!["show".into()]]);
        assert_eq!(terms[0].forms, ["summer"]);
        assert_eq!(terms[1].forms, ["shoe"]);
    }
}
