//! Watches the responses of servers for new values, with a thread for each server.

use std::{
    collections::{HashMap, VecDeque},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use memchr::memmem;
use tokio::sync::mpsc as results;

use super::{catalog::Sku, fleet::styles, support::client::HttpClient};

/// Time after which a value counts as never seen.
pub const VISIBLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Pace of polling.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Maximum number of values that are polled between two pauses; then the next ones follow.
    at_once: usize,
    /// Pause if none of them was seen.
    pause: Duration,
}

/// Pace for the timing of single changes.
pub const PACE_OF_SINGLE_CHANGES: Pace = Pace {
    at_once: usize::MAX,
    pause: Duration::from_micros(500),
};

/// Pace that leaves the processor to the measured system: at most a thousand requests a second to each server, however
/// many values are awaited.
pub const PACE_OF_MANY_CHANGES: Pace = Pace {
    at_once: 3,
    pause: Duration::from_millis(3),
};

/// Pace for very many changes that become visible in any order.
pub const PACE_OF_BULK_CHANGES: Pace = Pace {
    at_once: 8,
    pause: Duration::from_millis(20),
};

/// A value to watch for.
struct Wanted {
    number: usize,
    path: String,
    digits: String,
    since: Instant,
}

/// A value that a server has shown, or has never shown.
#[derive(Clone, Copy, Debug)]
struct Seen {
    number: usize,
    at: Option<Instant>,
}

/// Watcher of some servers.
pub struct Watch {
    wanted: Vec<mpsc::Sender<Wanted>>,
    seen: results::UnboundedReceiver<Seen>,
    open: HashMap<usize, Open>,
}

/// A change that some servers have not shown yet.
struct Open {
    committed: Instant,
    servers: usize,
    latest: Instant,
    is_missed: bool,
}

/// A change that all servers have shown, or that timed out.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Number of the change.
    pub number: usize,
    /// From the commit until the last server showed it, in seconds; the time-out if one never did.
    pub delay: f64,
    /// Time at which the last server showed it.
    pub at: Instant,
    /// A server never showed it.
    pub is_missed: bool,
}

impl Watch {
    /// Watches the servers at `addresses`.
    pub fn start(addresses: &[String], pace: Pace) -> Self {
        let (report, seen) = results::unbounded_channel();
        let watch = |address: &String| {
            let (sender, receiver) = mpsc::channel();
            let (client, report) = (HttpClient::new(address), report.clone());
            thread::spawn(move || look_out(client, pace, &receiver, &report));
            sender
        };
        Self {
            wanted: addresses.iter().map(watch).collect(),
            seen,
            open: HashMap::new(),
        }
    }

    /// Watches for `quantity` of `sku` on every server. Numbers must be unique.
    pub fn follow(&mut self, number: usize, sku: Sku, quantity: i64, committed: Instant) {
        let open = Open {
            committed,
            servers: self.wanted.len(),
            latest: committed,
            is_missed: false,
        };
        self.open.insert(number, open);
        for server in &self.wanted {
            let wanted = Wanted {
                number,
                path: styles(sku.product),
                digits: quantity.to_string(),
                since: Instant::now(),
            };
            server.send(wanted).expect("the thread waits for more");
        }
    }

    /// Waits until one of the changes is decided; `None` if none is being watched.
    ///
    /// Cancel-safe.
    pub async fn next(&mut self) -> Option<Outcome> {
        while !self.open.is_empty() {
            let seen = self.seen.recv().await.expect("the threads watch on");
            let open = self.open.get_mut(&seen.number).expect("it is followed");
            open.servers -= 1;
            open.latest = open.latest.max(seen.at.unwrap_or_else(Instant::now));
            open.is_missed |= seen.at.is_none();
            if open.servers == 0 {
                let open = self.open.remove(&seen.number).expect("it is followed");
                return Some(Outcome {
                    number: seen.number,
                    delay: open.latest.duration_since(open.committed).as_secs_f64(),
                    at: open.latest,
                    is_missed: open.is_missed,
                });
            }
        }
        None
    }

    /// Waits until all changes are decided.
    pub async fn rest(&mut self) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        while let Some(outcome) = self.next().await {
            outcomes.push(outcome);
        }
        outcomes
    }
}

/// Returns text about changes that were never seen; empty if there are none.
pub fn missed(outcomes: &[Outcome]) -> String {
    match outcomes.iter().filter(|outcome| outcome.is_missed).count() {
        0 => String::new(),
        count => format!("; {count} NOT SEEN within {} s", VISIBLE_TIMEOUT.as_secs()),
    }
}

/// Polls for the wanted values in turn, until the channel is closed.
fn look_out(
    mut client: HttpClient,
    pace: Pace,
    receiver: &mpsc::Receiver<Wanted>,
    report: &results::UnboundedSender<Seen>,
) {
    let mut waiting = VecDeque::new();
    loop {
        if waiting.is_empty() {
            let Ok(wanted) = receiver.recv() else { return };
            waiting.push_back(wanted);
        }
        waiting.extend(receiver.try_iter());
        let mut is_fruitless = true;
        let mut again = Vec::new();
        for wanted in waiting.drain(..waiting.len().min(pace.at_once)) {
            let Some(seen) = look(&mut client, &wanted) else {
                again.push(wanted);
                continue;
            };
            is_fruitless = false;
            if report.send(seen).is_err() {
                return;
            }
        }
        waiting.extend(again);
        if is_fruitless {
            thread::sleep(pace.pause);
        }
    }
}

/// Requests a product once; `None` if it must be requested again.
fn look(client: &mut HttpClient, wanted: &Wanted) -> Option<Seen> {
    let is_new = |(status, body): (u16, &[u8])| {
        status == 200 && memmem::find(body, wanted.digits.as_bytes()).is_some()
    };
    let is_seen = client.get(&wanted.path).is_ok_and(is_new);
    let at = is_seen.then(Instant::now);
    let is_decided = is_seen || wanted.since.elapsed() > VISIBLE_TIMEOUT;
    is_decided.then_some(Seen {
        number: wanted.number,
        at,
    })
}
