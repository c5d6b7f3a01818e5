//! Splits an export file into records, and repairs what can be repaired without guessing.
//!
//! The module `open_quote` decides about lines that end inside quotes.

use std::{
    borrow::Cow,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    fields::{Split, Splitter},
    header,
    lines::{Line, LineEnd, LineWindow},
    open_quote::{JoinedLine, Resolution},
    record::{Item, Record, Rejection},
};
use crate::load::{
    blank::trim_blanks,
    error::ReadError,
    format::{Column, ExportFile},
    rules::Rule,
    value::{excerpt, leading_id},
};

/// Length of the longest line that is read, in bytes.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;
/// Bytes of a line that is too long that are looked at for the report.
const OVERLONG_HEAD_BYTES: usize = 512;

/// Reads the records of one file.
pub struct RecordReader<R> {
    columns: &'static [Column],
    path: PathBuf,
    window: LineWindow<R>,
    splitter: Splitter,
    /// Number of the line at the start of the window.
    line: u64,
    n_blank_lines: u64,
    /// Space of the item returned last at the start of the window.
    taken: Taken,
}

/// Space that an item takes up in the window.
#[derive(Clone, Copy)]
enum Taken {
    /// A number of whole lines, and their bytes.
    Lines(u64, usize),
    /// A line whose end was not looked for.
    Overlong,
}

/// An item before its parts are borrowed from the window; `text` is the end of its last line.
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
            line: 1,
            n_blank_lines: 0,
            taken: Taken::Lines(0, 0),
        };
        reader.read_header(file)?;
        Ok(reader)
    }

    /// Path of the file, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the file before the last item; all of them at its end.
    pub fn bytes_read(&self) -> u64 {
        self.window.consumed()
    }

    /// Number of lines so far that have nothing but blanks; they are skipped.
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

    fn read_header(&mut self, file: ExportFile) -> Result<(), ReadError> {
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
                    expected: file.header(),
                });
            }
        };
        header::check(file, self.window.bytes(text)).map_err(|fault| ReadError::Header {
            path: self.path.clone(),
            line: self.line,
            fault: Box::new(fault),
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
            Split::Open => return self.join_lines(first).map(Some),
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

    /// Reads a record whose first line ends inside quotes.
    fn join_lines(&mut self, first: LineEnd) -> io::Result<Step> {
        let line = JoinedLine::new(self.columns, &mut self.window, &mut self.splitter, first);
        Ok(match line.resolve()? {
            Resolution::Record {
                end,
                n_lines,
                lacks_closing_quote,
            } => {
                self.taken = Taken::Lines(n_lines, end.next);
                Step::Record {
                    text: end.text,
                    lacks_closing_quote,
                }
            }
            Resolution::Unclosed => Step::Rejected {
                text: first.text,
                rule: Rule::UnclosedQuote,
                detail: Cow::Borrowed("before the last field"),
            },
        })
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
