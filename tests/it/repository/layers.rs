//! Dependencies between modules, read from the sources. `src/lib.rs` lists the modules from the bottom up.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::source_graph::SourceGraph;

/// Files outside of `app` that may start tasks, and why these are not long-lived.
const MAY_SPAWN: &[(&str, &str)] = &[
    ("db/session.rs", "the driver of a session ends with it"),
    ("http/server.rs", "the task of a connection ends with it"),
];

/// Files outside of `document` that may name document tables, and why.
const MAY_NAME_DOCUMENT_TABLES: &[(&str, &str)] = &[
    ("app/audit.rs", "divides the work by the range of ids"),
    ("app/seed.rs", "asks whether there is one yet"),
    ("db/schema.rs", "says what the tables look like"),
];

/// A source file: its path below `src`, its text, and its code without comments and unit tests.
struct Source {
    path: String,
    text: String,
    code: String,
}

impl Source {
    /// Returns its top-level module.
    fn module(&self) -> &str {
        let name = self.path.split('/').next().unwrap_or_default();
        name.strip_suffix(".rs").unwrap_or(name)
    }

    /// Returns whether `super` is the crate.
    fn is_top(&self) -> bool {
        match self.path.split_once('/') {
            Some((_, file)) => file == "mod.rs",
            None => true,
        }
    }

    fn mentions(&self, word: &str) -> bool {
        words(&self.code).any(|found| found == word)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    collect(&root(), &mut sources);
    assert!(sources.len() > 10);
    sources
}

fn collect(folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            sources.push(Source {
                path: name.to_owned(),
                code: code_of(&text),
                text,
            });
        }
    }
}

/// Returns the code of a file without comments and without the unit tests at its end.
fn code_of(text: &str) -> String {
    let code: Vec<&str> = text
        .lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with("//"))
        .map(|line| line.split(" // ").next().unwrap_or(line))
        .collect();
    let code = code.join("\n");
    let end = code.find("#[cfg(test)]\nmod ").unwrap_or(code.len());
    code[..end].to_owned()
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .filter(|word| !word.is_empty())
}

/// Returns the first segments of the paths that begin with `start`, including those in braces: for
/// `crate::{ids::ProductId, db}`, `ids` and `db`.
fn first_segments<'code>(code: &'code str, start: &str) -> BTreeSet<&'code str> {
    let mut found = BTreeSet::new();
    for (position, _) in code.match_indices(start) {
        let before = code[..position].chars().next_back();
        if before.is_some_and(|letter| letter.is_alphanumeric() || "_:".contains(letter)) {
            continue;
        }
        let rest = &code[position + start.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads_of_group(group)),
            None => found.extend(words(rest).next()),
        }
    }
    found
}

/// Returns the first words of the comma-separated elements of a group whose opening brace was read.
fn heads_of_group(group: &str) -> Vec<&str> {
    let mut depth = 1;
    let mut begin = 0;
    let mut heads = Vec::new();
    for (position, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && letter == ',') {
            heads.extend(words(&group[begin..position]).next());
            begin = position + 1;
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

/// Returns the modules of `src/lib.rs`, the lowest first.
fn layers() -> Vec<String> {
    let code = code_of(&fs::read_to_string(root().join("lib.rs")).unwrap());
    code.lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

/// Asserts that only the allowed sources break a rule, and that each of these does.
fn assert_only(allowed: &[(&str, &str)], breaks_rule: impl Fn(&Source) -> bool, rule: &str) {
    let sources = sources();
    let breaking: BTreeSet<&str> = sources
        .iter()
        .filter(|source| breaks_rule(source))
        .map(|source| source.path.as_str())
        .collect();
    let allowed: BTreeSet<&str> = allowed
        .iter()
        .map(|(path, _)| *path)
        .filter(|path| root().join(path).exists())
        .collect();
    let unexpected: Vec<_> = breaking.difference(&allowed).collect();
    assert!(unexpected.is_empty(), "{rule}: {unexpected:?}");
    let needless: Vec<_> = allowed.difference(&breaking).collect();
    assert!(needless.is_empty(), "exceptions nobody needs: {needless:?}");
}

#[test]
fn a_module_uses_only_those_above_it_in_the_list() {
    let layers = layers();
    let place = |module: &str| layers.iter().position(|layer| layer == module);
    for source in sources() {
        let Some(own) = place(source.module()) else {
            assert!(
                ["lib.rs", "main.rs"].contains(&source.path.as_str()),
                "{} is in no module of lib.rs",
                source.path
            );
            continue;
        };
        let mut used = first_segments(&source.code, "crate::");
        if source.is_top() {
            used.extend(first_segments(&source.code, "super::"));
        }
        for module in used {
            let above = place(module).is_some_and(|place| place > own);
            assert!(!above, "{} uses {module}, a later module", source.path);
        }
    }
}

#[test]
fn source_files_form_no_circle() {
    let sources = sources();
    // The program is a crate of its own.
    let library = sources.iter().filter(|source| source.path != "main.rs");
    let files = library.map(|source| (source.path.as_str(), source.text.as_str()));
    let graph = SourceGraph::new(files);
    let circles = graph.circles();
    assert!(
        circles.is_empty(),
        "move what both files need into a third one: {}",
        graph.describe(&circles)
    );
}

#[test]
fn no_path_climbs_out_of_a_module() {
    assert_only(
        &[],
        // A module may still export an item to its grandparent.
        |source| {
            let code = source.code.replace("pub(in super::super)", "");
            code.contains("super::super")
        },
        "say crate:: instead",
    );
}

#[test]
fn only_the_store_has_the_document_tables_of_diesel() {
    assert_only(
        &[("document/store.rs", "it is the store")],
        |source| source.code.contains("schema::serving"),
        "ask document::store",
    );
}

#[test]
fn only_documents_and_loads_name_the_document_tables() {
    let tables = [
        "product_document",
        "published_product",
        "publication",
        "change_queue",
        "bulk_change",
        "refresher",
        "refresh_failure",
    ];
    let in_sql = |source: &Source| {
        let sql = |table| source.code.contains(&format!("serving.{table}"));
        source.mentions("product_document") || tables.into_iter().any(sql)
    };
    assert_only(
        MAY_NAME_DOCUMENT_TABLES,
        |source| source.module() != "document" && in_sql(source),
        "ask document::store",
    );
}

#[test]
fn http_never_touches_the_database() {
    let database = ["diesel", "diesel_async", "tokio_postgres", "bb8", "db"];
    assert_only(
        &[],
        |source| source.module() == "http" && database.iter().any(|word| source.mentions(word)),
        "http answers from the cache",
    );
}

#[test]
fn only_app_starts_long_lived_tasks() {
    let starts = |source: &Source| {
        let code = source.code.replace("spawn_blocking", "");
        ["tokio::spawn", "task::spawn", "JoinSet", "TaskTracker"]
            .iter()
            .any(|way| code.contains(way))
            || first_segments(&code, "tokio::").contains("spawn")
            || first_segments(&code, "task::").contains("spawn")
    };
    assert_only(
        MAY_SPAWN,
        |source| source.module() != "app" && starts(source),
        "give a future to app",
    );
}

#[test]
fn only_the_configuration_reads_the_environment() {
    assert_only(
        &[
            ("config/database.rs", "a default depends on the account"),
            ("config/environment.rs", "it reads what settings need"),
        ],
        |source| {
            ["env::var", "env::vars", "env::args"]
                .iter()
                .any(|way| source.code.contains(way))
        },
        "declare a setting",
    );
}

#[test]
fn paths_are_found_in_groups_too() {
    let code = "use crate::{\n    ids::{ProductId, Other},\n    db,\n};\nfn f() { crate::cache::get(); mycrate::app(); }";
    let found: Vec<_> = first_segments(code, "crate::").into_iter().collect();
    assert_eq!(found, ["cache", "db", "ids"]);
}
