//! Steady readers during a measurement, and their latencies.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    catalog::Catalog,
    fleet::styles,
    support::{client::HttpClient, random::Random},
};

/// Connections to each server.
const CONNECTIONS: u32 = 4;

/// Products that every second request is for: they stay in memory.
const POPULAR: i64 = 1_000;

/// One request.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// Moment when it was due.
    pub due: Instant,
    /// Time from then to the response, in seconds.
    pub seconds: f64,
    /// True if the response was 200 or 404: not every id has a product.
    pub is_answered: bool,
}

/// Readers at work until dropped.
pub struct Readers {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<Read>>>,
}

impl Readers {
    /// Starts to request random products from each server, `rate` times a second.
    pub fn start(catalog: &Catalog, addresses: &[String], rate: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let interval = Duration::from_secs(1) * CONNECTIONS / rate;
        let mut threads = Vec::new();
        for address in addresses {
            for connection in 0..CONNECTIONS {
                let reader = Reader {
                    client: HttpClient::new(address),
                    random: catalog.random(),
                    products: catalog.products,
                    due: Instant::now() + interval * connection / CONNECTIONS,
                    interval,
                };
                let stop = Arc::clone(&stop);
                threads.push(thread::spawn(move || reader.work(&stop)));
            }
        }
        Self { stop, threads }
    }

    /// Stops the readers. Returns every request, ordered by reader.
    pub fn stop(mut self) -> Vec<Read> {
        self.stop.store(true, Ordering::Relaxed);
        let threads = self.threads.drain(..);
        let reads = threads.map(|thread| thread.join().expect("readers do not panic"));
        reads.flatten().collect()
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Requests on one connection.
struct Reader {
    client: HttpClient,
    random: Random,
    products: i64,
    due: Instant,
    interval: Duration,
}

impl Reader {
    fn work(mut self, stop: &AtomicBool) -> Vec<Read> {
        let mut reads = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let pause = self.due.saturating_duration_since(Instant::now());
            thread::sleep(pause);
            // A late wake-up of this thread is not the server's fault, but a slow earlier request is.
            let due = if pause.is_zero() {
                self.due
            } else {
                Instant::now()
            };
            let is_popular = self.random.up_to(2) == 1;
            let highest = if is_popular { POPULAR } else { self.products };
            let path = styles(self.random.up_to(highest.min(self.products)));
            let status = self.client.get(&path).map(|(status, _)| status);
            reads.push(Read {
                due,
                seconds: due.elapsed().as_secs_f64(),
                is_answered: matches!(status, Ok(200 | 404)),
            });
            self.due += self.interval;
        }
        reads
    }
}

/// Returns the latencies of the requests that were due from `begin` to `end`, in milliseconds.
pub fn times(reads: &[Read], begin: Instant, end: Instant) -> Vec<f64> {
    let within = reads.iter().filter(|read| (begin..end).contains(&read.due));
    within.map(|read| read.seconds * 1e3).collect()
}

/// Returns text about failed requests; empty if there are none.
pub fn failed(reads: &[Read]) -> String {
    match reads.iter().filter(|read| !read.is_answered).count() {
        0 => String::new(),
        count => format!("; {count} of {} requests FAILED", reads.len()),
    }
}
