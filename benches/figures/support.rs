//! What both halves of the measurement need.

use std::{
    env,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use atelierex::{
    catalog::generate::{GenerateOptions, generate},
    db::private::{PrivateOptions, PrivatePostgres},
};
use tokio_postgres::{Client, NoTls};

/// The program that is measured.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_atelierex");

/// The value of a flag of this program.
pub fn argument(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}

/// A generated export and a PostgreSQL of our own, both kept between runs.
pub struct Scratch {
    pub export: PathBuf,
    pub postgres: PrivatePostgres,
}

impl Scratch {
    /// Generates what is missing and starts the database.
    pub async fn prepare(folder: PathBuf, products: u64) -> Self {
        let export = folder.join("export");
        if !export.join("product.csv").exists() {
            let began = Instant::now();
            let options = GenerateOptions {
                products,
                seed: 1,
                overwrite: true,
            };
            generate(&options, &export, &|_, _| ()).expect("the export can be generated");
            eprintln!(
                "Generated {products} products in {:.1} s",
                began.elapsed().as_secs_f64()
            );
        }
        let data_dir = argument("--data-dir").map_or_else(default_data_dir, PathBuf::from);
        let options = PrivateOptions {
            data_dir,
            postgres_bin: None,
            settings: Vec::new(),
            durable: true,
        };
        let postgres = PrivatePostgres::start(&options)
            .await
            .expect("a private PostgreSQL starts");
        Self { export, postgres }
    }

    /// URL of a database `name`, which is created anew and empty.
    pub async fn fresh_database(&self, name: &str) -> String {
        let admin = connect(self.postgres.url()).await;
        admin
            .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .await
            .expect("no database is in the way");
        admin
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
            .expect("a database can be created");
        let (server, _) = self
            .postgres
            .url()
            .rsplit_once('/')
            .expect("the URL ends with the database");
        format!("{server}/{name}")
    }

    /// Stops the database.
    pub async fn stop(self) {
        self.postgres.stop().await.expect("the database stops");
    }
}

/// Where the account that PostgreSQL runs as may go, also when we are root.
fn default_data_dir() -> PathBuf {
    env::temp_dir().join("atelierex-figures")
}

/// A plain connection.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("the database can be reached");
    tokio::spawn(connection);
    client
}

/// A running server, killed when dropped.
pub struct Server {
    child: Child,
    pub public: String,
    /// From the start of the process until it said that it is ready.
    pub ready_after: Duration,
}

impl Server {
    /// Starts `atelierex serve` on free ports and waits until it is ready.
    pub async fn start(database_url: &str) -> Self {
        let (public, admin) = (free_address(), free_address());
        let began = Instant::now();
        let child = Command::new(PROGRAM)
            .args(["serve", "--listen", &public, "--admin-listen", &admin])
            .env("DATABASE_URL", database_url)
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        wait_for_status(&format!("http://{admin}/health/ready"), 200).await;
        Self {
            child,
            public: format!("http://{public}"),
            ready_after: began.elapsed(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to save, and it may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener
        .local_addr()
        .expect("a listener has an address")
        .to_string()
}

/// Asks until the answer has this status.
pub async fn wait_for_status(url: &str, status: u16) {
    let client = reqwest::Client::new();
    loop {
        if client
            .get(url)
            .send()
            .await
            .is_ok_and(|answer| answer.status() == status)
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// The median.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Rows of what, target, measured.
#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 3]>,
}

impl Table {
    /// Adds a row.
    pub fn row(&mut self, what: &str, target: &str, measured: String) {
        eprintln!("{what}: {measured}");
        self.rows
            .push([what.to_owned(), target.to_owned(), measured]);
    }

    /// Prints the rows as a Markdown table.
    #[expect(
        clippy::print_stdout,
        reason = "the table is what the benchmark is for"
    )]
    pub fn print(&self, products: u64) {
        println!("\n{products} products\n\n| what | target | measured |\n| --- | --- | --- |");
        for [what, target, measured] in &self.rows {
            println!("| {what} | {target} | {measured} |");
        }
    }
}
