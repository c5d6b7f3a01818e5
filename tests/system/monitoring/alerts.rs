//! Alerts: their rules, the tests of the rules, and the runbook.

use std::{collections::BTreeSet, process::Command};

use atelierex::db::session;
use tempfile::tempdir;

use crate::{
    monitoring::{
        dashboard,
        tools::{installed, project, run, text},
    },
    parts::database::Database,
};

const RULES: &str = "grafana/prometheus/rules.yml";
const TESTS: &str = "grafana/prometheus/rules_test.yml";
const RUNBOOK: &str = "docs/runbook.md";

/// Returns the names of all alerts.
fn alerts() -> BTreeSet<String> {
    values(&text(RULES), "- alert: ")
}

/// Returns the values after a keyword at the start of a line.
fn values(text: &str, word: &str) -> BTreeSet<String> {
    text.lines()
        .filter_map(|line| line.trim_start().strip_prefix(word))
        .map(str::to_owned)
        .collect()
}

fn promtool() -> Command {
    Command::new(installed("promtool"))
}

#[test]
fn the_configuration_and_the_rules_are_valid() {
    let folder = tempdir().unwrap();
    run(Command::new(project("grafana/prometheus/render")).arg(folder.path()));
    let configuration = folder.path().join("prometheus.yml");
    run(promtool().args(["check", "config"]).arg(configuration));
    run(promtool()
        .args(["check", "rules", "--lint=all", "--lint-fatal"])
        .arg(project(RULES)));
}

#[test]
fn every_alert_fires_when_it_should_and_only_then() {
    run(promtool().args(["test", "rules"]).arg(project(TESTS)));
    let cases = text(TESTS);
    for alert in alerts() {
        let evaluations = cases.matches(&format!("- alertname: {alert}\n")).count();
        let firing = cases
            .matches(&format!("runbook.md#{}\n", alert.to_lowercase()))
            .count();
        assert!(firing >= 1, "{alert} is never expected to fire");
        assert!(
            evaluations > firing,
            "{alert} is never expected to be silent"
        );
    }
}

#[test]
fn every_alert_has_a_severity_and_a_runbook_link() {
    let rules = text(RULES);
    for alert in rules.split("- alert: ").skip(1) {
        let name = alert.lines().next().unwrap_or_default();
        let is_known = |severity| alert.contains(&format!("severity: {severity}\n"));
        assert!(is_known("page") || is_known("ticket"), "{name}");
        assert!(alert.contains("summary: "), "{name}");
        let entry = format!("runbook_url: {RUNBOOK}#{}\n", name.to_lowercase());
        assert!(alert.contains(&entry), "{name}");
    }
}

#[test]
fn the_runbook_has_an_entry_for_every_alert_and_no_other() {
    assert_eq!(values(&text(RUNBOOK), "### "), alerts());
}

#[test]
fn every_panel_that_the_runbook_names_exists() {
    // Code in backticks is skipped, since it contains stars.
    let prose: String = text(RUNBOOK).split('`').step_by(2).collect();
    let prose = prose.replace("**", "");
    let dashboards = dashboard::all();
    let panels = dashboards.iter().flat_map(|dashboard| &dashboard.panels);
    let titles: BTreeSet<_> = panels.map(|panel| panel.title.as_str()).collect();
    // Emphasized text stands between the first and the second star of a line, the third and the fourth, and so on.
    let emphasised = prose
        .lines()
        .flat_map(|line| line.split('*').skip(1).step_by(2));
    let named: Vec<_> = emphasised.collect();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        let title = name.rsplit(": ").next().unwrap_or(name);
        assert!(titles.contains(title), "there is no panel {name}");
    }
}

#[tokio::test]
async fn every_statement_of_the_runbook_runs() {
    let url = Database::get().url("OWNER");
    let owner = session::connect(&url, "runbook", &[]).await;
    let owner = owner.expect("the database accepts us");
    let runbook = text(RUNBOOK);
    let blocks = runbook.split("```sql\n").skip(1);
    for statements in blocks.filter_map(|block| block.split("```").next()) {
        let undone = format!("BEGIN; {statements} ROLLBACK;");
        let result = owner.batch_execute(&undone).await;
        result.unwrap_or_else(|error| panic!("{statements}: {error:?}"));
    }
}

#[test]
fn every_runbook_entry_is_complete() {
    for entry in text(RUNBOOK).split("\n### ").skip(1) {
        let name = entry.lines().next().unwrap_or_default();
        for part in [
            "**Means**",
            "**Users**",
            "**Look**",
            "**Do**",
            "**Escalate**",
        ] {
            assert!(entry.contains(part), "{name} lacks {part}");
        }
    }
}
