//! Clients and writers that cause everything that is monitored.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use futures_util::future::join_all;
use reqwest::{
    Client, RequestBuilder,
    header::{ACCEPT_ENCODING, CACHE_CONTROL, IF_NONE_MATCH},
};
use tokio::{
    task::JoinSet,
    time::{Interval, MissedTickBehavior, interval},
};
use tokio_postgres::Client as Session;

use crate::{monitoring::system::System, parts::database, support::random::Random};

/// Products of the catalog.
const PRODUCTS: i64 = database::PRODUCTS.cast_signed();

/// Number of products that get half of all requests.
const POPULAR: i64 = 40;

/// Number of products that one statement changes, enough for a queued chunk.
const MANY: i64 = 300;

/// Number of clients that request continuously.
const READERS: u64 = 4;

/// Address of a client with limits. Clients at 127.0.0.1 have none.
const LIMITED: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// Concurrent requests, more than a client with limits may send.
const RUSH: usize = 60;

/// Concurrent requests, more than all clients together may send.
const CROWD: usize = 200;

/// Starts clients and writers. They end when the returned set is dropped.
pub async fn begin(system: &System) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for seed in 0..READERS {
        tasks.spawn(read(system.edge.address.clone(), Random::new(seed)));
    }
    // The server that is not killed.
    tasks.spawn(read_own_writes(system.servers[0].public.clone()));
    tasks.spawn(rush(system.edge.address.clone()));
    let writer = async || system.database.writer().await.expect("it accepts us");
    tasks.spawn(write(writer().await));
    tasks.spawn(write_much(writer().await));
    tasks
}

/// Sends more requests at once than all clients together may send.
pub async fn crowd(system: &System) {
    let client = client(None);
    let requests =
        (0..CROWD).map(|_| send(client.get(format!("http://{}/products/1", system.edge.address))));
    join_all(requests).await;
}

/// A client that requests all kinds of existing paths, and sometimes missing ones.
async fn read(edge: String, mut random: Random) {
    let client = client(None);
    let mut pace = pace(Duration::from_millis(12));
    loop {
        pace.tick().await;
        let request = client.get(format!("http://{edge}{}", path(&mut random)));
        let request = match random.up_to(10) {
            1 => request.header(IF_NONE_MATCH, "*"),
            2..=7 => request.header(ACCEPT_ENCODING, "br, gzip"),
            _ => request,
        };
        send(request).await;
    }
}

fn path(random: &mut Random) -> String {
    let highest = if random.up_to(2) == 1 {
        POPULAR
    } else {
        PRODUCTS
    };
    let id = random.up_to(highest);
    match random.up_to(20) {
        1 => format!("/products?page={}&count=20", random.up_to(50)),
        2 => format!("/products/{}", PRODUCTS + id),
        18 => format!("/products?q=product%20{id}"),
        3 => "/products/none".to_owned(),
        4..=10 => format!("/products/{id}"),
        11..=17 => format!("/products/{id}/styles"),
        _ => format!("/products/{id}/related"),
    }
}

/// A client that wants to see its own changes.
async fn read_own_writes(server: String) {
    let client = client(None);
    let mut random = Random::new(99);
    let mut pace = pace(Duration::from_millis(100));
    loop {
        pace.tick().await;
        let url = format!("http://{server}/products/{}", random.up_to(PRODUCTS));
        send(client.get(url).header(CACHE_CONTROL, "no-cache")).await;
    }
}

/// A client that exceeds its limit.
async fn rush(edge: String) {
    let client = client(Some(LIMITED));
    let mut pace = pace(Duration::from_secs(2));
    loop {
        pace.tick().await;
        let request = || send(client.get(format!("http://{edge}/products/1")));
        join_all((0..RUSH).map(|_| request())).await;
    }
}

/// Changes one product after the other, as a shop does.
async fn write(session: Session) {
    let change = "UPDATE catalog.product SET slogan = clock_timestamp()::text WHERE id = $1";
    let mut random = Random::new(7);
    let mut pace = pace(Duration::from_millis(25));
    loop {
        pace.tick().await;
        let changed = session.execute(change, &[&random.up_to(PRODUCTS)]).await;
        changed.expect("a product can be changed");
    }
}

/// Changes many products at once, as an import does.
async fn write_much(session: Session) {
    let change = "UPDATE catalog.product SET description = clock_timestamp()::text WHERE id <= $1";
    let mut pace = pace(Duration::from_secs(5));
    loop {
        pace.tick().await;
        let changed = session.execute(change, &[&MANY]).await;
        changed.expect("products can be changed");
    }
}

/// Returns an interval timer that skips missed ticks.
fn pace(period: Duration) -> Interval {
    let mut pace = interval(period);
    pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
    pace
}

fn client(address: Option<IpAddr>) -> Client {
    let client = Client::builder().no_proxy().local_address(address).build();
    client.expect("a client needs nothing")
}

/// Sends a request and reads the response. The result shows in Prometheus.
async fn send(request: RequestBuilder) {
    if let Ok(answer) = request.send().await {
        let _ = answer.bytes().await;
    }
}
