//! What capturing changes costs those who make them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{process::Command, time::timeout};

use super::{
    Plan,
    catalogue::{Catalogue, reset_capture},
    support::{numbers::median, scratch::Scratch, table::Table},
};

/// What is measured.
const WHAT: &str = "one-row updates with capture against without, no server running";

/// Target, as a multiple of the rate without capture.
const TARGET: f64 = 0.7;

/// Skus that are updated: few enough that after a while no page is touched for the first time.
const SKUS: i64 = 100_000;

/// Compares rounds of `pgbench` with the triggers and without.
pub async fn measure(catalogue: &Catalogue, scratch: &Scratch, plan: Plan, table: &mut Table) {
    let Some(pgbench) = pgbench(scratch) else {
        let measured = "not measured: no `pgbench` beside the server's programs";
        table.row(WHAT, "≥ 0.7 ×", measured.to_owned());
        return;
    };
    let seconds = if plan.is_quick { 2 } else { 5 };
    let script = script(catalogue, scratch);
    let run = async |has_triggers: bool, seconds: u64| {
        let verb = if has_triggers { "ENABLE" } else { "DISABLE" };
        // Each round begins with an empty queue, and none with a checkpoint in its back.
        let sql = format!(
            "TRUNCATE serving.change_queue, serving.bulk_change; ALTER TABLE catalog.sku {verb} TRIGGER USER"
        );
        let client = &catalogue.client;
        client
            .batch_execute(&sql)
            .await
            .expect("triggers can be set");
        rate(&pgbench, &script, &catalogue.url, seconds).await
    };
    catalogue
        .client
        .batch_execute("CHECKPOINT")
        .await
        .expect("it ends");
    let warm = run(true, 2 * seconds).await;
    eprintln!("pgbench warms up: {warm:.0}/s");
    let (mut ratios, mut with, mut without) = (vec![], vec![], vec![]);
    for round in 1..=2 * plan.rounds {
        // In turn, so that neither always comes first.
        let first = run(round % 2 == 0, seconds).await;
        let second = run(round % 2 == 1, seconds).await;
        let (captured, bare) = if round % 2 == 0 {
            (first, second)
        } else {
            (second, first)
        };
        eprintln!("pgbench {round}: with capture {captured:.0}/s, without {bare:.0}/s");
        ratios.push(captured / bare);
        with.push(captured);
        without.push(bare);
    }
    reset_capture(&catalogue.client).await;
    report(&mut ratios, &mut with, &mut without, table);
}

fn report(ratios: &mut [f64], with: &mut [f64], without: &mut [f64], table: &mut Table) {
    let ratio = median(ratios);
    let measured = format!(
        "{ratio:.2} × ({:.0}/s against {:.0}/s, medians of {}; `pgbench -M prepared`, 4 clients, synchronous_commit off)",
        median(with),
        median(without),
        ratios.len()
    );
    table.judged(WHAT, "≥ 0.7 ×", ratio >= TARGET, &measured);
}

/// The program beside the server that runs.
fn pgbench(scratch: &Scratch) -> Option<PathBuf> {
    let server = fs::read_link(format!("/proc/{}/exe", scratch.postgres.pid())).ok()?;
    let pgbench = server.with_file_name("pgbench");
    pgbench.exists().then_some(pgbench)
}

/// Writes the script: one statement that changes one sku.
fn script(catalogue: &Catalogue, scratch: &Scratch) -> PathBuf {
    let text = format!(
        "\\set id random(1, {})\nUPDATE catalog.sku SET quantity = quantity + 1 WHERE id = :id;\n",
        SKUS.min(catalogue.skus)
    );
    let path = scratch.export.with_file_name("freshness-update.sql");
    fs::write(&path, text).expect("the script can be written");
    path
}

/// Transactions per second of one round.
async fn rate(pgbench: &Path, script: &Path, url: &str, seconds: u64) -> f64 {
    let mut command = Command::new(pgbench);
    command
        .args([
            "-n",
            "-M",
            "prepared",
            "-c",
            "4",
            "-j",
            "2",
            "-T",
            &seconds.to_string(),
            "-f",
        ])
        .arg(script)
        .arg(url)
        .env("PGOPTIONS", "-c synchronous_commit=off")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(Duration::from_secs(60 + seconds), command.output()).await;
    let output = output.expect("pgbench ends").expect("pgbench runs");
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "pgbench: {errors}");
    let rate = |line: &str| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok();
    text.lines().find_map(rate).expect("pgbench tells its rate")
}
