//! Composes the documents of the products that a load has changed, with every session, and publishes them at once.

use std::{iter, sync::Mutex, time::Duration};

use tokio_postgres::Client;

use crate::{
    db::{error::DatabaseError, parallel},
    document::{
        build::{
            affected::{self, Affected},
            changes, compose,
            publish::{self, PublishError},
            staging::{self, Phase, Statement},
        },
        id_range::{self, IdRange},
        refresh::is_of_a_product,
    },
    load::format::ExportFile,
    merge::private_schema::{CATALOG, SCHEMA},
    progress::Progress,
};

/// Outcome of publishing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Products that were composed.
    pub composed: u64,
    /// Documents that were written.
    pub written: u64,
    /// Products that cannot be composed. The refresher tries them one by one and says why.
    pub failed: u64,
    /// All documents were published as a new catalog; otherwise those that differ.
    pub is_whole: bool,
}

/// The sessions that compose.
pub struct Publishing<'a> {
    /// The database.
    pub database_url: &'a str,
    /// Sessions that compose at the same time.
    pub sessions: usize,
    /// Session that holds the locks of the load and of the refresher.
    pub control: &'a Client,
    /// Session for everything that is committed at once.
    pub bulk: &'a Client,
    /// Longest time for which locks are waited for.
    pub lock_timeout: Duration,
    /// Progress of the load.
    pub progress: &'a Progress,
}

impl Publishing<'_> {
    /// Composes what waits, publishes it, and commits the transaction of the control session.
    ///
    /// # Errors
    ///
    /// Database errors. The refresher composes what waits then, bit by bit.
    pub async fn run(&self) -> Result<Published, PublishError> {
        match affected::take(self.control).await? {
            Affected::Products(ids) => self.some(&ids).await,
            Affected::Most if staging::is_exchangeable(self.control).await? => self.whole().await,
            Affected::Most => self.some(&affected::all(self.control).await?).await,
        }
    }

    /// Composes the products `ids` and writes the documents that differ.
    async fn some(&self, ids: &[i64]) -> Result<Published, PublishError> {
        changes::create_table(self.bulk).await?;
        let stage = self.progress.stage("compose", "products", ids.len() as u64);
        let failed = Mutex::new(Vec::new());
        let work = async |client: &Client, slice: &[i64]| -> Result<(), DatabaseError> {
            let mut parts = vec![slice];
            while let Some(part) = parts.pop() {
                match changes::compose(client, part).await {
                    Ok(_) => stage.advance(part.len() as u64, part.len() as u64),
                    Err(error) if !is_of_a_product(&error) => return Err(error.into()),
                    Err(_) if part.len() == 1 => {
                        failed.lock().expect("no holder panics").push(part[0]);
                    }
                    Err(_) => {
                        let (first, second) = part.split_at(part.len() / 2);
                        parts.extend([second, first]);
                    }
                }
            }
            Ok(())
        };
        let slices = ids.chunks(changes::PRODUCTS_PER_SLICE).collect();
        parallel::for_each(self.database_url, self.sessions, "pg_catalog", slices, work).await?;
        stage.finish();
        let failed = failed.into_inner().expect("no holder panics");
        let stage = self.progress.stage("write", "documents", 0);
        let written = changes::write(self.control, |count| stage.advance(count, count)).await?;
        changes::settle(self.control, Some(ids), &failed).await?;
        changes::commit(self.control).await?;
        stage.finish();
        Ok(Published {
            composed: ids.len() as u64,
            written,
            failed: failed.len() as u64,
            is_whole: false,
        })
    }

    /// Composes all products into staged tables, and exchanges these for those that are served.
    async fn whole(&self) -> Result<Published, PublishError> {
        self.analyze_catalog().await?;
        staging::create_tables(self.bulk).await?;
        let statements = staging::plan(self.bulk).await?;
        let version = compose::next_version(self.bulk).await?;
        let (composed, failed) = self.compose_ranges(version).await?;
        let stage = self.progress.stage("index", "documents", 1);
        self.index(&statements).await?;
        stage.advance(1, 0);
        stage.finish();
        changes::settle(self.control, None, &failed).await?;
        publish::publish(self.control, version, self.lock_timeout).await?;
        Ok(Published {
            composed,
            written: composed,
            failed: failed.len() as u64,
            is_whole: true,
        })
    }

    /// Gathers statistics of the source tables: a plan that knows nothing of them takes hours.
    async fn analyze_catalog(&self) -> Result<(), DatabaseError> {
        let analyze = |file: ExportFile| format!("ANALYZE {CATALOG}.{}", file.table());
        self.all_at_once(ExportFile::ALL.map(analyze).to_vec())
            .await
    }

    async fn compose_ranges(&self, version: i64) -> Result<(u64, Vec<i64>), DatabaseError> {
        let ranges = id_range::ranges(self.bulk, "catalog.product", "id").await?;
        let products = ranges.iter().map(|range| range.products).sum();
        let stage = self.progress.stage("compose", "documents", products);
        let failed = Mutex::new(Vec::new());
        let work = async |client: &Client, range: IdRange| -> Result<(), DatabaseError> {
            let mut parts = vec![range];
            while let Some(part) = parts.pop() {
                match compose::compose(client, version, part).await {
                    Ok(count) => stage.advance(count, count),
                    Err(error) if !is_of_a_product(&error) => return Err(error.into()),
                    Err(_) if part.first == part.last => {
                        compose::keep(client, version, part.first).await?;
                        failed.lock().expect("no holder panics").push(part.first);
                    }
                    Err(_) => parts.extend(part.halves()),
                }
            }
            Ok(())
        };
        parallel::for_each(self.database_url, self.sessions, "pg_catalog", ranges, work).await?;
        stage.finish();
        Ok((products, failed.into_inner().expect("no holder panics")))
    }

    /// Indexes what was composed and puts the log on disk, so that the publication's own commit is short.
    async fn index(&self, statements: &[Statement]) -> Result<(), DatabaseError> {
        let indexes = statements.iter().filter(|of| of.phase == Phase::Index);
        let indexes = indexes.map(|statement| statement.sql.clone());
        // In either order: the vocabulary is empty until this is committed.
        let all = iter::once(compose::fill_vocabulary()).chain(indexes);
        self.all_at_once(all.collect()).await?;
        let finish = statements.iter().filter(|of| of.phase == Phase::Finish);
        for statement in finish {
            self.bulk.batch_execute(&statement.sql).await?;
        }
        let tables = staging::TABLES.map(|(_, table)| format!("{SCHEMA}.{table}"));
        self.bulk
            .batch_execute(&format!(
                "SET synchronous_commit = on; ANALYZE {}",
                tables.join(", ")
            ))
            .await?;
        Ok(())
    }

    /// Runs statements, each in a transaction of its own, with every session.
    async fn all_at_once(&self, statements: Vec<String>) -> Result<(), DatabaseError> {
        let work = async |client: &Client, sql: String| -> Result<(), DatabaseError> {
            Ok(client.batch_execute(&sql).await?)
        };
        parallel::for_each(self.database_url, self.sessions, SCHEMA, statements, work).await
    }
}
