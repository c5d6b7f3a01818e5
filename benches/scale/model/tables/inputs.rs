//! What everything is reckoned from.

use super::{Basis, Table};
use crate::model::{
    costs,
    numbers::{dollars, grouped},
    prices::Tier,
};

/// Measured costs and assumptions.
pub fn costs() -> Table {
    let rows = costs::inputs().into_iter().map(|input| {
        vec![
            format!("`{}`", input.name),
            format!("{} {}", input.value, input.unit).trim().to_owned(),
            input.kind,
            input.source,
        ]
    });
    Table::new(
        "costs",
        &["name", "value", "kind", "source"],
        rows.collect(),
    )
}

/// Instances that are chosen from.
pub fn prices(basis: &Basis) -> Table {
    let rows = basis.prices.instances.iter().map(|instance| {
        vec![
            instance.name.clone(),
            grouped(instance.vcpus),
            format!("{} GiB", grouped(instance.memory_gib)),
            format!("{} Gbit/s", instance.gigabits),
            dollars(instance.monthly()),
        ]
    });
    let head = &["instance", "vCPU", "memory", "network, for ever", "a month"];
    Table::new("prices", head, rows.collect())
}

/// What is paid for besides instances.
pub fn other_prices(basis: &Basis) -> Table {
    let prices = &basis.prices;
    let rows = [
        (
            "a gigabyte of disk (gp3)",
            format!("${} a month", prices.disk_gigabyte_month),
        ),
        (
            "a gigabyte between two zones, both directions",
            format!("${}", prices.between_zones_gigabyte),
        ),
        ("a gigabyte to the internet", amounts(&prices.internet)),
        (
            "a gigabyte of the CDN to the internet",
            amounts(&prices.cdn),
        ),
        (
            "a million requests to the CDN",
            format!("${}", prices.cdn_million_requests),
        ),
        ("what these are", prices.basis.clone()),
    ];
    let rows = rows.map(|(what, price)| vec![what.to_owned(), price]);
    Table::new("other-prices", &["what", "price"], rows.to_vec())
}

fn amounts(tiers: &[Tier]) -> String {
    let tier = |tier: &Tier| match tier.up_to {
        Some(gigabytes) => format!("${} up to {} GB a month", tier.dollars, grouped(gigabytes)),
        None => format!("${} beyond", tier.dollars),
    };
    let tiers: Vec<String> = tiers.iter().map(tier).collect();
    tiers.join(", ")
}
