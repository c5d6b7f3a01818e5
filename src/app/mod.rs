//! The commands. This module builds and connects all parts and starts long-lived tasks.

pub mod audit;
mod background;
pub mod database;
pub mod generate;
pub mod load;
pub mod process;
pub mod roles;
pub mod seed;
pub mod serve;
mod shell_commands;
pub mod up;
