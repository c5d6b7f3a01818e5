//! The documentation: links have targets, paths exist, pages keep to their length, generated tables are up to date.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap()
}

/// Returns whether a folder is not ours: build output, installed packages, hidden folders.
fn is_foreign(folder: &Path) -> bool {
    let name = folder.file_name().unwrap().to_string_lossy();
    name == "target" || name == "node_modules" || name.starts_with('.')
}

/// Returns all Markdown pages below a folder.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let below = paths.flat_map(|path| {
        let is_page = path.extension().is_some_and(|extension| extension == "md");
        match path.is_dir() {
            true if is_foreign(&path) => Vec::new(),
            true => pages(&path),
            false if is_page => vec![path],
            false => Vec::new(),
        }
    });
    below.collect()
}

/// Returns the lines of a page that are not code.
fn prose(page: &str) -> String {
    let mut is_code = false;
    let lines = page.lines().filter(|line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Returns the targets of links and pictures that are not URLs.
fn local_links(page: &str) -> Vec<String> {
    let prose = prose(page);
    let targets = prose.split("](").skip(1);
    let targets = targets.map(|rest| rest.split(')').next().unwrap());
    let local = targets.filter(|target| !target.contains("://"));
    local.map(str::to_owned).collect()
}

/// Returns the fragment by which GitHub addresses a heading.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words
        .chars()
        .filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.collect::<String>().replace(' ', "-")
}

fn anchors(page: &Path) -> HashSet<String> {
    let prose = prose(&fs::read_to_string(page).unwrap());
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings.map(anchor).collect()
}

/// Returns a description of a link without a target.
fn broken(page: &Path, link: &str) -> Option<String> {
    let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = match file {
        "" => page.to_owned(),
        file => page.parent().unwrap().join(file),
    };
    let leads_somewhere =
        target.exists() && (fragment.is_empty() || anchors(&target).contains(fragment));
    (!leads_somewhere).then(|| format!("{}: {link}", page.display()))
}

#[test]
fn every_local_link_has_a_target() {
    let (mut n_links, mut all_broken) = (0, Vec::new());
    for page in pages(&root()) {
        let links = local_links(&fs::read_to_string(&page).unwrap());
        n_links += links.len();
        all_broken.extend(links.iter().filter_map(|link| broken(&page, link)));
    }
    assert!(all_broken.is_empty(), "{all_broken:#?}");
    assert!(n_links > 50, "only {n_links} links were found");
}

#[test]
fn a_link_without_a_target_is_found() {
    let readme = root().join("README.md");
    assert_eq!(broken(&readme, "docs/scale.md#what-breaks-first"), None);
    assert!(broken(&readme, "docs/scale.md#what-breaks-last").is_some());
    assert!(broken(&readme, "docs/scales.md").is_some());
}

/// Returns texts between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_path_in_architecture_md_exists() {
    let page = read("ARCHITECTURE.md");
    let (_, table) = page
        .split_once("| to change | edit |\n")
        .expect("the table is there");
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    let (mut n_paths, mut missing) = (0, Vec::new());
    for row in rows {
        let edit = row.split('|').nth(2).expect("a row has two cells");
        for path in quoted(edit) {
            n_paths += 1;
            if !root().join(path).exists() {
                missing.push(path);
            }
        }
    }
    assert!(
        missing.is_empty(),
        "ARCHITECTURE.md names paths that do not exist: {missing:?}"
    );
    assert!(n_paths > 20, "only {n_paths} paths were found");
}

/// Returns whether a command of the README can be run: its script, benchmark and part exist.
fn is_runnable(command: &str) -> bool {
    let words: Vec<&str> = command.split(' ').collect();
    match words[..] {
        ["cargo", "bench", "--bench", name] => {
            read("Cargo.toml").contains(&format!("name = \"{name}\""))
        }
        ["scripts/bench", "--only", part] => {
            read("benches/speed/plan.rs").contains(&format!("    \"{part}\",\n"))
        }
        [script] => script.starts_with("scripts/") && root().join(script).exists(),
        _ => false,
    }
}

#[test]
fn every_result_of_the_readme_has_a_command_that_exists() {
    let readme = read("README.md");
    let (_, results) = readme
        .split_once("| what | result | command |\n")
        .expect("the table is there");
    let rows: Vec<&str> = results
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(rows.len(), 10);
    for row in rows {
        let command = quoted(row).last().expect("a row ends with a command");
        assert!(is_runnable(command), "{command} cannot be run");
    }
}

#[test]
fn entry_pages_are_short() {
    assert!(
        read("README.md").len() <= 8_192,
        "README.md has more than 8,192 bytes"
    );
    for (page, most) in [
        ("CONTRIBUTING.md", 60),
        ("ARCHITECTURE.md", 120),
        ("docs/scale.md", 90),
    ] {
        let n_lines = read(page).lines().count();
        assert!(
            n_lines <= most,
            "{page} has {n_lines} lines, more than {most}"
        );
    }
}

#[test]
fn scale_md_has_the_tables_of_its_script() {
    let script = Command::new(root().join("scripts/scale")).output().unwrap();
    assert!(script.status.success(), "{script:?}");
    let printed = String::from_utf8(script.stdout).unwrap();
    let tables: Vec<&str> = printed.split_terminator("\n\n").collect();
    assert_eq!(tables.len(), 3, "{printed}");
    let page = read("docs/scale.md");
    for table in tables {
        let is_there = page.contains(&format!("-->\n{table}\n<!-- end -->"));
        assert!(
            is_there,
            "docs/scale.md needs scripts/scale --write: it lacks\n{table}"
        );
    }
}

/// Returns all source files of the program as one text.
fn sources(folder: &Path) -> String {
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    paths
        .map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                fs::read_to_string(&path).unwrap_or_default()
            }
        })
        .collect()
}

#[test]
fn the_runbook_greps_for_messages_that_servers_log() {
    let (runbook, sources) = (read("docs/runbook.md"), sources(&root().join("src")));
    let prose = prose(&runbook);
    let commands = quoted(&prose).filter(|code| code.contains("logs/server-"));
    let messages: Vec<&str> = commands
        .flat_map(|command| command.split('\'').skip(1).step_by(2))
        .collect();
    for message in &messages {
        assert!(sources.contains(message), "no server logs '{message}'");
    }
    assert!(messages.len() > 4, "{messages:?}");
}
