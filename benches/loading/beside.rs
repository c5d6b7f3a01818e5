//! A shop at work beside a load: visitors of a running server, and a writer of single rows.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::runtime;

use super::support::{client::HttpClient, random::Random, scratch::connect, server::Server};

/// Connections of visitors.
const VISITORS: u32 = 4;

/// Interval between two requests of a visitor.
const REQUEST_INTERVAL: Duration = Duration::from_millis(40);

/// Interval between two updates of the writer.
const UPDATE_INTERVAL: Duration = Duration::from_millis(50);

/// Products that visitors ask for: all of them stay in memory.
pub const POPULAR: i64 = 2_000;

/// Writes a row of a product whose values stay the same, so that no document changes.
const UPDATE: &str = "UPDATE catalog.product SET default_price = default_price WHERE id = $1";

/// One request or update.
#[derive(Clone, Copy, Debug)]
struct Sample {
    due: Instant,
    seconds: f64,
    is_done: bool,
}

/// A shop at work until it is stopped.
pub struct Shop {
    stop: Arc<AtomicBool>,
    visitors: Vec<JoinHandle<Vec<Sample>>>,
    writer: JoinHandle<Vec<Sample>>,
}

/// Longest waits of a shop.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// Longest time of a request, in milliseconds.
    pub request: f64,
    /// Requests that failed.
    pub failed: usize,
    /// Longest time of an update, in milliseconds.
    pub update: f64,
}

impl Shop {
    /// Starts one with a server, and a database of so many products.
    pub fn open(server: &Server, url: &str, products: i64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let visitor = |n| {
            let (client, stop) = (HttpClient::new(&server.public), Arc::clone(&stop));
            let random = Random::new(u64::from(n));
            thread::spawn(move || visit(client, random, products.min(POPULAR), &stop))
        };
        Self {
            visitors: (0..VISITORS).map(visitor).collect(),
            writer: {
                let (url, stop) = (url.to_owned(), Arc::clone(&stop));
                thread::spawn(move || write(&url, products, &stop))
            },
            stop,
        }
    }

    /// Ends it. Returns the waits from `begin` on.
    pub fn close(self, begin: Instant) -> Waits {
        self.stop.store(true, Ordering::Relaxed);
        let since = |samples: Vec<Sample>| {
            let samples = samples.into_iter();
            samples.filter(move |sample| sample.due >= begin)
        };
        let join =
            |thread: JoinHandle<Vec<Sample>>| since(thread.join().expect("it does not panic"));
        let requests: Vec<_> = self.visitors.into_iter().flat_map(join).collect();
        let updates: Vec<_> = join(self.writer).collect();
        assert!(
            updates.iter().all(|update| update.is_done),
            "an update failed"
        );
        Waits {
            request: worst(&requests),
            failed: requests.iter().filter(|request| !request.is_done).count(),
            update: worst(&updates),
        }
    }
}

fn worst(samples: &[Sample]) -> f64 {
    let milliseconds = samples.iter().map(|sample| sample.seconds * 1e3);
    milliseconds.fold(0.0, f64::max)
}

/// Returns the path of the styles of a product.
pub fn styles(product: i64) -> String {
    format!("/products/{product}/styles")
}

/// Asks for documents of popular products. 404 is an answer, too: before the first load there is none.
fn visit(
    mut client: HttpClient,
    mut random: Random,
    products: i64,
    stop: &AtomicBool,
) -> Vec<Sample> {
    pace(REQUEST_INTERVAL, stop, || {
        let status = client
            .get(&styles(random.up_to(products)))
            .map(|(status, _)| status);
        matches!(status, Ok(200 | 404))
    })
}

fn write(url: &str, products: i64, stop: &AtomicBool) -> Vec<Sample> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    let client = runtime.block_on(connect(url));
    let update = runtime.block_on(client.prepare(UPDATE));
    let update = update.expect("the table is there");
    let mut random = Random::new(7);
    pace(UPDATE_INTERVAL, stop, || {
        // None of those that the next export changes.
        let id = random.up_to(products / 100 + 1) * 100 + 50;
        runtime.block_on(client.execute(&update, &[&id])).is_ok()
    })
}

/// Acts whenever it is due, until it is told to stop.
fn pace(interval: Duration, stop: &AtomicBool, mut act: impl FnMut() -> bool) -> Vec<Sample> {
    let mut samples = Vec::new();
    let mut next = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        let pause = next.saturating_duration_since(Instant::now());
        thread::sleep(pause);
        // To wake up late is nobody's fault; that the one before took long is.
        let due = if pause.is_zero() {
            next
        } else {
            Instant::now()
        };
        let is_done = act();
        samples.push(Sample {
            due,
            seconds: due.elapsed().as_secs_f64(),
            is_done,
        });
        next += interval;
    }
    samples
}
