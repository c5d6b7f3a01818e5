//! Client of Prometheus.

use std::collections::BTreeMap;

use reqwest::Client;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// Client of a running Prometheus.
pub struct Prometheus {
    client: Client,
    address: String,
}

/// Period, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    pub begin: f64,
    pub end: f64,
}

/// Values of one series over time.
#[derive(Clone, Debug)]
pub struct Series {
    pub labels: BTreeMap<String, String>,
    /// Seconds since 1970 with values; values that are no numbers are omitted.
    pub points: Vec<(f64, f64)>,
}

/// Rule that Prometheus evaluates.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    pub name: String,
    pub query: String,
    pub health: String,
    #[serde(default)]
    pub last_error: String,
}

#[derive(Deserialize)]
struct Answer<T> {
    data: T,
}

#[derive(Deserialize)]
struct Matrix {
    result: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    metric: BTreeMap<String, String>,
    values: Vec<(f64, String)>,
}

#[derive(Deserialize)]
struct Groups {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    rules: Vec<Rule>,
}

impl Prometheus {
    /// Creates a client of the Prometheus at `address` (`host:port`).
    pub fn new(address: &str) -> Self {
        let client = Client::builder().no_proxy().build();
        Self {
            client: client.expect("a client needs nothing"),
            address: address.to_owned(),
        }
    }

    /// Returns the series of an expression, evaluated each second of a period.
    pub async fn range(&self, expression: &str, period: Period) -> Vec<Series> {
        let (begin, end) = (period.begin.to_string(), period.end.to_string());
        let parameters = [
            ("query", expression),
            ("start", &begin),
            ("end", &end),
            ("step", "1"),
        ];
        let matrix: Matrix = self.ask("query_range", &parameters).await;
        matrix.result.into_iter().map(series).collect()
    }

    /// Returns all rules.
    pub async fn rules(&self) -> Vec<Rule> {
        let answer: Groups = self.ask("rules", &[]).await;
        answer
            .groups
            .into_iter()
            .flat_map(|group| group.rules)
            .collect()
    }

    /// Returns the last value of an expression without labels, if it has one.
    pub async fn number(&self, expression: &str) -> Option<f64> {
        let answer: Value = self.ask("query", &[("query", expression)]).await;
        answer["result"][0]["value"][1].as_str()?.parse().ok()
    }

    async fn ask<T: DeserializeOwned>(&self, method: &str, parameters: &[(&str, &str)]) -> T {
        let url = format!("http://{}/api/v1/{method}", self.address);
        let request = self.client.get(url).query(parameters);
        let answer = request.send().await.expect("Prometheus answers");
        let text = answer.text().await.expect("Prometheus answers");
        let answer: Answer<T> = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{parameters:?}: {error}: {text}"));
        answer.data
    }
}

fn series(row: Row) -> Series {
    let points = row.values.into_iter().filter_map(|(time, value)| {
        let value: f64 = value.parse().expect("a sample is a number");
        value.is_finite().then_some((time, value))
    });
    Series {
        labels: row.metric,
        points: points.collect(),
    }
}
