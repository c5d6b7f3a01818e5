//! The HTTP contract: routes, documents, lists, headers and errors, as a client sees them.

pub mod any_catalog;
pub mod categories;
mod cors;
mod fast_path_parity;
mod fuzz;
pub mod lists;
pub mod openapi;
mod openapi_failures;
mod product_page;
mod representations;
pub mod routes;
pub mod web_page;
