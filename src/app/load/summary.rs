//! Summary of a load, as text for people.

use std::{fmt, path::PathBuf, time::Duration};

use indicatif::{HumanBytes, HumanCount};

use super::{comparing::Compared, publishing::Published, reading::FileRead};
use crate::{
    load::{
        chunk_reader::Progress as FileProgress,
        format::ExportFile,
        plausibility::FileImpact,
        report::{FindingCounts, where_listed},
        rules::Action,
    },
    merge::differences::RowCounts,
};

/// Outcome of a file.
#[derive(Clone, Copy, Debug)]
pub struct FileOutcome {
    /// The file.
    pub file: ExportFile,
    /// Its rows: accepted, repaired, rejected.
    pub rows: FileProgress,
    /// Rows of the table before the load.
    pub present: u64,
    /// Rows of the table that were changed, or would be.
    pub changes: RowCounts,
    /// Rows that others changed meanwhile, and that were kept.
    pub kept: u64,
    /// Time that reading and copying or comparing took.
    pub duration: Duration,
}

impl FileOutcome {
    /// The outcome of a file whose table was empty.
    #[must_use]
    pub fn inserted(read: &FileRead) -> Self {
        let changes = RowCounts {
            inserted: read.rows.rows,
            ..RowCounts::default()
        };
        Self::new(read, changes)
    }

    /// The outcome of a file that was compared.
    #[must_use]
    pub fn compared(compared: &Compared) -> Self {
        Self::new(&compared.read, compared.differing)
    }

    fn new(read: &FileRead, changes: RowCounts) -> Self {
        Self {
            file: read.file,
            rows: read.rows,
            present: read.rows.rows + changes.deleted - changes.inserted,
            changes,
            kept: 0,
            duration: read.duration,
        }
    }

    /// The numbers by which an export is judged.
    #[must_use]
    pub fn impact(&self) -> FileImpact {
        FileImpact {
            file: self.file,
            accepted: self.rows.rows,
            rejected: self.rows.rejected,
            present: self.present,
            removed: self.changes.deleted,
        }
    }
}

/// Outcome of a load as a whole.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The export was the catalog already.
    Unchanged,
    /// Nothing was changed, because that was asked for.
    DryRun {
        /// Products whose documents would be composed.
        products: u64,
    },
    /// Documents were published.
    Published {
        /// Their numbers.
        published: Published,
        /// Time since which everything is visible, by the database's clock.
        visible_since: String,
    },
}

/// Summary of a load.
#[derive(Debug)]
pub struct LoadSummary {
    /// Outcome of each file.
    pub files: Vec<FileOutcome>,
    /// Findings in the rows.
    pub findings: FindingCounts,
    /// File that lists each of those, if any.
    pub report: Option<PathBuf>,
    /// Outcome of the load.
    pub outcome: Outcome,
    /// Duration of the load.
    pub total: Duration,
}

fn number(count: u64) -> String {
    HumanCount(count).to_string()
}

impl LoadSummary {
    /// Numbers that matter, in one line.
    #[must_use]
    pub fn in_short(&self) -> String {
        let seconds = self.total.as_secs_f64();
        let published = match &self.outcome {
            Outcome::Unchanged => format!("Nothing has changed; compared in {seconds:.1} s"),
            Outcome::DryRun { products } => {
                format!("Would compose {} products", number(*products))
            }
            Outcome::Published { published, .. } => {
                let composed = number(published.composed);
                format!("Published {composed} products in {seconds:.1} s")
            }
        };
        if self.findings.iter().next().is_none() {
            return published;
        }
        let [repaired, rejected, kept] = [Action::Repaired, Action::Rejected, Action::Kept]
            .map(|action| number(self.findings.total(action)));
        let listed = where_listed(self.report.as_deref());
        format!(
            "{published}; findings: {repaired} repaired, {rejected} rejected, {kept} kept; {listed}"
        )
    }

    fn fmt_files(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{:<14} {:>12} {:>10} {:>10} {:>12} {:>12} {:>12} {:>10} {:>9}",
            "file",
            "rows",
            "repaired",
            "rejected",
            "inserted",
            "updated",
            "deleted",
            "kept",
            "time"
        )?;
        for of in &self.files {
            let name = of.file.file_name();
            let [rows, repaired, rejected] =
                [of.rows.rows, of.rows.repaired, of.rows.rejected].map(number);
            let RowCounts {
                inserted,
                updated,
                deleted,
            } = of.changes;
            let [inserted, updated, deleted, kept] =
                [inserted, updated, deleted, of.kept].map(number);
            let seconds = of.duration.as_secs_f64();
            writeln!(
                formatter,
                "{name:<14} {rows:>12} {repaired:>10} {rejected:>10} {inserted:>12} {updated:>12} {deleted:>12} {kept:>10} {seconds:>8.2}s"
            )?;
        }
        Ok(())
    }

    fn fmt_findings(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (file, rule, count) in self.findings.iter() {
            let (name, count, action) = (file.file_name(), number(count), rule.action().name());
            let line = match self.findings.first_line(file, rule) {
                0 => String::new(),
                line => format!(", the first in line {line}"),
            };
            writeln!(
                formatter,
                "{name:<14} {count:>12} {action} by rule {}{line}: {}",
                rule.name(),
                rule.description()
            )?;
        }
        if self.findings.iter().next().is_some() {
            let listed = where_listed(self.report.as_deref());
            writeln!(formatter, "{:<14} {listed}", "")?;
        }
        Ok(())
    }

    fn fmt_outcome(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.total.as_secs_f64();
        match &self.outcome {
            Outcome::Unchanged => write!(
                formatter,
                "The catalog was like the export already: no row and no document has changed, after {seconds:.2} s"
            ),
            Outcome::DryRun { products } => write!(
                formatter,
                "Dry run: nothing was changed. A load would compose {} products; compared in {seconds:.2} s",
                number(*products)
            ),
            Outcome::Published {
                published,
                visible_since,
            } => {
                let [composed, written] = [published.composed, published.written].map(number);
                if published.failed > 0 {
                    writeln!(
                        formatter,
                        "{} products cannot be composed: their documents from before are served, and the servers' logs say why",
                        number(published.failed)
                    )?;
                }
                let extent = if published.is_whole {
                    "the whole catalog, as a new publication"
                } else {
                    "those that have changed"
                };
                write!(
                    formatter,
                    "Composed {composed} products and wrote {written} documents: {extent}. Visible since {visible_since}; done after {seconds:.2} s"
                )
            }
        }
    }
}

impl fmt::Display for LoadSummary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_files(formatter)?;
        self.fmt_findings(formatter)?;
        self.fmt_outcome(formatter)?;
        match peak_memory() {
            Some(bytes) => write!(formatter, ", with at most {} of memory.", HumanBytes(bytes)),
            None => write!(formatter, "."),
        }
    }
}

/// The most memory this process ever had resident, in bytes, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
