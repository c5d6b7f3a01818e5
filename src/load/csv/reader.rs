//! Splits an export file into records, and repairs what can be repaired without guessing.
//!
//! The module `open_quote` decides about lines that end inside quotes.

use std::{
    borrow::Cow,
    io::{self, Read},
    path::{Path, PathBuf},
};

use memchr::memmem;

use super::{
    dialect::{Dialect, SAMPLE_BYTES},
    fields::{Split, Splitter},
    header,
    lines::{Line, LineEnd, LineWindow},
    open_quote::{JoinedLine, Resolution},
    record::{Backslashes, Item, Record, Rejection},
};
use crate::load::{
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
    header_line: u64,
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
            splitter: Splitter::new(columns.len(), Dialect::default()),
            header_line: 1,
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

    /// Separator of the fields.
    pub fn separator(&self) -> u8 {
        self.splitter.dialect().separator
    }

    /// Line of the header.
    pub fn header_line(&self) -> u64 {
        self.header_line
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
                match text_fault(text) {
                    Ok(has_backslash) => {
                        let backslashes = match (has_backslash, self.splitter.dialect().has_escapes)
                        {
                            (false, _) => Backslashes::None,
                            (true, false) => Backslashes::Literal,
                            (true, true) => Backslashes::Escapes,
                        };
                        return Ok(Some(Item::Record(Record {
                            line,
                            n_lines,
                            lacks_closing_quote,
                            backslashes,
                            text,
                            fields: self.splitter.fields(),
                        })));
                    }
                    Err(rule) => (text, rule, Cow::Borrowed("the record is")),
                }
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
        self.window.skip_byte_order_mark();
        let mut text = self.header_text(file)?;
        if header::is_separator_line(self.window.bytes(text)) {
            text = self.header_text(file)?;
        }
        let checked = header::check(file, self.window.bytes(text));
        let separator = checked.map_err(|fault| ReadError::Header {
            path: self.path.clone(),
            line: self.line,
            fault: Box::new(fault),
        })?;
        self.header_line = self.line;
        let mut dialect = Dialect::separated_by(separator);
        dialect.recognize(self.window.peek(SAMPLE_BYTES));
        self.splitter = Splitter::new(self.columns.len(), dialect);
        Ok(())
    }

    /// Moves to the next line and returns the end of its text, or of its start if it is too long.
    fn header_text(&mut self, file: ExportFile) -> Result<usize, ReadError> {
        match self.next_line().map_err(|source| self.read_error(source))? {
            Line::Whole(end) => {
                self.taken = Taken::Lines(1, end.next);
                Ok(end.text)
            }
            Line::TooLong => Ok(OVERLONG_HEAD_BYTES),
            Line::End => Err(ReadError::Empty {
                path: self.path.clone(),
                expected: file.header(),
            }),
        }
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
                Line::Whole(end) if self.is_blank(end) => {
                    self.n_blank_lines += 1;
                    self.taken = Taken::Lines(1, end.next);
                }
                _ => return Ok(line),
            }
        }
    }

    fn is_blank(&self, line: LineEnd) -> bool {
        let blanks = self.splitter.dialect().blanks();
        let text = self.window.bytes(line.text);
        text.iter().all(|byte| blanks.contains(byte))
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
        let split = self.splitter.split(self.window.bytes(first.text));
        if split == Split::Complete && self.splitter.fields().len() == n_columns {
            return Ok(Some(Step::Record {
                text: first.text,
                lacks_closing_quote: false,
            }));
        }
        if let Some(step) = self.with_escapes(first, split)? {
            return Ok(Some(step));
        }
        let found = self.splitter.fields().len();
        let (rule, detail) = match split {
            Split::Open => return self.join_lines(first).map(Some),
            Split::Complete => {
                let detail = format!("{found} fields instead of {n_columns}");
                (Rule::WrongNumberOfFields, Cow::Owned(detail))
            }
            Split::TooMany => {
                let detail = format!("more than {n_columns} fields");
                (Rule::WrongNumberOfFields, Cow::Owned(detail))
            }
            Split::Misplaced => {
                let detail = format!("in field {}", found + 1);
                (Rule::MisplacedQuote, Cow::Owned(detail))
            }
        };
        Ok(Some(Step::Rejected {
            text: first.text,
            rule,
            detail,
        }))
    }

    /// Reads a record that is none in plain CSV, but one if backslashes are escapes. If so, they are from now on.
    fn with_escapes(&mut self, first: LineEnd, split: Split) -> io::Result<Option<Step>> {
        let text = self.window.bytes(first.text);
        let may_have =
            !self.splitter.dialect().has_escapes && memmem::find(text, b"\\\"").is_some();
        if !may_have {
            return Ok(None);
        }
        let is_whole = |step: &Step| {
            matches!(
                step,
                Step::Record {
                    lacks_closing_quote: false,
                    ..
                }
            )
        };
        if split == Split::Open {
            let step = self.join_lines(first)?;
            if is_whole(&step) {
                return Ok(Some(step));
            }
        }
        self.splitter.set_escapes(true);
        let step = match self.splitter.split(self.window.bytes(first.text)) {
            Split::Open => self.join_lines(first)?,
            Split::Complete if self.splitter.fields().len() == self.columns.len() => Step::Record {
                text: first.text,
                lacks_closing_quote: false,
            },
            _ => Step::Rejected {
                text: first.text,
                rule: Rule::MisplacedQuote,
                detail: Cow::Borrowed(""),
            },
        };
        if is_whole(&step) {
            return Ok(Some(step));
        }
        self.splitter.set_escapes(false);
        self.splitter.split(self.window.bytes(first.text));
        self.taken = Taken::Lines(1, first.next);
        Ok(None)
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

/// Returns the rule that a text breaks, or true if it has a backslash.
fn text_fault(text: &[u8]) -> Result<bool, Rule> {
    // One search for both, since most texts have neither.
    let first = memchr::memchr2(0, b'\\', text);
    let has_zero = first.is_some_and(|at| memchr::memchr(0, &text[at..]).is_some());
    if has_zero {
        Err(Rule::InvalidCharacter)
    } else if str::from_utf8(text).is_err() {
        Err(Rule::InvalidUtf8)
    } else {
        Ok(first.is_some())
    }
}
