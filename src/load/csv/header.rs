//! Checks the first line of an export file: the columns must be the format's, in its order.

use std::fmt;

use super::fields::{Field, Split, Splitter};
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

/// Checks the text of a header line, without a byte order mark and a line break.
///
/// Blanks around names, quotes and letter case do not matter.
///
/// # Errors
///
/// [`HeaderFault`], which names the columns.
pub fn check(file: ExportFile, line: &[u8]) -> Result<(), HeaderFault> {
    let problem = match names(line) {
        Some(found) => compare(file.columns(), &found),
        None => Some(HeaderProblem::Unreadable),
    };
    let Some(problem) = problem else {
        return Ok(());
    };
    Err(HeaderFault {
        problem,
        expected: file.header(),
        found: excerpt(line),
    })
}

fn names(line: &[u8]) -> Option<Vec<String>> {
    let text = str::from_utf8(line)
        .ok()
        .filter(|text| !text.contains('\0'))?;
    let mut splitter = Splitter::new(MAX_COLUMNS);
    let is_complete = splitter.split(line) == Split::Complete;
    let name = |field: &Field| text[field.start..field.end].trim().to_owned();
    is_complete.then(|| splitter.fields().iter().map(name).collect())
}

fn compare(columns: &[Column], found: &[String]) -> Option<HeaderProblem> {
    let is = |column: &Column, name: &str| column.name.eq_ignore_ascii_case(name);
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

    fn check_styles(line: &[u8]) -> Result<(), String> {
        check(ExportFile::Style, line).map_err(|fault| fault.to_string())
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
            assert_eq!(check_styles(line.as_bytes()), Ok(()), "{line}");
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
                "missing columns id, productId, name, sale_price, original_price, default_style, \
                 unknown column id;productId;name",
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
        let message = check_styles(b"\xFF\xFEi\0d\0,\0").unwrap_err();
        assert!(
            message.starts_with("the header is no list of column names in UTF-8"),
            "{message}"
        );
    }
}
