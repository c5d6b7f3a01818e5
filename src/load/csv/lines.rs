//! A window onto a byte stream that finds line ends, with look-ahead and bounded memory.
//!
//! Knows nothing of fields. What it returns depends on the bytes alone, not on the pieces in which
//! the source delivers them.

use std::io::{self, Read};

use memchr::memchr;

/// Bytes asked of the source at a time; the window grows beyond only for long lines.
const INITIAL_CAPACITY: usize = 256 * 1024;

/// A line at some offset of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The offset is the end of the source.
    End,
    /// The line has more bytes than the caller allows.
    TooLong,
    /// A whole line.
    Whole(LineEnd),
}

/// The end of a line, as offsets from the start of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LineEnd {
    /// End of the text, without the line break.
    pub(super) text: usize,
    /// Start of the next line.
    pub(super) next: usize,
}

/// The bytes of a source from the current record on, as far as they were looked at.
pub(super) struct LineWindow<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    exhausted: bool,
    failure: Option<io::Error>,
    consumed: u64,
}

impl<R: Read> LineWindow<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            buffer: vec![0; INITIAL_CAPACITY],
            start: 0,
            end: 0,
            exhausted: false,
            failure: None,
            consumed: 0,
        }
    }

    /// Bytes that were advanced over since the start.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// The first `length` bytes of the window, which a call of `line` reported.
    pub(super) fn bytes(&self, length: usize) -> &[u8] {
        &self.buffer[self.start..self.start + length]
    }

    /// Moves the start of the window over `length` bytes that a call of `line` reported.
    pub(super) fn advance(&mut self, length: usize) {
        self.start += length;
        self.consumed += length as u64;
    }

    /// Skips a UTF-8 byte order mark.
    pub(super) fn skip_byte_order_mark(&mut self) {
        if self.peek(3) == b"\xEF\xBB\xBF" {
            self.advance(3);
        }
    }

    /// Returns the first bytes of the window, `length` of them unless the source ends or fails before.
    pub(super) fn peek(&mut self, length: usize) -> &[u8] {
        while self.end - self.start < length && self.failure.is_none() {
            match self.fill() {
                Ok(true) => {}
                Ok(false) => break,
                // It is told when the bytes before it have been read.
                Err(error) => self.failure = Some(error),
            }
        }
        let end = self.end.min(self.start + length);
        &self.buffer[self.start..end]
    }

    /// Finds the line that starts `from` bytes into the window.
    ///
    /// Its text ends before LF, CRLF or the end of the source and has at most `limit` bytes, a CR
    /// before the LF included.
    pub(super) fn line(&mut self, from: usize, limit: usize) -> io::Result<Line> {
        let mut searched = from;
        loop {
            let unsearched = &self.buffer[self.start + searched..self.end];
            if let Some(distance) = memchr(b'\n', unsearched) {
                let line_feed = searched + distance;
                return Ok(self.whole(from, line_feed, line_feed + 1, limit));
            }
            searched = self.end - self.start;
            if searched - from > limit {
                return Ok(Line::TooLong);
            }
            if !self.fill()? {
                return Ok(if searched == from {
                    Line::End
                } else {
                    self.whole(from, searched, searched, limit)
                });
            }
        }
    }

    /// Advances over the rest of the current line without keeping it.
    pub(super) fn discard_line(&mut self) -> io::Result<()> {
        loop {
            let unread = &self.buffer[self.start..self.end];
            if let Some(line_feed) = memchr(b'\n', unread) {
                self.advance(line_feed + 1);
                return Ok(());
            }
            self.advance(self.end - self.start);
            if !self.fill()? {
                return Ok(());
            }
        }
    }

    fn whole(&self, from: usize, end: usize, next: usize, limit: usize) -> Line {
        if end - from > limit {
            return Line::TooLong;
        }
        let line = &self.buffer[self.start + from..self.start + end];
        let text = end - usize::from(line.ends_with(b"\r"));
        Line::Whole(LineEnd { text, next })
    }

    /// Reads more behind the window; false at the end of the source.
    fn fill(&mut self) -> io::Result<bool> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if self.exhausted {
            return Ok(false);
        }
        if self.end == self.buffer.len() {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            } else {
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
        }
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.exhausted = true;
                    return Ok(false);
                }
                Ok(length) => {
                    self.end += length;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{INITIAL_CAPACITY, Line, LineEnd, LineWindow};

    fn whole(text: usize, next: usize) -> Line {
        Line::Whole(LineEnd { text, next })
    }

    #[test]
    fn a_line_ends_at_lf_at_crlf_or_at_the_end() {
        let mut window = LineWindow::new(&b"ab\ncd\r\ne\rf\r"[..]);
        assert_eq!(window.line(0, 10).unwrap(), whole(2, 3));
        assert_eq!(window.line(3, 10).unwrap(), whole(5, 7));
        assert_eq!(window.line(7, 10).unwrap(), whole(10, 11));
        assert_eq!(window.line(11, 10).unwrap(), Line::End);
        window.advance(7);
        assert_eq!(window.bytes(3), b"e\rf");
        assert_eq!(window.consumed(), 7);
    }

    #[test]
    fn a_line_may_be_as_long_as_the_limit_and_no_longer() {
        for (source, limit, expected) in [
            (&b"abc\n"[..], 3, whole(3, 4)),
            (b"abc\n", 2, Line::TooLong),
            (b"abc", 3, whole(3, 3)),
            (b"abc", 2, Line::TooLong),
        ] {
            let mut window = LineWindow::new(source);
            assert_eq!(
                window.line(0, limit).unwrap(),
                expected,
                "{source:?}, {limit}"
            );
        }
    }

    #[test]
    fn the_window_does_not_grow_while_a_long_line_is_discarded() {
        let mut source = vec![b'x'; 8 * INITIAL_CAPACITY];
        source.extend(b"\nnext\n");
        let mut window = LineWindow::new(&source[..]);
        assert_eq!(window.line(0, 1000).unwrap(), Line::TooLong);
        window.discard_line().unwrap();
        assert_eq!(window.line(0, 1000).unwrap(), whole(4, 5));
        assert_eq!(window.bytes(4), b"next");
        assert_eq!(window.buffer.len(), INITIAL_CAPACITY);
    }
}
