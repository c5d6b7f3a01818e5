//! The tests, files and settings named in `docs/threats.md` exist.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::program::run;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns paths and texts of all sources below a folder.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| {
        if path.is_dir() {
            return sources(&path);
        }
        let text = fs::read_to_string(&path).unwrap();
        vec![(path, text)]
    };
    entries.flat_map(read).collect()
}

/// Returns texts between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn is_source(name: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|extension| extension == "rs" || extension == "sql")
}

/// Names that a page can refer to.
struct Named {
    sources: Vec<(PathBuf, String)>,
    host_checks: String,
}

impl Named {
    fn read() -> Self {
        let folders = ["src", "tests/it", "tests/support"].map(|folder| root().join(folder));
        Self {
            sources: folders.map(|of| sources(&of)).concat(),
            host_checks: fs::read_to_string(root().join("scripts/lib/host-checks.sh")).unwrap(),
        }
    }

    /// Returns whether a source file has this path, or ends with it.
    fn has_source(&self, name: &str) -> bool {
        self.sources.iter().any(|(path, _)| path.ends_with(name))
    }

    /// Returns whether there is a test or a check of this name.
    fn has_test(&self, name: &str) -> bool {
        let function = format!("fn {name}(");
        let mut texts = self.sources.iter().map(|(_, text)| text);
        texts.any(|text| text.contains(&function))
            || self.host_checks.contains(&format!("\n{name}() {{"))
    }

    /// Returns whether there is a file or a folder of this name.
    fn has_file(&self, name: &str) -> bool {
        let mut folders = ["", "src", "benches"].into_iter();
        self.has_source(name) || folders.any(|folder| root().join(folder).join(name).exists())
    }
}

fn threats() -> String {
    fs::read_to_string(root().join("docs/threats.md")).unwrap()
}

#[tokio::test]
async fn the_named_tests_files_and_settings_exist() {
    let (text, there_is) = (threats(), Named::read());
    let serve = run("", &["serve", "--help"]).await.out;
    let migrate = run("", &["migrate", "--help"]).await.out;
    let help = serve + &migrate;
    let mut n_tests = 0;
    for name in quoted(&text) {
        let is_word =
            |letter: char| letter.is_ascii_lowercase() || letter == '_' || letter.is_ascii_digit();
        let exists = if let Some(flag) = name
            .strip_prefix("--")
            .and_then(|flag| flag.split(' ').next())
        {
            flag == "locked" || flag == "help" || help.contains(&format!("--{flag}"))
        } else if is_source(name) {
            there_is.has_source(name)
        } else if name.chars().all(is_word) && name.matches('_').count() > 4 {
            n_tests += 1;
            there_is.has_test(name)
        } else {
            true
        };
        assert!(exists, "there is no {name}");
    }
    assert!(n_tests > 20, "only {n_tests} tests are named");
}

#[test]
fn every_measure_has_evidence() {
    let (text, there_is) = (threats(), Named::read());
    let tables = text.split("\n\n");
    let tables = tables.filter(|table| table.starts_with("| threat |"));
    let mut n_rows = 0;
    for row in tables.flat_map(|table| table.lines().skip(2)) {
        let shown_by = row.rsplit('|').nth(1).expect("a row has cells");
        let names: Vec<_> = quoted(shown_by).collect();
        assert!(!names.is_empty(), "nothing shows {row}");
        for name in names {
            let exists = there_is.has_test(name) || there_is.has_file(name);
            assert!(exists, "there is no {name}");
        }
        n_rows += 1;
    }
    assert!(n_rows > 30, "{n_rows}");
}
