//! `GET /products?q=`.

mod query;
