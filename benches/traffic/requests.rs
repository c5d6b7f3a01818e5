//! Bytes of random requests.

use std::{io::Write as _, ops::RangeInclusive};

use super::Workload;
use crate::support::random::Random;

/// Placeholder for the id in a path template.
const PLACE: &str = "{id}";

/// Generator of random requests.
pub struct Requests {
    templates: Vec<Template>,
    random: Random,
    total_weight: i64,
    first_id: u64,
    ids: i64,
    bytes: Vec<u8>,
}

/// A request without its id.
struct Template {
    weight: i64,
    before: Vec<u8>,
    has_id: bool,
    after: Vec<u8>,
}

impl Requests {
    /// Prepares the requests of a workload.
    pub fn new(workload: &Workload) -> Self {
        let headers = headers(workload);
        let templates = workload.paths.iter();
        let templates = templates.map(|(path, weight)| Template::new(path, *weight, &headers));
        let templates: Vec<Template> = templates.collect();
        Self {
            random: Random::new(workload.seed),
            total_weight: templates.iter().map(|template| template.weight).sum(),
            first_id: *workload.ids.start(),
            ids: length(&workload.ids),
            templates,
            bytes: Vec::new(),
        }
    }

    /// Returns the next request.
    pub fn next(&mut self) -> &[u8] {
        let mut rest = self.random.up_to(self.total_weight);
        let template = self.templates.iter().find(|template| {
            rest -= template.weight;
            rest <= 0
        });
        let template = template.expect("weights add up to their total");
        self.bytes.clear();
        self.bytes.extend_from_slice(&template.before);
        if template.has_id {
            let id = self.first_id + self.random.up_to(self.ids).cast_unsigned() - 1;
            write!(self.bytes, "{id}").expect("memory takes what is written to it");
        }
        self.bytes.extend_from_slice(&template.after);
        &self.bytes
    }
}

impl Template {
    fn new(path: &str, weight: u32, headers: &str) -> Self {
        let (before, after) = path.split_once(PLACE).unwrap_or((path, ""));
        Self {
            weight: weight.into(),
            before: format!("GET {before}").into_bytes(),
            has_id: path.contains(PLACE),
            after: format!("{after} HTTP/1.1\r\n{headers}\r\n").into_bytes(),
        }
    }
}

fn headers(workload: &Workload) -> String {
    let host = format!("Host: {}\r\n", workload.address);
    match &workload.accept_encoding {
        Some(encodings) => format!("{host}Accept-Encoding: {encodings}\r\n"),
        None => host,
    }
}

fn length(ids: &RangeInclusive<u64>) -> i64 {
    let length = ids.end().saturating_sub(*ids.start()) + 1;
    length.try_into().expect("ids are 64-bit integers")
}
