//! Reads the texts of one file: escapes, addresses, and what only looks like text.

use std::borrow::Cow;

use super::{
    fault::{Fault, FileFault},
    numbers::said,
};
use crate::load::{
    csv::record::{Backslashes, Cell, Record},
    format::{Column, ColumnType},
    notation::{escapes, words, wrapped},
    rules::Rule,
    value::{excerpt, has_misspelled_scheme, is_null},
};

/// Backslashes of the texts of a file so far.
#[derive(Default)]
pub(super) struct Texts {
    literal_line: Option<u64>,
}

/// Text for the database.
pub(super) struct Text<'a> {
    /// The text, with doubled quotes if `doubled`.
    pub(super) raw: Cow<'a, [u8]>,
    /// True if a doubled quote stands for one.
    pub(super) doubled: bool,
}

impl Texts {
    /// Returns a contradiction between this record and earlier ones.
    pub(super) fn contradiction(&self, record: &Record<'_>) -> Option<FileFault> {
        let has_escapes = record.backslashes == Backslashes::Escapes;
        Some(FileFault::MixedEscapes {
            literal_line: self.literal_line.filter(|_| has_escapes)?,
            escape_line: record.line,
        })
    }

    /// Reads a text that is not NULL; what is found in it is appended to `faults`.
    pub(super) fn read<'a>(
        &mut self,
        column: &Column,
        cell: Cell<'a>,
        record: &Record<'_>,
        faults: &mut Vec<Fault>,
    ) -> Result<Text<'a>, Fault> {
        let mut text = Text {
            raw: Cow::Borrowed(cell.raw),
            doubled: cell.doubled,
        };
        match record.backslashes {
            Backslashes::None => {}
            Backslashes::Literal => {
                if escapes::has_escape(cell.raw) || words::is_backslash_n(cell.raw) {
                    self.literal_line.get_or_insert(record.line);
                    faults.push(Fault::new(Rule::LiteralBackslash, said(column, cell.raw)));
                }
            }
            Backslashes::Escapes => {
                if cell.raw.contains(&b'\\') {
                    text = decoded(column, cell, faults)?;
                }
            }
        }
        if column.kind == ColumnType::Url && has_misspelled_scheme(&text.raw) {
            let detail = format!("{} was {}", column.name, excerpt(&text.raw));
            faults.push(Fault::new(Rule::MisspelledScheme, detail));
            text.raw = match text.raw {
                Cow::Borrowed(raw) => Cow::Borrowed(&raw[1..]),
                Cow::Owned(raw) => Cow::Owned(raw[1..].to_vec()),
            };
        }
        Ok(text)
    }
}

#[cold]
fn decoded<'a>(
    column: &Column,
    cell: Cell<'_>,
    faults: &mut Vec<Fault>,
) -> Result<Text<'a>, Fault> {
    let detail = said(column, cell.raw);
    match escapes::decode(cell.raw, cell.doubled) {
        None => Err(Fault::new(Rule::UnknownEscape, detail)),
        Some(text) if text.contains(&0) => Err(Fault::new(Rule::InvalidCharacter, detail)),
        Some(text) => {
            faults.push(Fault::new(Rule::BackslashEscape, detail));
            Ok(Text {
                raw: text.into(),
                doubled: false,
            })
        }
    }
}

/// Returns true if a value may be in a formula or in other quotation marks, by a look at its first byte.
pub(super) fn may_be_wrapped(cell: &Cell<'_>) -> bool {
    cell.formula || matches!(cell.raw.first(), Some(b'=' | b'\'' | 0xE2))
}

/// Takes a value out of a spreadsheet's formula or of other quotation marks.
#[cold]
pub(super) fn unwrapped<'a>(column: &Column, cell: Cell<'a>, faults: &mut Vec<Fault>) -> Cell<'a> {
    let mut inner = |rule, raw| {
        faults.push(Fault::new(rule, said(column, cell.raw)));
        Cell {
            raw,
            quoted: true,
            ..cell
        }
    };
    if cell.formula {
        return inner(Rule::SpreadsheetText, cell.raw);
    }
    let found = if !cell.quoted && wrapped::may_have_marks(cell.raw) {
        wrapped::without_marks(cell.raw).map(|raw| (Rule::OtherQuotes, raw))
    } else if cell.quoted && cell.raw.first() == Some(&b'=') {
        let text = wrapped::text_of_formula(cell.raw, cell.doubled);
        text.map(|raw| (Rule::SpreadsheetText, raw))
    } else {
        None
    };
    found.map_or(cell, |(rule, raw)| inner(rule, raw))
}

/// Returns true if a cell that is no plain `null` means NULL nevertheless; the finding is appended to `faults`.
#[cold]
pub(super) fn is_other_null(
    columns: &[Column],
    column: &Column,
    cell: Cell<'_>,
    record: &Record<'_>,
    faults: &mut Vec<Fault>,
) -> bool {
    let is_quoted_text = column.kind.is_text() && cell.quoted;
    if is_quoted_text || !words::is_null(cell.raw) {
        return false;
    }
    let is_null = column.kind != ColumnType::Text
        || words::is_backslash_n(cell.raw)
        || has_quoted_texts(columns, column, record);
    let rule = if is_null {
        Rule::NullNotation
    } else {
        Rule::NullLikeText
    };
    faults.push(Fault::new(rule, said(column, cell.raw)));
    is_null
}

/// Returns true if the other texts of a record are in quotes, so that a word without quotes is none.
fn has_quoted_texts(columns: &[Column], column: &Column, record: &Record<'_>) -> bool {
    let texts = columns.iter().zip(record.cells());
    let mut texts = texts
        .filter(|(of, _)| of.kind.is_text() && of.name != column.name)
        .filter(|(of, cell)| !is_null(of.kind, cell.raw, cell.quoted) && !words::is_null(cell.raw))
        .map(|(_, cell)| cell.quoted)
        .peekable();
    texts.peek().is_some() && texts.all(|quoted| quoted)
}
