//! Main loop: sends due requests and handles arriving responses.

use std::{
    collections::VecDeque,
    io,
    ops::Range,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use mio::{Events, Token, event::Event};
use rustix::time::{ClockId, clock_gettime};

use super::{
    Workload,
    connection::State,
    connections::Connections,
    recorder::{Recorder, Request, Sample},
    report::Report,
    requests::Requests,
    response::Answer,
    timer::Timer,
};

/// Time to wait for responses after the last request.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// Interval for checking whether all responses have arrived.
const CHECK_INTERVAL: Duration = Duration::from_millis(10);

/// Maximum number of events that are handled before the next check for due requests.
const EVENTS: usize = 64;

/// Size of the buffer for responses.
const BUFFER_BYTES: usize = 64 << 10;

/// Token of the timer; the tokens of connections are their numbers.
const TIMER: Token = Token(usize::MAX);

/// Generates traffic in this thread.
///
/// # Errors
///
/// If no connection can be opened.
pub fn generate(workload: &Workload) -> io::Result<Report> {
    run(workload, Recorder::new, &AtomicBool::new(false)).map(Recorder::report)
}

/// The same until `stop`, if that comes first. Returns the outcome of every request.
///
/// # Errors
///
/// If no connection can be opened.
pub fn samples(workload: &Workload, stop: &AtomicBool) -> io::Result<Vec<Sample>> {
    run(workload, Recorder::keeping, stop).map(Recorder::samples)
}

fn run(
    workload: &Workload,
    recorder: impl FnOnce(Range<Instant>) -> Recorder,
    stop: &AtomicBool,
) -> io::Result<Recorder> {
    let mut events = Events::with_capacity(EVENTS);
    let mut connections = Connections::new(workload.address)?;
    connections.open_all(workload.connections, &mut events)?;
    let timer = Timer::new(connections.poll.registry(), TIMER)?;
    let begin = Instant::now();
    let measured = begin + workload.warm_up..begin + workload.warm_up + workload.duration;
    let end = measured.end;
    let mut generator = Generator {
        connections,
        timer,
        waiting: VecDeque::new(),
        in_flight: 0,
        is_closed_loop: workload.rate.is_none(),
        requests: Requests::new(workload),
        recorder: recorder(measured),
        buffer: vec![0; BUFFER_BYTES],
        stop,
    };
    let used_before = processor_time();
    match workload.rate {
        Some(rate) => generator.run_open_loop(begin, rate, end, &mut events),
        None => generator.run_closed_loop(end, &mut events),
    }
    let used = processor_time().saturating_sub(used_before);
    generator.recorder.processor_share = used.div_duration_f64(begin.elapsed());
    generator.await_answers(Instant::now() + ANSWER_TIMEOUT, &mut events);
    Ok(generator.finish())
}

/// Returns the processor time that this process has used.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.try_into().expect("time used is not negative")
}

/// Traffic that is being generated.
struct Generator<'a> {
    connections: Connections,
    timer: Timer,
    /// Due times of the requests that wait for a connection.
    waiting: VecDeque<Instant>,
    /// Number of requests without a response.
    in_flight: usize,
    /// A connection sends a new request as soon as it was answered.
    is_closed_loop: bool,
    requests: Requests,
    recorder: Recorder,
    buffer: Vec<u8>,
    /// No more requests are to be sent.
    stop: &'a AtomicBool,
}

impl Generator<'_> {
    /// Sends requests when they are due, as far as there are idle connections.
    fn run_open_loop(&mut self, begin: Instant, rate: f64, end: Instant, events: &mut Events) {
        let interval = Duration::from_secs_f64(1.0 / rate);
        let mut due = begin;
        loop {
            let now = Instant::now();
            while due <= now && due < end {
                self.recorder.turned_to(due, now);
                self.waiting.push_back(due);
                due += interval;
            }
            self.send_waiting();
            if now >= end || self.is_stopped() {
                return;
            }
            self.timer.set(due.min(end));
            self.handle_events(events, None);
        }
    }

    /// Keeps every connection busy.
    fn run_closed_loop(&mut self, end: Instant, events: &mut Events) {
        while let Some(index) = self.connections.idle.pop_front() {
            self.send(index, Instant::now());
        }
        self.timer.set(end);
        while Instant::now() < end && !self.is_stopped() {
            self.handle_events(events, None);
        }
        self.is_closed_loop = false;
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Sends only the waiting requests, until all are answered.
    fn await_answers(&mut self, deadline: Instant, events: &mut Events) {
        while self.in_flight + self.waiting.len() > 0 && Instant::now() < deadline {
            self.handle_events(events, Some(CHECK_INTERVAL));
        }
    }

    /// Returns the result. Requests without a response so far count as failed.
    fn finish(mut self) -> Recorder {
        let now = Instant::now();
        for connection in self.connections.iter() {
            if let State::Busy(request) = connection.state {
                self.recorder.failed(request.due, "unanswered", now);
            }
        }
        for due in self.waiting {
            self.recorder.failed(due, "unanswered", now);
        }
        self.recorder.incidents("connect", self.connections.failed);
        self.recorder
    }

    /// Handles events, after waiting for them if necessary.
    fn handle_events(&mut self, events: &mut Events, timeout: Option<Duration>) {
        self.connections.wait(events, timeout);
        for event in &*events {
            if event.token() != TIMER {
                self.handle(event.token().0, event);
            }
        }
    }

    fn handle(&mut self, index: usize, event: &Event) {
        let Some(connection) = self.connections.get(index) else {
            return;
        };
        match connection.state {
            State::Opening => {
                if self.connections.is_made(index) {
                    self.release(index);
                }
            }
            State::Idle if event.is_readable() => {
                self.recorder.incidents("closed while idle", 1);
                self.connections.idle.retain(|other| *other != index);
                self.connections.open(index);
            }
            State::Busy(request) if event.is_readable() => {
                match connection.receive(event, &mut self.buffer) {
                    Ok(None) => {}
                    Ok(Some(answer)) => self.answered(index, request, &answer),
                    Err(what) => self.failed(index, request, what),
                }
            }
            State::Idle | State::Busy(_) => {}
        }
    }

    fn answered(&mut self, index: usize, request: Request, answer: &Answer) {
        self.in_flight -= 1;
        self.recorder.answered(request, answer, Instant::now());
        if answer.closes {
            self.recorder.incidents("closed after an answer", 1);
            self.connections.open(index);
        } else {
            self.release(index);
        }
    }

    fn failed(&mut self, index: usize, request: Request, what: &'static str) {
        self.in_flight -= 1;
        self.recorder.failed(request.due, what, Instant::now());
        self.connections.open(index);
    }

    /// Uses a free connection for the next request.
    fn release(&mut self, index: usize) {
        if let Some(due) = self.waiting.pop_front() {
            self.send(index, due);
        } else if self.is_closed_loop {
            self.send(index, Instant::now());
        } else {
            let connection = self.connections.get(index);
            connection.expect("it was just used").state = State::Idle;
            self.connections.idle.push_back(index);
        }
    }

    fn send_waiting(&mut self) {
        while !self.waiting.is_empty() {
            let Some(index) = self.connections.idle.pop_front() else {
                return;
            };
            self.release(index);
        }
    }

    fn send(&mut self, index: usize, due: Instant) {
        let connection = self.connections.get(index);
        let connection = connection.expect("only what was made is free");
        let sent = Instant::now();
        if connection.send(self.requests.next()).is_ok() {
            connection.state = State::Busy(Request { due, sent });
            self.in_flight += 1;
        } else {
            self.recorder.failed(due, "closed", sent);
            self.connections.open(index);
        }
    }
}
