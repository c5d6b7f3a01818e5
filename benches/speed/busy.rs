//! How busy processors were: who is at the limit, the server or the generator.

use std::fs;

/// A processor, watched from a moment on.
pub struct Busy {
    processor: u32,
    since: Times,
}

/// Ticks that a processor has spent since the machine was started.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    working: f64,
    all: f64,
}

impl Busy {
    /// Watches the processor of this number from now on.
    pub fn watch(processor: u32) -> Self {
        Self {
            processor,
            since: Times::read(processor),
        }
    }

    /// The share of the time since then that it was working, in percent.
    pub fn percent(&self) -> f64 {
        let now = Times::read(self.processor);
        100.0 * (now.working - self.since.working) / (now.all - self.since.all).max(1.0)
    }
}

impl Times {
    /// What `/proc/stat` tells; all zero for a processor that is not there.
    fn read(processor: u32) -> Self {
        let text = fs::read_to_string("/proc/stat").unwrap_or_default();
        let name = format!("cpu{processor} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        let ticks: Vec<f64> = line
            .unwrap_or_default()
            .split_whitespace()
            .filter_map(|field| field.parse().ok())
            .collect();
        // user, nice, system, idle, waiting for disks, interrupts of both kinds, taken by the host; guests are in user.
        let all: f64 = ticks.iter().take(8).sum();
        let idle: f64 = ticks.iter().skip(3).take(2).sum();
        Self {
            working: all - idle,
            all,
        }
    }
}
