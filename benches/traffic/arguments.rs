//! Command line of the traffic generator.

use std::{env, net::SocketAddr, ops::RangeInclusive, process::ExitCode, time::Duration};

use clap::Parser;

use super::{Workload, generator};

/// Sends HTTP requests at a constant rate, and measures latency from the time at which each was due.
#[derive(Parser, Debug)]
#[command(
    name = "cargo bench --bench speed -- traffic",
    bin_name = "cargo bench --bench speed -- traffic"
)]
struct Arguments {
    /// The server: a numeric address and a port.
    address: SocketAddr,

    /// A path, with its weight among the others. {id} is replaced by a random id. Can be repeated.
    #[arg(long = "path", value_name = "[WEIGHT:]PATH", value_parser = parse_path,
        default_values = ["40:/products/{id}", "40:/products/{id}/styles", "20:/products/{id}/related"])]
    paths: Vec<(String, u32)>,

    /// Range of ids, uniformly distributed.
    #[arg(long, value_name = "FIRST-LAST", value_parser = parse_ids, default_value = "1-1000")]
    ids: RangeInclusive<u64>,

    /// Number of connections, used in turn.
    #[arg(long, value_name = "NUMBER", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,

    /// Requests per second, evenly spaced. Default: a closed loop on each connection.
    #[arg(long, value_name = "NUMBER", value_parser = parse_rate)]
    rate: Option<f64>,

    /// Duration of the warm-up, which is not measured.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = parse_seconds)]
    warm_up: Duration,

    /// Duration of the measurement.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = parse_seconds)]
    duration: Duration,

    /// Value of Accept-Encoding, for example br. Default: no header.
    #[arg(long, value_name = "ENCODINGS")]
    accept_encoding: Option<String>,

    /// Seed of the random requests.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,

    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

impl From<Arguments> for Workload {
    fn from(arguments: Arguments) -> Self {
        Self {
            address: arguments.address,
            paths: arguments.paths,
            ids: arguments.ids,
            connections: usize::try_from(arguments.connections).unwrap_or(usize::MAX),
            rate: arguments.rate,
            warm_up: arguments.warm_up,
            duration: arguments.duration,
            accept_encoding: arguments.accept_encoding,
            seed: arguments.seed,
            processors: None,
        }
    }
}

/// Generates the traffic that the command line asks for and prints the report.
#[expect(
    clippy::print_stdout,
    reason = "the report is what the generator is for"
)]
pub fn main() -> ExitCode {
    // The name stands in place of the program's; cargo appends a flag of its own.
    let words = env::args().skip(1).filter(|word| word != "--bench");
    let arguments = Arguments::parse_from(words);
    let is_json = arguments.json;
    let report = match generator::generate(&arguments.into()) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    if is_json {
        let report = serde_json::to_string(&report).expect("a report can be written as JSON");
        println!("{report}");
    } else {
        println!("{report}");
    }
    ExitCode::SUCCESS
}

/// Returns the command-line arguments for a workload with a report in JSON.
pub fn of(workload: &Workload) -> Vec<String> {
    let mut words = vec![
        workload.address.to_string(),
        format!("--ids={}-{}", workload.ids.start(), workload.ids.end()),
        format!("--connections={}", workload.connections),
        format!("--warm-up={}", workload.warm_up.as_secs_f64()),
        format!("--duration={}", workload.duration.as_secs_f64()),
        format!("--seed={}", workload.seed),
        "--json".to_owned(),
    ];
    let paths = workload.paths.iter();
    words.extend(paths.map(|(path, weight)| format!("--path={weight}:{path}")));
    words.extend(workload.rate.map(|rate| format!("--rate={rate}")));
    let encoding = workload.accept_encoding.as_ref();
    words.extend(encoding.map(|encoding| format!("--accept-encoding={encoding}")));
    words
}

fn parse_path(text: &str) -> Result<(String, u32), String> {
    let (weight, path) = match text.split_once(':') {
        Some((weight, path)) if !text.starts_with('/') => (weight, path),
        _ => ("1", text),
    };
    let weight: u32 = weight.parse().map_err(|error| format!("{error}"))?;
    if weight == 0 || !path.starts_with('/') {
        return Err(
            "a positive weight and a path are needed, for example 40:/products/{id}".into(),
        );
    }
    Ok((path.to_owned(), weight))
}

fn parse_ids(text: &str) -> Result<RangeInclusive<u64>, String> {
    let ids = text.split_once('-');
    let ids = ids.and_then(|(first, last)| Some(first.parse().ok()?..=last.parse().ok()?));
    ids.filter(|ids| !ids.is_empty())
        .ok_or_else(|| "two numbers are needed, for example 1-1000".into())
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok();
    rate.filter(|rate| (0.001..=1e6).contains(rate))
        .ok_or_else(|| "a positive number is needed, at most a million".into())
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|error| format!("{error}"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| format!("{error}"))
}
