//! Incremental parser that finds the end of responses.

use std::mem;

use httparse::Status;
use memchr::memmem;

/// Maximum number of headers of a response.
const MAX_HEADERS: usize = 64;

/// The end of a line.
const LINE_END: &[u8] = b"\r\n";

/// A complete response.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub body_bytes: u64,
    /// The server will close the connection.
    pub closes: bool,
}

/// The received bytes are no response to the request.
#[derive(Debug)]
pub struct Malformed;

/// State of the parser.
#[derive(Clone, Copy, Debug, Default)]
enum Part {
    #[default]
    Head,
    /// Bytes of the body are missing.
    Body(u64),
    ChunkSize,
    /// Bytes of a chunk are missing, including the two of its line end.
    Chunk(u64),
    Trailers,
    End,
}

/// Parser of one response after another.
#[derive(Default)]
pub struct Parser {
    part: Part,
    answer: Answer,
    /// Bytes of an element that must be parsed as a whole.
    begun: Vec<u8>,
}

impl Parser {
    /// Parses the next bytes. Returns the response if they complete it.
    ///
    /// # Errors
    ///
    /// If the bytes are no response, or continue after its end.
    pub fn advance(&mut self, arrived: &[u8]) -> Result<Option<Answer>, Malformed> {
        if self.begun.is_empty() {
            return self.advance_all(arrived);
        }
        let mut whole = mem::take(&mut self.begun);
        whole.extend_from_slice(arrived);
        self.advance_all(&whole)
    }

    fn advance_all(&mut self, mut bytes: &[u8]) -> Result<Option<Answer>, Malformed> {
        loop {
            let read = match self.part {
                Part::Head => self.head(bytes)?,
                Part::Body(missing) => self.body(missing, bytes),
                Part::ChunkSize => self.chunk_size(bytes)?,
                Part::Chunk(missing) => self.chunk(missing, bytes),
                Part::Trailers => self.trailers(bytes),
                Part::End => break,
            };
            let Some(read) = read else {
                self.begun.extend_from_slice(bytes);
                return Ok(None);
            };
            bytes = &bytes[read..];
        }
        if !bytes.is_empty() {
            return Err(Malformed);
        }
        self.part = Part::Head;
        Ok(Some(mem::take(&mut self.answer)))
    }

    /// Like all states, returns the number of bytes used, or `None` if more are needed.
    fn head(&mut self, bytes: &[u8]) -> Result<Option<usize>, Malformed> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let Ok(parsed) = response.parse(bytes) else {
            return Err(Malformed);
        };
        let Status::Complete(length) = parsed else {
            return Ok(None);
        };
        self.answer.status = response.code.ok_or(Malformed)?;
        let mut end = None;
        for header in response.headers {
            let is = |name| header.name.eq_ignore_ascii_case(name);
            if is("content-length") {
                end = Some(Part::Body(number(header.value)?));
            } else if is("transfer-encoding") {
                end = Some(Part::ChunkSize);
            } else if is("connection") {
                self.answer.closes = header.value.eq_ignore_ascii_case(b"close");
            }
        }
        self.part = match (self.answer.status, end) {
            (204 | 304, _) | (_, Some(Part::Body(0))) => Part::End,
            (_, Some(part)) => part,
            // A body that ends with the connection.
            (_, None) => return Err(Malformed),
        };
        Ok(Some(length))
    }

    fn body(&mut self, missing: u64, bytes: &[u8]) -> Option<usize> {
        let (read, missing) = consume(missing, bytes)?;
        self.answer.body_bytes += read as u64;
        self.part = if missing == 0 {
            Part::End
        } else {
            Part::Body(missing)
        };
        Some(read)
    }

    fn chunk_size(&mut self, bytes: &[u8]) -> Result<Option<usize>, Malformed> {
        let Ok(parsed) = httparse::parse_chunk_size(bytes) else {
            return Err(Malformed);
        };
        let Status::Complete((length, size)) = parsed else {
            return Ok(None);
        };
        self.answer.body_bytes += size;
        self.part = match size {
            0 => Part::Trailers,
            size => Part::Chunk(size + LINE_END.len() as u64),
        };
        Ok(Some(length))
    }

    fn chunk(&mut self, missing: u64, bytes: &[u8]) -> Option<usize> {
        let (read, missing) = consume(missing, bytes)?;
        self.part = if missing == 0 {
            Part::ChunkSize
        } else {
            Part::Chunk(missing)
        };
        Some(read)
    }

    fn trailers(&mut self, bytes: &[u8]) -> Option<usize> {
        let length = if bytes.starts_with(LINE_END) {
            LINE_END.len()
        } else {
            memmem::find(bytes, b"\r\n\r\n")? + 4
        };
        self.part = Part::End;
        Some(length)
    }
}

/// Splits off the part of `missing` that has arrived; `None` if nothing has.
fn consume(missing: u64, bytes: &[u8]) -> Option<(usize, u64)> {
    let read = usize::try_from(missing).map_or(bytes.len(), |missing| missing.min(bytes.len()));
    (read > 0).then(|| (read, missing - read as u64))
}

fn number(value: &[u8]) -> Result<u64, Malformed> {
    let text = str::from_utf8(value).ok();
    text.and_then(|text| text.trim().parse().ok())
        .ok_or(Malformed)
}
