//! All connections to a server: making them, and which of them is next.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind},
    net::SocketAddr,
    time::{Duration, Instant},
};

use mio::{Events, Poll};

use super::connection::{Connection, State};

/// Connections that are being made at the same time.
const OPENING: usize = 128;

/// Longest time that making all connections may take.
const OPENING_TIMEOUT: Duration = Duration::from_secs(30);

/// Interval at which it is seen whether that has passed.
const GLANCE: Duration = Duration::from_millis(100);

/// All connections to one server.
pub struct Connections {
    pub poll: Poll,
    /// Those without a request, longest idle first: all of them take turns.
    pub idle: VecDeque<usize>,
    /// Those that could not be made.
    pub failed: u64,
    address: SocketAddr,
    /// By number; none where it could not be made.
    all: Vec<Option<Connection>>,
    opening: usize,
}

impl Connections {
    /// No connections yet to `address`.
    ///
    /// # Errors
    ///
    /// If the kernel cannot tell of events.
    pub fn new(address: SocketAddr) -> io::Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            idle: VecDeque::new(),
            failed: 0,
            address,
            all: Vec::new(),
            opening: 0,
        })
    }

    /// Makes `count` connections, as far as they can be made in time.
    ///
    /// # Errors
    ///
    /// If none can.
    pub fn open_all(&mut self, count: usize, events: &mut Events) -> io::Result<()> {
        let deadline = Instant::now() + OPENING_TIMEOUT;
        while (self.all.len() < count || self.opening > 0) && Instant::now() < deadline {
            while self.all.len() < count && self.opening < OPENING {
                self.all.push(None);
                self.open(self.all.len() - 1);
            }
            self.wait(events, Some(GLANCE));
            for event in &*events {
                let index = event.token().0;
                if self.is_made(index) {
                    self.idle.push_back(index);
                }
            }
        }
        self.failed += (count - self.all.len()) as u64;
        if self.idle.is_empty() {
            let message = format!("no connection to {} can be made", self.address);
            return Err(io::Error::other(message));
        }
        Ok(())
    }

    /// Waits for events, at most as long as that.
    ///
    /// # Panics
    ///
    /// If the kernel cannot tell of any.
    pub fn wait(&mut self, events: &mut Events, timeout: Option<Duration>) {
        match self.poll.poll(events, timeout) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => events.clear(),
            Err(error) => panic!("waiting for events: {error}"),
        }
    }

    /// The connection of this number, unless it could not be made.
    pub fn get(&mut self, index: usize) -> Option<&mut Connection> {
        self.all[index].as_mut()
    }

    /// All that there are.
    pub fn iter(&self) -> impl Iterator<Item = &Connection> {
        self.all.iter().flatten()
    }

    /// Makes the connection of this number, or makes it again.
    pub fn open(&mut self, index: usize) {
        // One is closed before the other is made.
        self.all[index] = None;
        match Connection::open(self.address, index, self.poll.registry()) {
            Ok(connection) => {
                self.opening += 1;
                self.all[index] = Some(connection);
            }
            Err(_refused) => self.failed += 1,
        }
    }

    /// True if a connection that was being made is ready now.
    pub fn is_made(&mut self, index: usize) -> bool {
        let connection = self.all[index].as_mut();
        let Some(connection) = connection.filter(|one| matches!(one.state, State::Opening)) else {
            return false;
        };
        match connection.finish_opening() {
            Ok(is_made) => {
                self.opening -= usize::from(is_made);
                is_made
            }
            Err(_refused) => {
                self.opening -= 1;
                self.failed += 1;
                self.all[index] = None;
                false
            }
        }
    }
}
