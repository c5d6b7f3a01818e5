//! One connection to the server.

use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use mio::{Interest, Registry, Token, event::Event, net::TcpStream};
use rustix::io::Errno;
use socket2::{Domain, Socket, Type};

use super::{
    recorder::Request,
    response::{Answer, Parser},
};

/// Connections per source address: the kernel has 28,000 ports for each.
const CONNECTIONS_PER_SOURCE: usize = 20_000;

/// State of a connection.
#[derive(Clone, Copy, Debug)]
pub enum State {
    Opening,
    Idle,
    Busy(Request),
}

/// A connection.
pub struct Connection {
    pub state: State,
    stream: TcpStream,
    parser: Parser,
}

impl Connection {
    /// Begins to connect. Events of this connection carry its number, `index`.
    ///
    /// # Errors
    ///
    /// If that fails at once.
    pub fn open(address: SocketAddr, index: usize, registry: &Registry) -> io::Result<Self> {
        let mut stream = match source(address, index) {
            None => TcpStream::connect(address)?,
            Some(source) => connect_from(source, address)?,
        };
        let interest = Interest::READABLE | Interest::WRITABLE;
        registry.register(&mut stream, Token(index), interest)?;
        Ok(Self {
            state: State::Opening,
            stream,
            parser: Parser::default(),
        })
    }

    /// Returns whether the connection is open by now; then it is idle.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn finish_opening(&mut self) -> io::Result<bool> {
        if let Some(error) = self.stream.take_error()? {
            return Err(error);
        }
        match self.stream.peer_addr() {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(false),
            Err(error) => return Err(error),
        }
        self.stream.set_nodelay(true)?;
        self.state = State::Idle;
        Ok(true)
    }

    /// Sends a request.
    ///
    /// If the connection was closed, or its buffer is full.
    ///
    /// If the connection was closed, or takes no more.
    pub fn send(&mut self, request: &[u8]) -> io::Result<()> {
        // The kernel's buffer has room: earlier requests have been answered.
        let sent = self.stream.write(request)?;
        if sent < request.len() {
            return Err(ErrorKind::WriteZero.into());
        }
        Ok(())
    }

    /// Reads the bytes that have arrived into a shared buffer. Returns the response if it is complete.
    ///
    /// # Errors
    ///
    /// The reason, if there will be no response.
    pub fn receive(
        &mut self,
        event: &Event,
        buffer: &mut [u8],
    ) -> Result<Option<Answer>, &'static str> {
        loop {
            let count = match self.stream.read(buffer) {
                Ok(0) => return Err("closed"),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_reset) => return Err("closed"),
            };
            let advanced = self.parser.advance(&buffer[..count]);
            let answer = advanced.map_err(|_malformed| "malformed")?;
            if let Some(mut answer) = answer {
                answer.closes |= event.is_read_closed();
                return Ok(Some(answer));
            }
            // Later bytes cause another event. The end of the connection may have arrived with this one.
            if count < buffer.len() && !event.is_read_closed() {
                return Ok(None);
            }
        }
    }
}

/// Returns the source address of a connection, unless the kernel may choose it.
fn source(address: SocketAddr, index: usize) -> Option<Ipv4Addr> {
    let block = u32::try_from(index / CONNECTIONS_PER_SOURCE).expect("there are fewer");
    let is_local = matches!(address.ip(), IpAddr::V4(address) if address.is_loopback());
    (is_local && block > 0).then(|| Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + block))
}

fn connect_from(source: Ipv4Addr, address: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::from((source, 0)).into())?;
    match socket.connect(&address.into()) {
        Err(error) if Errno::from_io_error(&error) != Some(Errno::INPROGRESS) => Err(error),
        _ => Ok(TcpStream::from_std(socket.into())),
    }
}
