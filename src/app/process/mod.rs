//! The process and its operating system.

pub mod port_taken;
pub mod privileges;
pub(super) mod rlimit;
pub mod signals;
