//! Tests of the folder of a generated export, especially after failures.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    os::unix::fs::symlink,
    path::Path,
    sync::Mutex,
};

use tempfile::TempDir;

use crate::{
    generate::{GenerateError, GenerateOptions, generate},
    load::format::ExportFile,
};

const OPTIONS: GenerateOptions = GenerateOptions {
    products: 30,
    seed: 1,
    overwrite: false,
};
const OVERWRITE: GenerateOptions = GenerateOptions {
    products: 60,
    seed: 2,
    overwrite: true,
};

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn an_export_is_replaced_only_on_request() {
    let root = TempDir::new().unwrap();
    let folder = root.path().join("new/folder");
    generate(&OPTIONS, &folder, &|_, _| {}).unwrap();
    let before = contents(&folder);
    let refused = generate(&OPTIONS, &folder, &|_, _| {});
    assert!(matches!(refused, Err(GenerateError::Exists { .. })));
    assert_eq!(contents(&folder), before);
    generate(&OVERWRITE, &folder, &|_, _| {}).unwrap();
    let after = contents(&folder);
    assert!(after.keys().eq(before.keys()) && after.values().ne(before.values()));
}

#[test]
fn a_full_disk_is_an_error_and_changes_nothing() {
    for full in ExportFile::ALL.map(ExportFile::file_name) {
        let folder = TempDir::new().unwrap();
        generate(&OPTIONS, folder.path(), &|_, _| {}).unwrap();
        let before = contents(folder.path());
        let partial = folder.path().join(format!("{full}.partial"));
        symlink("/dev/full", &partial).unwrap();
        let error = generate(&OVERWRITE, folder.path(), &|_, _| {}).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(partial.to_str().unwrap()), "{message}");
        assert!(message.contains("No space left"), "{message}");
        assert_eq!(contents(folder.path()), before);
    }
}

#[test]
fn leftovers_of_a_killed_run_are_replaced() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("skus.csv.partial"), "id,sty").unwrap();
    generate(&OPTIONS, folder.path(), &|_, _| {}).unwrap();
    let mut names = ExportFile::ALL.map(ExportFile::file_name);
    names.sort_unstable();
    assert!(contents(folder.path()).keys().eq(names.iter()));
}

#[test]
fn two_runs_never_write_into_one_folder() {
    let folder = TempDir::new().unwrap();
    let other = File::open(folder.path()).unwrap();
    other.lock().unwrap();
    let refused = generate(&OPTIONS, folder.path(), &|_, _| {});
    assert!(matches!(refused, Err(GenerateError::Busy { .. })));
    assert!(contents(folder.path()).is_empty());
}

#[test]
fn progress_rises_to_the_rows_of_each_file() {
    let folder = TempDir::new().unwrap();
    let told: Mutex<BTreeMap<&str, Vec<u64>>> = Mutex::default();
    let options = GenerateOptions {
        products: 20_000,
        ..OPTIONS
    };
    let summary = generate(&options, folder.path(), &|name, rows| {
        told.lock().unwrap().entry(name).or_default().push(rows);
    })
    .unwrap();
    let told = told.into_inner().unwrap();
    for file in summary.files {
        let told = &told[file.name];
        assert!(told.is_sorted(), "{}: {told:?}", file.name);
        assert_eq!(told.last(), Some(&file.rows));
        assert!(told.len() <= 2 + usize::try_from(file.rows / 16_384).unwrap());
    }
}
