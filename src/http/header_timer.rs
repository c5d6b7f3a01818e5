//! The timer of one connection, which waits for one thing at a time: the head of the next request.
//!
//! hyper makes a sleep for each head and throws it away when the head is there. Entering it into the runtime's
//! timers and taking it out again costs each request as much as finding its document does. Here a connection
//! keeps its one sleep, and only its end is put off.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};

type TokioSleep = Pin<Box<tokio::time::Sleep>>;

/// Gives out the one sleep of a connection.
#[derive(Clone, Default)]
pub(super) struct HeadTimer {
    spare: Arc<Mutex<Option<TokioSleep>>>,
}

impl HeadTimer {
    /// Exchanges what is kept here; nobody else waits for this.
    fn exchange(&self, sleep: Option<TokioSleep>) -> Option<TokioSleep> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *spare, sleep)
    }
}

impl Timer for HeadTimer {
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
        Box::pin(Lent {
            sleep: Some(sleep),
            timer: self.clone(),
        })
    }
}

/// A sleep that goes back to its timer when it is dropped.
struct Lent {
    sleep: Option<TokioSleep>,
    timer: HeadTimer,
}

impl Sleep for Lent {}

impl Future for Lent {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().poll(context),
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.timer.exchange(self.sleep.take());
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use futures_util::FutureExt as _;
    use hyper::rt::Timer as _;

    use super::HeadTimer;

    #[tokio::test]
    async fn a_sleep_that_was_used_before_ends_at_its_own_time() {
        let timer = HeadTimer::default();
        let hour = Duration::from_secs(3_600);
        for _ in 0..3 {
            // Neither the one that was given up nor the one that has ended decides on those after them.
            assert!(timer.sleep(hour).now_or_never().is_none());
            timer.sleep_until(Instant::now()).await;
        }
        assert!(timer.sleep(hour).now_or_never().is_none());
    }
}
