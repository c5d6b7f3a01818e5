//! Words that match: all words, other forms, prefixes, typos, ranking.

use serde_json::json;

use super::{add, empty_server, path, search, search_fresh};
use crate::support::sample::sample_server;

#[tokio::test]
async fn all_words_must_occur_in_name_category_slogan_or_description() {
    let (_database, server) = sample_server(&[]).await;
    for (words, found) in [
        ("onesie", &[1][..]),
        ("dynasty", &[5]),
        ("goggles", &[]),
        ("treaded", &[9]),
        ("basketball", &[11]),
        ("summer risky", &[9]),
        ("summer dynasty", &[]),
        ("morning gym", &[3]),
    ] {
        assert_eq!(search(&server, words).await, found, "{words}");
    }
}

#[tokio::test]
async fn case_accents_and_the_form_of_a_word_make_no_difference() {
    let (database, server) = empty_server(&[]).await;
    add(
        &database,
        1,
        "Café Jackets",
        "Größe",
        "T-Shirt’s best",
        "Über 350v2",
    )
    .await;
    for words in [
        "cafe",
        "CAFÉ",
        "jacket",
        "jackets",
        "grosse",
        "t-shirt",
        "shirts",
        "T SHIRT",
        "uber",
        "350V2",
        "café, jackets!",
    ] {
        assert_eq!(search_fresh(&server, words).await, [1], "{words}");
    }
}

#[tokio::test]
async fn the_last_word_matches_as_a_prefix() {
    let (_database, server) = sample_server(&[]).await;
    for (words, found) in [
        ("ones", &[1, 5][..]),
        ("summer sho", &[9]),
        ("sho summer", &[]),
        ("bright fut", &[2]),
        ("sungl", &[2]),
    ] {
        let mut ids = search(&server, words).await;
        ids.sort_unstable();
        assert_eq!(ids, found, "{words}");
    }
}

#[tokio::test]
async fn a_word_without_matches_is_expanded_by_one_typo() {
    let (_database, server) = sample_server(&[]).await;
    for (words, found) in [
        ("sumer shoes", &[9][..]),
        ("summre shoes", &[9]),
        ("sunglases", &[2]),
        ("sumer", &[9]),
        ("slakcer", &[4]),
        ("onesei", &[1]),
        ("sommar", &[]),
    ] {
        assert_eq!(search(&server, words).await, found, "{words}");
    }
}

#[tokio::test]
async fn names_come_before_categories_slogans_and_descriptions() {
    let (database, server) = empty_server(&[]).await;
    add(
        &database,
        1,
        "Lamp",
        "Lamps",
        "Light",
        "For trail and forest",
    )
    .await;
    add(&database, 2, "Lamp", "Lamps", "Made for the trail", "Light").await;
    add(&database, 3, "Lamp", "Trail", "Light", "Light").await;
    add(&database, 4, "Trail Lamp", "Lamps", "Light", "Light").await;
    assert_eq!(search_fresh(&server, "trail").await, [4, 3, 2, 1]);
}

#[tokio::test]
async fn stop_words_are_ignored() {
    let (_database, server) = sample_server(&[]).await;
    assert_eq!(search(&server, "the summer and the shoes").await, [9]);
    let answer = server.get(&path("and the")).await;
    assert_eq!(answer.json(), json!([]));
    assert_eq!(answer.header("x-total-count"), "0");
}
