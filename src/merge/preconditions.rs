//! Checks, before anything is done, that the tables can take what a load gives them.

use tokio_postgres::{Client, Error, Row};

use crate::load::format::ExportFile;

/// Reason why an account cannot load into the tables as they are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// A table does not exist.
    #[error("the database has no table catalog.{table}: run `atelierex migrate` first")]
    MissingTable {
        /// The table.
        table: String,
    },
    /// The account may not act as the table's owner.
    #[error(
        "this account does not own catalog.{table}: load as {owner}, or as a member of that role"
    )]
    NotOwner {
        /// The table.
        table: String,
        /// Its owner.
        owner: String,
    },
    /// Policies hide rows from the account.
    #[error(
        "row security hides rows of catalog.{table} from this account: load as its owner without FORCE ROW LEVEL SECURITY, or as a role with BYPASSRLS"
    )]
    RowSecurity {
        /// The table.
        table: String,
    },
    /// A column that the export fills is not there.
    #[error(
        "catalog.{table} has no column {column} that can be filled: restore the column as `atelierex migrate` created it"
    )]
    MissingColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A column needs a value that the export does not have.
    #[error(
        "catalog.{table}.{column} needs a value and the export has none for it: give the column a default, or drop its NOT NULL"
    )]
    UnfilledColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A trigger that captures changes does not fire, so that documents would not follow the rows.
    #[error(
        "the trigger {trigger} of catalog.{table} is missing or disabled, so that documents would not show what is loaded: ALTER TABLE catalog.{table} ENABLE TRIGGER {trigger}"
    )]
    Capture {
        /// The table.
        table: String,
        /// The trigger.
        trigger: String,
    },
}

/// Returns everything that keeps this account from loading.
///
/// # Errors
///
/// Database errors.
pub async fn obstacles(client: &Client) -> Result<Vec<Obstacle>, Error> {
    let tables: Vec<&str> = ExportFile::ALL.map(ExportFile::table).to_vec();
    let columns: Vec<String> = ExportFile::ALL
        .into_iter()
        .flat_map(|file| {
            let columns = file.columns().iter();
            columns.map(move |column| format!("{}.{}", file.table(), column.target))
        })
        .collect();
    let rows = client
        .query(include_str!("preconditions.sql"), &[&tables, &columns])
        .await?;
    Ok(rows.iter().map(obstacle).collect())
}

fn obstacle(row: &Row) -> Obstacle {
    let (table, name): (String, String) = (row.get(1), row.get(2));
    match row.get::<_, &str>(0) {
        "missing table" => Obstacle::MissingTable { table },
        "owner" => Obstacle::NotOwner { table, owner: name },
        "row security" => Obstacle::RowSecurity { table },
        "missing column" => Obstacle::MissingColumn {
            table,
            column: name,
        },
        "unfilled column" => Obstacle::UnfilledColumn {
            table,
            column: name,
        },
        _ => Obstacle::Capture {
            table,
            trigger: name,
        },
    }
}
