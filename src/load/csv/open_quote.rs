//! Decides what a line that ends inside quotes is: a record whose closing quote was forgotten, or
//! the first line of a text with line breaks.
//!
//! The export's worst fault is a last field that lacks its closing quote: read by the letter, it
//! swallows all rows up to the next such line. But a quoted field may really contain line breaks. So
//! when a line ends inside quotes, the lines that follow decide, and only these are joined to it:
//!
//! - the field is a text, since a number has no line break,
//! - the quote closes within [`MAX_CONTINUATION_LINES`] and [`MAX_CONTINUATION_BYTES`],
//! - the record then has exactly the columns of the file, and
//! - none of the joined lines by itself looks like a row of this file.
//!
//! Otherwise the record ends with the line on which its last field was left open (repaired), or, if
//! it is another field that is open, its first line is rejected alone. Reading goes on with the next
//! line, so a fault never costs more than its own line. The price: text with a line break whose
//! next line happens to be a row of the same file is cut there, and that is reported.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use super::{
    fields::{Field, Split},
    lines::{Line, LineEnd},
    reader::{RecordReader, Step, Taken},
};
use crate::load::{rules::Rule, value::fits};

/// Line breaks that a record may have in its quoted fields.
pub const MAX_CONTINUATION_LINES: u64 = 100;
/// Length of the lines that a record may have after its first, in bytes.
pub const MAX_CONTINUATION_BYTES: usize = 64 * 1024;

/// Where a record ends if its last field lacks the closing quote.
struct Cut {
    field: Field,
    line: LineEnd,
    n_lines: u64,
}

impl<R: Read> RecordReader<R> {
    /// Decides what a first line that ends in an open quoted field belongs to.
    pub(super) fn resolve_open_quote(&mut self, first: LineEnd) -> io::Result<Step> {
        let last_column = self.columns.len() - 1;
        let mut cut = None;
        let mut line = first;
        for n_lines in 1..=MAX_CONTINUATION_LINES {
            if let Some(field) = self.splitter.open_field()
                && cut.is_none()
                && self.splitter.fields().len() == last_column
            {
                cut = Some(Cut {
                    field,
                    line,
                    n_lines,
                });
            }
            if !self.columns[self.splitter.fields().len()].kind.is_text() {
                break;
            }
            let room = MAX_CONTINUATION_BYTES.saturating_sub(line.next - first.next);
            let Line::Whole(next) = self.window.line(line.next, room)? else {
                break;
            };
            if self.looks_like_a_row(line.next, next.text) {
                break;
            }
            line = next;
            match self.splitter.extend(self.window.bytes(line.text)) {
                Split::Open => {}
                Split::Complete if self.splitter.fields().len() == self.columns.len() => {
                    self.taken = Taken::Lines(n_lines + 1, line.next);
                    return Ok(Step::Record {
                        text: line.text,
                        lacks_closing_quote: false,
                    });
                }
                _ => break,
            }
        }
        Ok(self.give_up_open_quote(cut, first))
    }

    fn give_up_open_quote(&mut self, cut: Option<Cut>, first: LineEnd) -> Step {
        let Some(cut) = cut else {
            return Step::Rejected {
                text: first.text,
                rule: Rule::UnclosedQuote,
                detail: Cow::Borrowed("before the last field"),
            };
        };
        self.splitter.close_at(self.columns.len() - 1, cut.field);
        self.taken = Taken::Lines(cut.n_lines, cut.line.next);
        Step::Record {
            text: cut.line.text,
            lacks_closing_quote: true,
        }
    }

    /// Whether a line is a row, or the start of one whose text goes on, judged by its numbers.
    fn looks_like_a_row(&mut self, start: usize, end: usize) -> bool {
        let text = &self.window.bytes(end)[start..];
        let open = match self.probe.split(text) {
            Split::Complete if self.probe.fields().len() == self.columns.len() => None,
            Split::Open => self.probe.open_field(),
            _ => return false,
        };
        // An open first field would be an id, and an id has no line break.
        !self.probe.fields().is_empty()
            && self
                .columns
                .iter()
                .zip(self.probe.fields().iter().chain(&open))
                .all(|(column, field)| fits(column, &text[field.start..field.end], field.quoted))
    }
}
