//! Composes changed products again, batch by batch.
//!
//! **The rules**, each with a test that shows what is lost without it:
//!
//! - A batch is one `READ COMMITTED` transaction. Its first statement locks the row of
//!   `serving.refresher` and does nothing else, so that what follows sees all that was committed before
//!   the lock was had.
//! - Keys are deleted from the queue in one statement and their products composed in a *later* one, which
//!   therefore sees at least what those keys stand for. A change that commits in between has a key of its own.
//! - A style's key is led to its product in a later statement, too: the style may have been moved.
//! - Only the lock's holder writes documents and takes versions, so versions become visible in their order.

mod backlog;
mod error;
mod low_watermark;
mod quarantine;
pub mod queue;
pub mod session;
pub mod worker;

pub use self::error::{RefreshError, is_of_a_product};
