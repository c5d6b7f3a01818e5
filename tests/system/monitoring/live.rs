//! Runs the queries of all panels and alerts in a Prometheus that monitors the system under traffic.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use tokio::time::{interval, timeout};

use crate::monitoring::{
    dashboard::{self, Dashboard, Panel},
    drawing::{self, Line, Shown},
    prometheus::{Period, Prometheus, Rule, Series},
    selectors::selectors,
    system::System,
    traffic,
};

/// All targets of Prometheus.
const TARGETS: f64 = 7.0;

/// Number of scrapes by Prometheus, one each second.
const COLLECTED: &str = r#"count_over_time(up{job="prometheus"}[1h])"#;

/// Seconds of traffic until more clients come than may, until a server is killed, until it is started again, and in all.
const CROWDED_AFTER: [f64; 2] = [3.0, 5.0];
const KILLED_AFTER: f64 = 9.0;
const STARTED_AFTER: f64 = 14.0;
const ENDED_AFTER: f64 = 25.0;

/// Longest time for all of that on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(240);

/// Value of Grafana's interval variable for scrapes each second.
const RATE_INTERVAL: &str = "5s";

/// Series that exist only in failures that the traffic does not cause, each with that failure.
const ONLY_AFTER_FAILURES: [(&str, &str); 2] = [
    (
        r#"ALERTS{alertstate="firing"}"#,
        "something is wrong for long",
    ),
    (r#"edge_requests_total{cache="STALE"}"#, "no server answers"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_query_has_a_result_under_traffic() {
    let mut system = System::start().await;
    let prometheus = Prometheus::new(&system.prometheus);
    let period = timeout(TIMEOUT, drive(&mut system, &prometheus)).await;
    let period = period.expect("Prometheus collects metrics each second");
    let dashboards = dashboard::all();
    let mut empty = Vec::new();
    for dashboard in &dashboards {
        let shown = show(&prometheus, dashboard, period, &mut empty).await;
        draw(dashboard, &shown, period);
    }
    let rules = prometheus.rules().await;
    expect_healthy(&rules);
    let read = selectors_of(&dashboards, &rules);
    let missing = missing(&prometheus, &read, period).await;
    let panels = dashboards.iter().flat_map(|dashboard| &dashboard.panels);
    eprintln!(
        "{} queries of {} panels, {} empty; {} rules; {} selectors, {} without series",
        panels
            .clone()
            .map(|panel| panel.targets.len())
            .sum::<usize>(),
        panels.count(),
        empty.len(),
        rules.len(),
        read.len(),
        missing.len()
    );
    assert!(
        empty.is_empty() && missing.is_empty(),
        "empty: {empty:#?}, without series: {missing:#?}"
    );
}

/// Has the system do everything that is watched, and returns when that was.
async fn drive(system: &mut System, prometheus: &Prometheus) -> Period {
    reach(prometheus, "sum(up)", TARGETS).await;
    let traffic = traffic::begin(system).await;
    let begin = now(prometheus).await;
    let collected = prometheus.number(COLLECTED).await.unwrap_or_default();
    let until = async |seconds| reach(prometheus, COLLECTED, collected + seconds).await;
    // Twice, because a rate needs two samples.
    for after in CROWDED_AFTER {
        until(after).await;
        overload(system, prometheus).await;
    }
    until(KILLED_AFTER).await;
    system.servers[2].kill();
    until(STARTED_AFTER).await;
    reach(prometheus, "sum(edge_upstream_failures_total)", 1.0).await;
    system.servers[2].restart();
    system.servers[2].ready().await;
    until(ENDED_AFTER).await;
    let end = now(prometheus).await;
    drop(traffic);
    Period { begin, end }
}

/// Sends requests of many clients at once until some are rejected.
async fn overload(system: &System, prometheus: &Prometheus) {
    let refused = async || {
        let refused = prometheus.number(r#"edge_limited_total{limit="total"}"#);
        refused.await.unwrap_or_default()
    };
    let before = refused().await;
    let mut looks = interval(Duration::from_millis(500));
    while refused().await <= before {
        traffic::crowd(system).await;
        looks.tick().await;
    }
}

async fn now(prometheus: &Prometheus) -> f64 {
    prometheus
        .number("vector(time())")
        .await
        .expect("it is some time")
}

/// Waits until the value of an expression is at least `least`.
async fn reach(prometheus: &Prometheus, expression: &str, least: f64) {
    let mut looks = interval(Duration::from_millis(100));
    while prometheus
        .number(expression)
        .await
        .is_none_or(|value| value < least)
    {
        looks.tick().await;
    }
}

/// Returns the results of a dashboard's panels. Adds queries without results to `empty`.
async fn show<'a>(
    prometheus: &Prometheus,
    dashboard: &'a Dashboard,
    period: Period,
    empty: &mut Vec<String>,
) -> Vec<Shown<'a>> {
    let mut all = Vec::new();
    for panel in &dashboard.panels {
        let mut lines = Vec::new();
        for target in &panel.targets {
            let expression = target.expr.replace("$__rate_interval", RATE_INTERVAL);
            let series = prometheus.range(&expression, period).await;
            if series.iter().all(|series| series.points.is_empty()) {
                empty.push(format!(
                    "{}: {} {}",
                    dashboard.title, panel.title, target.expr
                ));
            }
            lines.extend(
                series
                    .iter()
                    .map(|series| line(series, &target.legend_format)),
            );
        }
        all.push(Shown { panel, lines });
    }
    all
}

fn line(series: &Series, legend: &str) -> Line {
    let name = series
        .labels
        .iter()
        .fold(legend.to_owned(), |name, (label, value)| {
            name.replace(&format!("{{{{{label}}}}}"), value)
        });
    Line {
        name,
        points: series.points.clone(),
    }
}

/// Writes the picture of a dashboard to the temporary folder of the build.
fn draw(dashboard: &Dashboard, shown: &[Shown<'_>], period: Period) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dashboards");
    fs::create_dir_all(&folder).expect("a folder can be made");
    let file = folder.join(&dashboard.name).with_extension("svg");
    fs::write(&file, drawing::draw(&dashboard.title, shown, period))
        .expect("a picture can be written");
    eprintln!("Drawn in {}", file.display());
}

fn expect_healthy(rules: &[Rule]) {
    for rule in rules {
        assert_eq!(
            (rule.health.as_str(), rule.last_error.as_str()),
            ("ok", ""),
            "{}",
            rule.name
        );
    }
}

/// Returns all selectors of panels and rules.
fn selectors_of<'a>(dashboards: &'a [Dashboard], rules: &'a [Rule]) -> BTreeSet<&'a str> {
    let panels = dashboards.iter().flat_map(|dashboard| &dashboard.panels);
    let targets = panels.flat_map(|panel: &Panel| &panel.targets);
    let asked = targets.map(|target| &target.expr);
    let expressions = asked.chain(rules.iter().map(|rule| &rule.query));
    let read = expressions.flat_map(|expression| selectors(expression));
    let in_trouble = |selector: &&str| {
        ONLY_AFTER_FAILURES
            .iter()
            .any(|(known, _)| known == selector)
    };
    read.filter(|selector| !in_trouble(selector)).collect()
}

/// Returns the selectors without series.
async fn missing<'a>(
    prometheus: &Prometheus,
    selectors: &BTreeSet<&'a str>,
    period: Period,
) -> Vec<&'a str> {
    let mut missing = Vec::new();
    for &selector in selectors {
        if prometheus
            .range(&format!("count({selector})"), period)
            .await
            .is_empty()
        {
            missing.push(selector);
        }
    }
    missing
}
