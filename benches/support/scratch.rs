//! A generated export and a PostgreSQL of the benchmarks, both kept between runs.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use atelierex::{
    db::embedded::{EmbeddedError, EmbeddedOptions, EmbeddedPostgres},
    generate::{GenerateOptions, generate},
};
use tokio_postgres::{Client, NoTls};
use xxhash_rust::xxh3::Xxh3;

use super::{PROGRAM, arguments::argument};

/// The database with the generated catalog, which all benchmarks share.
pub const DATABASE: &str = "figures";

/// A generated export and a PostgreSQL of the benchmarks, both kept between runs.
pub struct Scratch {
    pub export: PathBuf,
    pub postgres: EmbeddedPostgres,
    products: u64,
    generator: u64,
}

impl Scratch {
    /// Generates what is missing and starts the database of `--data-dir`.
    pub async fn prepare(products: u64) -> Self {
        Self::prepare_with(products, Vec::new()).await
    }

    /// The same, with the database in the given folder.
    pub async fn prepare_in(products: u64, data_dir: PathBuf) -> Result<Self, EmbeddedError> {
        Self::start(products, data_dir, Vec::new()).await
    }

    /// The same with more settings of PostgreSQL, as name and value.
    pub async fn prepare_with(products: u64, settings: Vec<(String, String)>) -> Self {
        let scratch = Self::start(products, data_dir(), settings).await;
        scratch.expect("a private PostgreSQL starts")
    }

    async fn start(
        products: u64,
        data_dir: PathBuf,
        settings: Vec<(String, String)>,
    ) -> Result<Self, EmbeddedError> {
        let generator = generator();
        let export = export(products, 1, generator);
        let options = EmbeddedOptions {
            data_dir,
            postgres_bin: None,
            port: None,
            settings,
            durable: true,
        };
        Ok(Self {
            export,
            postgres: EmbeddedPostgres::start(&options).await?,
            products,
            generator,
        })
    }

    /// Returns the number of products of the export.
    pub fn products(&self) -> u64 {
        self.products
    }

    /// Returns the folder of another export of as many products, which is written if it is missing.
    pub fn generate(&self, seed: u64) -> PathBuf {
        export(self.products, seed, self.generator)
    }

    /// Returns the URL of the database `name`.
    pub fn database_url(&self, name: &str) -> String {
        let (server, _) = self
            .postgres
            .url()
            .rsplit_once('/')
            .expect("the URL ends with the database");
        format!("{server}/{name}")
    }

    /// Creates an empty database `name`, in place of an older one, and returns its URL.
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
        self.database_url(name)
    }

    /// Returns the URL of the database `name` with the export in it. Loads it, unless an earlier run has.
    pub async fn loaded_database(&self, name: &str) -> String {
        let url = self.database_url(name);
        if self.is_loaded(name).await {
            eprintln!("The database is loaded already");
        } else {
            self.fresh_database(name).await;
            migrate(&url);
            eprintln!("Loading the catalog");
            let began = Instant::now();
            let mut command = tokio::process::Command::from(load(&url, &self.export));
            let status = command.kill_on_drop(true).status().await;
            assert!(status.expect("load runs").success(), "the load succeeds");
            eprintln!("Loaded in {:.1} s", began.elapsed().as_secs_f64());
            self.mark_loaded(name).await;
        }
        vacuum(&url).await;
        url
    }

    /// Records in the database `name` that the export was loaded, so that later runs may use it.
    pub async fn mark_loaded(&self, name: &str) {
        let mark = format!("COMMENT ON DATABASE {name} IS '{}'", self.contents());
        let admin = connect(self.postgres.url()).await;
        admin.batch_execute(&mark).await.expect("it can be marked");
    }

    /// Returns whether the export was loaded into the database `name`, with the current migrations.
    async fn is_loaded(&self, name: &str) -> bool {
        let admin = connect(self.postgres.url()).await;
        let sql =
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1";
        let row = admin.query_opt(sql, &[&name]).await.expect("it is known");
        row.and_then(|row| row.get::<_, Option<String>>(0)) == Some(self.contents())
    }

    /// Returns the mark of a loaded database.
    fn contents(&self) -> String {
        let mut digest = Xxh3::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut migrations: Vec<PathBuf> = fs::read_dir(folder)
            .expect("there are migrations")
            .map(|entry| entry.expect("a migration can be listed").path())
            .collect();
        migrations.sort();
        for migration in migrations {
            digest.update(&fs::read(migration.join("up.sql")).expect("it can be read"));
        }
        format!(
            "{} generated products of {:016x}, migrations {:016x}",
            self.products,
            self.generator,
            digest.digest()
        )
    }

    /// Stops the database.
    pub async fn stop(self) {
        self.postgres.stop().await.expect("the database stops");
    }
}

/// Returns the folder of a generated export, which is written if it is missing.
fn export(products: u64, seed: u64, generator: u64) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let suffix = if seed == 1 {
        String::new()
    } else {
        format!("-{seed}")
    };
    let export = folder.join(format!("export-{products}-{generator:016x}{suffix}"));
    if !export.join("product.csv").exists() {
        let began = Instant::now();
        let options = GenerateOptions {
            products,
            seed,
            overwrite: true,
        };
        generate(&options, &export, &|_, _| ()).expect("the export can be generated");
        eprintln!(
            "Generated {products} products in {:.1} s",
            began.elapsed().as_secs_f64()
        );
    }
    export
}

/// Returns a digest of a small export, which distinguishes versions of the generator.
fn generator() -> u64 {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let options = GenerateOptions {
        products: 500,
        seed: 1,
        overwrite: false,
    };
    let summary = generate(&options, folder.path(), &|_, _| ()).expect("it can be generated");
    let mut digest = Xxh3::new();
    for file in summary.files {
        digest.update(&fs::read(folder.path().join(file.name)).expect("it can be read"));
    }
    digest.digest()
}

/// Returns the folder of `--data-dir`, or one that the account of PostgreSQL can enter, also for root.
fn data_dir() -> PathBuf {
    let usual = || env::temp_dir().join("atelierex-figures");
    argument("--data-dir").map_or_else(usual, PathBuf::from)
}

/// Opens a plain session.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("the database can be reached");
    tokio::spawn(connection);
    client
}

/// Runs the vacuum that autovacuum would otherwise run during the measurements, because of the load. Fast if it was run
/// before.
pub async fn vacuum(url: &str) {
    eprintln!("Vacuuming");
    let client = connect(url).await;
    for command in ["VACUUM (ANALYZE)", "CHECKPOINT"] {
        client.batch_execute(command).await.expect("it ends");
    }
}

/// Runs all migrations in a database.
pub fn migrate(database_url: &str) {
    let migrated = Command::new(PROGRAM)
        .arg("migrate")
        .env("DATABASE_URL", database_url)
        .stdout(Stdio::null())
        .status();
    assert!(migrated.expect("migrate runs").success());
}

/// Returns the command that loads an export. Its output is discarded.
pub fn load(database_url: &str, export: &Path) -> Command {
    let report = Path::new(env!("CARGO_TARGET_TMPDIR")).join("load-report.csv");
    let mut command = Command::new(PROGRAM);
    command
        .arg("load")
        .arg(export)
        .arg("--report")
        .arg(report)
        .env("DATABASE_URL", database_url)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}
