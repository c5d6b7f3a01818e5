//! Whatever writers do and whatever dies meanwhile: in the end every document, on every server, is what the
//! source rows make, and until then nobody sees anything go back.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use atelierex::{
    db::{
        connect::ConnectError,
        embedded::{EmbeddedOptions, EmbeddedPostgres},
        migrate, session,
    },
    document::{audit::audit, id_range::cover_all},
};
use proptest::{
    prelude::Rng as _,
    test_runner::{RngAlgorithm, TestRng},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    process::Command,
    sync::RwLock,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_postgres::Client;

use crate::support::{
    export::Export,
    fixtures::named,
    proxy::{Passage, Proxy},
    server::Server,
    test_database::{options, temporary_folder},
};

const SERVERS: usize = 3;
const WRITERS: u64 = 6;

/// Clients, each of one server: several of each, so that their reads overtake each other.
const READERS: usize = 4 * SERVERS;

/// On the way to the database. What happens between two statements of one is what others have to be ready for.
const LATENCY: Duration = Duration::from_millis(2);

/// Products, styles and skus up to this id are changed, but neither moved nor deleted: what is seen of them must
/// only grow.
const LASTING: i64 = 4;

/// Ids of everything else.
const IDS: u64 = 20;

/// A database that can die, behind an address that stays.
struct Database {
    options: EmbeddedOptions,
    postgres: Option<EmbeddedPostgres>,
    proxy: Proxy,
    _folder: TempDir,
}

impl Database {
    async fn start() -> Self {
        let folder = temporary_folder();
        let mut options = options(&folder.path().join("data"));
        let on = ("synchronous_commit".to_owned(), "on".to_owned());
        options.settings.push(on);
        let postgres = EmbeddedPostgres::start(&options).await.unwrap();
        let proxy = Proxy::far_from(postgres.url(), LATENCY).await;
        Self {
            options,
            postgres: Some(postgres),
            proxy,
            _folder: folder,
        }
    }

    fn url(&self) -> &str {
        self.proxy.url()
    }

    /// Stops the database and all that it started from running for a while.
    async fn freeze(&self, time: Duration) {
        let pid = self.postgres.as_ref().unwrap().pid().to_string();
        for signal in ["-STOP", "-CONT"] {
            let backends = Command::new("pkill").args([signal, "-P", &pid]).status();
            backends.await.unwrap();
            let postmaster = Command::new("kill").args([signal, &pid]).status();
            assert!(postmaster.await.unwrap().success());
            sleep(if signal == "-STOP" {
                time
            } else {
                Duration::ZERO
            })
            .await;
        }
    }

    async fn kill_and_start_again(&mut self) {
        let postgres = self.postgres.take().unwrap();
        let pid = postgres.pid().to_string();
        let killed = Command::new("kill").args(["-9", &pid]).status().await;
        assert!(killed.unwrap().success());
        // It had ended by itself, says the error.
        let _ = postgres.stop().await;
        let postgres = EmbeddedPostgres::start(&self.options).await.unwrap();
        self.proxy.lead_to(postgres.url());
        self.postgres = Some(postgres);
    }
}

/// A random sequence of its own for each task, from one number that is printed.
struct Random(TestRng);

impl Random {
    fn new(seed: u64, task: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&task.to_le_bytes());
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0.next_u64() % limit
    }

    /// Any id; every other time one of those that last.
    fn id(&mut self) -> i64 {
        let ids = [LASTING.unsigned_abs(), IDS][usize::try_from(self.below(2)).unwrap_or(0)];
        1 + self.below(ids).cast_signed()
    }

    /// The id of something that may be moved or deleted.
    fn passing(&mut self) -> i64 {
        LASTING + 1 + self.below(IDS - LASTING.unsigned_abs()).cast_signed()
    }
}

/// One statement that a shop might send. What lasts gets ever greater numbers.
fn statement(random: &mut Random) -> String {
    let (id, other, passing) = (random.id(), random.id(), random.passing());
    let tick = "'tick ' || lpad(nextval('tick')::text, 12, '0')";
    match random.below(33) {
        0..=3 => format!("UPDATE catalog.product SET slogan = {tick} WHERE id = {id}"),
        4..=7 => format!("UPDATE catalog.sku SET quantity = nextval('tick') WHERE id = {id}"),
        8 => format!("UPDATE catalog.sku SET size = size WHERE id > {id}"),
        9 => format!("UPDATE catalog.sku SET quantity = nextval('tick') WHERE id >= {id}"),
        10 => format!("DELETE FROM catalog.product WHERE id = {passing}"),
        11 | 12 => format!(
            "INSERT INTO catalog.product (id, name, slogan, category, default_price) VALUES ({passing}, 'Product', {tick}, 'New', 1)
             ON CONFLICT (id) DO UPDATE SET name = 'Again'"
        ),
        13 | 26..=29 => format!("UPDATE catalog.style SET product_id = {other} WHERE id = {passing}"),
        14 => format!("DELETE FROM catalog.style WHERE id = {passing}"),
        15 | 16 => format!(
            "INSERT INTO catalog.style (id, product_id, name, original_price, default_style)
             VALUES ({passing}, {other}, 'Style', 1, false) ON CONFLICT DO NOTHING"
        ),
        17 => format!("UPDATE catalog.sku SET style_id = {other} WHERE id = {passing}"),
        18 => format!("DELETE FROM catalog.sku WHERE id = {passing}"),
        19 => format!(
            "INSERT INTO catalog.sku (id, style_id, size, quantity) VALUES ({passing}, {other}, 'M', nextval('tick'))
             ON CONFLICT (id) DO UPDATE SET size = 'L'"
        ),
        20 => format!("UPDATE catalog.photo SET url = {tick}, style_id = {other} WHERE id = {id}"),
        21 => format!(
            "INSERT INTO catalog.photo (id, style_id, url) VALUES ({}, {other}, {tick})",
            IDS.cast_signed() + id
        ),
        22 => format!("DELETE FROM catalog.photo WHERE id >= {id}"),
        23 => format!("UPDATE catalog.feature SET value = {tick}, product_id = {other} WHERE id = {id}"),
        24 => format!(
            "INSERT INTO catalog.related_product (id, product_id, related_product_id)
             VALUES (nextval('tick'), {id}, {other})"
        ),
        30 => format!("UPDATE catalog.product SET category = NULL WHERE id = {id}"),
        31 | 32 => format!("UPDATE catalog.product SET category = 'Category {}' WHERE id = {id}", other % 3),
        _ if random.below(10) == 0 => "TRUNCATE catalog.feature".to_owned(),
        _ => format!("DELETE FROM catalog.related_product WHERE related_product_id = {other}"),
    }
}

/// State shared by the writers.
#[derive(Default)]
struct Shop {
    /// Held by every transaction; who has it alone knows that there is none.
    door: RwLock<()>,
    is_closed: AtomicBool,
    committed: AtomicU32,
}

/// Transactions, some of which fail, some of which are rolled back, some of which stay open for a while.
async fn write(url: String, seed: u64, task: u64, shop: Arc<Shop>) {
    let mut random = Random::new(seed, task);
    let mut client: Option<Client> = None;
    while !shop.is_closed.load(Ordering::Relaxed) {
        let _open = shop.door.read().await;
        let open = match client.take().filter(|client| !client.is_closed()) {
            Some(open) => open,
            None => match timeout(Duration::from_secs(1), writer(&url)).await {
                Ok(Ok(open)) => open,
                _ => continue,
            },
        };
        let mut script = vec!["BEGIN".to_owned()];
        script.extend((0..=random.below(3)).map(|_| statement(&mut random)));
        let is_commit = random.below(5) > 0;
        script.push(if is_commit { "COMMIT" } else { "ROLLBACK" }.to_owned());
        let transaction = async {
            for sql in &script {
                if open.batch_execute(sql).await.is_err() {
                    return open.batch_execute("ROLLBACK").await.map(|()| false);
                }
            }
            Ok(is_commit)
        };
        match timeout(Duration::from_secs(3), transaction).await {
            Ok(Ok(is_commit)) => {
                shop.committed
                    .fetch_add(is_commit.into(), Ordering::Relaxed);
                client = Some(open);
            }
            // Nobody knows what became of it, and that is as it should be.
            _ => client = None,
        }
        // Or they would do nothing but wait for each other.
        sleep(Duration::from_millis(random.below(10))).await;
    }
}

async fn writer(url: &str) -> Result<Client, ConnectError> {
    let limits = [("statement_timeout", "2s"), ("lock_timeout", "1s")];
    session::connect(url, "writer", &limits).await
}

type Servers = Arc<Vec<RwLock<Server>>>;

/// Last observation of a client: by product, its slogan and the quantity of its sku.
#[derive(Default)]
struct Seen {
    slogans: HashMap<i64, String>,
    quantities: HashMap<i64, i64>,
}

impl Seen {
    /// Looks at a product that lasts; whoever was answered once must always be, and never with less.
    async fn look(&mut self, server: &Server, id: i64, cached: &mut BTreeSet<String>) {
        for route in ["", "/styles"] {
            let path = format!("/products/{id}{route}");
            let Some(answer) = server.try_get(&path).await else {
                return;
            };
            if answer.status != 200 {
                let is_cached = cached.contains(&path);
                assert!(
                    answer.status == 503 && !is_cached,
                    "{path}: {}",
                    answer.status
                );
                continue;
            }
            let document = answer.json();
            cached.insert(path);
            if route.is_empty() {
                let slogan = document["slogan"].as_str().unwrap().to_owned();
                let last = self.slogans.insert(id, slogan.clone());
                assert!(
                    last.as_ref() <= Some(&slogan),
                    "{id}: {slogan} after {last:?}"
                );
            } else {
                let quantity = quantity(&document, id);
                let last = self.quantities.insert(id, quantity);
                assert!(last <= Some(quantity), "{id}: {quantity} after {last:?}");
            }
        }
    }
}

/// The quantity of a sku, in whatever style it is.
fn quantity(styles: &Value, sku: i64) -> i64 {
    let mut styles = styles["results"].as_array().unwrap().iter();
    let found = styles.find_map(|style| style["skus"][sku.to_string()]["quantity"].as_i64());
    found.expect("what lasts is there")
}

/// Reads from one server until told to stop; `lives` tells that it was started again.
async fn read(
    servers: Servers,
    n: usize,
    lives: Arc<Vec<AtomicU32>>,
    seed: u64,
    stop: Arc<AtomicBool>,
) {
    let mut random = Random::new(seed, 100 + n as u64);
    let n = n % SERVERS;
    let (mut last, mut life, mut cached) = (Seen::default(), 0, BTreeSet::new());
    while !stop.load(Ordering::Relaxed) {
        let server = servers[n].read().await;
        let now = lives[n].load(Ordering::SeqCst);
        if life != now {
            (life, cached) = (now, BTreeSet::new());
        }
        if n == FORGETFUL {
            cached.clear();
        }
        let id = 1 + random.below(LASTING.unsigned_abs()).cast_signed();
        last.look(&server, id, &mut cached).await;
        let other = format!("/products/{}/related", random.id());
        let status = server.try_get(&other).await.map(|answer| answer.status);
        assert!(
            matches!(status, None | Some(200 | 404 | 503)),
            "{other}: {status:?}"
        );
        drop(server);
        sleep(Duration::from_millis(2)).await;
    }
}

/// Kills and hinders, `rounds` times, and looks each time what has come of it.
async fn hinder(
    database: &mut Database,
    servers: &Servers,
    lives: &[AtomicU32],
    shop: &Shop,
    seed: u64,
    rounds: u32,
) {
    let mut random = Random::new(seed, 200);
    for round in 0..rounds {
        sleep(Duration::from_millis(300 + random.below(400))).await;
        match (u64::from(round) + seed) % 7 {
            0 | 3 => {
                let n = usize::try_from(random.below(SERVERS as u64)).unwrap();
                servers[n].read().await.kill().await;
                let mut place = servers[n].write().await;
                *place = start_server(database.url(), n).await;
                lives[n].fetch_add(1, Ordering::SeqCst);
            }
            1 => database.kill_and_start_again().await,
            2 => {
                database.proxy.set(Passage::Cut);
                sleep(Duration::from_millis(random.below(300))).await;
                database.proxy.set(Passage::Open);
            }
            4 => {
                let time = Duration::from_millis(random.below(1_500));
                database.freeze(time).await;
            }
            5 => {
                let n = usize::try_from(random.below(SERVERS as u64)).unwrap();
                let server = servers[n].read().await;
                server.signal("STOP").await;
                sleep(Duration::from_millis(random.below(1_500))).await;
                server.signal("CONT").await;
            }
            _ => {
                database.proxy.set(Passage::Silent);
                sleep(Duration::from_millis(200 + random.below(1_500))).await;
                database.proxy.set(Passage::Open);
            }
        }
        let _alone = shop.door.write().await;
        expect_truth(database.url(), servers).await;
    }
}

/// The first has room for everything, the second for next to nothing, the third is not told of changes.
async fn start_server(url: &str, n: usize) -> Server {
    let own: [&[&str]; SERVERS] = [
        &[],
        &["--cache-capacity-bytes", "12000"],
        &["--no-feed-listen"],
    ];
    Server::start_as_shipped(url, &[&["--audit-rate", "50"], own[n]].concat()).await
}

/// The server that forgets.
const FORGETFUL: usize = 1;

/// Every document is what its rows make, and every server serves exactly that.
async fn expect_truth(url: &str, servers: &Servers) {
    let client = session::connect(url, "oracle", &[]).await.unwrap();
    let left = "SELECT (SELECT count(*) FROM serving.change_queue) + (SELECT count(*) FROM serving.bulk_change)
        + (SELECT count(*) FROM serving.refresh_failure)";
    servers[0]
        .read()
        .await
        .until("the queue is empty", async |_| {
            client.query_one(left, &[]).await.unwrap().get::<_, i64>(0) == 0
        })
        .await;
    for range in cover_all(Vec::new()) {
        assert_eq!(audit(&client, range).await.unwrap(), []);
    }
    let rows = "SELECT product_id, detail::text, styles::text, related::text FROM serving.composed_document";
    let mut truth: HashMap<i64, [Value; 3]> = HashMap::new();
    for row in client.query(rows, &[]).await.unwrap() {
        let document = |column: usize| serde_json::from_str(row.get(column)).unwrap();
        truth.insert(row.get(0), [document(1), document(2), document(3)]);
    }
    for server in servers.iter() {
        let server = server.read().await;
        server
            .until("it serves what there is", async |server| {
                for id in 0..=(2 * IDS).cast_signed() {
                    if !serves(server, id, truth.get(&id)).await {
                        return false;
                    }
                }
                let page = server.get("/products?count=1000").await.json();
                page.as_array().map(Vec::len) == Some(truth.len())
                    && serves_categories(server, &truth).await
            })
            .await;
        assert_eq!(server.count("atelierex_audit_mismatches_total").await, 0);
    }
}

async fn serves(server: &Server, id: i64, expected: Option<&[Value; 3]>) -> bool {
    for (n, route) in ["", "/styles", "/related"].iter().enumerate() {
        let answer = server.get(&format!("/products/{id}{route}")).await;
        let is_so = match expected {
            Some(documents) => answer.status == 200 && answer.json() == documents[n],
            None => answer.status == 404,
        };
        if !is_so {
            return false;
        }
    }
    let page = server.get(&format!("/products/{id}/page")).await;
    let Some([detail, styles, related]) = expected else {
        return page.status == 404;
    };
    let page = page.json();
    let cards = page["related"].as_array().into_iter().flatten();
    let ids: Value = cards.map(|card| card["id"].clone()).collect();
    page["product"] == *detail && page["styles"] == *styles && ids == *related
}

/// True if a server has the products of each category, and no other categories.
async fn serves_categories(server: &Server, truth: &HashMap<i64, [Value; 3]>) -> bool {
    let mut categories: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for (id, [detail, ..]) in truth {
        if let Some(category) = detail["category"].as_str() {
            categories.entry(category).or_default().insert(*id);
        }
    }
    for (category, ids) in &categories {
        let path = format!("/products?count=1000&category={category}");
        let page = server.get(&path).await.json();
        let products = page.as_array().into_iter().flatten();
        if !products
            .map(|product| product["id"].as_i64())
            .eq(ids.iter().copied().map(Some))
        {
            return false;
        }
    }
    let list = categories
        .iter()
        .map(|(category, ids)| json!({"category": category, "products": ids.len()}));
    server.get("/categories").await.json() == list.collect::<Value>()
}

async fn live_through(seed: u64, rounds: u32) {
    eprintln!("seed {seed}");
    let mut database = Database::start().await;
    let url = database.url().to_owned();
    migrate::run_pending(&url).await.unwrap();
    let export = Export::of(&named("Old", IDS.cast_signed()));
    export.load(&url, &[]).await.expect_code(0);
    let client = writer(&url).await.unwrap();
    client
        .batch_execute("CREATE SEQUENCE tick START 1000")
        .await
        .unwrap();
    drop(client);
    let mut running = Vec::new();
    for n in 0..SERVERS {
        running.push(RwLock::new(start_server(&url, n).await));
    }
    let servers: Servers = Arc::new(running);
    let lives: Arc<Vec<AtomicU32>> = Arc::new((0..SERVERS).map(|_| AtomicU32::new(0)).collect());
    let (shop, no_more_reading) = (Arc::<Shop>::default(), Arc::default());
    let (mut writers, mut readers) = (JoinSet::new(), JoinSet::new());
    for task in 0..WRITERS {
        writers.spawn(write(url.clone(), seed, task, Arc::clone(&shop)));
    }
    for n in 0..READERS {
        let (servers, lives) = (Arc::clone(&servers), Arc::clone(&lives));
        readers.spawn(read(servers, n, lives, seed, Arc::clone(&no_more_reading)));
    }
    hinder(&mut database, &servers, &lives, &shop, seed, rounds).await;
    shop.is_closed.store(true, Ordering::Relaxed);
    writers.join_all().await;
    expect_truth(&url, &servers).await;
    no_more_reading.store(true, Ordering::Relaxed);
    readers.join_all().await;
    let committed = shop.committed.load(Ordering::Relaxed);
    eprintln!("{committed} transactions");
    assert!(committed > 5 * rounds);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_transactions_and_crashes_leave_every_server_correct() {
    live_through(1, 12).await;
}

/// For as many seeds as `ORACLE_SEEDS` says, beginning after the one above.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as one wants"]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own setting, not one of the program"
)]
async fn many_random_histories_leave_every_server_correct() {
    let seeds = env::var("ORACLE_SEEDS").map_or(20, |seeds| seeds.parse().unwrap());
    for seed in 2..2 + seeds {
        live_through(seed, 15).await;
    }
}
