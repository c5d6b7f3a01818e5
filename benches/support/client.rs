//! Blocking client that keeps its connection. A blocked thread sleeps more exactly than an asynchronous task.

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use memchr::memmem;

/// Longest time of a request.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Bytes per read.
const CHUNK: usize = 64 << 10;

/// Connection to one server, opened when it is needed.
pub struct HttpClient {
    address: String,
    stream: Option<TcpStream>,
    received: Vec<u8>,
}

impl HttpClient {
    /// Creates a client of the server at `address` (`host:port`).
    pub fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            stream: None,
            received: Vec::new(),
        }
    }

    /// Requests a path. Returns status and body.
    ///
    /// # Errors
    ///
    /// A connection that cannot be opened, a malformed response, or one that takes longer than five seconds. A
    /// connection that the server has closed is opened again.
    pub fn get(&mut self, path: &str) -> io::Result<(u16, &[u8])> {
        let was_connected = self.stream.is_some();
        let mut answer = self.exchange(path);
        let is_silent = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
        if was_connected && answer.as_ref().is_err_and(|error| !is_silent(error)) {
            answer = self.exchange(path);
        }
        let (status, body) = answer?;
        Ok((status, &self.received[body..]))
    }

    /// Sends the request and receives the whole response. Returns the status and the start of the body.
    fn exchange(&mut self, path: &str) -> io::Result<(u16, usize)> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.connect()?,
        };
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        stream.write_all(request.as_bytes())?;
        self.received.clear();
        let head = loop {
            if let Some(end) = memmem::find(&self.received, b"\r\n\r\n") {
                break end + 4;
            }
            receive(&mut stream, &mut self.received)?;
        };
        let (status, length) = parse(&self.received[..head]).ok_or(io::ErrorKind::InvalidData)?;
        while self.received.len() < head + length {
            receive(&mut stream, &mut self.received)?;
        }
        self.stream = Some(stream);
        Ok((status, head))
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(stream)
    }
}

fn receive(stream: &mut TcpStream, received: &mut Vec<u8>) -> io::Result<()> {
    let begin = received.len();
    received.resize(begin + CHUNK, 0);
    let count = stream.read(&mut received[begin..])?;
    received.truncate(begin + count);
    if count == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// Returns the status and the length of the body.
fn parse(head: &[u8]) -> Option<(u16, usize)> {
    let head = str::from_utf8(head).ok()?;
    let status = head.get(9..12)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    })?;
    Some((status, length))
}
