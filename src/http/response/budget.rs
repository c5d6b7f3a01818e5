//! Memory budget of composed responses in flight.
//!
//! A document is in memory once, for all clients that read it. A composed body is created for one request, and stays as
//! long as its client reads it.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::ApiError;
use crate::metrics::Metrics;

/// Number of bytes that all composed bodies in flight may take together.
pub(crate) struct ResponseBudget {
    capacity: usize,
    free: Arc<Semaphore>,
    rejected: prometheus::IntCounter,
}

/// Reservation of one body.
pub(crate) struct Reservation {
    permit: OwnedSemaphorePermit,
}

/// Body that returns its reservation when its last byte is freed.
struct HeldBody {
    body: Bytes,
    _reservation: Reservation,
}

impl ResponseBudget {
    /// Creates a budget of `capacity` bytes.
    pub fn new(capacity: usize, metrics: &Metrics) -> Self {
        let capacity = capacity.min(Semaphore::MAX_PERMITS);
        Self {
            capacity,
            free: Arc::new(Semaphore::new(capacity)),
            rejected: metrics.http_response_buffer_rejections.clone(),
        }
    }

    /// Reserves at most `length` bytes without waiting. A body larger than the budget takes all of it.
    ///
    /// # Errors
    ///
    /// [`ApiError::Overloaded`] while other bodies take the budget.
    pub fn reserve(&self, length: usize) -> Result<Reservation, ApiError> {
        let length = u32::try_from(length.min(self.capacity)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.free).try_acquire_many_owned(length);
        permit
            .map(|permit| Reservation { permit })
            .map_err(|_full| {
                self.rejected.inc();
                ApiError::Overloaded
            })
    }

    /// Returns the number of reserved bytes.
    pub fn used(&self) -> usize {
        self.capacity - self.free.available_permits()
    }
}

impl Reservation {
    /// Ties the reservation to `body` and releases the surplus.
    pub fn hold(mut self, body: Bytes) -> Bytes {
        let surplus = self.permit.num_permits().saturating_sub(body.len());
        drop(self.permit.split(surplus));
        Bytes::from_owner(HeldBody {
            body,
            _reservation: self,
        })
    }
}

impl AsRef<[u8]> for HeldBody {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{ApiError, ResponseBudget};
    use crate::metrics::Metrics;

    #[test]
    fn a_body_keeps_its_reservation_until_it_is_freed() {
        let metrics = Metrics::new();
        let budget = ResponseBudget::new(100, &metrics);
        let body = budget
            .reserve(80)
            .unwrap()
            .hold(Bytes::from_static(&[7; 60]));
        assert_eq!((budget.used(), &body[..]), (60, &[7; 60][..]));
        assert_eq!(budget.reserve(41).err(), Some(ApiError::Overloaded));
        let part = body.slice(10..20);
        drop(body);
        assert_eq!(
            (budget.used(), metrics.http_response_buffer_rejections.get()),
            (60, 1)
        );
        drop(part);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_body_larger_than_the_budget_is_sent_alone() {
        let budget = ResponseBudget::new(100, &Metrics::new());
        let body = budget
            .reserve(1_000)
            .unwrap()
            .hold(Bytes::from_static(&[7; 500]));
        assert_eq!(budget.used(), 100);
        assert!(budget.reserve(1).is_err());
        drop(body);
        assert!(budget.reserve(1).is_ok());
    }
}
