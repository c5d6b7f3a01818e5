//! `atelierex up`: the printed commands work when pasted, and options without effect are reported.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::support::{
    export::Export,
    fixtures::three_products,
    program::{Finished, Running, command},
    test_database::{TestDatabase, temporary_folder},
    wait,
};

/// Maximum number of lines from the start to the end of the final block.
const MOST_LINES: usize = 40;

/// A data folder whose name needs quotes in a shell.
fn data_dir(folder: &TempDir) -> PathBuf {
    folder.path().join("it's data")
}

fn arguments<'a>(data: &'a Path, flags: &[&'a str]) -> Vec<&'a str> {
    let listen = ["up", "--listen", "127.0.0.1:0", "--admin-listen"];
    let data = ["127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
    [&listen[..], &data, flags].concat()
}

/// The running command, with the block that it printed when it was ready.
struct Up {
    running: Running,
    block: String,
}

impl Up {
    async fn start(command: &mut Command) -> Self {
        let mut running = Running::of(command);
        // The block is written at once; its last line ends it.
        wait::until("it is ready", async || {
            running.expect_at_work();
            running.out().contains("when it is stopped:\n  ")
        })
        .await;
        let block = running.out();
        Self { running, block }
    }

    async fn private(data: &Path, flags: &[&str]) -> Self {
        Self::start(&mut command(&arguments(data, flags))).await
    }

    /// Returns the indented commands below a heading.
    fn commands(&self, heading: &str) -> Vec<String> {
        let lines = self
            .block
            .lines()
            .skip_while(|line| !line.contains(heading));
        let lines = lines.skip(1).skip_while(|line| line.is_empty());
        let commands = lines.map_while(|line| line.strip_prefix("  "));
        let commands: Vec<_> = commands.map(str::to_owned).collect();
        assert!(!commands.is_empty(), "{heading:?} in {}", self.block);
        commands
    }

    /// Returns the products as a client sees them.
    async fn products(&self) -> Value {
        let list = &self.commands("in a browser")[0];
        let list = list.replace("/products", "/products?count=1000");
        serde_json::from_slice(&paste(&list, "").await.stdout).unwrap()
    }

    async fn n_products(&self) -> usize {
        self.products().await.as_array().unwrap().len()
    }

    async fn until_products(&self, n: usize) {
        let all_are_there = async || self.n_products().await == n;
        wait::until("all products are there", all_are_there).await;
    }

    async fn stop(self) -> Finished {
        self.running.signal("INT").await;
        self.running.finish().await.expect_code(0)
    }
}

/// Runs a line as an interactive shell would. It must succeed.
async fn paste_with(line: &str, input: &str, variables: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("input");
    fs::write(&file, input).unwrap();
    let output = Command::new("sh")
        .args(["-c", line])
        .stdin(fs::File::open(&file).unwrap())
        .current_dir("/")
        .env_remove("DATABASE_URL")
        .envs(variables.iter().copied())
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    output
}

async fn paste(line: &str, input: &str) -> Output {
    paste_with(line, input, &[]).await
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn the_printed_commands_work_when_pasted() {
    let folder = temporary_folder();
    let data = data_dir(&folder);
    let up = Up::private(&data, &["--products", "30"]).await;
    let log = up.running.log();
    let lines = up.block.lines().count() + log.lines().count();
    assert!(lines <= MOST_LINES, "{lines} lines:\n{log}\n{}", up.block);
    assert!(
        up.block
            .trim_start()
            .starts_with("Atelierex is ready: open http://127.0.0.1:")
    );

    let requests = up.commands("in a browser");
    assert_eq!(requests.len(), 3);
    for request in &requests {
        let answer = paste(&request.replace("curl", "curl --fail"), "").await;
        serde_json::from_slice::<Value>(&answer.stdout).unwrap();
    }
    let psql = &up.commands("Its database")[0];
    let sql = "\\pset format unaligned\nSELECT 'products', count(*) FROM catalog.product;\n";
    let counted = text(&paste(psql, sql).await);
    assert!(counted.contains("products|30"), "{counted}");
    let program = &up.commands("The program")[0];
    let version = text(&paste(&format!("{program} --version"), "").await);
    assert!(version.starts_with("atelierex "), "{version}");
    // The commands above took some time, and the program printed nothing meanwhile.
    assert_eq!(up.running.log(), log);
    assert_eq!(up.running.out(), up.block);

    let export = Export::of(&three_products());
    let load = &up.commands("Load an export")[0];
    let load = load.replace("DIR", export.folder().to_str().unwrap());
    paste(&load, "").await;
    up.until_products(3).await;

    let remove = up.commands("This removes")[0].clone();
    up.stop().await;
    assert!(data.exists());
    paste(&remove, "").await;
    assert!(!data.exists());
}

#[tokio::test]
async fn a_kept_catalog_is_reported_with_the_command_that_replaces_it() {
    let folder = temporary_folder();
    let data = data_dir(&folder);
    Up::private(&data, &["--products", "30"]).await.stop().await;
    // Without such options it prints no warning.
    let up = Up::private(&data, &[]).await;
    assert!(!up.running.log().contains("kept"), "{}", up.running.log());
    up.stop().await;

    let replacement = |up: &Up, flags: &str| {
        let log = up.running.log();
        let told = log.lines().find(|line| line.contains("kept")).expect(&log);
        let told: Value = serde_json::from_str(told).unwrap();
        let told = told["message"].as_str().unwrap();
        assert!(told.contains(flags), "{told}");
        told.split_once("runs: ").unwrap().1.to_owned()
    };
    let up = Up::private(&data, &["--products", "40"]).await;
    assert_eq!(up.n_products().await, 30);
    let replace = replacement(&up, "--products and --seed are without effect");
    paste(&replace, "").await;
    up.until_products(40).await;
    up.stop().await;

    let export = Export::of(&three_products());
    let mut by_variable = command(&arguments(&data, &[]));
    let up = Up::start(by_variable.env("ATELIEREX_CATALOG", export.folder())).await;
    let replace = replacement(&up, "--catalog is without effect");
    paste(&replace, "").await;
    up.until_products(3).await;
    up.stop().await;
}

#[tokio::test]
async fn the_printed_commands_work_with_a_database_url() {
    let database = TestDatabase::empty().await;
    let folder = temporary_folder();
    let data = data_dir(&folder);
    let variable = [("DATABASE_URL", database.url())];
    let mut on_database = command(&arguments(&data, &["--products", "30"]));
    let up = Up::start(on_database.envs(variable)).await;
    let psql = &up.commands("Its database")[0];
    let sql = "SELECT count(*) FROM catalog.product;";
    let counted = text(&paste_with(psql, sql, &variable).await);
    assert!(counted.contains(" 30"), "{counted}");
    let export = Export::of(&three_products());
    let load = &up.commands("Load an export")[0];
    let load = load.replace("DIR", export.folder().to_str().unwrap());
    paste_with(&load, "", &variable).await;
    up.until_products(3).await;
    let remove = up.commands("This removes")[0].clone();
    up.stop().await;
    assert!(!data.exists());
    paste_with(&remove, "", &variable).await;
    let rest = "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'";
    assert_eq!(database.json(rest).await, serde_json::json!([]));
}

#[tokio::test]
async fn errors_are_reported_before_anything_is_created() {
    let folder = temporary_folder();
    let data = data_dir(&folder);
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let renamed = Export::of(&three_products());
    renamed.replace("skus.csv", "size", "length");
    let missing = folder.path().join("missing");
    for (export, words) in [
        (&missing, ["missing is not a folder", "product.csv"]),
        (
            &empty,
            ["empty lacks product.csv, features.csv", "related.csv"],
        ),
        (&renamed.folder(), ["skus.csv, line 1", "length"]),
    ] {
        let export = ["--catalog", export.to_str().unwrap()];
        let data = data.to_str().unwrap();
        for refused in [
            arguments(Path::new(data), &export),
            [
                &["database", "--port", "0", "--data-dir", data],
                &export[..],
            ]
            .concat(),
        ] {
            let refused = Running::of(&mut command(&refused)).finish().await;
            refused.expect_code(1).expect_words(&words);
        }
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let on_taken = arguments(&data, &["--products", "30"]);
    let on_taken = on_taken.join("\n").replacen("127.0.0.1:0", &taken, 1);
    let on_taken: Vec<_> = on_taken.split('\n').collect();
    let refused = Running::of(&mut command(&on_taken)).finish().await;
    refused.expect_code(1).expect_words(&["in use", "--listen"]);
    for usage in [
        arguments(&data, &["--products", "0"]),
        vec![
            "generate",
            "--products",
            "0",
            "--out",
            data.to_str().unwrap(),
        ],
    ] {
        let refused = Running::of(&mut command(&usage)).finish().await;
        refused
            .expect_code(2)
            .expect_words(&["--products", "at least 1"]);
    }
    assert!(!data.exists());

    let database = TestDatabase::empty().await;
    let mut on_database = command(&arguments(&data, &["--catalog", missing.to_str().unwrap()]));
    let refused = Running::of(on_database.env("DATABASE_URL", database.url()));
    refused.finish().await.expect_code(1);
    let schemas = "SELECT nspname FROM pg_namespace WHERE nspname IN ('catalog', 'serving')";
    assert_eq!(database.json(schemas).await, serde_json::json!([]));
}
