//! The `atelierex` command.

use std::process::ExitCode;

use atelierex::{cli::Cli, telemetry};
use mimalloc::MiMalloc;

/// Measured on one core: 83,000 hits per second with mimalloc, 77,000 with the system's allocator, 77,000 with
/// jemalloc, which takes 5 % less memory after the whole cache was replaced several times.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::from_environment();
    let _log = telemetry::init(&cli.log);
    match cli.run().await {
        Ok(code) => code,
        Err(error) => {
            telemetry::report(&error);
            ExitCode::FAILURE
        }
    }
}
