//! How many databases: shards, each with its copies.

use super::{
    costs::Costs,
    plan::{Fleet, cheapest},
    prices::{Instance, Prices},
};

/// A primary and a standby, which is read from too.
const LEAST: f64 = 2.0;

/// Most shards that are tried.
const MOST_SHARDS: u32 = 64;

/// Share of memory that pages of tables may take.
const PAGES: f64 = 0.7;

/// Disk for one catalogue and for the next one while it is loaded.
const CATALOGUES_ON_DISK: f64 = 2.0;

/// Looks at the feed in a second while nothing changes, and at most (`--feed-interval`, and the 2 ms after a change).
const IDLE_POLLS: f64 = 50.0;
const MOST_POLLS: f64 = 400.0;

/// More looks after a change, each after twice the pause.
const POLLS_AFTER_CHANGE: f64 = 4.0;

/// What is asked of the databases, or of one shard.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    pub products: f64,
    pub reads_per_second: f64,
    /// Servers that follow the feed: each follows every shard.
    pub servers: f64,
}

/// Databases that do it.
#[derive(Clone, Debug)]
pub struct Databases {
    pub shards: f64,
    /// The copies of one shard.
    pub copies: Fleet,
    pub disk_gigabytes: f64,
    disk_dollars: f64,
}

impl Databases {
    /// Price of a month.
    pub fn monthly(&self) -> f64 {
        self.shards * self.copies.monthly() + self.disk_dollars
    }

    /// Number of instances.
    fn instances(&self) -> f64 {
        self.shards * self.copies.count
    }
}

/// Processor time that one server takes in a second to hear of changes, and to see whether it has to compose, in
/// microseconds.
pub fn following_us(costs: &Costs, changes_per_second: f64) -> f64 {
    let polls = (IDLE_POLLS + POLLS_AFTER_CHANGE * changes_per_second).min(MOST_POLLS);
    polls * costs.feed_poll_us + costs.refresher_looks_us
}

/// Changes per second that one refresher composes with time to spare.
pub fn refresh_limit(costs: &Costs) -> f64 {
    costs.refreshes_per_second * costs.utilisation
}

/// Bytes of tables that an instance keeps in memory.
pub fn pages_in_memory(instance: &Instance) -> f64 {
    instance.memory_bytes() * PAGES
}

/// Share of `bytes` that is not in memory.
fn on_disk(instance: &Instance, bytes: f64) -> f64 {
    (1.0 - pages_in_memory(instance) / bytes).max(0.0)
}

/// Reads per second that the disk of an instance does with time to spare.
fn disk_limit(costs: &Costs, prices: &Prices, instance: &Instance) -> f64 {
    let own = instance.vcpus * prices.disk_reads_per_second_and_vcpu;
    own.min(prices.disk_most_reads_per_second) * costs.utilisation
}

/// The cheapest databases; one that is not sharded, if there is any that will do.
///
/// # Panics
///
/// If no number of shards will do.
pub fn databases(costs: &Costs, prices: &Prices, need: &Need) -> Databases {
    let sharded = |shards: f64| {
        let instances = prices.instances.iter();
        instances.filter_map(move |instance| sharded(costs, prices, need, (shards, instance)))
    };
    let mut candidates: Vec<Databases> = sharded(1.0).collect();
    if candidates.is_empty() {
        candidates.extend((2..=MOST_SHARDS).map(f64::from).flat_map(sharded));
    }
    let chosen = cheapest(candidates, Databases::monthly, Databases::instances);
    chosen.expect("so many shards will do")
}

/// So many shards on such instances, if these can keep up with composing.
fn sharded(
    costs: &Costs,
    prices: &Prices,
    need: &Need,
    (shards, instance): (f64, &Instance),
) -> Option<Databases> {
    let shard = Need {
        products: need.products / shards,
        reads_per_second: need.reads_per_second / shards,
        ..*need
    };
    let limit = disk_limit(costs, prices, instance);
    let composing = composing_from_disk(costs, &shard, instance);
    let reading = reading_from_disk(costs, &shard, instance);
    let refreshing = costs.changes_per_second(shard.products) / refresh_limit(costs);
    if composing > limit || refreshing > 1.0 {
        return None;
    }
    let processor = processors(costs, &shard) / costs.utilisation / instance.vcpus;
    let disk = (composing + reading) / limit;
    let copies = Fleet::new(instance, processor.max(disk), LEAST, "");
    let copies = Fleet {
        binding: binding(&[
            ("processor", processor / copies.count),
            ("disk", disk / copies.count),
            ("composing", composing / limit),
            ("refresher", refreshing),
        ]),
        ..copies
    };
    let bytes = need.products * costs.database_bytes_per_product * CATALOGUES_ON_DISK;
    let disk_gigabytes = bytes * copies.count / 1e9;
    let reads = (composing + reading / copies.count) / costs.utilisation;
    let extra = (reads - prices.disk_free_reads_per_second).max(0.0) * copies.count * shards;
    Some(Databases {
        shards,
        disk_dollars: disk_gigabytes * prices.disk_gigabyte_month
            + extra * prices.disk_reads_per_second_month,
        disk_gigabytes,
        copies,
    })
}

/// What is used most, if that is more than half of what may be used.
fn binding(used: &[(&'static str, f64)]) -> &'static str {
    let most = used.iter().max_by(|(_, a), (_, b)| a.total_cmp(b));
    most.filter(|(_, share)| *share > 0.5)
        .map_or("spare", |(name, _)| name)
}

/// Reads of the primary's disk in a second, to compose what changed.
fn composing_from_disk(costs: &Costs, shard: &Need, instance: &Instance) -> f64 {
    let bytes = shard.products * costs.database_bytes_per_product;
    let changes = costs.changes_per_second(shard.products);
    changes * costs.disk_reads_per_refresh * on_disk(instance, bytes)
}

/// Reads of all disks in a second, for documents that servers do not hold.
fn reading_from_disk(costs: &Costs, shard: &Need, instance: &Instance) -> f64 {
    let bytes = shard.products * costs.document_bytes_per_product;
    shard.reads_per_second * costs.disk_reads_per_row * on_disk(instance, bytes)
}

/// Processors that one shard keeps busy.
fn processors(costs: &Costs, shard: &Need) -> f64 {
    let changes = costs.changes_per_second(shard.products);
    let reads = shard.reads_per_second * costs.database_row_us;
    let followed = shard.servers * following_us(costs, changes);
    (reads + followed) / 1e6 + changes / costs.refreshes_per_second
}
