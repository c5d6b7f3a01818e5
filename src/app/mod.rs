//! The commands: the one place where everything is put together and long-lived tasks are started.

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
