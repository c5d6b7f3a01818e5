//! Background checks: the auditor and the canary.

pub(super) mod auditor;
pub(super) mod canary;
