//! Accepted cost of requests: `baseline.json`, by architecture.

use std::{collections::BTreeMap, env::consts::ARCH, fs, path::PathBuf};

/// Instructions of one request, by scenario.
pub type Baseline = BTreeMap<String, u64>;

/// The committed baseline of this architecture; empty if there is none.
pub fn read() -> Baseline {
    read_all().remove(ARCH).unwrap_or_default()
}

/// Makes these counts the baseline of this architecture.
pub fn save(counts: &[(&'static str, u64)]) {
    let named = |&(name, count): &(&'static str, u64)| (name.to_owned(), count);
    let mut all = read_all();
    all.insert(ARCH.to_owned(), counts.iter().map(named).collect());
    let text = serde_json::to_string_pretty(&all).expect("numbers can be written");
    fs::write(path(), text + "\n").expect("the baseline can be written");
}

fn read_all() -> BTreeMap<String, Baseline> {
    let text = fs::read_to_string(path()).expect("the baseline is committed");
    serde_json::from_str(&text).expect("a number for each scenario of each architecture")
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/instructions/baseline.json")
}
