//! Pending work of the refresher.

/// Pending work.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the columns of a row, each of which is asked for by itself"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingWork {
    /// This worker has the lease, or its holder has not renewed it for too long.
    pub is_ours: bool,
    /// The lease must be renewed.
    pub is_heartbeat_due: bool,
    pub(super) has_keys: bool,
    pub(super) has_chunks: bool,
    pub(super) has_backfill: bool,
    pub(super) has_failures: bool,
    /// A quarantined product is due for another attempt.
    pub has_due_failures: bool,
}

impl PendingWork {
    /// Returns whether anything is to be composed.
    #[must_use]
    pub fn has_work(&self) -> bool {
        self.has_keys || self.has_chunks || self.has_backfill || self.has_due_failures
    }
}
