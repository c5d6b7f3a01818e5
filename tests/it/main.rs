//! Tests of the whole program: the real binary against a real PostgreSQL.

#![expect(
    clippy::struct_field_names,
    reason = "rows are named like the columns of their files"
)]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod any_catalogue;
mod audit;
mod bounds;
mod capture;
mod catalogue_page;
mod catalogues;
mod categories;
mod changes;
mod client;
mod collector;
mod contract;
mod database;
mod database_command;
mod docs;
mod edge;
mod edge_answers;
mod edge_cache;
mod edge_disk;
mod edge_encoding;
mod edge_faults;
mod edge_limits;
mod edge_page;
mod edge_render;
mod edge_tls;
mod edge_trace;
mod edge_upstream;
mod elisions;
mod export;
mod feed;
mod fixtures;
mod fuzz;
mod guide;
mod harness;
mod layers;
mod lists;
mod load_atomic;
mod load_generator;
mod load_input;
mod load_killed;
mod load_rejects;
mod load_repairs;
mod low_water;
mod model;
mod openapi;
mod openapi_failures;
mod oracle;
mod origins;
mod own_writes;
mod private_postgres;
mod product_pages;
mod program;
mod proxy;
mod races;
mod races_of_writers;
mod reference;
mod refresh;
mod refresh_load;
mod refresh_order;
mod representations;
mod request_log;
mod roles;
mod schema;
mod search;
mod serve_faults;
mod small;
mod snippets;
mod steps;
mod storm;
mod takeover;
mod threats;
mod traces;
mod watch;
mod ways;
