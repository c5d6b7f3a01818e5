//! HTTP: requests in, finished bytes out. Never touches the database.

pub mod admin;
mod fast_path;
mod header_timer;
pub mod listener;
mod observe;
mod request;
mod response;
mod router;
mod routes;
pub mod server;
pub mod service;
mod state;
