//! Refreshing: composes changed products again, batch by batch.
//!
//! **The rules.** Each has a test that shows what is lost without it.
//!
//! - A batch is one `READ COMMITTED` transaction. Its first statement only locks the row of `serving.refresher`. So
//!   later statements see everything that was committed before the lock was acquired.
//! - Keys are deleted from the queue in one statement and their products composed in a *later* one, which therefore
//!   sees the changes of those keys. A change that commits in between has a key of its own.
//! - A style's key is resolved to its product in a later statement, too: the style may have moved.
//! - Only the lock's holder writes documents and draws versions, so that versions become visible in their order.

mod backlog;
mod error;
mod low_watermark;
pub mod pending;
mod quarantine;
pub mod queue;
mod selector;
pub mod session;
pub mod worker;
mod writer;

pub use self::error::{RefreshError, is_of_a_product};
