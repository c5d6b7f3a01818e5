//! Cases of the record reader: what becomes of which lines, in tables.

use std::path::PathBuf;

use crate::load::{
    csv::{
        reader::{MAX_LINE_BYTES, RecordReader},
        record::{Cell, Item},
    },
    format::ExportFile,
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

/// The value of a cell as text.
fn text(cell: Cell<'_>) -> String {
    let raw = str::from_utf8(cell.raw).unwrap();
    if cell.doubled {
        raw.replace("\"\"", "\"")
    } else {
        raw.to_owned()
    }
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

pub(super) fn items(file: ExportFile, body: &str) -> Vec<Seen> {
    let text = format!("{}\n{body}", file.header());
    items_from(file, text.as_bytes())
}

pub(super) fn cells(text: [&str; 4]) -> Vec<String> {
    text.map(str::to_owned).to_vec()
}

pub(super) fn row(line: u64, text: [&str; 4]) -> Seen {
    Seen::Row(line, 1, cells(text))
}

pub(super) fn repaired(line: u64, text: [&str; 4]) -> Seen {
    Seen::Repaired(line, 1, cells(text))
}

pub(super) fn rejected(line: u64, rule: Rule) -> Seen {
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
    let text = format!("\u{FEFF}{}\r\n1,2,a,b", ExportFile::Photo.header());
    let expected = [row(2, ["1", "2", "a", "b"])];
    assert_eq!(items_from(ExportFile::Photo, text.as_bytes()), expected);
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
    let head = ExportFile::Photo.header().into_bytes();
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
