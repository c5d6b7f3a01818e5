//! A second, empty set of the catalog's tables beside the one that is served.
//!
//! The staged tables are cloned from the migrated ones as PostgreSQL describes them, so no
//! migration ever has to be repeated here. Publishing moves them into place in one transaction.
//! Knows nothing of what the tables hold.

use std::iter;

use tokio_postgres::{Client, Error};

/// Schema in which the next catalog is built. Belongs to Atelierex alone: every load begins by dropping it.
pub const STAGING: &str = "atelierex_staging";

/// Schema in which the previous catalog waits, unreachable, for being dropped.
pub const RETIRED: &str = "atelierex_retired";

/// The tables that a load replaces, parents first, with their schemas.
pub const TABLES: [(&str, &str); 9] = [
    ("catalog", "product"),
    ("catalog", "feature"),
    ("catalog", "style"),
    ("catalog", "photo"),
    ("catalog", "sku"),
    ("catalog", "related_product"),
    ("search", "product_words"),
    ("search", "vocabulary"),
    ("serving", "product_document"),
];

/// The view that a load replaces: it is bound to its tables, not to their names.
pub const VIEW: (&str, &str) = ("serving", "composed_document");

/// Point at which a statement that completes the clone of a table is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// After the rows are in: indexes, primary keys.
    Index,
    /// After all tables have their keys: foreign keys, not yet checked.
    ForeignKey,
    /// Checks a foreign key; long, and several can run at once.
    Validate,
    /// Last: triggers, comments, privileges, storage settings.
    Finish,
}

/// A statement that makes a staged table more like its model, for a session whose `search_path` is [`STAGING`].
#[derive(Clone, Debug)]
pub struct Statement {
    /// The table, without its schema.
    pub table: String,
    /// Point at which it is due.
    pub phase: Phase,
    /// The statement.
    pub sql: String,
}

/// Drops what an earlier load left behind and makes the staging schema anew.
///
/// # Errors
///
/// Database errors: among them, no right to create a schema.
pub async fn reset(client: &Client) -> Result<(), Error> {
    drop_all(client).await?;
    client
        .batch_execute(&format!("CREATE SCHEMA {STAGING}"))
        .await
}

/// Drops the staged and the retired tables.
///
/// # Errors
///
/// Database errors.
pub async fn drop_all(client: &Client) -> Result<(), Error> {
    for schema in [STAGING, RETIRED] {
        client
            .batch_execute(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"))
            .await?;
    }
    Ok(())
}

/// Returns the statement that creates a bare staged table: columns, defaults, checks and column comments, nothing else.
#[must_use]
pub fn create_table(table: &str) -> String {
    let (schema, _) = TABLES
        .iter()
        .find(|(_, name)| *name == table)
        .expect("only tables of the list are staged");
    format!(
        "CREATE TABLE {STAGING}.{table} (LIKE {schema}.{table} INCLUDING ALL EXCLUDING INDEXES)"
    )
}

/// Reads what completes the staged tables, in the order in which it must run within a phase.
///
/// # Errors
///
/// Database errors: among them, missing tables.
pub async fn plan(client: &Client) -> Result<Vec<Statement>, Error> {
    let mut statements = Vec::new();
    for (schema, table) in TABLES {
        // Names of this schema are then printed without it, so that they mean the staged tables.
        client
            .execute("SELECT set_config('search_path', $1, false)", &[&schema])
            .await?;
        let relation = format!("{schema}.{table}");
        for row in client
            .query(include_str!("staging_plan.sql"), &[&relation])
            .await?
        {
            let phase = match row.get::<_, &str>(0) {
                "index" => Phase::Index,
                "foreign key" => Phase::ForeignKey,
                "validate" => Phase::Validate,
                _ => Phase::Finish,
            };
            statements.push(Statement {
                table: table.to_owned(),
                phase,
                sql: row.get(1),
            });
        }
    }
    statements.extend(plan_view(client).await?);
    client
        .batch_execute(&format!("SET search_path = {STAGING}"))
        .await?;
    Ok(statements)
}

/// Reads the view's definition and comments, with the names of the source tables left open.
async fn plan_view(client: &Client) -> Result<Vec<Statement>, Error> {
    client.batch_execute("SET search_path = catalog").await?;
    let (schema, view) = VIEW;
    let relation = format!("{schema}.{view}");
    let rows = client
        .query(
            "SELECT format('CREATE VIEW %I AS %s', $2::text, pg_get_viewdef($1::text::regclass))
             UNION ALL
             SELECT format('COMMENT ON VIEW %I IS %L', $2::text, obj_description($1::text::regclass, 'pg_class'))
             UNION ALL
             SELECT format('COMMENT ON COLUMN %I.%I IS %L', $2::text, attname, col_description(attrelid, attnum))
             FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0
             UNION ALL
             SELECT format('GRANT %s ON %I TO %s%s', privilege_type, $2::text, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
                 CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END)
             FROM pg_class, aclexplode(relacl) WHERE oid = $1::text::regclass AND grantee <> relowner",
            &[&relation, &view],
        )
        .await?;
    let statement = |sql| Statement {
        table: view.to_owned(),
        phase: Phase::Finish,
        sql,
    };
    Ok(rows.iter().map(|row| statement(row.get(0))).collect())
}

/// Returns the statements that move the served tables out and the staged ones in, as one script.
#[must_use]
pub fn exchange() -> String {
    let objects = || {
        TABLES
            .iter()
            .map(|table| ("TABLE", table))
            .chain([("VIEW", &VIEW)])
    };
    let out = objects().map(|(kind, (schema, name))| {
        format!("ALTER {kind} {schema}.{name} SET SCHEMA {RETIRED};\n")
    });
    let into = objects().map(|(kind, (schema, name))| {
        format!("ALTER {kind} {STAGING}.{name} SET SCHEMA {schema};\n")
    });
    iter::once(format!("CREATE SCHEMA {RETIRED};\n"))
        .chain(out)
        .chain(into)
        .collect()
}
