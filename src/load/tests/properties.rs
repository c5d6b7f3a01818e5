//! Properties of every file, for arbitrary contents.

use std::io::Read;

use proptest::{collection::vec, prelude::*};

use super::{
    notations::load_file,
    reader::{Seen, items_from},
};
use crate::load::{error::ReadError, format::ExportFile, rules::Action};

/// A source that delivers its bytes in pieces of the given lengths, over and over.
struct Pieces<'a> {
    bytes: &'a [u8],
    lengths: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.lengths.next().copied().unwrap_or(1).min(buffer.len());
        self.bytes.read(&mut buffer[..length])
    }
}

/// Text in which everything that means something in CSV is frequent.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zé😀 ]{1,5}",
        1 => Just("\"".to_owned()),
        1 => Just(",".to_owned()),
        1 => Just("\n".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("null".to_owned()),
        1 => "[0-9]{1,3},?",
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn single_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Text without a line that starts with the two ids of a photo's row: that one would be cut there.
fn text_without_rows() -> impl Strategy<Value = String> {
    let starts_like_a_row = |line: &str| {
        let mut cells = line.split(',').map(str::trim);
        let mut is_number = || cells.next().is_some_and(|cell| cell.parse::<i64>().is_ok());
        is_number() && is_number() && cells.next().is_some()
    };
    text().prop_filter("a line is like a row", move |text| {
        !text.split('\n').skip(1).any(starts_like_a_row)
    })
}

fn join(lines: &[String], line_break: &str, is_final_break: bool) -> String {
    let mut file = lines.join(line_break);
    if is_final_break {
        file.push_str(line_break);
    }
    file
}

fn line_break() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("\n"), Just("\r\n")]
}

fn cells_of(item: &Seen) -> Option<&[String]> {
    match item {
        Seen::Row(_, _, cells) | Seen::Repaired(_, _, cells) => Some(cells),
        Seen::Rejected(..) => None,
    }
}

/// Bytes that are mostly the ones that matter, so that deep cases are reached.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => Just(b"\n".to_vec()),
        3 => Just(b"\"".to_vec()),
        3 => Just(b",".to_vec()),
        2 => Just(b"\r\n".to_vec()),
        2 => Just(b"1,2,\"a\",\"b".to_vec()),
        2 => Just(b"1,2,\"a\",\"b\"\n".to_vec()),
        2 => Just(b"7,\"".to_vec()),
        1 => Just(b"\"\"".to_vec()),
        1 => Just(b" ".to_vec()),
        1 => Just(b"null".to_vec()),
        1 => vec(any::<u8>(), 1..4),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// A cell in one of the notations that files have, or in none.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[0-9]{1,3}",
        1 => prop::sample::select(&[
            "$20.00", "\"1,299.00\"", "\"9,50\"", "1.299", "(5)", "1E+3", "20.0", "t", "no", "\\N", "NA", "null", "",
            "=\"7\"", "'a'", "“b”", "\"a \\\"b\\\" c\"", "\"C:\\\\x\"", "\"C:\\new\"", "\"6\\\"\"", "\"a", "b\"",
            "\"a\nb\"", "a;b", "a\tb", "\\", "1", "\"x\"",
        ][..]).prop_map(str::to_owned),
        1 => text(),
    ]
}

proptest! {
    /// Every record of a file is a row or has a finding that rejects it, unless the file itself is refused.
    #[test]
    fn every_record_ends_in_a_row_or_in_a_finding(
        rows in vec(vec(cell(), 1..8), 0..12),
        file in prop::sample::select(&ExportFile::ALL[..]),
        separator in prop::sample::select(&[",", ";", "\t"][..]),
    ) {
        let mut lines = vec![file.header().replace(',', separator)];
        lines.extend(rows.iter().map(|cells| cells.join(separator)));
        let text = lines.join("\n");
        let items = items_from(file, text.as_bytes()).len();
        match load_file(file, text.as_bytes()) {
            Ok((rows, findings)) => {
                let rejected = findings.iter().filter(|(_, rule)| rule.action() == Action::Rejected);
                prop_assert_eq!(rows.len() + rejected.count(), items, "{}: {:?}", text, findings);
            }
            Err(ReadError::MixedSeparators { .. } | ReadError::MixedEscapes { .. }) => {}
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn well_formed_csv_is_read_back_as_it_was_written(
        rows in vec((1_i64.., text_without_rows(), text_without_rows(), any::<bool>()), 0..8),
        line_break in line_break(),
        is_final_break in any::<bool>(),
    ) {
        let mut lines = vec![ExportFile::Photo.header()];
        let mut expected = Vec::new();
        for (id, url, thumbnail, is_id_quoted) in &rows {
            let id = id.to_string();
            let first = if *is_id_quoted { quoted(&id) } else { id.clone() };
            lines.push(format!("{first},2,{},{}", quoted(url), quoted(thumbnail)));
            expected.push(vec![id, "2".to_owned(), url.clone(), thumbnail.clone()]);
        }
        let file = join(&lines, line_break, is_final_break);
        let items = items_from(ExportFile::Photo, file.as_bytes());
        prop_assert!(items.iter().all(|item| matches!(item, Seen::Row(..))), "{:?}", items);
        let cells: Vec<_> = items.iter().filter_map(cells_of).map(<[_]>::to_vec).collect();
        prop_assert_eq!(cells, expected);
    }

    #[test]
    fn every_row_comes_back_whichever_closing_quotes_are_missing(
        rows in vec((1_i64.., text(), text(), any::<bool>(), any::<bool>()), 0..12),
        line_break in line_break(),
        is_final_break in any::<bool>(),
    ) {
        let mut lines = vec![ExportFile::Photo.header()];
        let mut expected = Vec::new();
        for (index, (id, url, thumbnail, is_url_null, is_broken)) in rows.iter().enumerate() {
            let (id, thumbnail) = (id.to_string(), single_line(thumbnail));
            let url = if *is_url_null { "null".to_owned() } else { single_line(url) };
            let second = if *is_url_null { url.clone() } else { quoted(&url) };
            let mut line = format!("{id},2,{second},{}", quoted(&thumbnail));
            let cells = vec![id, "2".to_owned(), url, thumbnail];
            let number = index as u64 + 2;
            if *is_broken {
                line.pop();
                expected.push(Seen::Repaired(number, 1, cells));
            } else {
                expected.push(Seen::Row(number, 1, cells));
            }
            lines.push(line);
        }
        let file = join(&lines, line_break, is_final_break);
        prop_assert_eq!(items_from(ExportFile::Photo, file.as_bytes()), expected);
    }

    #[test]
    fn every_line_is_in_a_row_or_rejected(
        body in prop_oneof![soup(), vec(any::<u8>(), 0..300)],
        file in prop::sample::select(&ExportFile::ALL[..]),
    ) {
        let mut bytes = file.header().into_bytes();
        bytes.push(b'\n');
        bytes.extend(&body);
        let items = items_from(file, &bytes[..]);

        let lines: Vec<_> = body.split(|&byte| byte == b'\n').collect();
        let mut is_seen = vec![false; lines.len()];
        for item in &items {
            let (Seen::Row(line, n, _) | Seen::Repaired(line, n, _) | Seen::Rejected(line, n, _)) = item;
            let first = usize::try_from(line - 2).unwrap();
            for seen in &mut is_seen[first..first + usize::try_from(*n).unwrap()] {
                prop_assert!(!*seen, "a line is in two items: {:?}", items);
                *seen = true;
            }
        }
        for (line, seen) in lines.iter().zip(is_seen) {
            let text = line.strip_suffix(b"\r").unwrap_or(line);
            let is_blank = text.iter().all(|byte| matches!(byte, b' ' | b'\t'));
            prop_assert!(seen || is_blank, "{:?} is in no item: {:?}", line, items);
        }
    }

    #[test]
    fn the_pieces_in_which_a_file_arrives_do_not_matter(
        body in soup(),
        lengths in vec(1_usize..20, 1..10),
        has_byte_order_mark in any::<bool>(),
    ) {
        let mut bytes = Vec::new();
        if has_byte_order_mark {
            bytes.extend("\u{FEFF}".as_bytes());
        }
        bytes.extend(ExportFile::Photo.header().as_bytes());
        bytes.push(b'\n');
        bytes.extend(&body);
        let pieces = Pieces { bytes: &bytes, lengths: lengths.iter().cycle() };
        prop_assert_eq!(
            items_from(ExportFile::Photo, pieces),
            items_from(ExportFile::Photo, &bytes[..])
        );
    }
}
