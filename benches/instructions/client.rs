//! A client that does as little as one can, since its instructions are counted, too.

use std::net::SocketAddr;

use memchr::memmem::Finder;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Longest answer.
const ANSWER_BYTES: usize = 1 << 20;

/// A connection on which one request at a time is answered.
pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
    end_of_head: Finder<'static>,
    length_of_body: Finder<'static>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("it listens");
        stream.set_nodelay(true).expect("it is a TCP socket");
        Self {
            stream,
            answer: vec![0; ANSWER_BYTES],
            end_of_head: Finder::new("\r\n\r\n"),
            length_of_body: Finder::new("\r\ncontent-length: "),
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
            let read = self.stream.read(&mut self.answer[length..]).await;
            let read = read.expect("the server answers");
            assert!(read > 0, "the server closed the connection");
            length += read;
            ends = ends.or_else(|| self.ends(length));
        }
        let (head, _) = ends.expect("the loop goes on without it");
        Head(&self.answer[..head])
    }

    /// Asks, and waits for the answer.
    pub async fn ask(&mut self, request: &[u8]) -> Head<'_> {
        self.send(request).await;
        self.receive().await
    }

    /// Ends of head and body of the response, once the whole head is among the first `length` bytes.
    fn ends(&self, length: usize) -> Option<(usize, usize)> {
        let head = self.end_of_head.find(&self.answer[..length])? + 4;
        let body = Head(&self.answer[..head]).value(&self.length_of_body);
        // Only the head of a 304 may lack it.
        let body = body.map_or(0, |digits| digits.parse().expect("a number"));
        Some((head, head + body))
    }
}

/// The head of an answer.
pub struct Head<'answer>(&'answer [u8]);

impl<'answer> Head<'answer> {
    /// The three digits.
    pub fn status(&self) -> &'answer [u8] {
        &self.0["HTTP/1.1 ".len()..][..3]
    }

    /// The value of the header that begins with what `start` finds: line break, name, colon, space.
    pub fn value(&self, start: &Finder) -> Option<&'answer str> {
        let value = &self.0[start.find(self.0)? + start.needle().len()..];
        let end = memchr::memchr(b'\r', value)?;
        Some(str::from_utf8(&value[..end]).expect("our headers are ASCII"))
    }
}
