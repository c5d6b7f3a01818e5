//! Reading the six files: what a thread parses becomes rows that a session can take, and findings.

use std::{
    fs::File,
    io::BufReader,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    sync::{mpsc, watch},
    task::{JoinHandle, spawn_blocking},
};

use super::error::LoadError;
use crate::{
    load::{
        chunk_reader::{Chunk, ChunkReader, Progress as FileProgress},
        copy_row::{Tuple, split_first},
        error::ReadError,
        export_dir::Export,
        format::ExportFile,
        order,
        report::{Finding, FindingCounts, ReportError, ReportWriter},
        validate::id_set::IdSet,
    },
    progress::{Progress, Stage},
};

/// Chunks of encoded rows, of about a mebibyte, that may wait for the database for each file.
const CHUNKS_IN_FLIGHT: usize = 4;

/// Bytes that are read at once to find the order of a file.
const ORDER_BUFFER_BYTES: usize = 256 * 1024;

/// The six files, and what becomes known while they are read.
pub struct Reading<'a> {
    export: Export,
    report: Mutex<ReportWriter>,
    progress: &'a Progress,
    ids: [watch::Sender<Option<Arc<IdSet>>>; ExportFile::ALL.len()],
}

/// Outcome of reading a file.
#[derive(Clone, Debug)]
pub struct FileRead {
    /// The file.
    pub file: ExportFile,
    /// Its rows: accepted, repaired, rejected.
    pub rows: FileProgress,
    /// The ids of the accepted rows.
    pub ids: Arc<IdSet>,
    /// Time that reading took, which the database may have slowed down.
    pub duration: Duration,
}

impl<'a> Reading<'a> {
    /// Prepares to read.
    pub fn new(export: Export, report: ReportWriter, progress: &'a Progress) -> Self {
        Self {
            export,
            report: Mutex::new(report),
            progress,
            ids: std::array::from_fn(|_| watch::Sender::new(None)),
        }
    }

    /// Begins to read a file, once the file that it refers to has been read.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub async fn begin(&self, file: ExportFile) -> Result<FileRows<'_>, LoadError> {
        let parent = match file.parent() {
            Some(parent) => Some(self.wait_for(parent).await),
            None => None,
        };
        let reader = self.export.read(file, parent)?;
        let stage = self
            .progress
            .stage("read", file.file_name(), self.export.size(file));
        let (sender, chunks) = mpsc::channel(CHUNKS_IN_FLIGHT);
        Ok(FileRows {
            reading: self,
            file,
            chunks,
            task: spawn_blocking(move || read_all(reader, &sender)),
            stage,
            seen: FileProgress::default(),
            rest: Bytes::new(),
            last_id: i64::MIN,
        })
    }

    /// Tells whether the rows of a file are in the order of their ids, as far as a glance can tell.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub async fn is_ascending(&self, file: ExportFile) -> Result<bool, LoadError> {
        let path = self.export.path(file);
        let glance = move || {
            let source = File::open(&path)?;
            order::is_ascending(BufReader::with_capacity(ORDER_BUFFER_BYTES, source))
        };
        let result = spawn_blocking(glance)
            .await
            .expect("reading does not panic");
        result.map_err(|source| {
            LoadError::Read(ReadError::Read {
                path: self.export.path(file),
                line: 1,
                source,
            })
        })
    }

    /// Adds a finding to the report.
    ///
    /// # Errors
    ///
    /// The report cannot be written.
    pub fn add_finding(&self, finding: &Finding) -> Result<(), ReportError> {
        let mut report = self.report.lock().expect("no holder panics");
        report.add(finding)
    }

    /// The findings so far.
    pub fn findings(&self) -> FindingCounts {
        let report = self.report.lock().expect("no holder panics");
        report.counts().clone()
    }

    /// Completes the report, and returns the findings.
    ///
    /// # Errors
    ///
    /// The report cannot be written.
    pub fn finish(self) -> Result<FindingCounts, ReportError> {
        self.report.into_inner().expect("no holder panics").finish()
    }

    /// The ids of a file as soon as it was read.
    async fn wait_for(&self, file: ExportFile) -> Arc<IdSet> {
        let mut ids = self.ids[file as usize].subscribe();
        let known = ids
            .wait_for(Option::is_some)
            .await
            .expect("the sender outlives all files");
        Arc::clone(known.as_ref().expect("waited for some"))
    }
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

/// The rows of one file. Hands findings to the report on the way, and shows how far it is.
pub struct FileRows<'a> {
    reading: &'a Reading<'a>,
    file: ExportFile,
    chunks: mpsc::Receiver<Chunk>,
    task: JoinHandle<Result<(FileProgress, IdSet), ReadError>>,
    stage: Stage,
    seen: FileProgress,
    rest: Bytes,
    last_id: i64,
}

impl FileRows<'_> {
    /// Returns the next rows, encoded; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// The report cannot be written.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, LoadError> {
        let Some(chunk) = self.chunks.recv().await else {
            return Ok(None);
        };
        for finding in &chunk.findings {
            self.reading.add_finding(finding)?;
        }
        let (now, before) = (chunk.progress, self.seen);
        self.stage
            .advance(now.bytes - before.bytes, now.rows - before.rows);
        self.seen = now;
        Ok(Some(Bytes::from(chunk.rows)))
    }

    /// Returns the next row; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// The report cannot be written, or the file is not in the order that it was in a moment ago.
    pub async fn next_row(&mut self) -> Result<Option<Tuple>, LoadError> {
        loop {
            if let Some(row) = split_first(&mut self.rest) {
                if row.id() <= self.last_id {
                    return Err(LoadError::Changed(self.reading.export.path(self.file)));
                }
                self.last_id = row.id();
                return Ok(Some(row));
            }
            let Some(rows) = self.next_chunk().await? else {
                return Ok(None);
            };
            self.rest = rows;
        }
    }

    /// Ends the reading of the file.
    ///
    /// # Errors
    ///
    /// The file could not be read to its end.
    pub async fn finish(mut self) -> Result<FileRead, LoadError> {
        self.chunks.close();
        let (rows, ids) = self.task.await.expect("reading does not panic")?;
        let ids = Arc::new(ids);
        self.reading.ids[self.file as usize].send_replace(Some(Arc::clone(&ids)));
        Ok(FileRead {
            file: self.file,
            rows,
            ids,
            duration: self.stage.finish(),
        })
    }
}
