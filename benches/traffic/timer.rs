//! Timer of the generator.

use std::{
    io,
    os::fd::{AsRawFd as _, OwnedFd},
    time::{Duration, Instant},
};

use mio::{Interest, Registry, Token, unix::SourceFd};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

/// Kernel timer, which is far more exact than the time-out of a poll.
pub struct Timer {
    descriptor: OwnedFd,
    due: Option<Instant>,
}

impl Timer {
    /// Creates a timer whose events carry `token`. They need no acknowledgement: each expiry is an edge.
    ///
    /// # Errors
    ///
    /// If the kernel has none.
    pub fn new(registry: &Registry, token: Token) -> io::Result<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let descriptor = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        registry.register(
            &mut SourceFd(&descriptor.as_raw_fd()),
            token,
            Interest::READABLE,
        )?;
        Ok(Self {
            descriptor,
            due: None,
        })
    }

    /// Schedules an event at `due` and no other.
    pub fn set(&mut self, due: Instant) {
        if self.due.replace(due) == Some(due) {
            return;
        }
        // A time of zero would disarm the timer.
        let rest = due.saturating_duration_since(Instant::now());
        let rest = rest.max(Duration::from_nanos(1));
        let timer = Itimerspec {
            it_interval: Timespec::default(),
            it_value: rest.try_into().expect("it is not that far away"),
        };
        timerfd_settime(&self.descriptor, TimerfdTimerFlags::empty(), &timer)
            .expect("the time is one");
    }
}
