//! The copying half of a load: six files into six staged tables, several at once.

use std::{collections::BTreeMap, sync::Arc, sync::Mutex, time::Duration};

use bytes::Bytes;
use futures_util::future::try_join_all;
use tokio::{
    sync::{mpsc, watch},
    task::spawn_blocking,
};

use super::error::LoadError;
use crate::{
    db::parallel,
    document::build::staging,
    load::{
        chunk_reader::{Chunk, ChunkReader, Progress as FileProgress},
        copy,
        error::ReadError,
        export_dir::Export,
        format::ExportFile,
        report::{FindingCounts, ReportError, ReportWriter},
        validate::id_set::IdSet,
    },
    progress::{Progress, Stage},
};

/// Chunks of encoded rows, of about a mebibyte, that may wait for the database for each file.
const CHUNKS_IN_FLIGHT: usize = 4;

/// Outcome of a file.
#[derive(Clone, Copy, Debug)]
pub struct FileOutcome {
    /// The file.
    pub file: ExportFile,
    /// Its rows: accepted, repaired, rejected.
    pub rows: FileProgress,
    /// Time that reading and copying took.
    pub copying: Duration,
    /// Time that building the indexes took.
    pub indexing: Duration,
}

/// The ids of a file that others refer to, once it was read to its end.
type Ids = watch::Sender<Option<Arc<IdSet>>>;

/// State shared by the copies of all files.
pub struct Copying<'a> {
    /// The database.
    pub database_url: &'a str,
    /// Export that is read.
    pub export: Export,
    /// Indexes to build once a table is filled, by table.
    pub indexes: BTreeMap<&'a str, Vec<String>>,
    /// Report of the findings.
    pub report: Mutex<ReportWriter>,
    /// Progress of the load.
    pub progress: &'a Progress,
}

impl Copying<'_> {
    /// Copies all files and returns what became of them, in the order of [`ExportFile::ALL`], and the findings.
    ///
    /// A file waits for the one that it refers to, and for nothing else.
    ///
    /// # Errors
    ///
    /// The first failure of a file; the other copies are given up then.
    pub async fn run(self) -> Result<(Vec<FileOutcome>, FindingCounts), LoadError> {
        let ids: [Ids; ExportFile::ALL.len()] = std::array::from_fn(|_| watch::Sender::new(None));
        let outcomes = try_join_all(ExportFile::ALL.map(|file| self.copy_file(file, &ids))).await?;
        let report = self.report.into_inner().expect("no holder panics");
        Ok((outcomes, report.finish()?))
    }

    async fn copy_file(&self, file: ExportFile, ids: &[Ids]) -> Result<FileOutcome, LoadError> {
        let parent = match file.parent() {
            Some(parent) => Some(wait_for(&ids[parent as usize]).await),
            None => None,
        };
        let reader = self.export.read(file, parent)?;
        let client = parallel::bulk_session(self.database_url, staging::STAGING).await?;
        let stage = self
            .progress
            .stage("copy", file.file_name(), self.export.size(file));
        let (sender, mut chunks) = mpsc::channel(CHUNKS_IN_FLIGHT);
        let reading = spawn_blocking(move || read_all(reader, &sender));
        let mut rows = ChunkSource {
            chunks: &mut chunks,
            stage: &stage,
            report: &self.report,
            seen: FileProgress::default(),
        };
        let create_table = staging::create_table(file.table());
        copy::copy(&client, file, &create_table, async || rows.next().await).await?;
        // Nothing is committed yet: a file that could not be read to its end leaves no table.
        let (progress, own_ids) = reading.await.expect("reading does not panic")?;
        ids[file as usize].send_replace(Some(Arc::new(own_ids)));
        let copying = stage.finish();
        let stage = self.progress.stage("index", file.table(), progress.rows);
        let statements = self
            .indexes
            .get(file.table())
            .map_or(&[][..], Vec::as_slice);
        copy::index(&client, file, statements).await?;
        stage.advance(progress.rows, progress.rows);
        Ok(FileOutcome {
            file,
            rows: progress,
            copying,
            indexing: stage.finish(),
        })
    }
}

/// The ids of a file as soon as it was read.
async fn wait_for(ids: &Ids) -> Arc<IdSet> {
    let mut ids = ids.subscribe();
    let known = ids
        .wait_for(Option::is_some)
        .await
        .expect("the sender outlives all copies");
    Arc::clone(known.as_ref().expect("waited for some"))
}

/// Reads a file to its end on a thread that may block; stops when nobody takes the chunks any more.
fn read_all(
    mut reader: ChunkReader,
    chunks: &mpsc::Sender<Chunk>,
) -> Result<(FileProgress, IdSet), ReadError> {
    while let Some(chunk) = reader.next_chunk()? {
        if chunks.blocking_send(chunk).is_err() {
            break;
        }
    }
    Ok((reader.progress(), reader.into_ids()))
}

/// Hands rows to the database and findings to the report, and shows how far it is.
struct ChunkSource<'a> {
    chunks: &'a mut mpsc::Receiver<Chunk>,
    stage: &'a Stage,
    report: &'a Mutex<ReportWriter>,
    seen: FileProgress,
}

impl ChunkSource<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, LoadError> {
        let Some(chunk) = self.chunks.recv().await else {
            return Ok(None);
        };
        self.write(&chunk)?;
        let (now, before) = (chunk.progress, self.seen);
        self.stage
            .advance(now.bytes - before.bytes, now.rows - before.rows);
        self.seen = now;
        Ok(Some(Bytes::from(chunk.rows)))
    }

    fn write(&self, chunk: &Chunk) -> Result<(), ReportError> {
        let mut report = self.report.lock().expect("no holder panics");
        chunk
            .findings
            .iter()
            .try_for_each(|finding| report.add(finding))
    }
}
