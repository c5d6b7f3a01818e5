//! The process and the system around it.

pub mod port_taken;
pub mod privileges;
pub(super) mod rlimit;
pub mod signals;
