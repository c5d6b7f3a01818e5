//! `atelierex load`: from an export's six files to a published catalog.
//!
//! Files are copied, several at once, into staged tables; the documents are composed from those
//! with every core; then both are published in one transaction. Until that commits nobody sees
//! anything of it, and whatever ends the load earlier leaves the served catalog as it was.

use std::{
    collections::BTreeMap,
    iter,
    path::Path,
    sync::Mutex,
    time::{Duration, Instant},
};

use tokio_postgres::{Client, Error};
use tracing::{info, warn};

mod error;
mod files;
mod summary;

use self::files::Copying;
pub use self::{error::LoadError, files::FileOutcome, summary::LoadSummary};
use crate::{
    config::LoadConfig,
    db::{error::DatabaseError, parallel, session},
    document::{
        build::{
            compose, publish,
            staging::{self, Phase, Statement},
        },
        id_range::{self, IdRange},
        load_lock,
    },
    load::{
        export_dir::Export,
        report::{FindingCounts, ReportWriter},
        rules::Action,
    },
    progress::Progress,
};

/// Longest time for cleaning up after a failure.
const CLEAN_UP_TIMEOUT: Duration = Duration::from_secs(30);

/// Loads the export in `directory` and publishes it, unless `interrupted` completes first.
///
/// # Errors
///
/// See [`LoadError`]. What was staged is dropped then, now or by the next load.
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
    let had_begun = !matches!(
        result,
        Ok(_)
            | Err(LoadError::Export(_)
                | LoadError::Lock(_)
                | LoadError::Database(DatabaseError::Connect(_)))
    );
    if had_begun {
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
    let control = session::connect(
        database_url,
        "atelierex load",
        &[("statement_timeout", "0")],
    )
    .await?;
    load_lock::acquire(&control).await?;
    let report = ReportWriter::create(config.report.as_deref())?;
    let ddl = parallel::bulk_session(database_url, staging::STAGING).await?;
    staging::reset(&ddl).await?;
    let statements = staging::plan(&ddl).await?;
    let mut load = Load {
        database_url,
        sessions: config.sessions(),
        progress,
        stages: Vec::new(),
    };

    let (files, findings) = load.copy_files(export, &statements, report).await?;
    if config.strict && findings.total(Action::Rejected) > 0 {
        return Err(LoadError::Strict {
            findings: Box::new(findings),
            report: config.report.clone(),
        });
    }
    let documents = load.compose(&ddl, &statements).await?;
    load.timed("publish", publish::publish(&control, documents.version))
        .await?;
    if let Err(error) = load
        .timed("drop the previous tables", staging::drop_all(&ddl))
        .await
    {
        warn!(%error, "The previous catalog's tables could not be dropped; the next load will do it");
    }
    Ok(LoadSummary {
        files,
        findings,
        report: config.report.clone(),
        documents: documents.count,
        stages: load.stages,
        total: began.elapsed(),
    })
}

/// Drops what a failed load staged; a failure here only costs space until the next load.
async fn clean_up(database_url: &str) {
    let drop_staged = async {
        let client =
            session::connect(database_url, "atelierex load", &[("lock_timeout", "20s")]).await?;
        // Not while another load is at work on the same tables.
        client
            .batch_execute("BEGIN; SELECT FROM serving.publication FOR UPDATE")
            .await?;
        staging::drop_all(&client).await?;
        client.batch_execute("COMMIT").await?;
        Ok::<_, DatabaseError>(())
    };
    match tokio::time::timeout(CLEAN_UP_TIMEOUT, drop_staged).await {
        Ok(Ok(())) => info!("Dropped what was staged"),
        Ok(Err(error)) => warn!(%error, "What was staged is left for the next load to drop"),
        Err(_) => warn!("What was staged is left for the next load to drop"),
    }
}

/// Result of composing.
struct Composed {
    version: i64,
    count: u64,
}

/// A load under way.
struct Load<'a> {
    database_url: &'a str,
    sessions: usize,
    progress: Progress,
    stages: Vec<(&'static str, Duration)>,
}

impl Load<'_> {
    async fn timed<T>(&mut self, stage: &'static str, work: impl Future<Output = T>) -> T {
        let shown = self.progress.stage(stage, "", 1);
        let result = work.await;
        shown.advance(1, 0);
        self.stages.push((stage, shown.finish()));
        result
    }

    async fn copy_files(
        &mut self,
        export: Export,
        statements: &[Statement],
        report: ReportWriter,
    ) -> Result<(Vec<FileOutcome>, FindingCounts), LoadError> {
        let mut indexes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for statement in statements
            .iter()
            .filter(|statement| statement.phase == Phase::Index)
        {
            indexes
                .entry(&statement.table)
                .or_default()
                .push(statement.sql.clone());
        }
        let (database_url, progress) = (self.database_url, &self.progress);
        let copying = Copying {
            database_url,
            export,
            indexes,
            report: Mutex::new(report),
            progress,
        };
        let began = Instant::now();
        let outcome = copying.run().await?;
        self.stages.push(("copy and index", began.elapsed()));
        Ok(outcome)
    }

    /// Checks the foreign keys and composes the documents, both with every session at once.
    async fn compose(
        &mut self,
        ddl: &Client,
        statements: &[Statement],
    ) -> Result<Composed, LoadError> {
        let began = Instant::now();
        run_phase(ddl, statements, Phase::ForeignKey).await?;
        for table in COMPOSED_TABLES {
            ddl.batch_execute(&staging::create_table(table)).await?;
        }
        let (composed, source): (Vec<_>, Vec<_>) = statements
            .iter()
            .cloned()
            .partition(|of| COMPOSED_TABLES.contains(&of.table.as_str()));
        run_phase(ddl, &source, Phase::Finish).await?;
        let version = compose::next_version(ddl).await?;
        let ranges = id_range::ranges(ddl, "product", "id").await?;
        let count = ranges.iter().map(|range| range.products).sum();
        let stage = self.progress.stage("compose", "documents", count);
        let checks = source
            .into_iter()
            .filter(|statement| statement.phase == Phase::Validate);
        let jobs = checks
            .map(|check| Job::Statement(check.sql))
            .chain(ranges.into_iter().map(Job::Compose))
            .collect();
        let work = async |client: &Client, job: Job| -> Result<(), DatabaseError> {
            match job {
                Job::Statement(sql) => client.batch_execute(&sql).await?,
                Job::Compose(range) => stage.advance(
                    range.products,
                    compose::compose(client, version, range).await?,
                ),
            }
            Ok(())
        };
        parallel::for_each(
            self.database_url,
            self.sessions,
            staging::STAGING,
            jobs,
            work,
        )
        .await?;
        stage.finish();
        self.stages.push(("compose", began.elapsed()));
        let (database_url, sessions) = (self.database_url, self.sessions);
        let finish = finish_composed(ddl, database_url, sessions, &composed);
        self.timed("index documents", finish).await?;
        Ok(Composed { version, count })
    }
}

/// Tables that are derived from the source tables.
const COMPOSED_TABLES: [&str; 3] = ["product_document", "product_words", "vocabulary"];

/// One piece of the work between the copies and the publication.
enum Job {
    /// A statement that checks a foreign key.
    Statement(String),
    /// Products to compose.
    Compose(IdRange),
}

async fn run_phase(client: &Client, statements: &[Statement], phase: Phase) -> Result<(), Error> {
    for statement in statements
        .iter()
        .filter(|statement| statement.phase == phase)
    {
        client.batch_execute(&statement.sql).await?;
    }
    Ok(())
}

/// Indexes what was composed and puts the log on disk, so that the publication's own commit is short.
async fn finish_composed(
    ddl: &Client,
    database_url: &str,
    sessions: usize,
    statements: &[Statement],
) -> Result<(), DatabaseError> {
    let indexes = statements.iter().filter(|of| of.phase == Phase::Index);
    let indexes = indexes.map(|statement| statement.sql.clone());
    // In either order: the table is empty until this is committed.
    let all = iter::once(compose::FILL_VOCABULARY.to_owned()).chain(indexes);
    let work = async |client: &Client, sql: String| Ok(client.batch_execute(&sql).await?);
    parallel::for_each(
        database_url,
        sessions,
        staging::STAGING,
        all.collect(),
        work,
    )
    .await?;
    run_phase(ddl, statements, Phase::Finish).await?;
    ddl.batch_execute(&format!(
        "SET synchronous_commit = on; ANALYZE {}",
        COMPOSED_TABLES.join(", ")
    ))
    .await?;
    Ok(())
}
