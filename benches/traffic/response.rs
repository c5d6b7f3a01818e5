//! Finds the end of answers in what arrives piece by piece.

use std::mem;

use httparse::Status;
use memchr::memmem;

/// Most headers of an answer.
const MAX_HEADERS: usize = 64;

/// The end of a line.
const LINE_END: &[u8] = b"\r\n";

/// A whole answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub body_bytes: u64,
    /// True if the server says that it will close the connection.
    pub closes: bool,
}

/// The received bytes are no response to the one request that was sent.
#[derive(Debug)]
pub struct Malformed;

/// Position in a response.
#[derive(Clone, Copy, Debug, Default)]
enum Part {
    #[default]
    Head,
    /// Bytes of the body are missing.
    Body(u64),
    ChunkSize,
    /// Bytes of a chunk are missing, of which the last two are the end of a line.
    Chunk(u64),
    Trailers,
    End,
}

/// Reads one answer after another.
#[derive(Default)]
pub struct Parser {
    part: Part,
    answer: Answer,
    /// The beginning of what can only be read as a whole.
    begun: Vec<u8>,
}

impl Parser {
    /// Takes what has arrived; the answer if that is its end.
    ///
    /// # Errors
    ///
    /// If it is no answer, or goes on after its end.
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

    /// Like all of these: how much was read, or nothing if more is needed to go on.
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

/// Part of `missing` that has arrived, and the rest; none if nothing has arrived.
fn consume(missing: u64, bytes: &[u8]) -> Option<(usize, u64)> {
    let read = usize::try_from(missing).map_or(bytes.len(), |missing| missing.min(bytes.len()));
    (read > 0).then(|| (read, missing - read as u64))
}

fn number(value: &[u8]) -> Result<u64, Malformed> {
    let text = str::from_utf8(value).ok();
    text.and_then(|text| text.trim().parse().ok())
        .ok_or(Malformed)
}
