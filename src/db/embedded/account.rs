//! Account that runs the embedded PostgreSQL, which refuses to run as root.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::fs::{MetadataExt as _, chown},
    path::Path,
    process::Stdio,
};

use tokio::process::Command;

use super::error::EmbeddedError;

const ACCOUNT: &str = "postgres";

/// Arguments of `unshare` for a program that must not see itself as root: inside, it has an ordinary user id; outside,
/// its files belong to root.
const NAMESPACE: &[&str] = &["--user", "--map-user=1000", "--map-group=1000", "--"];

/// Account that the server runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// The user of this process, who is not root.
    Own {
        /// Our user id.
        uid: u32,
    },
    /// The account that PostgreSQL's packages create, since this process runs as root.
    Postgres {
        /// Its user id.
        uid: u32,
        /// Its group id.
        gid: u32,
    },
    /// An ordinary user id in a user namespace, since this process runs as root and there is no such account.
    Namespace,
}

impl Account {
    /// Chooses the account by the user of this process and by the owner of existing data.
    ///
    /// # Errors
    ///
    /// There is no such account, or the data belong to another one.
    pub async fn choose(cluster: &Path) -> Result<Self, EmbeddedError> {
        let owner = fs::metadata(cluster).ok().map(|metadata| metadata.uid());
        let own = fs::metadata("/proc/self")
            .map_err(EmbeddedError::file("read", "/proc/self"))?
            .uid();
        let account = match (own, postgres_account()) {
            // The data were created in a namespace, before there was an account.
            (0, _) if owner == Some(0) => Self::in_namespace().await?,
            (0, Some((uid, gid))) => Self::Postgres { uid, gid },
            (0, None) => Self::in_namespace().await?,
            (uid, _) => Self::Own { uid },
        };
        match owner {
            Some(owner) if owner != account.uid() => Err(EmbeddedError::ForeignOwner {
                folder: cluster.to_owned(),
                owner,
                account: format!("user id {}", account.uid()),
            }),
            _ => Ok(account),
        }
    }

    async fn in_namespace() -> Result<Self, EmbeddedError> {
        let output = Self::Namespace
            .command("true")
            .output()
            .await
            .map_err(|source| EmbeddedError::Run {
                program: "unshare".to_owned(),
                source,
            })?;
        if output.status.success() {
            return Ok(Self::Namespace);
        }
        Err(EmbeddedError::NoAccount {
            reason: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    fn uid(self) -> u32 {
        match self {
            Self::Own { uid } | Self::Postgres { uid, .. } => uid,
            Self::Namespace => 0,
        }
    }

    /// Returns a command that runs as this account, with messages in English.
    pub fn command(self, program: impl AsRef<OsStr>) -> Command {
        let mut command = match self {
            Self::Own { .. } => Command::new(program),
            Self::Postgres { uid, gid } => {
                let mut command = Command::new(program);
                command.uid(uid).gid(gid);
                command
            }
            Self::Namespace => {
                let mut command = Command::new("unshare");
                command.args(NAMESPACE).arg(program);
                command
            }
        };
        // The account may not be allowed to enter the current folder.
        command.current_dir("/").env("LC_ALL", "C");
        command
    }

    /// Makes the account the owner of a file or folder.
    ///
    /// # Errors
    ///
    /// I/O errors.
    pub fn chown(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Own { .. } | Self::Namespace => Ok(()),
            Self::Postgres { uid, gid } => chown(path, Some(uid), Some(gid)),
        }
    }

    /// Checks that the account may enter `folder`.
    ///
    /// # Errors
    ///
    /// Names the first folder on the path that the account may not enter.
    pub async fn check_reach(self, folder: &Path) -> Result<(), EmbeddedError> {
        if !matches!(self, Self::Postgres { .. }) {
            return Ok(());
        }
        let mut way: Vec<&Path> = folder.ancestors().collect();
        way.reverse();
        for folder in way {
            let status = self
                .command("sh")
                .args(["-c", r#"cd -- "$1""#, "sh"])
                .arg(folder)
                .stderr(Stdio::null())
                .status()
                .await
                .map_err(|source| EmbeddedError::Run {
                    program: "sh".to_owned(),
                    source,
                })?;
            if !status.success() {
                return Err(EmbeddedError::Unreachable {
                    folder: folder.to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// Returns user and group id of the account `postgres`, if it exists.
fn postgres_account() -> Option<(u32, u32)> {
    account_in(&fs::read_to_string("/etc/passwd").ok()?)
}

fn account_in(passwd: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(ACCOUNT) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        Some((uid, fields.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::account_in;

    #[test]
    fn the_account_is_found_by_its_exact_name() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\npostgres2:x:7:8::/:/bin/sh\n\
                      postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(account_in(passwd), Some((101, 104)));
        assert_eq!(account_in("root:x:0:0:root:/root:/bin/bash\n"), None);
    }
}
