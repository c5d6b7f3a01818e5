//! Progress of long work: bars on a terminal, plain log lines elsewhere.

use std::{
    io::IsTerminal as _,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing::info;

/// Interval at which a stage logs its progress.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// Display of stages. Its bars disappear when it is dropped.
pub struct Progress {
    bars: MultiProgress,
    terminal: bool,
    is_brief: bool,
}

impl Progress {
    /// Shows bars if standard error is a terminal, otherwise writes log lines.
    #[must_use]
    pub fn detect() -> Self {
        Self::new(false)
    }

    /// Shows the same bars, but logs only stages that take long. For work that is a part of another command.
    #[must_use]
    pub fn brief() -> Self {
        Self::new(true)
    }

    fn new(is_brief: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            bars: MultiProgress::with_draw_target(target),
            terminal,
            is_brief,
        }
    }

    /// Begins a stage of `total` units of work; 0 if the total is unknown.
    #[must_use]
    pub fn stage(&self, group: &'static str, name: &str, total: u64) -> Stage {
        let bar = self.bars.add(ProgressBar::new(total));
        let template = "{prefix:<24} [{bar:30}] {percent:>3}%  {msg}  {eta} left";
        bar.set_style(
            ProgressStyle::with_template(template)
                .expect("the template is valid")
                .progress_chars("=> "),
        );
        bar.set_prefix(format!("{group} {name}"));
        bar.enable_steady_tick(Duration::from_millis(200));
        let logs_ends = !self.terminal && !self.is_brief;
        if logs_ends {
            info!(stage = group, of = name, total, "Began {group} {name}");
        }
        let began = Instant::now();
        Stage {
            group,
            bar,
            rows: AtomicU64::new(0),
            began,
            logged: Mutex::new(began),
            terminal: self.terminal,
            logs_ends,
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        // A terminal that is closed needs no clearing.
        let _ = self.bars.clear();
    }
}

/// Stage in progress.
pub struct Stage {
    group: &'static str,
    bar: ProgressBar,
    rows: AtomicU64,
    began: Instant,
    logged: Mutex<Instant>,
    terminal: bool,
    /// Log its begin and end.
    logs_ends: bool,
}

impl Stage {
    /// Counts `units` of the stage's total and `rows` as done.
    pub fn advance(&self, units: u64, rows: u64) {
        self.bar.inc(units);
        self.rows.fetch_add(rows, Ordering::Relaxed);
        self.bar.set_message(self.summary());
        if !self.terminal && self.is_log_due() {
            let total = self.bar.length().unwrap_or(0).max(1);
            let percent = self.bar.position() * 100 / total;
            info!(
                stage = self.group,
                percent,
                "{}: {}",
                self.bar.prefix(),
                self.summary()
            );
        }
    }

    /// Ends the stage and returns how long it took.
    pub fn finish(self) -> Duration {
        let elapsed = self.began.elapsed();
        self.bar.finish_with_message(self.summary());
        if self.logs_ends {
            let seconds = elapsed.as_secs_f64();
            info!(
                stage = self.group,
                seconds,
                "Finished {}: {}",
                self.bar.prefix(),
                self.summary()
            );
        }
        elapsed
    }

    fn is_log_due(&self) -> bool {
        let mut logged = self.logged.lock().expect("no holder panics");
        let due = logged.elapsed() >= LOG_INTERVAL;
        if due {
            *logged = Instant::now();
        }
        due
    }

    fn summary(&self) -> String {
        let rows = self.rows.load(Ordering::Relaxed);
        if rows == 0 {
            return String::new();
        }
        let micros = u64::try_from(self.began.elapsed().as_micros())
            .unwrap_or(u64::MAX)
            .max(1);
        let rate = rows.saturating_mul(1_000_000) / micros;
        format!(
            "{:>11} rows {:>9}/s",
            HumanCount(rows).to_string(),
            HumanCount(rate).to_string()
        )
    }
}
