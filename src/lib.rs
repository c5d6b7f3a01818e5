//! Atelierex serves a product catalog from documents that PostgreSQL composed in advance.
//!
//! The modules are listed from the bottom up: a module uses only those above it in this list (a test checks that). Data
//! flow in one direction: export files → source tables → documents → cache → response. A document stays bytes from its
//! row to the socket. Rust parses one only to read its related products and its category. Related ids that cannot be
//! parsed are an error.

pub mod ids;
pub mod partial_file;
pub mod stdout;

pub mod config;
pub mod metrics;
pub mod progress;
pub mod telemetry;

pub mod db;

pub mod load;

pub mod merge;

pub mod generate;

pub mod document;

pub mod search;

pub mod cache;

pub mod http;

pub mod app;

pub mod cli;
