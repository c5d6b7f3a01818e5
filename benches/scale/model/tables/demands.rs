//! What each rate of requests needs with each catalogue.

use super::{Basis, CATALOGUES, Table, demands};
use crate::model::{
    numbers::{bytes, dollars, grouped, percent, rounded},
    plan::{Demand, Fleet, Plan, Routing, plan},
};

/// What a demand needs with either routing.
pub struct Case {
    pub demand: Demand,
    pub any: Plan,
    by_product: Plan,
}

/// All cases, by rate and then by catalogue.
pub fn cases(basis: &Basis) -> Vec<Case> {
    let planned = |demand: &Demand, routing| plan(&basis.costs, &basis.prices, demand, routing);
    let cases = demands().map(|demand| Case {
        any: planned(&demand, Routing::Any),
        by_product: planned(&demand, Routing::ByProduct),
        demand,
    });
    cases.collect()
}

fn instances(fleet: &Fleet) -> String {
    format!("{} × {}", grouped(fleet.count), fleet.instance.name)
}

fn databases(plan: &Plan) -> String {
    let copies = instances(&plan.databases.copies);
    if plan.databases.shards > 1.0 {
        format!("{} shards of {copies}", grouped(plan.databases.shards))
    } else {
        copies
    }
}

/// The price of each, and what binds.
pub fn summary(cases: &[Case]) -> Table {
    let of_one_rate = cases.chunks(CATALOGUES.len());
    let rows = of_one_rate.map(|cases| {
        let first = format!("{}/s", grouped(cases[0].demand.requests_per_second));
        let cells = cases.iter().map(|case| cell(&case.any));
        [first].into_iter().chain(cells).collect()
    });
    let head = &[
        "requests",
        "1 million products",
        "100 million",
        "1,000 million",
    ];
    Table::new("summary", head, rows.collect())
}

fn cell(plan: &Plan) -> String {
    format!(
        "**{}**<br>machines {}, bytes {}<br>edges: {}, servers: {}, database: {}",
        dollars(plan.monthly()),
        dollars(plan.machines()),
        dollars(plan.internet + plan.zones),
        plan.edges.binding,
        plan.servers.binding,
        plan.databases.copies.binding,
    )
}

/// The instances of each.
pub fn details(cases: &[Case]) -> Table {
    let rows = cases.iter().map(|case| {
        let (demand, plan) = (&case.demand, &case.any);
        vec![
            grouped(demand.requests_per_second),
            grouped(demand.products / 1e6),
            instances(&plan.edges),
            instances(&plan.servers),
            percent(plan.work.hit_ratio),
            rounded(plan.work.reads_per_second),
            databases(plan),
            bytes(plan.databases.disk_gigabytes * 1e9),
            dollars(plan.edges.monthly()),
            dollars(plan.servers.monthly()),
            dollars(plan.databases.monthly()),
            dollars(plan.internet),
            dollars(plan.zones),
        ]
    });
    let head = &[
        "requests/s",
        "million products",
        "edges",
        "servers",
        "hits",
        "rows read/s",
        "databases",
        "disk",
        "edges, a month",
        "servers",
        "databases",
        "to the internet",
        "between zones",
    ];
    Table::new("details", head, rows.collect())
}

/// The same when the edge sends all requests for a product to one server.
pub fn by_product(cases: &[Case]) -> Table {
    let rows = cases.iter().map(|case| {
        let (demand, any, plan) = (&case.demand, &case.any, &case.by_product);
        vec![
            grouped(demand.requests_per_second),
            grouped(demand.products / 1e6),
            instances(&plan.servers),
            format!(
                "{} → {}",
                percent(any.work.hit_ratio),
                percent(plan.work.hit_ratio)
            ),
            format!(
                "{} → {}",
                rounded(any.work.reads_per_second),
                rounded(plan.work.reads_per_second)
            ),
            databases(plan),
            format!("{} → {}", dollars(any.machines()), dollars(plan.machines())),
        ]
    });
    let head = &[
        "requests/s",
        "million products",
        "servers",
        "hits",
        "rows read/s",
        "databases",
        "machines, a month",
    ];
    Table::new("by-product", head, rows.collect())
}
