//! What looks in the background whether the rest does its work.

pub(super) mod auditor;
pub(super) mod canary;
