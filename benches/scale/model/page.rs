//! The page, with its tables put in place.

use super::tables::Table;

/// What ends a table.
const END: &str = "<!-- end -->";

/// What begins a table.
fn begin(table: &Table) -> String {
    format!("<!-- table: {} -->", table.name)
}

/// `page` with each table between its two comments.
///
/// # Errors
///
/// Names a table for which the page has no place.
pub fn filled(page: &str, tables: &[Table]) -> Result<String, String> {
    let mut filled = page.to_owned();
    for table in tables {
        let begin = begin(table);
        let missing = || format!("the page has no \"{begin}\" with \"{END}\" after it");
        let from = filled.find(&begin).ok_or_else(missing)? + begin.len();
        let to = from + filled[from..].find(END).ok_or_else(missing)?;
        filled.replace_range(from..to, &format!("\n{}", table.to_markdown()));
    }
    Ok(filled)
}
