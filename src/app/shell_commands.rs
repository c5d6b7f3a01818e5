//! Commands to paste into a shell, quoted, for this machine and database.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{
    config::GenerateConfig,
    db::embedded::{self, EmbeddedPostgres},
};

/// File in a data folder with the URL of each account, for shells and service managers.
pub(super) const ENVIRONMENT: &str = "database.env";

/// File in a data folder with the owner's password, for `psql`.
pub(super) const PASSWORDS: &str = "pgpass";

/// Prefixes of the names of our files in a data folder.
const OWN_FILES: [&str; 8] = [
    "cluster",
    ENVIRONMENT,
    "generated-export-",
    "load-report.csv",
    "lock",
    "password",
    PASSWORDS,
    "postgres.log",
];

/// Database, as shell commands address it.
pub(super) struct ShellCommands {
    program: String,
    /// Data folder and port of an embedded database; `None` for the database that `DATABASE_URL` names.
    embedded: Option<(PathBuf, u16)>,
}

impl ShellCommands {
    /// Addresses the embedded database.
    pub(super) fn embedded(postgres: &EmbeddedPostgres) -> Self {
        Self {
            program: program(),
            embedded: Some((postgres.data_dir().to_owned(), postgres.port())),
        }
    }

    /// Addresses the database that the variable `DATABASE_URL` names.
    pub(super) fn external() -> Self {
        Self {
            program: program(),
            embedded: None,
        }
    }

    /// Returns the data folder of an embedded database.
    pub(super) fn data_dir(&self) -> Option<&Path> {
        self.embedded.as_ref().map(|(folder, _)| folder.as_path())
    }

    /// Returns the command that starts this program.
    pub(super) fn program(&self) -> &str {
        &self.program
    }

    /// Returns a command that opens the database in `psql`.
    pub(super) fn psql(&self) -> String {
        match &self.embedded {
            Some((folder, port)) => format!(
                "PGPASSFILE={} psql -h 127.0.0.1 -p {port} -U {} {}",
                quoted(&folder.join(PASSWORDS)),
                embedded::USER,
                embedded::DATABASE
            ),
            None => "psql \"$DATABASE_URL\"".to_owned(),
        }
    }

    /// Returns a command that replaces the catalog with an export, however different that is.
    pub(super) fn load(&self, export: &Path) -> String {
        self.as_owner(&format!("{} load --force {}", self.program, quoted(export)))
    }

    /// Returns a command that replaces the catalog with a generated one.
    pub(super) fn generate_and_load(&self, config: &GenerateConfig) -> String {
        let (program, products, seed) = (&self.program, config.products(), config.seed());
        let load = self.as_owner(&format!("{program} load --force \"$export\""));
        format!(
            "export=$(mktemp -d) && {program} generate --products {products} --seed {seed} --out \"$export\" && {load} && rm -r \"$export\""
        )
    }

    /// Returns a command that removes everything after the server was stopped.
    pub(super) fn remove(&self) -> String {
        match self.data_dir() {
            Some(folder) => format!("rm -rf {}", own_files(folder).join(" ")),
            None => format!(
                "{} -c 'DROP SCHEMA catalog, search, serving CASCADE; DROP TABLE __diesel_schema_migrations'",
                self.psql()
            ),
        }
    }

    /// Returns `command` with the owner's URL in its environment.
    fn as_owner(&self, command: &str) -> String {
        match self.data_dir() {
            Some(folder) => format!(
                "(. {} && DATABASE_URL=$ATELIEREX_OWNER_DATABASE_URL {command})",
                quoted(&folder.join(ENVIRONMENT))
            ),
            None => command.to_owned(),
        }
    }
}

/// Returns the path of this program.
fn program() -> String {
    env::current_exe().map_or_else(|_| "atelierex".to_owned(), |path| quoted(&path))
}

/// Returns the data folder if all its files are ours, otherwise our files in it.
fn own_files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let (own, others): (Vec<_>, Vec<_>) = entries.map(|entry| entry.path()).partition(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        OWN_FILES.iter().any(|own| name.starts_with(own))
    });
    if others.is_empty() {
        vec![quoted(folder)]
    } else {
        own.iter().map(|path| quoted(path)).collect()
    }
}

/// Returns a path as one quoted word of a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+:@%".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{own_files, quoted};

    #[test]
    fn only_words_with_special_characters_are_quoted() {
        for (path, word) in [
            ("/var/lib/atelierex", "/var/lib/atelierex"),
            ("/home/a b", "'/home/a b'"),
            ("/it's", r"'/it'\''s'"),
            ("/$HOME", "'/$HOME'"),
        ] {
            assert_eq!(quoted(Path::new(path)), word);
        }
    }

    #[test]
    fn only_our_files_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| quoted(&folder.path().join(name));
        for name in ["cluster", "password-atelierex_serve"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(own_files(folder.path()), [quoted(folder.path())]);
        fs::write(folder.path().join("thesis.txt"), "").unwrap();
        let mut own = own_files(folder.path());
        own.sort();
        assert_eq!(own, [path("cluster"), path("password-atelierex_serve")]);
    }
}
