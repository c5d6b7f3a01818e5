//! `atelierex load`: from an export's six files to a published catalog.
//!
//! The files are compared with the tables, and the rows that differ are changed in one transaction; then the documents of
//! the products that have changed are composed with every core and published at once. Empty tables are filled
//! straight. Until the rows are committed whatever ends the load leaves everything as it was; after that the
//! refresher composes what a load that was killed did not.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use tokio::time::{sleep, timeout};
use tokio_postgres::Client;
use tracing::{info, warn};

mod comparing;
mod error;
mod filling;
mod kept;
mod merging;
mod publishing;
mod reading;
mod summary;

use self::{comparing::Compared, publishing::Publishing, reading::Reading};
pub use self::{
    error::LoadError,
    publishing::Published,
    summary::{FileOutcome, LoadSummary, Outcome},
};
use crate::{
    config::LoadConfig,
    db::{error::DatabaseError, parallel, session},
    document::{
        build::{affected, staging},
        load_lock,
    },
    load::{
        export_dir::Export,
        format::ExportFile,
        plausibility::{self, FileImpact},
        report::ReportWriter,
        rules::Action,
    },
    merge::{
        affected as affected_products, differences::RowCounts, meanwhile::Meanwhile, preconditions,
        private_schema, snapshot::Snapshot,
    },
    progress::Progress,
};

/// Longest time for cleaning up after a failure.
const CLEAN_UP_TIMEOUT: Duration = Duration::from_secs(30);

/// Pause between two attempts to clean up.
const CLEAN_UP_PAUSE: Duration = Duration::from_millis(50);

/// Loads the export in `directory` and publishes it, unless `interrupted` completes first.
///
/// # Errors
///
/// See [`LoadError`]. The private tables are dropped then, now or by the next load.
pub async fn run_until(
    database_url: &str,
    config: &LoadConfig,
    directory: &Path,
    progress: Progress,
    interrupted: impl Future<Output = ()>,
) -> Result<LoadSummary, LoadError> {
    let result = tokio::select! {
        result = run(database_url, config, directory, progress) => result,
        () = interrupted => Err(LoadError::Interrupted),
    };
    if result.as_ref().is_err_and(LoadError::may_leave_tables) {
        clean_up(database_url).await;
    }
    result
}

async fn run(
    database_url: &str,
    config: &LoadConfig,
    directory: &Path,
    progress: Progress,
) -> Result<LoadSummary, LoadError> {
    let began = Instant::now();
    let export = Export::open(directory).map_err(LoadError::Export)?;
    if let Some(report) = &config.report {
        export.refuse_report(report)?;
    }
    let settings = [("statement_timeout", "0")];
    let control = session::connect(database_url, "atelierex load", &settings).await?;
    load_lock::acquire(&control).await?;
    let obstacles = preconditions::obstacles(&control).await?;
    if !obstacles.is_empty() {
        return Err(LoadError::Obstacles(obstacles));
    }
    let report = ReportWriter::create(config.report.as_deref())?;
    let bulk = parallel::bulk_session(database_url, "pg_catalog").await?;
    private_schema::create(&bulk).await?;
    staging::drop_retired(&bulk).await?;
    let load = Load {
        database_url,
        config,
        progress: &progress,
        control: &control,
        bulk: &bulk,
    };
    let reading = Reading::new(export, report, &progress);
    let result = load.run(&reading).await;
    // A load that is refused has its findings listed, too.
    let findings = reading.finish()?;
    let (files, outcome) = result?;
    load.drop_private_tables().await;
    Ok(LoadSummary {
        files,
        findings,
        report: config.report.clone(),
        outcome,
        total: began.elapsed(),
    })
}

/// Drops what a failed load leaves; a failure here only costs space until the next load.
async fn clean_up(database_url: &str) {
    let drop_private = async {
        let settings = [("lock_timeout", "20s")];
        let client = session::connect(database_url, "atelierex load", &settings).await?;
        // Not while another load is at work on the same tables. The sessions of this one may take a moment to end.
        while load_lock::acquire(&client).await.is_err() {
            client.batch_execute("ROLLBACK").await?;
            sleep(CLEAN_UP_PAUSE).await;
        }
        private_schema::drop(&client).await?;
        staging::drop_retired(&client).await?;
        client.batch_execute("COMMIT").await?;
        Ok::<_, DatabaseError>(())
    };
    match timeout(CLEAN_UP_TIMEOUT, drop_private).await {
        Ok(Ok(())) => info!("Dropped the private tables of the load"),
        Ok(Err(error)) => {
            warn!(%error, "The private tables of the load are left for the next load to drop");
        }
        Err(_) => warn!("The private tables of the load are left for the next load to drop"),
    }
}

/// A load under way.
struct Load<'a> {
    database_url: &'a str,
    config: &'a LoadConfig,
    progress: &'a Progress,
    /// Session whose transaction holds the locks, and publishes.
    control: &'a Client,
    /// Session for everything that is committed at once.
    bulk: &'a Client,
}

type Files = Vec<FileOutcome>;

impl Load<'_> {
    async fn run(&self, reading: &Reading<'_>) -> Result<(Files, Outcome), LoadError> {
        if !self.config.dry_run
            && filling::is_due(self.bulk).await?
            && let Some(files) = self.fill(reading).await?
        {
            return Ok((files, self.publish().await?));
        }
        self.merge(reading).await
    }

    /// Fills the empty tables. Returns none if they are not empty any more.
    async fn fill(&self, reading: &Reading<'_>) -> Result<Option<Files>, LoadError> {
        let check = async |files: &[reading::FileRead]| {
            let files: Vec<_> = files.iter().map(FileOutcome::inserted).collect();
            self.check(&files, reading)
        };
        let filled = filling::fill(
            self.database_url,
            self.control,
            reading,
            self.progress,
            self.config.lock_timeout,
            check,
        );
        let files = filled.await?;
        Ok(files.map(|files| files.iter().map(FileOutcome::inserted).collect()))
    }

    /// Changes the rows that differ, and publishes what comes of it.
    async fn merge(&self, reading: &Reading<'_>) -> Result<(Files, Outcome), LoadError> {
        let session = session::connect(self.database_url, "atelierex load", &[]).await?;
        let snapshot = Snapshot::take(session).await?;
        let sessions = self.config.sessions();
        let compared =
            comparing::compare_all(self.database_url, sessions, &snapshot, reading).await?;
        let mut files: Files = compared.iter().map(FileOutcome::compared).collect();
        self.check(&files, reading)?;
        if self.config.dry_run {
            let products = affected_products::count(self.bulk).await?;
            self.control.batch_execute("ROLLBACK").await?;
            return Ok((files, Outcome::DryRun { products }));
        }
        let differing: [RowCounts; ExportFile::ALL.len()] =
            std::array::from_fn(|place| compared[place].differing);
        let has_changes = differing.iter().any(|of| of.total() > 0);
        let merged = if has_changes {
            let stage = self.progress.stage("merge", "rows", 1);
            let client = merging::connect(self.database_url).await?;
            let merged =
                merging::merge(&client, self.control, differing, self.config.lock_timeout).await?;
            stage.advance(1, 0);
            stage.finish();
            Some(merged)
        } else {
            None
        };
        self.list_kept(reading, &snapshot, &compared, merged.as_ref(), &mut files)
            .await?;
        drop(snapshot);
        if has_changes || affected::is_uncomposed(self.control).await? {
            return Ok((files, self.publish().await?));
        }
        self.control.batch_execute("ROLLBACK").await?;
        Ok((files, Outcome::Unchanged))
    }

    /// Lists the rows that others have changed meanwhile, and counts what was changed.
    async fn list_kept(
        &self,
        reading: &Reading<'_>,
        snapshot: &Snapshot,
        compared: &[Compared],
        merged: Option<&merging::Merged>,
        files: &mut [FileOutcome],
    ) -> Result<(), LoadError> {
        let meanwhile = Meanwhile {
            client: self.bulk,
            snapshot,
            own: merged.map(|of| of.transaction.as_str()),
        };
        for (file, outcome) in ExportFile::ALL.into_iter().zip(files) {
            let place = file as usize;
            let left = merged.map_or(&[][..], |of| &of.tables[place].kept);
            let ids = &compared[place].read.ids;
            outcome.kept = kept::list(&meanwhile, file, ids, left, reading).await?;
            if let Some(merged) = merged {
                outcome.changes = merged.tables[place].counts;
            }
        }
        Ok(())
    }

    /// Refuses an export that looks like a mistake, or one with rejected rows if that was asked for.
    fn check(&self, files: &[FileOutcome], reading: &Reading<'_>) -> Result<(), LoadError> {
        let report = self.config.report.as_deref();
        let findings = reading.findings();
        if self.config.strict && findings.total(Action::Rejected) > 0 {
            return Err(LoadError::Strict {
                findings: Box::new(findings),
                report: report.map(Path::to_owned),
            });
        }
        if !self.config.force {
            let impacts: Vec<FileImpact> = files.iter().map(FileOutcome::impact).collect();
            plausibility::check(&impacts, &findings, report)?;
        }
        Ok(())
    }

    async fn publish(&self) -> Result<Outcome, LoadError> {
        let publishing = Publishing {
            database_url: self.database_url,
            sessions: self.config.sessions(),
            control: self.control,
            bulk: self.bulk,
            lock_timeout: self.config.lock_timeout,
            progress: self.progress,
        };
        let published = publishing.run().await?;
        let now = "SELECT clock_timestamp()::timestamptz(3)::text";
        let row = self.control.query_one(now, &[]).await?;
        Ok(Outcome::Published {
            published,
            visible_since: row.get(0),
        })
    }

    async fn drop_private_tables(&self) {
        let dropped = async {
            private_schema::drop(self.bulk).await?;
            staging::drop_retired(self.bulk).await
        };
        if let Err(error) = dropped.await {
            warn!(%error, "The private tables of the load are left for the next load to drop");
        }
    }
}
