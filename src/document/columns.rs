//! The columns of a document, listed once.
//!
//! Diesel's `ProductDocument` has a field for each. A test compares the list with the view that composes the documents.

/// The documents of a product, by column.
pub const COLUMNS: [&str; 5] = ["listing", "detail", "styles", "related", "card"];

/// Fills the placeholders of a statement. `{columns}` and, qualified by a table, `{table.columns}` become the list of
/// columns; `{assignments}` becomes the assignments of `ON CONFLICT DO UPDATE`.
pub(super) fn fill(statement: &str) -> String {
    let list = |of: &dyn Fn(&str) -> String| COLUMNS.map(of).join(", ");
    let mut filled = statement
        .replace("{columns}", &list(&str::to_owned))
        .replace(
            "{assignments}",
            &list(&|column| format!("{column} = excluded.{column}")),
        );
    for table in ["composed", "fresh", "stored"] {
        let columns = list(&|column| format!("{table}.{column}"));
        filled = filled.replace(&format!("{{{table}.columns}}"), &columns);
    }
    filled
}
