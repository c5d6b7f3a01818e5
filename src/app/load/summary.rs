//! Summary of a load, as text for people.

use std::{fmt, path::PathBuf, time::Duration};

use indicatif::{HumanBytes, HumanCount};

use super::files::FileOutcome;
use crate::load::{
    report::{FindingCounts, where_listed},
    rules::Action,
};

/// Summary of a load.
#[derive(Debug)]
pub struct LoadSummary {
    /// Outcome of each file.
    pub files: Vec<FileOutcome>,
    /// What was found in the rows.
    pub findings: FindingCounts,
    /// File that lists each of those, if any.
    pub report: Option<PathBuf>,
    /// Number of documents that were published.
    pub documents: u64,
    /// Duration of each stage, in order.
    pub stages: Vec<(&'static str, Duration)>,
    /// Duration of the load.
    pub total: Duration,
}

impl LoadSummary {
    /// Numbers that matter, in one line.
    #[must_use]
    pub fn in_short(&self) -> String {
        let number = |count| HumanCount(count).to_string();
        let published = format!(
            "Published {} products in {:.1} s",
            number(self.documents),
            self.total.as_secs_f64()
        );
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
}

impl fmt::Display for LoadSummary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |count| HumanCount(count).to_string();
        writeln!(
            formatter,
            "{:<16} {:>12} {:>10} {:>10} {:>9} {:>9}",
            "file", "rows loaded", "repaired", "rejected", "copy", "index"
        )?;
        for file in &self.files {
            let (name, rows) = (file.file.file_name(), file.rows);
            let [loaded, repaired, rejected] =
                [rows.rows, rows.repaired, rows.rejected].map(number);
            let (copying, indexing) = (file.copying.as_secs_f64(), file.indexing.as_secs_f64());
            writeln!(
                formatter,
                "{name:<16} {loaded:>12} {repaired:>10} {rejected:>10} {copying:>8.2}s {indexing:>8.2}s"
            )?;
        }
        for (file, rule, count) in self.findings.iter() {
            let (name, count, action) = (file.file_name(), number(count), rule.action().name());
            let line = self.findings.first_line(file, rule);
            writeln!(
                formatter,
                "{name:<16} {count:>12} {action} by rule {}, the first in line {line}: {}",
                rule.name(),
                rule.description()
            )?;
        }
        if self.findings.iter().next().is_some() {
            writeln!(
                formatter,
                "{:<16} {}",
                "",
                where_listed(self.report.as_deref())
            )?;
        }
        for (stage, duration) in &self.stages {
            writeln!(formatter, "{stage:<26} {:>8.2}s", duration.as_secs_f64())?;
        }
        let (documents, seconds) = (number(self.documents), self.total.as_secs_f64());
        write!(
            formatter,
            "Published {documents} documents in {seconds:.2} s"
        )?;
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
