//! Merging: brings the rows of the catalog's tables to those of an export, and changes nothing else.
//!
//! The tables belong to the shop. Foreign keys, views, policies, triggers, extra columns, publications, owners and
//! grants stay as they are, since only rows are inserted, updated and deleted. [`compare`] finds the rows that
//! differ and writes them to a private schema; [`apply`] changes them in one transaction, except those that others
//! have changed since they were compared; [`meanwhile`] lists these. Empty tables are filled by [`first_load`].
//! Knows nothing of documents.

pub mod affected;
pub mod apply;
pub mod compare;
pub mod differences;
pub mod error;
pub mod first_load;
pub mod meanwhile;
pub mod preconditions;
pub mod private_schema;
pub mod snapshot;
pub mod sorted_rows;
pub mod table_rows;
