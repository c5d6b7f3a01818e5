//! Fills the empty tables of a catalog.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use tokio_postgres::Client;

use super::{
    error::LoadError,
    merging::{RETRY_PAUSE, connect},
    reading::{FileRead, Reading},
};
use crate::{
    document::build::affected,
    load::format::ExportFile,
    merge::{
        error::{MergeError, is_transient, lock_holders},
        first_load::{self, FirstLoad},
    },
    progress::Progress,
};

/// Copies all files into the empty tables, has `check` look at what was read, and commits. Returns none, and has done
/// nothing, if the tables are not empty any more.
///
/// # Errors
///
/// Whatever `check` fails with, a file that cannot be read, and database errors. The tables are empty then.
pub async fn fill(
    database_url: &str,
    control: &Client,
    reading: &Reading<'_>,
    progress: &Progress,
    lock_timeout: Duration,
    check: impl AsyncFnOnce(&[FileRead]) -> Result<(), LoadError>,
) -> Result<Option<Vec<FileRead>>, LoadError> {
    // Before the tables are locked: a refresher that holds this lock may read them.
    affected::lock_refresher(control).await?;
    let client = connect(database_url).await?;
    let Some(load) = begin(&client, lock_timeout).await? else {
        return Ok(None);
    };
    let copy = async |file: ExportFile| {
        let mut rows = reading.begin(file).await?;
        load.copy(file, async || rows.next_chunk().await).await?;
        rows.finish().await
    };
    let mut files = Vec::new();
    for file in ExportFile::ALL {
        files.push(copy(file).await?);
    }
    check(&files).await?;
    let stage = progress.stage("index", "tables", load.n_suspended());
    load.restore(|_| stage.advance(1, 0)).await?;
    load.commit().await?;
    stage.finish();
    Ok(Some(files))
}

/// Locks the empty tables, in attempts that end soon: as long as one waits, others wait behind it.
async fn begin(
    client: &Client,
    lock_timeout: Duration,
) -> Result<Option<FirstLoad<'_>>, LoadError> {
    let began = Instant::now();
    loop {
        let error = match FirstLoad::begin(client).await {
            Ok(load) => return Ok(load),
            Err(error) => error,
        };
        client.batch_execute("ROLLBACK").await?;
        if !is_transient(&error) {
            return Err(error.into());
        }
        if began.elapsed() > lock_timeout {
            let (holders, waited) = (lock_holders(client).await?, began.elapsed());
            return Err(MergeError::Locked { holders, waited }.into());
        }
        sleep(RETRY_PAUSE).await;
    }
}

/// Tells whether there is nothing to compare an export with. Must not be asked in a transaction: it locks what it reads.
///
/// # Errors
///
/// Database errors.
pub async fn is_due(client: &Client) -> Result<bool, LoadError> {
    Ok(first_load::is_empty(client).await?)
}
