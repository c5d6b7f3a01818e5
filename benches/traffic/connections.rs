//! All connections to a server: opening them, and choosing the next one.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind},
    net::SocketAddr,
    time::{Duration, Instant},
};

use mio::{Events, Poll};

use super::connection::{Connection, State};

/// Maximum number of connections that are being opened at the same time.
const OPENING: usize = 128;

/// Longest time for opening all connections.
const OPENING_TIMEOUT: Duration = Duration::from_secs(30);

/// Interval for checking that time.
const CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// All connections to one server.
pub struct Connections {
    pub poll: Poll,
    /// Idle connections, longest idle first, so that all are used in turn.
    pub idle: VecDeque<usize>,
    /// Number of connections that could not be opened.
    pub failed: u64,
    address: SocketAddr,
    /// Connections by number; `None` if one could not be opened.
    all: Vec<Option<Connection>>,
    opening: usize,
}

impl Connections {
    /// Creates an empty set of connections to `address`.
    ///
    /// # Errors
    ///
    /// If the kernel does not support event queues.
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

    /// Opens `count` connections, as many as can be opened in time.
    ///
    /// # Errors
    ///
    /// If none can be opened.
    pub fn open_all(&mut self, count: usize, events: &mut Events) -> io::Result<()> {
        let deadline = Instant::now() + OPENING_TIMEOUT;
        while (self.all.len() < count || self.opening > 0) && Instant::now() < deadline {
            while self.all.len() < count && self.opening < OPENING {
                self.all.push(None);
                self.open(self.all.len() - 1);
            }
            self.wait(events, Some(CHECK_INTERVAL));
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

    /// Waits for events, for at most `timeout`.
    ///
    /// # Panics
    ///
    /// If the kernel fails to return events.
    pub fn wait(&mut self, events: &mut Events, timeout: Option<Duration>) {
        match self.poll.poll(events, timeout) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => events.clear(),
            Err(error) => panic!("waiting for events: {error}"),
        }
    }

    /// Returns the connection with this number, unless it could not be opened.
    pub fn get(&mut self, index: usize) -> Option<&mut Connection> {
        self.all[index].as_mut()
    }

    /// Returns all connections.
    pub fn iter(&self) -> impl Iterator<Item = &Connection> {
        self.all.iter().flatten()
    }

    /// Opens the connection with this number, again if it was open before.
    pub fn open(&mut self, index: usize) {
        // The old connection is closed before the new one is opened.
        self.all[index] = None;
        match Connection::open(self.address, index, self.poll.registry()) {
            Ok(connection) => {
                self.opening += 1;
                self.all[index] = Some(connection);
            }
            Err(_refused) => self.failed += 1,
        }
    }

    /// Returns whether a connection that was being opened is open now.
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
