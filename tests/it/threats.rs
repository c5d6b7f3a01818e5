//! `docs/threats.md` names tests, files and settings: they exist.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::program::run;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Paths and texts of all sources below a folder.
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

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn is_source(name: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|extension| extension == "rs" || extension == "sql")
}

#[tokio::test]
async fn threats_are_answered_by_tests_files_and_settings_that_exist() {
    let text = fs::read_to_string(root().join("docs/threats.md")).unwrap();
    let sources = [root().join("src"), root().join("tests/it")]
        .map(|of| sources(&of))
        .concat();
    let host_checks = fs::read_to_string(root().join("scripts/hosts-checks")).unwrap();
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
            sources.iter().any(|(path, _)| path.ends_with(name))
        } else if name.chars().all(is_word) && name.matches('_').count() > 4 {
            n_tests += 1;
            let is_rust = |text: &str| text.contains(&format!("fn {name}("));
            sources.iter().any(|(_, text)| is_rust(text))
                || host_checks.contains(&format!("\n{name}() {{"))
        } else {
            true
        };
        assert!(exists, "there is no {name}");
    }
    assert!(n_tests > 20, "only {n_tests} tests are named");
}
