//! Routes, one file per resource: path, handler, and the template that names it in metrics and logs.

pub(crate) mod categories;
pub(crate) mod endpoint;
pub(crate) mod list;
pub(crate) mod openapi;
pub(crate) mod product;
mod product_id;
pub(crate) mod product_page;
pub(crate) mod web;
