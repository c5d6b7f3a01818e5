//! Cost of change capture for writers.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{process::Command, time::timeout};

use super::{
    Plan,
    catalog::{Catalog, reset_capture},
    support::{numbers::median, scratch::Scratch, table::Table},
};

/// Workload that is measured.
const WHAT: &str = "one-row updates with capture against without, no server running";

/// Target, as a multiple of the rate without capture.
const TARGET: f64 = 0.7;

/// Number of skus that are updated: few enough that their pages are soon in memory.
const SKUS: i64 = 100_000;

/// Longest time that a round may take beyond its duration.
const ROUND_TIMEOUT: Duration = Duration::from_secs(60);

/// Rates with and without capture, in updates per second, and their ratio, for each pair of rounds.
#[derive(Default)]
struct Rates {
    with: Vec<f64>,
    without: Vec<f64>,
    ratios: Vec<f64>,
}

/// Compares rounds of `pgbench` with and without the triggers.
pub async fn measure(catalog: &Catalog, scratch: &Scratch, plan: Plan, table: &mut Table) {
    let Some(program) = pgbench(scratch) else {
        let measured = "not measured: no `pgbench` beside the server's programs";
        table.row(WHAT, "≥ 0.7 ×", measured.to_owned());
        return;
    };
    let checkpoint = catalog.client.batch_execute("CHECKPOINT").await;
    checkpoint.expect("it ends");
    let mut rates = [Rates::default(), Rates::default()];
    for (rates, skus) in rates.iter_mut().zip([SKUS, catalog.skus]) {
        let skus = skus.min(catalog.skus);
        let bench = Bench {
            catalog,
            program: &program,
            script: script(skus, scratch),
            seconds: if plan.is_quick { 2 } else { 4 },
        };
        eprintln!(
            "pgbench on {skus} skus, {} pairs of rounds",
            2 * plan.rounds
        );
        *rates = bench.compare(2 * plan.rounds).await;
    }
    reset_capture(&catalog.client).await;
    let [mut few, mut all] = rates;
    report(&mut few, &mut all, table);
}

fn report(few: &mut Rates, all: &mut Rates, table: &mut Table) {
    let ratio = median(&mut few.ratios);
    let measured = format!(
        "{ratio:.2} × ({:.0}/s against {:.0}/s, medians of {}, within {SKUS} skus; \
         all over the catalog {:.2} ×, {:.0}/s against {:.0}/s; \
         `pgbench -M prepared`, 4 clients, synchronous_commit off)",
        median(&mut few.with),
        median(&mut few.without),
        few.ratios.len(),
        median(&mut all.ratios),
        median(&mut all.with),
        median(&mut all.without),
    );
    table.judged(WHAT, "≥ 0.7 ×", ratio >= TARGET, &measured);
}

/// Rounds of one script.
struct Bench<'a> {
    catalog: &'a Catalog,
    program: &'a Path,
    script: PathBuf,
    seconds: u64,
}

impl Bench<'_> {
    /// Runs pairs of rounds, with and without capture, after a warm-up.
    async fn compare(&self, pairs: usize) -> Rates {
        self.round(true).await;
        let mut rates = Rates::default();
        for pair in 1..=pairs {
            // Alternates, so that neither is always first.
            let is_captured_first = pair % 2 == 0;
            let first = self.round(is_captured_first).await;
            let second = self.round(!is_captured_first).await;
            let (with, without) = if is_captured_first {
                (first, second)
            } else {
                (second, first)
            };
            eprintln!("pgbench {pair}: with capture {with:.0}/s, without {without:.0}/s");
            rates.with.push(with);
            rates.without.push(without);
            rates.ratios.push(with / without);
        }
        rates
    }

    /// Returns the transactions per second of one round, which begins with an empty queue.
    async fn round(&self, is_captured: bool) -> f64 {
        let verb = if is_captured { "ENABLE" } else { "DISABLE" };
        let client = &self.catalog.client;
        reset_capture(client).await;
        let sql = format!("ALTER TABLE catalog.sku {verb} TRIGGER USER");
        let set = client.batch_execute(&sql).await;
        set.expect("triggers can be set");
        self.rate().await
    }

    /// Runs the program once.
    async fn rate(&self) -> f64 {
        let mut command = Command::new(self.program);
        command
            .args(["-n", "-M", "prepared", "-c", "4", "-j", "2"])
            .args(["-T", &self.seconds.to_string(), "-f"])
            .arg(&self.script)
            .arg(&self.catalog.url)
            .env("PGOPTIONS", "-c synchronous_commit=off")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let limit = Duration::from_secs(self.seconds) + ROUND_TIMEOUT;
        let output = timeout(limit, command.output()).await;
        let output = output.expect("pgbench ends").expect("pgbench runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "pgbench: {errors}");
        let rate = |line: &str| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok();
        text.lines().find_map(rate).expect("pgbench tells its rate")
    }
}

/// Returns the path of the program beside the running server's.
fn pgbench(scratch: &Scratch) -> Option<PathBuf> {
    let server = fs::read_link(format!("/proc/{}/exe", scratch.postgres.pid())).ok()?;
    let pgbench = server.with_file_name("pgbench");
    pgbench.exists().then_some(pgbench)
}

/// Writes the script: one statement that changes one sku.
fn script(skus: i64, scratch: &Scratch) -> PathBuf {
    let text = format!(
        "\\set id random(1, {skus})\nUPDATE catalog.sku SET quantity = quantity + 1 WHERE id = :id;\n"
    );
    let path = scratch.export.with_file_name("freshness-update.sql");
    fs::write(&path, text).expect("the script can be written");
    path
}
