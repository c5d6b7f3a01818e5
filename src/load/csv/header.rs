//! Checks the first line of an export file: the columns must be the format's, in its order.

use std::fmt;

use super::{
    dialect::{Dialect, SEPARATORS},
    fields::{Field, Split, Splitter},
};
use crate::load::{
    format::{Column, ExportFile},
    value::{excerpt, integer},
};

/// Columns of the longest header that is looked at; more are wrong anyway.
const MAX_COLUMNS: usize = 64;

/// A fault of a header, with the columns that were expected and found.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}; expected \"{expected}\", found \"{found}\"")]
pub struct HeaderFault {
    /// The fault.
    pub problem: HeaderProblem,
    /// The columns as the format has them.
    pub expected: String,
    /// The line as the file has it, shortened.
    pub found: String,
}

/// The kinds of faults that a header can have.
#[derive(Debug, PartialEq, Eq)]
pub enum HeaderProblem {
    /// The line is no list of names: not UTF-8, or with quotes that do not match.
    Unreadable,
    /// The file is in UTF-16.
    Utf16,
    /// The lines have no line feed at their end.
    CarriageReturns,
    /// The line is a row of data.
    Absent,
    /// Other columns than the format's.
    Columns {
        /// Columns of the format that the file lacks.
        missing: Vec<String>,
        /// Columns of the file that the format lacks.
        unknown: Vec<String>,
        /// Columns that the file has more than once.
        repeated: Vec<String>,
    },
    /// The right columns in the wrong order.
    Reordered,
}

impl fmt::Display for HeaderProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => {
                formatter.write_str("the header is no list of column names in UTF-8")
            }
            Self::Utf16 => formatter.write_str(
                "the file is in UTF-16, not in UTF-8 (iconv -f UTF-16 -t UTF-8 converts it)",
            ),
            Self::CarriageReturns => formatter
                .write_str("the lines end with a carriage return alone, not with a line feed"),
            Self::Absent => formatter.write_str("there is no header, the first line is a row"),
            Self::Reordered => formatter.write_str("the columns are in another order"),
            Self::Columns {
                missing,
                unknown,
                repeated,
            } => {
                let parts = [
                    ("missing", missing),
                    ("unknown", unknown),
                    ("repeated", repeated),
                ]
                .into_iter()
                .filter(|(_, names)| !names.is_empty())
                .map(|(what, names)| {
                    let plural = if names.len() == 1 { "" } else { "s" };
                    format!("{what} column{plural} {}", names.join(", "))
                });
                formatter.write_str(&parts.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Checks the text of a header line, without a byte order mark and a line break, and returns the separator of its names.
///
/// Blanks around names, quotes and letter case do not matter, and a column may have the name that it has in its table.
///
/// # Errors
///
/// [`HeaderFault`], which names the columns.
pub fn check(file: ExportFile, line: &[u8]) -> Result<u8, HeaderFault> {
    let separator = separator(line);
    let problem = match names(line, separator) {
        _ if line.contains(&0) => Some(HeaderProblem::Utf16),
        _ if line.contains(&b'\r') => Some(HeaderProblem::CarriageReturns),
        Some(found) => compare(file.columns(), &found),
        None => Some(HeaderProblem::Unreadable),
    };
    let Some(problem) = problem else {
        return Ok(separator);
    };
    Err(HeaderFault {
        problem,
        expected: file.header(),
        found: excerpt(line),
    })
}

/// Returns true for a line that spreadsheets put before the header: `sep=;`.
pub(super) fn is_separator_line(line: &[u8]) -> bool {
    line.len() == 5 && line[..4].eq_ignore_ascii_case(b"sep=")
}

/// Returns the separator that a line has most often.
fn separator(line: &[u8]) -> u8 {
    let count = |separator: &u8| memchr::memchr_iter(*separator, line).count();
    let mut separators = SEPARATORS.into_iter().rev();
    let most = separators.by_ref().max_by_key(count);
    most.expect("there are separators")
}

fn names(line: &[u8], separator: u8) -> Option<Vec<String>> {
    let text = str::from_utf8(line).ok()?;
    let mut splitter = Splitter::new(MAX_COLUMNS, Dialect::separated_by(separator));
    let is_complete = splitter.split(line) == Split::Complete;
    let name = |field: &Field| text[field.start..field.end].trim().to_owned();
    is_complete.then(|| splitter.fields().iter().map(name).collect())
}

fn compare(columns: &[Column], found: &[String]) -> Option<HeaderProblem> {
    let is = |column: &Column, name: &str| {
        column.name.eq_ignore_ascii_case(name) || column.target.eq_ignore_ascii_case(name)
    };
    if found.len() == columns.len()
        && columns
            .iter()
            .zip(found)
            .all(|(column, name)| is(column, name))
    {
        return None;
    }
    if found
        .first()
        .is_some_and(|name| integer(name.as_bytes()).is_some())
    {
        return Some(HeaderProblem::Absent);
    }
    let missing = columns
        .iter()
        .filter(|column| !found.iter().any(|name| is(column, name)))
        .map(|column| column.name.to_owned());
    let unknown = found
        .iter()
        .filter(|name| !columns.iter().any(|column| is(column, name)))
        .map(|name| {
            if name.is_empty() {
                "\"\"".to_owned()
            } else {
                excerpt(name.as_bytes())
            }
        });
    let repeated = columns
        .iter()
        .filter(|column| found.iter().filter(|name| is(column, name)).count() > 1)
        .map(|column| column.name.to_owned());
    let (missing, unknown, repeated): (Vec<_>, Vec<_>, Vec<_>) =
        (missing.collect(), unknown.collect(), repeated.collect());
    if missing.is_empty() && unknown.is_empty() && repeated.is_empty() {
        return Some(HeaderProblem::Reordered);
    }
    Some(HeaderProblem::Columns {
        missing,
        unknown,
        repeated,
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::load::format::ExportFile;

    fn check_styles(line: &[u8]) -> Result<char, String> {
        let separator = check(ExportFile::Style, line);
        separator.map(char::from).map_err(|fault| fault.to_string())
    }

    #[test]
    fn blanks_quotes_and_letter_case_do_not_matter() {
        for line in [
            "id,productId,name,sale_price,original_price,default_style",
            "id, productId, name, sale_price, original_price, default_style",
            " id ,\tproductId,name ,sale_price,original_price,default_style  ",
            "\"id\",\"productId\", \"name\",\"sale_price\",\"original_price\",\"default_style\"",
            "ID,productid,Name,SALE_PRICE,original_price,default_style",
        ] {
            assert_eq!(check_styles(line.as_bytes()), Ok(','), "{line}");
        }
    }

    #[test]
    fn the_separator_is_that_of_the_names() {
        for (line, separator) in [
            (
                "id;productId;name;sale_price;original_price;default_style",
                ';',
            ),
            (
                "id\tproductId\tname\tsale_price\toriginal_price\tdefault_style",
                '\t',
            ),
            (
                "id|\"productId\"|name|sale_price|original_price|default_style",
                '|',
            ),
            // As psql writes the table.
            (
                "id,product_id,name,sale_price,original_price,default_style",
                ',',
            ),
        ] {
            assert_eq!(check_styles(line.as_bytes()), Ok(separator), "{line}");
        }
    }

    #[test]
    fn a_wrong_header_is_described_by_the_names_of_its_columns() {
        for (line, problem) in [
            (
                "id,productId,name,original_price,sale_price,default_style",
                "the columns are in another order",
            ),
            (
                "id,productId,name,sale_price,original_price",
                "missing column default_style",
            ),
            (
                "id,productId,name,sale_price,original_price,default_style,color",
                "unknown column color",
            ),
            (
                "id,product,name,sale_price,original_price,default_style,",
                "missing column productId, unknown columns product, \"\"",
            ),
            (
                "id,productId,name,name,sale_price,original_price,default_style",
                "repeated column name",
            ),
            (
                "id;productId;name",
                "missing columns sale_price, original_price, default_style",
            ),
            (
                "1,1,\"Black\",null,140,1",
                "there is no header, the first line is a row",
            ),
            (
                "id,\"productId,name",
                "the header is no list of column names in UTF-8",
            ),
        ] {
            let expected = "id,productId,name,sale_price,original_price,default_style";
            let message = format!("{problem}; expected \"{expected}\", found \"{line}\"");
            assert_eq!(check_styles(line.as_bytes()), Err(message));
        }
    }

    #[test]
    fn a_header_in_utf_16_is_unreadable() {
        for line in [&b"\xFF\xFEi\0d\0,\0"[..], b"\xFE\xFF\0i\0d"] {
            let message = check_styles(line).unwrap_err();
            let problem =
                "the file is in UTF-16, not in UTF-8 (iconv -f UTF-16 -t UTF-8 converts it)";
            assert!(message.starts_with(problem), "{message}");
        }
    }

    #[test]
    fn a_file_without_line_feeds_is_told_apart() {
        let header = "id,productId,name,sale_price,original_price,default_style";
        let message = check_styles(format!("{header}\r1,1,a,null,1,1\r").as_bytes()).unwrap_err();
        assert!(
            message.starts_with("the lines end with a carriage return alone"),
            "{message}"
        );
    }
}
