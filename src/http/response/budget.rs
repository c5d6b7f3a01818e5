//! Memory for pages on their way to clients.
//!
//! A document is in memory once, however many clients are reading it. A page is made for its request, and stays
//! as long as its reader takes.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::response::problem::ApiError;
use crate::metrics::Metrics;

/// What all pages together may take. Cheap to clone.
#[derive(Clone)]
pub(crate) struct PageMemory {
    capacity: usize,
    left: Arc<Semaphore>,
    rejected: prometheus::IntCounter,
}

/// Room for one page.
pub(crate) struct Room {
    permit: OwnedSemaphorePermit,
}

/// A page that gives its room back when the last of its bytes is gone.
struct Placed {
    page: Bytes,
    _room: Room,
}

impl PageMemory {
    /// Room for `capacity` bytes.
    pub fn new(capacity: usize, metrics: &Metrics) -> Self {
        let capacity = capacity.min(Semaphore::MAX_PERMITS);
        Self {
            capacity,
            left: Arc::new(Semaphore::new(capacity)),
            rejected: metrics.http_response_buffer_rejections.clone(),
        }
    }

    /// Room for a page of at most `length` bytes, now or not at all. One larger than all the room there is takes all.
    ///
    /// # Errors
    ///
    /// [`ApiError::Overloaded`] while other pages take it.
    pub fn room(&self, length: usize) -> Result<Room, ApiError> {
        let length = u32::try_from(length.min(self.capacity)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.left).try_acquire_many_owned(length);
        permit.map(|permit| Room { permit }).map_err(|_full| {
            self.rejected.inc();
            ApiError::Overloaded
        })
    }

    /// Bytes of pages that are on their way.
    pub fn used(&self) -> usize {
        self.capacity - self.left.available_permits()
    }
}

impl Room {
    /// Puts a page into its room, and gives back what it does not need.
    pub fn place(mut self, page: Bytes) -> Bytes {
        let surplus = self.permit.num_permits().saturating_sub(page.len());
        drop(self.permit.split(surplus));
        Bytes::from_owner(Placed { page, _room: self })
    }
}

impl AsRef<[u8]> for Placed {
    fn as_ref(&self) -> &[u8] {
        &self.page
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{ApiError, PageMemory};
    use crate::metrics::Metrics;

    #[test]
    fn a_page_takes_its_room_until_it_is_gone() {
        let metrics = Metrics::new();
        let memory = PageMemory::new(100, &metrics);
        let page = memory.room(80).unwrap().place(Bytes::from_static(&[7; 60]));
        assert_eq!((memory.used(), &page[..]), (60, &[7; 60][..]));
        assert_eq!(memory.room(41).err(), Some(ApiError::Overloaded));
        let part = page.slice(10..20);
        drop(page);
        assert_eq!(
            (memory.used(), metrics.http_response_buffer_rejections.get()),
            (60, 1)
        );
        drop(part);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn one_larger_than_all_room_is_sent_alone() {
        let memory = PageMemory::new(100, &Metrics::new());
        let page = memory
            .room(1_000)
            .unwrap()
            .place(Bytes::from_static(&[7; 500]));
        assert_eq!(memory.used(), 100);
        assert!(memory.room(1).is_err());
        drop(page);
        assert!(memory.room(1).is_ok());
    }
}
