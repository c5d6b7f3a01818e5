//! Running the service: accounts, limits, failures, logs, traces and background checks.

mod background_checks;
mod client_limits;
mod connect_errors;
mod database_command;
mod database_failures;
mod embedded_postgres;
mod overload;
mod request_log;
mod roles;
mod schema;
mod standard_output;
mod traces;
mod up;
