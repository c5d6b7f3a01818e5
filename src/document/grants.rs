//! Grants accounts the privileges that they need, and revokes all others.
//!
//! A load keeps them.

use tokio_postgres::Client;

use super::load_lock::{self, LoadLockError};
use crate::{
    config::RoleConfig,
    db::error::{DatabaseError, from_database_errors},
};

/// Privileges of each account, with the accounts' names in braces.
const GRANTS: &str = include_str!("grants.sql");

/// Reason why privileges could not be granted.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// There is no such account.
    #[error(
        "there is no role {role}. Make it with: CREATE ROLE {role} LOGIN PASSWORD '…', or name another one with --serve-role, --refresh-role or --write-role; then grant again"
    )]
    NoSuchRole {
        /// Its name, with quotes if it needs them.
        role: String,
    },
    /// The account has every privilege already.
    #[error(
        "the role {role} owns the tables or is a superuser, so that nothing can be kept from it. Name another one with --serve-role, --refresh-role or --write-role"
    )]
    Privileged {
        /// Its name.
        role: String,
    },
    /// A load is running, which may clone tables with the rights that they have now.
    #[error(transparent)]
    Lock(#[from] LoadLockError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

from_database_errors!(GrantError);

/// Grants the accounts `roles` exactly the privileges that they need. Can be repeated.
///
/// # Errors
///
/// See [`GrantError`]. An error changes nothing.
pub async fn grant(client: &Client, roles: &RoleConfig) -> Result<(), GrantError> {
    let serve = quoted(client, &roles.serve_role).await?;
    let refresh = quoted(client, &roles.refresh_role).await?;
    let write = quoted(client, &roles.write_role).await?;
    let script = GRANTS
        .replace("{serve}", &serve)
        .replace("{refresh}", &refresh)
        .replace("{write}", &write);
    // Not while a load is at work on clones of the tables.
    load_lock::acquire(client).await?;
    client.batch_execute(&script).await?;
    client.batch_execute("COMMIT").await?;
    Ok(())
}

/// Returns the name of an account as an identifier in a statement, if privileges can be granted to it.
async fn quoted(client: &Client, role: &str) -> Result<String, GrantError> {
    let sql = "SELECT quote_ident($1), oid IS NOT NULL,
                   rolsuper OR pg_has_role(oid, (SELECT nspowner FROM pg_namespace WHERE nspname = 'serving'), 'MEMBER')
               FROM (VALUES (true)) AS asked LEFT JOIN pg_roles ON rolname = $1";
    let row = client.query_one(sql, &[&role]).await?;
    let role: String = row.get(0);
    match (row.get(1), row.get::<_, Option<bool>>(2)) {
        (false, _) => Err(GrantError::NoSuchRole { role }),
        (true, Some(true)) => Err(GrantError::Privileged { role }),
        (true, _) => Ok(role),
    }
}
