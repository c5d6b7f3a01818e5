//! Runs this program again under valgrind's callgrind, which counts every instruction of a process.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;

use crate::{
    scenario::{REQUESTS, Scenario},
    support::process::ending_with_us,
};

/// The counter.
pub struct Callgrind {
    database_url: String,
}

impl Callgrind {
    /// A counter for what serves the database.
    pub fn new(database_url: String) -> Self {
        Self { database_url }
    }

    /// Instructions of one request: what a longer run takes more than a shorter one, so that starting does not count.
    pub async fn instructions(&self, scenario: &Scenario) -> u64 {
        let path = out_file(&format!("count-{}", scenario.name));
        let mut totals = [0; 2];
        for (total, requests) in totals.iter_mut().zip([REQUESTS, 3 * REQUESTS]) {
            self.run(scenario, requests, &path, &[]).await;
            *total = total_of(&path);
        }
        let [short, long] = totals;
        let per_request = (long - short) / (2 * REQUESTS as u64);
        eprintln!("{}: {per_request} instructions a request", scenario.name);
        per_request
    }

    /// Keeps a profile of the requests without the start, and says how to read it.
    pub async fn profile(&self, scenario: &Scenario) {
        let path = out_file(scenario.name);
        let only_requests = ["--toggle-collect=instructions::child::measured*"];
        self.run(scenario, REQUESTS, &path, &only_requests).await;
        eprintln!(
            "{} instructions in {REQUESTS} requests. To see where:\n\n  callgrind_annotate --inclusive=yes {}\n",
            total_of(&path),
            path.display()
        );
    }

    async fn run(&self, scenario: &Scenario, requests: usize, path: &Path, flags: &[&str]) {
        let program = env::current_exe().expect("this program is a file");
        let mut command = Command::from(ending_with_us("valgrind", None));
        let status = command
            .args(["--tool=callgrind", "--quiet"])
            .arg(format!("--callgrind-out-file={}", path.display()))
            .args(flags)
            .arg(program)
            .args(["--child", scenario.name, "--requests"])
            .arg(requests.to_string())
            // Settings of the caller would change what is counted.
            .env_clear()
            .envs(env::vars_os().filter(|(name, _)| name == "PATH"))
            .env("DATABASE_URL", &self.database_url)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .status()
            .await;
        let is_counted = status.is_ok_and(|status| status.success());
        let name = scenario.name;
        assert!(
            is_counted,
            "cannot count {name}; is valgrind here? scripts/setup installs it"
        );
    }
}

fn out_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("callgrind.out.{name}"))
}

/// The instructions that callgrind counted.
fn total_of(path: &Path) -> u64 {
    let text = fs::read_to_string(path).expect("callgrind has written it");
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    let total = total.expect("callgrind writes the total");
    total.trim().parse().expect("a number")
}
