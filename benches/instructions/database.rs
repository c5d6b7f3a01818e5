//! The small catalog that is served while instructions are counted.

use std::{env, path::PathBuf};

use atelierex::db::embedded::EmbeddedError;

use crate::support::scratch::Scratch;

/// The database's name.
pub const NAME: &str = "instructions";

/// Size of the catalog.
const PRODUCTS: u64 = 2_000;

/// Starts a PostgreSQL with the catalog in it; what an earlier run has made is used again.
///
/// It is kept with what else is built, unless the account that PostgreSQL runs as may not go there.
pub async fn prepare() -> Scratch {
    let built = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("instructions");
    let scratch = match Scratch::prepare_in(PRODUCTS, built).await {
        Err(EmbeddedError::Unreachable { .. }) => {
            let temporary = env::temp_dir().join("atelierex-instructions");
            Scratch::prepare_in(PRODUCTS, temporary).await
        }
        result => result,
    };
    let scratch = scratch.expect("a private PostgreSQL starts");
    scratch.loaded_database(NAME).await;
    scratch
}
