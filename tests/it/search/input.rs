//! Unusual and random search texts.

use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};

use super::path;
use crate::support::sample::sample_server;

#[tokio::test]
async fn unusual_search_texts_are_answered() {
    let (_database, server) = sample_server(&[]).await;
    for words in [
        "'",
        "a'b",
        "''' or 1=1 --",
        "\\",
        "a\\",
        "a\\'b",
        "shoes:*",
        "!shoes",
        "shoes & | !",
        "(shoes",
        "<->",
        "a:b:c",
        "shoes\u{0}",
        "\u{1F45F} shoes",
        "=shoes",
        "@shoes",
        "%",
        "_ shoes",
        "$1",
        "{}",
        "a.b.c.example",
        "x@y.example",
        "http://shoes.example/a?b=c",
        "1e400",
        "-1",
        "3.5.1",
        "\u{202e}shoes",
        "ß",
        "İstanbul",
        "日本語",
        "ﬁt",
    ] {
        let answer = server.get(&path(words)).await;
        assert!(
            matches!(answer.status, 200 | 400),
            "{words}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn random_search_texts_are_answered() {
    let (_database, server) = sample_server(&["--search-timeout", "20s"]).await;
    let texts = "[a-z'\\\\:&|!<>()=@*%_ -]{1,20}|\\PC{1,30}|(shoe|sho|the|jog'|é){1,4}";
    let texts = proptest::string::string_regex(texts).expect("a pattern");
    let mut runner = TestRunner::deterministic();
    for _ in 0..150 {
        let words = texts.new_tree(&mut runner).unwrap().current();
        let answer = server.get(&path(&words)).await;
        let is_answered =
            answer.status == 200 || answer.status == 400 && !words.contains(char::is_alphanumeric);
        assert!(is_answered, "{words:?}: {}", answer.status);
    }
    assert_eq!(server.count("atelierex_search_failures_total").await, 0);
}
