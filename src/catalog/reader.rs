//! Splits an export file into records, and puts right what can be put right without guessing.
//!
//! The export's worst fault is a last field that lacks its closing quote: read by the letter, it
//! swallows all rows up to the next such line. But a quoted field may really contain line breaks. So
//! when a line ends inside quotes, the lines that follow decide, and only these are joined to it:
//!
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
    path::{Path, PathBuf},
};

use super::{
    error::ReadError,
    fields::{Field, Split, Splitter, trim_blanks},
    format::{Column, ExportFile},
    header,
    lines::{Line, LineEnd, LineWindow},
    record::{Item, Record, Rejection},
    rules::Rule,
    value::{excerpt, fits, leading_id},
};

/// Length of the longest line that is read, in bytes.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;
/// Line breaks that a record may have in its quoted fields.
pub const MAX_CONTINUATION_LINES: u64 = 100;
/// Length of the lines that a record may have after its first, in bytes.
pub const MAX_CONTINUATION_BYTES: usize = 64 * 1024;

/// Bytes of a line that is too long that are looked at for the report.
const OVERLONG_HEAD_BYTES: usize = 512;

/// Reads the records of one file.
pub struct RecordReader<R> {
    columns: &'static [Column],
    path: PathBuf,
    window: LineWindow<R>,
    splitter: Splitter,
    /// Looks at a single line while `splitter` is in the middle of a record.
    probe: Splitter,
    /// Number of the line at the start of the window.
    line: u64,
    n_blank_lines: u64,
    /// What the item returned last takes up at the start of the window.
    taken: Taken,
}

#[derive(Clone, Copy)]
enum Taken {
    /// So many whole lines, of so many bytes.
    Lines(u64, usize),
    /// A line whose end was not looked for.
    Overlong,
}

/// An item before its parts are borrowed from the window; `text` is where its last line ends.
enum Step {
    Record {
        text: usize,
        lacks_closing_quote: bool,
    },
    Rejected {
        text: usize,
        rule: Rule,
        detail: Cow<'static, str>,
    },
}

/// Where a record ends if its last field lacks the closing quote.
struct Cut {
    field: Field,
    line: LineEnd,
    n_lines: u64,
}

impl<R: Read> RecordReader<R> {
    /// Reads the header of a file; `path` is for messages.
    ///
    /// # Errors
    ///
    /// [`ReadError::Empty`], [`ReadError::Header`] and [`ReadError::Read`].
    pub fn new(file: ExportFile, path: PathBuf, source: R) -> Result<Self, ReadError> {
        let columns = file.columns();
        let mut reader = Self {
            columns,
            path,
            window: LineWindow::new(source),
            splitter: Splitter::new(columns.len()),
            probe: Splitter::new(columns.len()),
            line: 1,
            n_blank_lines: 0,
            taken: Taken::Lines(0, 0),
        };
        reader.read_header()?;
        Ok(reader)
    }

    /// The file, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the file before the last item; all of them at its end.
    pub fn bytes_read(&self) -> u64 {
        self.window.consumed()
    }

    /// Lines so far that have nothing but blanks; they mean nothing.
    pub fn n_blank_lines(&self) -> u64 {
        self.n_blank_lines
    }

    /// Reads the next record; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// [`ReadError::Read`].
    pub fn next_item(&mut self) -> Result<Option<Item<'_>>, ReadError> {
        let step = match self.next_step() {
            Ok(Some(step)) => step,
            Ok(None) => return Ok(None),
            Err(source) => return Err(self.read_error(source)),
        };
        let line = self.line;
        let n_lines = match self.taken {
            Taken::Lines(n_lines, _) => n_lines,
            Taken::Overlong => 1,
        };
        let (text, rule, detail) = match step {
            Step::Record {
                text,
                lacks_closing_quote,
            } => {
                let text = self.window.bytes(text);
                let Some(rule) = text_fault(text) else {
                    return Ok(Some(Item::Record(Record {
                        line,
                        n_lines,
                        lacks_closing_quote,
                        text,
                        fields: self.splitter.fields(),
                    })));
                };
                (text, rule, Cow::Borrowed("the record is"))
            }
            Step::Rejected { text, rule, detail } => (self.window.bytes(text), rule, detail),
        };
        Ok(Some(Item::Rejected(Rejection {
            line,
            n_lines,
            id: leading_id(text),
            rule,
            detail: format!("{detail}: {}", excerpt(text)),
        })))
    }

    fn read_header(&mut self) -> Result<(), ReadError> {
        let header = self
            .window
            .skip_byte_order_mark()
            .and_then(|()| self.next_line());
        let text = match header.map_err(|source| self.read_error(source))? {
            Line::Whole(end) => {
                self.taken = Taken::Lines(1, end.next);
                end.text
            }
            Line::TooLong => OVERLONG_HEAD_BYTES,
            Line::End => {
                return Err(ReadError::Empty {
                    path: self.path.clone(),
                    expected: header::expected(self.columns),
                });
            }
        };
        header::check(self.columns, self.window.bytes(text)).map_err(|fault| ReadError::Header {
            path: self.path.clone(),
            line: self.line,
            fault,
        })
    }

    /// Moves to the next line that is not blank.
    fn next_line(&mut self) -> io::Result<Line> {
        loop {
            match self.taken {
                Taken::Lines(n_lines, bytes) => {
                    self.window.advance(bytes);
                    self.line += n_lines;
                }
                Taken::Overlong => {
                    self.window.discard_line()?;
                    self.line += 1;
                }
            }
            self.taken = Taken::Lines(0, 0);
            let line = self.window.line(0, MAX_LINE_BYTES)?;
            match line {
                Line::Whole(end) if trim_blanks(self.window.bytes(end.text)).is_empty() => {
                    self.n_blank_lines += 1;
                    self.taken = Taken::Lines(1, end.next);
                }
                _ => return Ok(line),
            }
        }
    }

    fn next_step(&mut self) -> io::Result<Option<Step>> {
        let first = match self.next_line()? {
            Line::Whole(end) => end,
            Line::End => return Ok(None),
            Line::TooLong => {
                self.taken = Taken::Overlong;
                return Ok(Some(Step::Rejected {
                    text: OVERLONG_HEAD_BYTES,
                    rule: Rule::LineTooLong,
                    detail: Cow::Borrowed("the line starts with"),
                }));
            }
        };
        self.taken = Taken::Lines(1, first.next);
        let n_columns = self.columns.len();
        let (rule, detail) = match self.splitter.split(self.window.bytes(first.text)) {
            Split::Open => return self.resolve_open_quote(first).map(Some),
            Split::Complete if self.splitter.fields().len() == n_columns => {
                return Ok(Some(Step::Record {
                    text: first.text,
                    lacks_closing_quote: false,
                }));
            }
            Split::Complete => {
                let found = self.splitter.fields().len();
                let detail = format!("{found} fields instead of {n_columns}");
                (Rule::WrongNumberOfFields, Cow::Owned(detail))
            }
            Split::TooMany => {
                let detail = format!("more than {n_columns} fields");
                (Rule::WrongNumberOfFields, Cow::Owned(detail))
            }
            Split::Misplaced => {
                let detail = format!("in field {}", self.splitter.fields().len() + 1);
                (Rule::MisplacedQuote, Cow::Owned(detail))
            }
        };
        Ok(Some(Step::Rejected {
            text: first.text,
            rule,
            detail,
        }))
    }

    /// Decides what a first line that ends in an open quoted field belongs to.
    fn resolve_open_quote(&mut self, first: LineEnd) -> io::Result<Step> {
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

    fn read_error(&self, source: io::Error) -> ReadError {
        ReadError::Read {
            path: self.path.clone(),
            line: self.line,
            source,
        }
    }
}

fn text_fault(text: &[u8]) -> Option<Rule> {
    if memchr::memchr(0, text).is_some() {
        Some(Rule::InvalidCharacter)
    } else if str::from_utf8(text).is_err() {
        Some(Rule::InvalidUtf8)
    } else {
        None
    }
}
