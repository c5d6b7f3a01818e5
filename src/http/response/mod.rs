//! Responses: status, headers and bodies. Knows no routes and never uses the cache.

pub(crate) mod body;
mod budget;
pub(crate) mod cache_policy;
pub(crate) mod cache_status;
mod composed_cache;
mod cors;
mod document_headers;
pub(crate) mod list_headers;
pub(crate) mod methods;
pub(crate) mod problem;
pub(crate) mod representation;
pub(crate) mod responder;
