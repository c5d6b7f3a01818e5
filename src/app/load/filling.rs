//! Fills the empty tables of a catalog.

use super::{
    error::LoadError,
    merging::connect,
    reading::{FileRead, Reading},
};
use crate::{
    document::build::affected,
    load::format::ExportFile,
    merge::first_load::{self, FirstLoad},
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
    control: &tokio_postgres::Client,
    reading: &Reading<'_>,
    progress: &Progress,
    check: impl AsyncFnOnce(&[FileRead]) -> Result<(), LoadError>,
) -> Result<Option<Vec<FileRead>>, LoadError> {
    // Before the tables are locked: a refresher that holds this lock may read them.
    affected::lock_refresher(control).await?;
    let client = connect(database_url).await?;
    let Some(load) = FirstLoad::begin(&client).await? else {
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

/// Tells whether there is nothing to compare an export with. Must not be asked in a transaction: it locks what it reads.
///
/// # Errors
///
/// Database errors.
pub async fn is_due(client: &tokio_postgres::Client) -> Result<bool, LoadError> {
    Ok(first_load::is_empty(client).await?)
}
