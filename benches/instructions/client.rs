//! A client that does as little as one can, since its instructions are counted, too.

use std::net::SocketAddr;

use memchr::memmem;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Longest answer.
const ANSWER_BYTES: usize = 1 << 20;

/// A connection on which one request at a time is answered.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("it listens");
        stream.set_nodelay(true).expect("it is a TCP socket");
        Self {
            stream,
            buffer: vec![0; ANSWER_BYTES],
        }
    }

    /// Asks.
    pub async fn send(&mut self, request: &[u8]) {
        let sent = self.stream.write_all(request).await;
        sent.expect("the server takes it");
    }

    /// Reads the whole answer and returns its head.
    pub async fn receive(&mut self) -> Head<'_> {
        let (mut length, mut ends) = (0, None);
        while ends.is_none_or(|(_, end)| length < end) {
            let read = self.stream.read(&mut self.buffer[length..]).await;
            let read = read.expect("the server answers");
            assert!(read > 0, "the server closed the connection");
            length += read;
            ends = ends.or_else(|| ends_of(&self.buffer[..length]));
        }
        let (head, _) = ends.expect("the loop goes on without it");
        Head(&self.buffer[..head])
    }

    /// Asks, and waits for the answer.
    pub async fn ask(&mut self, request: &[u8]) -> Head<'_> {
        self.send(request).await;
        self.receive().await
    }
}

/// Where head and body of an answer end, once the whole head is there.
fn ends_of(answer: &[u8]) -> Option<(usize, usize)> {
    let head = memmem::find(answer, b"\r\n\r\n")? + 4;
    let length = Head(&answer[..head]).value(b"\r\ncontent-length: ");
    // Only the head of a 304 may lack it.
    let length = length.map_or(0, |digits| {
        let text = str::from_utf8(digits).expect("digits");
        text.parse().expect("a number")
    });
    Some((head, head + length))
}

/// The head of an answer.
pub struct Head<'answer>(&'answer [u8]);

impl<'answer> Head<'answer> {
    /// The three digits.
    pub fn status(&self) -> &'answer [u8] {
        &self.0["HTTP/1.1 ".len()..][..3]
    }

    /// The value of the header that `start` begins: line break, name, colon, space.
    pub fn value(&self, start: &[u8]) -> Option<&'answer [u8]> {
        let value = &self.0[memmem::find(self.0, start)? + start.len()..];
        let end = memchr::memchr(b'\r', value)?;
        Some(&value[..end])
    }
}
