//! The process and the system around it.

pub mod port_taken;
