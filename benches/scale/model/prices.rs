//! List prices, read from the committed file.

use serde::Deserialize;

/// The file. It says itself where its prices come from.
const FILE: &str = include_str!("../prices.json");

/// Hours in a month, as clouds reckon them.
const HOURS: f64 = 730.0;

/// A size of instance.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    pub name: String,
    pub vcpus: f64,
    pub memory_gib: f64,
    /// What it may send and receive for ever, not in bursts.
    pub gigabits: f64,
    pub dollars_per_hour: f64,
}

impl Instance {
    /// Price of a month.
    pub fn monthly(&self) -> f64 {
        self.dollars_per_hour * HOURS
    }

    /// Memory in bytes.
    pub fn memory_bytes(&self) -> f64 {
        self.memory_gib * f64::from(1 << 30)
    }
}

/// A price that falls with the amount: for gigabytes up to `up_to` in a month.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// No limit if it is missing.
    pub up_to: Option<f64>,
    pub dollars: f64,
}

/// What `terraform/` makes if nobody says otherwise, and is paid by the hour.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultMachine {
    pub name: String,
    pub count: f64,
    pub dollars_per_hour: f64,
}

impl DefaultMachine {
    /// Price of a month.
    pub fn monthly(&self) -> f64 {
        self.count * self.dollars_per_hour * HOURS
    }
}

/// All prices.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// Where and when these prices were valid, and how they are known.
    pub basis: String,
    pub instances: Vec<Instance>,
    pub terraform_defaults: Vec<DefaultMachine>,
    pub disk_gigabyte_month: f64,
    /// Reads per second that a disk does for its size's price, what each one more costs, and how many it does at most.
    pub disk_free_reads_per_second: f64,
    pub disk_reads_per_second_month: f64,
    pub disk_most_reads_per_second: f64,
    /// Reads per second that an instance does for each of its processors.
    pub disk_reads_per_second_and_vcpu: f64,
    pub between_zones_gigabyte: f64,
    pub internet: Vec<Tier>,
    pub cdn: Vec<Tier>,
    pub cdn_million_requests: f64,
}

impl Prices {
    /// The committed prices.
    ///
    /// # Panics
    ///
    /// If the file is not what [`Prices`] says.
    pub fn committed() -> Self {
        serde_json::from_str(FILE).expect("the committed prices can be read")
    }

    /// The largest instance.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn largest(&self) -> &Instance {
        let by_memory = |a: &&Instance, b: &&Instance| a.memory_gib.total_cmp(&b.memory_gib);
        self.instances
            .iter()
            .max_by(by_memory)
            .expect("there are instances")
    }

    /// The instance of this name.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn named(&self, name: &str) -> &Instance {
        let mut instances = self.instances.iter();
        instances
            .find(|instance| instance.name == name)
            .expect("it has a price")
    }
}

/// Price of so many gigabytes in a month.
pub fn tiered(tiers: &[Tier], gigabytes: f64) -> f64 {
    let mut dollars = 0.0;
    let mut below = 0.0;
    for tier in tiers {
        let end = tier.up_to.unwrap_or(f64::INFINITY).min(gigabytes);
        dollars += (end - below).max(0.0) * tier.dollars;
        below = end.max(below);
    }
    dollars
}

/// Seconds in a month.
pub const MONTH_SECONDS: f64 = HOURS * 3600.0;
