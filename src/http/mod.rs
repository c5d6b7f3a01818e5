//! The HTTP contract: requests in, finished bytes out. Never touches the database.

mod accept_encoding;
pub mod admin;
mod bodies;
mod composition;
pub mod context;
mod cors;
mod description;
mod error;
mod head;
mod head_timer;
mod if_none_match;
mod links;
mod list;
mod no_cache;
mod page;
mod page_memory;
mod product_pages;
mod products;
mod query;
mod request_id;
mod request_log;
mod responses;
mod routes;
pub mod server;
pub mod service;
mod short_way;
mod watch;
