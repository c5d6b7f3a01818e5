//! Cases of lines that end inside quotes: what is joined, what is repaired, what is rejected.

use super::reader::{Seen, cells, items, rejected, repaired, row};
use crate::load::{format::ExportFile, rules::Rule};

#[test]
fn a_missing_closing_quote_costs_no_other_row() {
    let first = ["48", "12", "u", "t"];
    for (body, expected) in [
        // The next line is a row: closed, null, unclosed, empty and unclosed, or with blanks.
        (
            "48,12,\"u\",\"t\n49,13,\"v\",\"w\"",
            vec![repaired(2, first), row(3, ["49", "13", "v", "w"])],
        ),
        (
            "48,12,\"u\",\"t\n49,13,null,null",
            vec![repaired(2, first), row(3, ["49", "13", "null", "null"])],
        ),
        (
            "48,12,\"u\",\"t\n 49, 13, \"v\", \"w",
            vec![repaired(2, first), repaired(3, ["49", "13", "v", "w"])],
        ),
        (
            "48,12,\"u\",\"t\n49,13,null,\"",
            vec![repaired(2, first), repaired(3, ["49", "13", "null", ""])],
        ),
        (
            "48,12,\"u\",\"t\n49,13,\"\",\"\"",
            vec![repaired(2, first), row(3, ["49", "13", "", ""])],
        ),
        // The next row has a text with a line break.
        (
            "48,12,\"u\",\"t\n49,13,\"v\",\"w\nx\"",
            vec![
                repaired(2, first),
                Seen::Row(3, 2, cells(["49", "13", "v", "w\nx"])),
            ],
        ),
        // The next line is a bad row; the one after it is none the worse.
        (
            "48,12,\"u\",\"t\nx,13,\"v\",\"w\"\n50,1,a,b",
            vec![
                repaired(2, first),
                row(3, ["x", "13", "v", "w"]),
                row(4, ["50", "1", "a", "b"]),
            ],
        ),
        (
            "48,12,\"u\",\"t\n49,13,null\n50,1,a,\"",
            vec![
                repaired(2, first),
                rejected(3, Rule::WrongNumberOfFields),
                repaired(4, ["50", "1", "a", ""]),
            ],
        ),
        // A doubled quote at the end is part of the text.
        (
            "48,12,\"u\",\"t\"\"\n49,13,v,w",
            vec![
                repaired(2, ["48", "12", "u", "t\""]),
                row(3, ["49", "13", "v", "w"]),
            ],
        ),
    ] {
        assert_eq!(items(ExportFile::Photo, body), expected, "{body:?}");
    }
}

#[test]
fn a_closing_quote_may_be_missing_before_crlf_and_at_the_end_of_the_file() {
    let first = ["48", "12", "u", "t"];
    for (body, expected) in [
        ("48,12,\"u\",\"t", vec![repaired(2, first)]),
        ("48,12,\"u\",\"t\n", vec![repaired(2, first)]),
        ("48,12,\"u\",\"t\n\n \n", vec![repaired(2, first)]),
        (
            "48,12,\"u\",\"t\r\n49,13,v,w\r\n",
            vec![repaired(2, first), row(3, ["49", "13", "v", "w"])],
        ),
        ("48,12,\"u\",\"t\r\n", vec![repaired(2, first)]),
    ] {
        assert_eq!(items(ExportFile::Photo, body), expected, "{body:?}");
    }
}

#[test]
fn a_quoted_text_may_have_line_breaks() {
    let lines = |n, text| Seen::Row(2, n, cells(text));
    for (body, expected) in [
        (
            "1,2,\"a\",\"b\nc\"\n",
            vec![lines(2, ["1", "2", "a", "b\nc"])],
        ),
        (
            "1,2,\"a\r\n\r\n\"\"b\"\"\",\"c\"",
            vec![lines(3, ["1", "2", "a\r\n\r\n\"b\"", "c"])],
        ),
        (
            "1,2,\"a\nb\",\"c\nd\"\n3,4,e,f",
            vec![
                lines(3, ["1", "2", "a\nb", "c\nd"]),
                row(5, ["3", "4", "e", "f"]),
            ],
        ),
        // Lines that begin like a row and are none.
        (
            "1,2,a,\"sizes\n10, 11\n12,\"\n",
            vec![lines(3, ["1", "2", "a", "sizes\n10, 11\n12,"])],
        ),
        (
            "1,2,a,\"b\n3,4,d,e\"\n5,6,g,h",
            vec![
                lines(2, ["1", "2", "a", "b\n3,4,d,e"]),
                row(4, ["5", "6", "g", "h"]),
            ],
        ),
        // The text goes on, and then its closing quote is missing.
        (
            "1,2,\"a\nb\",\"c\n3,4,d,e",
            vec![
                Seen::Repaired(2, 2, cells(["1", "2", "a\nb", "c"])),
                row(4, ["3", "4", "d", "e"]),
            ],
        ),
    ] {
        assert_eq!(items(ExportFile::Photo, body), expected, "{body:?}");
    }
}

#[test]
fn an_open_quote_that_cannot_be_placed_costs_its_own_line_only() {
    let next = row(3, ["49", "13", "v", "w"]);
    for (line, rule) in [
        ("48,12,\"u", Rule::UnclosedQuote),
        ("48,\"12", Rule::UnclosedQuote),
        ("\"48", Rule::UnclosedQuote),
        ("48,12,\"u,\"t\"", Rule::MisplacedQuote),
        ("48,12,\"u\"x,\"t\"", Rule::MisplacedQuote),
        ("48,12,u\",t", Rule::MisplacedQuote),
        ("48,12,\"u\",t\"", Rule::MisplacedQuote),
        ("48,12,\"u,t\"", Rule::WrongNumberOfFields),
        ("48,12,u", Rule::WrongNumberOfFields),
        ("48,12,u,t,", Rule::WrongNumberOfFields),
        ("48,12,u,t,\"x", Rule::WrongNumberOfFields),
    ] {
        let body = format!("{line}\n49,13,\"v\",\"w\"\n");
        assert_eq!(
            items(ExportFile::Photo, &body),
            [rejected(2, rule), next.clone()],
            "{line}"
        );
        let last = items(ExportFile::Photo, line);
        assert_eq!(last, [rejected(2, rule)], "{line} at the end of the file");
    }
}

#[test]
fn a_number_does_not_go_on_in_the_next_line() {
    let body = "1,1,XS,\"8\n2,1,S,\"\n\"3\nx\",1,M,2";
    let expected = [
        repaired(2, ["1", "1", "XS", "8"]),
        repaired(3, ["2", "1", "S", ""]),
        rejected(4, Rule::UnclosedQuote),
        rejected(5, Rule::MisplacedQuote),
    ];
    assert_eq!(items(ExportFile::Sku, body), expected);
}

#[test]
fn a_quote_that_closes_far_away_does_not_count() {
    let text = "text\n".repeat(101);
    let found = items(ExportFile::Photo, &format!("1,2,a,\"b\n{text}\"\n3,4,c,d"));
    assert_eq!(found.first(), Some(&repaired(2, ["1", "2", "a", "b"])));
    assert_eq!(found.last(), Some(&row(105, ["3", "4", "c", "d"])));
    let lines: u64 = found.iter().map(Seen::n_lines).sum();
    assert_eq!(lines, 105 - 1);

    let text = "x".repeat(70_000);
    let found = items(ExportFile::Photo, &format!("1,2,a,\"b\n{text}\"\n3,4,c,d"));
    assert_eq!(found[0], repaired(2, ["1", "2", "a", "b"]));
    assert_eq!(
        found[1..],
        [
            rejected(3, Rule::MisplacedQuote),
            row(4, ["3", "4", "c", "d"])
        ]
    );
}

#[test]
fn a_product_with_an_open_text_does_not_swallow_the_next_one() {
    let body = "7,\"n\",\"s,\"\",\"d\",c,120\n8,\"n\",\"s\",\"line\nbreak\",c,5\n9,\"n\",\"s\",\"open,c,5\n10,n,,,,1";
    let text = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect();
    assert_eq!(
        items(ExportFile::Product, body),
        [
            rejected(2, Rule::MisplacedQuote),
            Seen::Row(3, 2, text(&["8", "n", "s", "line\nbreak", "c", "5"])),
            rejected(5, Rule::UnclosedQuote),
            Seen::Row(6, 1, text(&["10", "n", "", "", "", "1"])),
        ]
    );
}
