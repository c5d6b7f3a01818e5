//! Timer of one connection, which waits for one thing at a time: the head of the next request.
//!
//! hyper creates a sleep for each head and drops it when the head has arrived. Registering it with the runtime's timers
//! and removing it again costs a request as much as finding its document. This timer keeps one sleep per connection and
//! only moves its deadline.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};

type TokioSleep = Pin<Box<tokio::time::Sleep>>;

/// Owner of a connection's only sleep.
#[derive(Clone, Default)]
pub(super) struct HeaderTimer {
    spare: Arc<Mutex<Option<TokioSleep>>>,
}

impl HeaderTimer {
    /// Stores a sleep for reuse. The lock is never contended.
    fn exchange(&self, sleep: Option<TokioSleep>) -> Option<TokioSleep> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *spare, sleep)
    }
}

impl Timer for HeaderTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        let sleep = match self.exchange(None) {
            Some(mut sleep) => {
                sleep.as_mut().reset(deadline.into());
                sleep
            }
            None => Box::pin(tokio::time::sleep_until(deadline.into())),
        };
        Box::pin(TimerGuard {
            sleep: Some(sleep),
            timer: self.clone(),
        })
    }
}

/// Guard of a sleep, which returns it to its timer when dropped.
struct TimerGuard {
    sleep: Option<TokioSleep>,
    timer: HeaderTimer,
}

impl Sleep for TimerGuard {}

impl Future for TimerGuard {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().poll(context),
            None => Poll::Ready(()),
        }
    }
}

impl Drop for TimerGuard {
    fn drop(&mut self) {
        self.timer.exchange(self.sleep.take());
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use futures_util::FutureExt as _;
    use hyper::rt::Timer as _;

    use super::HeaderTimer;

    #[tokio::test]
    async fn a_reused_sleep_ends_at_its_own_deadline() {
        let timer = HeaderTimer::default();
        let hour = Duration::from_secs(3_600);
        for _ in 0..3 {
            // Neither an abandoned sleep nor an elapsed one affects the next.
            assert!(timer.sleep(hour).now_or_never().is_none());
            timer.sleep_until(Instant::now()).await;
        }
        assert!(timer.sleep(hour).now_or_never().is_none());
    }
}
