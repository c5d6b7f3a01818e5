//! The guide for frontend developers (`docs/frontend`): every snippet runs and prints what the guide shows.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use tempfile::TempDir;
use tokio::{process::Command, time::timeout};

use crate::{
    repository::{
        doc_ellipsis::{shows_json, shows_text},
        doc_snippets::{Block, Snippet, snippets},
    },
    support::{
        sample::sample_server,
        stub_upstream::{Reply, Upstream},
        wait::TIMEOUT,
    },
};

/// Address of the server in the guide.
const ADDRESS: &str = "http://127.0.0.1:3000";

/// Folder of the packages that the guide tells its readers to install.
const PACKAGES: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/guide");

/// Compiles `snippet.mts` and runs it.
const RUN_TYPED: &str = "npx tsc --strict --skipLibCheck --target es2022 --module esnext \
    --moduleResolution bundler snippet.mts && node snippet.mjs";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the pages of the guide: names and texts.
fn pages() -> Vec<(String, String)> {
    let folder = fs::read_dir(root().join("docs/frontend")).unwrap();
    let page = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    let mut pages: Vec<_> = folder.map(|entry| page(entry.unwrap().path())).collect();
    pages.sort();
    pages
}

/// Installs the packages unless an earlier run has.
async fn install() {
    let (sources, packages) = (root().join("tests/guide"), Path::new(PACKAGES));
    let (lock, installed) = ("package-lock.json", packages.join("node_modules/lock"));
    let wanted = fs::read(sources.join(lock)).unwrap();
    if fs::read(&installed).is_ok_and(|found| found == wanted) {
        return;
    }
    fs::create_dir_all(packages).unwrap();
    for file in ["package.json", lock] {
        fs::copy(sources.join(file), packages.join(file)).unwrap();
    }
    let npm = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(packages)
        .kill_on_drop(true)
        .status();
    let npm = npm.await.expect("npm runs: scripts/setup test installs it");
    assert!(npm.success(), "npm ci fails in {PACKAGES}");
    fs::write(installed, wanted).unwrap();
}

/// Creates a folder for running snippets, in which the packages are found.
fn workplace() -> TempDir {
    fs::create_dir_all(PACKAGES).unwrap();
    tempfile::tempdir_in(PACKAGES).unwrap()
}

/// Runs a block with `address` in place of the guide's server, and returns its output.
async fn run(block: &Block, address: &str, folder: &Path) -> Result<String, String> {
    let text = block.text.replace(ADDRESS, address);
    let words = match block.language.as_str() {
        "sh" => ["bash", "-euo", "pipefail", "-c", &text],
        "js" => [
            "node",
            "--no-warnings",
            "--input-type=module",
            "--eval",
            &text,
        ],
        _ => {
            fs::write(folder.join("snippet.mts"), text).unwrap();
            ["bash", "-euo", "pipefail", "-c", RUN_TYPED]
        }
    };
    let program = Command::new(words[0])
        .args(&words[1..])
        .current_dir(folder)
        // The user may have settings for curl and npm.
        .env("HOME", folder)
        .env("no_proxy", "*")
        .kill_on_drop(true)
        .output();
    let ended = timeout(TIMEOUT, program).await.expect("it ends");
    let ended = ended.expect("scripts/setup test installs what runs it");
    let [out, errors] = [ended.stdout, ended.stderr].map(|of| String::from_utf8(of).unwrap());
    if ended.status.success() {
        Ok(out.replace(address, ADDRESS))
    } else {
        Err(format!("{}: {out}{errors}", ended.status))
    }
}

/// Returns whether a snippet prints what the guide shows.
fn is_as_shown(snippet: &Snippet, printed: &str) -> bool {
    match &snippet.output {
        None => printed.is_empty(),
        Some(block) if block.language == "json" => {
            let shown = serde_json::from_str(&block.text);
            let shown = shown.unwrap_or_else(|error| panic!("{error} in {block:?}"));
            serde_json::from_str(printed).is_ok_and(|found| shows_json(&shown, &found))
        }
        Some(block) => shows_text(&block.text, printed),
    }
}

#[tokio::test]
async fn every_snippet_of_the_guide_prints_what_it_says() {
    install().await;
    let (_database, server) = sample_server(&[]).await;
    let address = format!("http://{}", server.authority());
    let (mut n_snippets, mut wrong) = (0, Vec::new());
    for (name, page) in pages() {
        let folder = workplace();
        for snippet in snippets(&page) {
            n_snippets += 1;
            let printed = run(&snippet.command, &address, folder.path()).await;
            let is_right = printed.as_ref().is_ok_and(|out| is_as_shown(&snippet, out));
            if !is_right {
                let printed = printed.unwrap_or_else(|error| error);
                let line = snippet.command.line;
                wrong.push(format!("{name}:{line} prints\n{printed}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(n_snippets > 20, "{n_snippets}");
}

#[tokio::test]
async fn the_retry_of_the_guide_succeeds() {
    let n_asked = AtomicU32::new(0);
    let server = Upstream::start(move |_| match n_asked.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::new("503 Service Unavailable", "Retry-After: 0\r\n", "{}"),
        _ => Reply::new("200 OK", "", r#"{"product": {"name": "Found"}}"#),
    })
    .await;
    let page = fs::read_to_string(root().join("docs/frontend/errors.md")).unwrap();
    let snippets = snippets(&page);
    let mut commands = snippets.iter().map(|snippet| &snippet.command);
    let again = commands.find(|command| command.text.contains("\"Retry-After\""));
    let address = format!("http://{}", server.address());
    let folder = workplace();
    let printed = run(again.expect("it is there"), &address, folder.path()).await;
    assert_eq!(printed.as_deref(), Ok("Found\n"));
    assert_eq!(server.heads().len(), 2);
}
