//! The parts of a file: records of cells, and lines that are no record.

use super::fields::Field;
use crate::load::{rules::Rule, value::integer};

/// A record or the reason why there is none.
#[derive(Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// As many fields as the file has columns, in UTF-8, without NUL.
    Record(Record<'a>),
    /// Lines that are no record.
    Rejected(Rejection),
}

/// One record of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Line on which it starts; the first line of the file is 1.
    pub line: u64,
    /// Number of lines.
    pub n_lines: u64,
    /// True if the last field lacked its closing quote.
    pub lacks_closing_quote: bool,
    /// Backslashes in the record.
    pub backslashes: Backslashes,
    pub(super) text: &'a [u8],
    pub(super) fields: &'a [Field],
}

/// Backslashes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backslashes {
    /// There are none.
    None,
    /// There are some, and nothing says that they are escapes.
    Literal,
    /// There are some, in a file that has escapes.
    Escapes,
}

/// The value of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// The text between the quotes, or without blanks at its ends if there are none.
    pub raw: &'a [u8],
    /// True if it was in quotes.
    pub quoted: bool,
    /// True if each pair of quotes in `raw` stands for one.
    pub doubled: bool,
    /// True if it was a spreadsheet's formula: `="00123"`.
    pub formula: bool,
}

/// Lines that were left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// First of the lines.
    pub line: u64,
    /// Number of lines.
    pub n_lines: u64,
    /// The number at the start, if there is one.
    pub id: Option<i64>,
    /// The rule that they break.
    pub rule: Rule,
    /// Description of the fault in a few words.
    pub detail: String,
}

impl<'a> Record<'a> {
    /// The cells, as many as the file has columns.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'a>> + use<'a> {
        let text = self.text;
        self.fields.iter().map(move |field| Cell {
            raw: &text[field.start..field.end],
            quoted: field.quoted,
            doubled: field.doubled,
            formula: field.formula,
        })
    }

    /// The first cell, if it is a number.
    #[must_use]
    pub fn id(&self) -> Option<i64> {
        integer(self.cells().next()?.raw)
    }
}
