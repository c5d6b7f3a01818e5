//! Cases of the record reader: what becomes of which lines, in tables.

use std::path::PathBuf;

use super::{
    format::ExportFile,
    reader::{MAX_LINE_BYTES, RecordReader},
    record::Item,
    rules::Rule,
};

/// An item in a form that is easy to write down: line, number of lines, and cells or the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Row(u64, u64, Vec<String>),
    Repaired(u64, u64, Vec<String>),
    Rejected(u64, u64, Rule),
}

impl Seen {
    pub(super) fn n_lines(&self) -> u64 {
        let (Self::Row(_, n, _) | Self::Repaired(_, n, _) | Self::Rejected(_, n, _)) = self;
        *n
    }
}

pub(super) fn header(file: ExportFile) -> String {
    let names: Vec<_> = file.columns().iter().map(|column| column.name).collect();
    names.join(",")
}

/// Reads a file from anything that reads.
pub(super) fn items_from(file: ExportFile, source: impl std::io::Read) -> Vec<Seen> {
    let mut reader = RecordReader::new(file, PathBuf::from("file.csv"), source).unwrap();
    let mut items = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        items.push(match item {
            Item::Rejected(rejection) => {
                Seen::Rejected(rejection.line, rejection.n_lines, rejection.rule)
            }
            Item::Record(record) => {
                let text = |cell: super::record::Cell<'_>| {
                    String::from_utf8(cell.text().into_owned()).unwrap()
                };
                let cells = record.cells().map(text).collect();
                if record.lacks_closing_quote {
                    Seen::Repaired(record.line, record.n_lines, cells)
                } else {
                    Seen::Row(record.line, record.n_lines, cells)
                }
            }
        });
    }
    items
}

fn items(file: ExportFile, body: &str) -> Vec<Seen> {
    let text = format!("{}\n{body}", header(file));
    items_from(file, text.as_bytes())
}

fn cells(text: [&str; 4]) -> Vec<String> {
    text.map(str::to_owned).to_vec()
}

fn row(line: u64, text: [&str; 4]) -> Seen {
    Seen::Row(line, 1, cells(text))
}

fn repaired(line: u64, text: [&str; 4]) -> Seen {
    Seen::Repaired(line, 1, cells(text))
}

fn rejected(line: u64, rule: Rule) -> Seen {
    Seen::Rejected(line, 1, rule)
}

#[test]
fn records_may_have_blanks_crlf_blank_lines_and_no_final_line_break() {
    for body in [
        "1,2,\"a\",\"b\"\n3,4,c,null\n",
        "1,2,\"a\",\"b\"\n3,4,c,null",
        "1,2,\"a\",\"b\"\r\n3,4,c,null\r\n",
        " 1 , 2 ,\t\"a\" , \"b\" \n3, 4, c, null ",
    ] {
        let expected = [
            row(2, ["1", "2", "a", "b"]),
            row(3, ["3", "4", "c", "null"]),
        ];
        assert_eq!(items(ExportFile::Photo, body), expected, "{body:?}");
    }
    let expected = [row(4, ["1", "2", "a", "b"])];
    assert_eq!(items(ExportFile::Photo, "\r\n \t\n1,2,a,b\n\n"), expected);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_header() {
    let text = format!("\u{FEFF}{}\r\n1,2,a,b", header(ExportFile::Photo));
    let expected = [row(2, ["1", "2", "a", "b"])];
    assert_eq!(items_from(ExportFile::Photo, text.as_bytes()), expected);
}

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

#[test]
fn a_line_of_more_than_a_mebibyte_is_rejected_alone() {
    let long = "x".repeat(3 * MAX_LINE_BYTES);
    let body = format!("1,2,\"{long}\",b\n3,4,c,d\n5,6,\"{long}");
    let expected = [
        rejected(2, Rule::LineTooLong),
        row(3, ["3", "4", "c", "d"]),
        rejected(4, Rule::LineTooLong),
    ];
    assert_eq!(items(ExportFile::Photo, &body), expected);
}

#[test]
fn what_the_database_cannot_hold_is_rejected() {
    let head = header(ExportFile::Photo).into_bytes();
    for (line, rule) in [
        (&b"\n1,2,a,b\0"[..], Rule::InvalidCharacter),
        (b"\n1,2,\"a\nb\0\",c", Rule::InvalidCharacter),
        (b"\n1,2,a,\"b\xC3", Rule::InvalidUtf8),
        (b"\n1,2,\xED\xA0\x80,b", Rule::InvalidUtf8),
    ] {
        let n_lines = line.split(|&byte| byte == b'\n').count() as u64 - 1;
        let text = [&head, line, b"\n3,4,c,d"].concat();
        let expected = [
            Seen::Rejected(2, n_lines, rule),
            row(2 + n_lines, ["3", "4", "c", "d"]),
        ];
        assert_eq!(
            items_from(ExportFile::Photo, &text[..]),
            expected,
            "{line:?}"
        );
    }
}
