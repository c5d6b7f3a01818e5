//! The `atelierex` command.

use std::process::ExitCode;

use atelierex::{cli::Cli, telemetry};
use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::init(&cli.log);
    match cli.run().await {
        Ok(code) => code,
        Err(error) => {
            telemetry::report(&error);
            ExitCode::FAILURE
        }
    }
}
