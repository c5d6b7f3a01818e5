//! Every fault that was found in an export, one by one in a CSV file and counted by file and rule.

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    format::ExportFile,
    rules::{Action, Rule},
};
use crate::partial_file::PartialFile;

/// Bytes of the report that are collected before they are written.
const BUFFER_BYTES: usize = 64 * 1024;

/// Findings that messages show.
const FIRST_FINDINGS: usize = 5;

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// File that breaks the rule.
    pub file: ExportFile,
    /// Line of the file on which the record starts; the first line is 1.
    pub line: u64,
    /// Id of the row, where one can be read.
    pub id: Option<i64>,
    /// The rule, which also says what was done.
    pub rule: Rule,
    /// Description of the fault: one line of at most some 200 characters.
    pub detail: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file, line, detail, ..
        } = self;
        let (rule, action) = (self.rule, self.rule.action());
        let file = file.file_name();
        write!(
            formatter,
            "{file}, line {line}: {action} by rule {rule}: {detail}"
        )
    }
}

/// Number of findings by file and rule, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingCounts {
    counts: BTreeMap<(ExportFile, Rule), Count>,
    first: Vec<Finding>,
}

/// Findings of a rule in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Count {
    number: u64,
    first_line: u64,
}

impl FindingCounts {
    /// Counts one finding.
    pub fn add(&mut self, finding: &Finding) {
        let none = Count {
            number: 0,
            first_line: finding.line,
        };
        let count = self.counts.entry((finding.file, finding.rule));
        count.or_insert(none).number += 1;
        self.keep_if_first(finding);
    }

    /// The first findings by file and line, at most five; those of rejected rows before all others.
    #[must_use]
    pub fn first(&self) -> &[Finding] {
        &self.first
    }

    /// Files are read at the same time, so the first finding may come late.
    fn keep_if_first(&mut self, finding: &Finding) {
        let key = |of: &Finding| (of.rule.action() != Action::Rejected, of.file, of.line);
        let place = self.first.partition_point(|of| key(of) <= key(finding));
        if place < FIRST_FINDINGS {
            self.first.truncate(FIRST_FINDINGS - 1);
            self.first.insert(place, finding.clone());
        }
    }

    /// Line of the file on which a rule was broken first; 0 if it was not.
    #[must_use]
    pub fn first_line(&self, file: ExportFile, rule: Rule) -> u64 {
        self.counts.get(&(file, rule)).map_or(0, |of| of.first_line)
    }

    /// Number of findings of a rule in a file.
    #[must_use]
    pub fn get(&self, file: ExportFile, rule: Rule) -> u64 {
        self.counts.get(&(file, rule)).map_or(0, |of| of.number)
    }

    /// Number of findings with this action in all files.
    #[must_use]
    pub fn total(&self, action: Action) -> u64 {
        self.iter()
            .filter(|(_, rule, _)| rule.action() == action)
            .map(|(_, _, count)| count)
            .sum()
    }

    /// The counts that are not zero, by file and then by rule.
    pub fn iter(&self) -> impl Iterator<Item = (ExportFile, Rule, u64)> + '_ {
        let counts = self.counts.iter();
        counts.map(|((file, rule), count)| (*file, *rule, count.number))
    }
}

/// Says where findings are listed, or how they would be.
#[must_use]
pub fn where_listed(report: Option<&Path>) -> String {
    report.map_or_else(
        || "load with --report FILE to have each of them listed".to_owned(),
        |report| format!("each of them is listed in {}", report.display()),
    )
}

/// There can be no report under that name.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The report would replace what is to be loaded.
    #[error("the report {} is the export's own {}: choose another file with --report", path.display(), file.file_name())]
    IsInput {
        /// The path that was given.
        path: PathBuf,
        /// The file that it leads to.
        file: ExportFile,
    },
    /// The report file cannot be written.
    #[error("the report {} cannot be written: choose another file with --report, or make room on its disk", path.display())]
    Write {
        /// The path that was given.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

/// Writes findings as they come.
pub struct ReportWriter<W: Write = Box<dyn Write + Send>> {
    path: PathBuf,
    csv: csv::Writer<W>,
    counts: FindingCounts,
    /// None if findings are only counted, or go to something that is no file.
    unpublished: Option<Unpublished>,
}

/// A report that is not complete, and its name when it is.
struct Unpublished {
    partial: PartialFile,
    file: File,
    name: PathBuf,
}

impl Unpublished {
    /// Creates the temporary file beside the file `path`.
    fn create(path: &Path) -> io::Result<Self> {
        // A link stays: the file that it leads to is replaced.
        let name = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut temporary = name.clone().into_os_string();
        temporary.push(".partial");
        let (partial, file) = PartialFile::create(temporary.into())?;
        Ok(Self {
            partial,
            file,
            name,
        })
    }

    fn publish(self) -> io::Result<()> {
        // Otherwise a power cut could leave the name of a complete report with nothing in it.
        self.file.sync_all()?;
        self.partial.publish(&self.name)
    }
}

impl ReportWriter {
    /// Begins a report that replaces an older one when it is finished. Without a path, findings are only counted.
    ///
    /// # Errors
    ///
    /// [`ReportError::Write`].
    pub fn create(path: Option<&Path>) -> Result<Self, ReportError> {
        let Some(path) = path else {
            return Self::new(PathBuf::new(), Box::new(io::sink()));
        };
        let failed = write_error(path);
        if is_device(path) {
            let device = OpenOptions::new().write(true).open(path).map_err(failed)?;
            return Self::new(path.to_owned(), Box::new(device));
        }
        let unpublished = Unpublished::create(path).map_err(&failed)?;
        let target = unpublished.file.try_clone().map_err(failed)?;
        let mut report = Self::new(path.to_owned(), Box::new(target) as Box<dyn Write + Send>)?;
        report.unpublished = Some(unpublished);
        Ok(report)
    }
}

/// Returns true for what cannot be renamed: a pipe, a terminal, `/dev/stdout`.
fn is_device(path: &Path) -> bool {
    path.starts_with("/dev") || fs::metadata(path).is_ok_and(|of| !of.is_file() && !of.is_dir())
}

fn write_error(path: &Path) -> impl Fn(io::Error) -> ReportError + use<> {
    let path = path.to_owned();
    move |source| ReportError::Write {
        path: path.clone(),
        source,
    }
}

impl<W: Write> ReportWriter<W> {
    /// Writes the header to `target`; `path` is for messages.
    ///
    /// # Errors
    ///
    /// [`ReportError::Write`].
    pub fn new(path: PathBuf, target: W) -> Result<Self, ReportError> {
        let csv = csv::WriterBuilder::new()
            .buffer_capacity(BUFFER_BYTES)
            .from_writer(target);
        let mut report = Self {
            path,
            csv,
            counts: FindingCounts::default(),
            unpublished: None,
        };
        report.write(["file", "line", "id", "rule", "action", "detail"])?;
        Ok(report)
    }

    /// Counts and writes one finding.
    ///
    /// # Errors
    ///
    /// [`ReportError::Write`].
    pub fn add(&mut self, finding: &Finding) -> Result<(), ReportError> {
        self.counts.add(finding);
        let id = finding.id.map(|id| id.to_string());
        self.write([
            finding.file.file_name(),
            &finding.line.to_string(),
            id.as_deref().unwrap_or_default(),
            finding.rule.name(),
            finding.rule.action().name(),
            &finding.detail,
        ])
    }

    /// Counts so far.
    pub fn counts(&self) -> &FindingCounts {
        &self.counts
    }

    /// Writes what is left, gives the report its name, and returns the counts. A report that is dropped instead leaves
    /// nothing under that name.
    ///
    /// # Errors
    ///
    /// [`ReportError::Write`].
    pub fn finish(mut self) -> Result<FindingCounts, ReportError> {
        let flushed = self.csv.flush();
        let published = flushed.and_then(|()| match self.unpublished {
            Some(unpublished) => unpublished.publish(),
            None => Ok(()),
        });
        published.map_err(write_error(&self.path))?;
        Ok(self.counts)
    }

    fn write(&mut self, fields: [&str; 6]) -> Result<(), ReportError> {
        let written = self.csv.write_record(fields);
        written.map_err(|error| write_error(&self.path)(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, FindingCounts, ReportWriter};
    use crate::load::{
        format::ExportFile,
        rules::{Action, Rule},
    };

    fn finding(file: ExportFile, line: u64, id: Option<i64>, rule: Rule, detail: &str) -> Finding {
        let detail = detail.to_owned();
        Finding {
            file,
            line,
            id,
            rule,
            detail,
        }
    }

    #[test]
    fn a_report_has_every_finding_and_counts_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.csv");
        let mut report = ReportWriter::create(Some(&path)).unwrap();
        for finding in [
            finding(
                ExportFile::Photo,
                49,
                Some(48),
                Rule::MissingClosingQuote,
                "thumbnail_url",
            ),
            finding(
                ExportFile::Related,
                52,
                Some(51),
                Rule::RelatedIdZero,
                "is 0",
            ),
            finding(
                ExportFile::Related,
                53,
                None,
                Rule::MisplacedQuote,
                "in field 2: 1,a\"b",
            ),
            finding(
                ExportFile::Related,
                54,
                Some(53),
                Rule::RelatedIdZero,
                "is 0",
            ),
        ] {
            report.add(&finding).unwrap();
        }
        let counts = report.finish().unwrap();

        let expected = "file,line,id,rule,action,detail\n\
            photos.csv,49,48,missing-closing-quote,repaired,thumbnail_url\n\
            related.csv,52,51,related-id-zero,rejected,is 0\n\
            related.csv,53,,misplaced-quote,rejected,\"in field 2: 1,a\"\"b\"\n\
            related.csv,54,53,related-id-zero,rejected,is 0\n";
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        let counts_by_rule = [
            (ExportFile::Photo, Rule::MissingClosingQuote, 1),
            (ExportFile::Related, Rule::MisplacedQuote, 1),
            (ExportFile::Related, Rule::RelatedIdZero, 2),
        ];
        assert_eq!(counts.iter().collect::<Vec<_>>(), counts_by_rule);
        assert_eq!(counts.total(Action::Repaired), 1);
        assert_eq!(counts.total(Action::Rejected), 3);
        let first = counts.first_line(ExportFile::Related, Rule::RelatedIdZero);
        assert_eq!(first, 52);
    }

    #[test]
    fn the_first_findings_are_those_of_rejected_rows_by_file_and_line() {
        let mut counts = FindingCounts::default();
        for (file, line, rule) in [
            (ExportFile::Product, 3, Rule::NegativePrice),
            (ExportFile::Sku, 5, Rule::Orphan),
            (ExportFile::Sku, 4, Rule::NotANumber),
            (ExportFile::Photo, 9, Rule::MisspelledScheme),
            (ExportFile::Product, 7, Rule::NotANumber),
            (ExportFile::Product, 2, Rule::NegativePrice),
        ] {
            counts.add(&finding(file, line, None, rule, ""));
        }
        let first = |counts: &FindingCounts| -> Vec<_> {
            let of = |finding: &Finding| (finding.file, finding.line);
            counts.first().iter().map(of).collect()
        };
        let expected = [
            (ExportFile::Product, 7),
            (ExportFile::Sku, 4),
            (ExportFile::Sku, 5),
            (ExportFile::Product, 2),
            (ExportFile::Product, 3),
        ];
        assert_eq!(first(&counts), expected);
        for line in [30, 20] {
            counts.add(&finding(
                ExportFile::Style,
                line,
                None,
                Rule::MissingValue,
                "",
            ));
        }
        assert_eq!(
            first(&counts)[..3],
            [
                (ExportFile::Product, 7),
                (ExportFile::Style, 20),
                (ExportFile::Style, 30)
            ]
        );
        assert_eq!(counts.first().len(), 5);
    }

    #[test]
    fn a_report_has_its_name_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        std::fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let names = || std::fs::read_dir(folder.path()).unwrap().count();
        let old = || std::fs::read_to_string(&target).unwrap();
        let mut report = ReportWriter::create(Some(&link)).unwrap();
        let finding = finding(ExportFile::Sku, 2, None, Rule::Orphan, "is gone");
        report.add(&finding).unwrap();
        assert_eq!(old(), "old");
        drop(report);
        assert_eq!((old().as_str(), names()), ("old", 2), "nothing is left");

        let mut report = ReportWriter::create(Some(&link)).unwrap();
        report.add(&finding).unwrap();
        report.finish().unwrap();
        assert!(old().ends_with("\nskus.csv,2,,orphan,rejected,is gone\n"));
        assert_eq!(names(), 2);
        assert!(link.is_symlink());
    }

    #[test]
    fn a_report_to_a_device_is_written_to_it() {
        let report = ReportWriter::create(Some("/dev/null".as_ref())).unwrap();
        report.finish().unwrap();
        let report = ReportWriter::create(Some("/dev/full".as_ref())).unwrap();
        let error = report.finish().unwrap_err();
        assert!(error.to_string().contains("/dev/full"), "{error}");
        assert!(std::path::Path::new("/dev/full").exists());
    }

    #[test]
    fn a_report_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("report.csv");
        let error = ReportWriter::create(Some(&path)).err().unwrap();
        assert!(
            error.to_string().contains(&path.display().to_string()),
            "{error}"
        );
    }
}
