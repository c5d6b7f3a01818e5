//! Decides where a record ends whose first line ends inside quotes: its closing quote is missing, or
//! it has a text with line breaks.
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

use std::io::{self, Read};

use super::{
    fields::{Field, Split, Splitter},
    lines::{Line, LineEnd, LineWindow},
};
use crate::load::{format::Column, value::fits};

/// Line breaks that a record may have in its quoted fields.
pub const MAX_CONTINUATION_LINES: u64 = 100;
/// Length of the lines that a record may have after its first, in bytes.
pub const MAX_CONTINUATION_BYTES: usize = 64 * 1024;

/// The end that was found for a record. Its fields are with the splitter.
pub(super) enum Resolution {
    /// The record has `n_lines` lines and ends with `end`.
    Record {
        end: LineEnd,
        n_lines: u64,
        lacks_closing_quote: bool,
    },
    /// A field other than the last is open, so the first line is no record.
    Unclosed,
}

/// The end of a record if its last field lacks the closing quote.
struct Cut {
    field: Field,
    end: LineEnd,
    n_lines: u64,
}

/// A line that ended inside quotes, and the lines joined to it so far.
pub(super) struct JoinedLine<'a, R> {
    columns: &'static [Column],
    window: &'a mut LineWindow<R>,
    splitter: &'a mut Splitter,
    /// Splits single lines while `splitter` is in the middle of the record.
    probe: Splitter,
    first: LineEnd,
    end: LineEnd,
    n_lines: u64,
}

impl<'a, R: Read> JoinedLine<'a, R> {
    /// Begins with the line `first` at the start of `window`, which `splitter` has split.
    pub(super) fn new(
        columns: &'static [Column],
        window: &'a mut LineWindow<R>,
        splitter: &'a mut Splitter,
        first: LineEnd,
    ) -> Self {
        let dialect = splitter.dialect();
        Self {
            columns,
            window,
            splitter,
            probe: Splitter::new(columns.len(), dialect),
            first,
            end: first,
            n_lines: 1,
        }
    }

    /// Joins lines until the record is complete or the rules above forbid it.
    pub(super) fn resolve(mut self) -> io::Result<Resolution> {
        let mut cut = None;
        while self.n_lines <= MAX_CONTINUATION_LINES {
            cut = cut.or_else(|| self.cut());
            if !self.is_in_text() {
                break;
            }
            let Some(next) = self.next_line()? else {
                break;
            };
            self.end = next;
            self.n_lines += 1;
            match self.splitter.extend(self.window.bytes(next.text)) {
                Split::Open => {}
                Split::Complete if self.splitter.fields().len() == self.columns.len() => {
                    return Ok(Resolution::Record {
                        end: self.end,
                        n_lines: self.n_lines,
                        lacks_closing_quote: false,
                    });
                }
                _ => break,
            }
        }
        Ok(cut.map_or(Resolution::Unclosed, |cut| self.cut_off(&cut)))
    }

    /// The end of the record on the current line, if it is the last field that is open.
    fn cut(&self) -> Option<Cut> {
        let field = self.splitter.open_field()?;
        (self.splitter.fields().len() == self.columns.len() - 1).then_some(Cut {
            field,
            end: self.end,
            n_lines: self.n_lines,
        })
    }

    fn cut_off(self, cut: &Cut) -> Resolution {
        self.splitter.close_at(self.columns.len() - 1, cut.field);
        Resolution::Record {
            end: cut.end,
            n_lines: cut.n_lines,
            lacks_closing_quote: true,
        }
    }

    fn is_in_text(&self) -> bool {
        self.columns[self.splitter.fields().len()].kind.is_text()
    }

    /// The line after the joined ones, unless it is too far away or a row itself.
    fn next_line(&mut self) -> io::Result<Option<LineEnd>> {
        let room = MAX_CONTINUATION_BYTES.saturating_sub(self.end.next - self.first.next);
        let Line::Whole(next) = self.window.line(self.end.next, room)? else {
            return Ok(None);
        };
        let is_row = self.looks_like_a_row(self.end.next, next.text);
        Ok((!is_row).then_some(next))
    }

    /// True for a row, or the start of one whose text goes on, judged by its numbers.
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
