//! `pgbench` reading one row of documents at a time: the database's own reads, without a server in between.

use std::{fs, path::PathBuf, process::Stdio, time::Duration};

use tokio::process::Command;

use crate::support::{process::ending_with_us, scratch::Scratch};

/// Numbers of clients and threads to try.
const SHAPES: [(u32, u32); 7] = [(8, 1), (8, 2), (16, 1), (16, 2), (32, 2), (64, 1), (64, 2)];

/// `pgbench` with a script that reads one row.
pub struct Pgbench {
    program: PathBuf,
    script: PathBuf,
    database_url: String,
    /// Numbers of clients and threads.
    pub shape: (u32, u32),
}

impl Pgbench {
    /// Finds the program beside the running server's; `None` if it is missing.
    pub fn find(scratch: &Scratch, database_url: &str, products: u64) -> Option<Self> {
        let server = fs::read_link(format!("/proc/{}/exe", scratch.postgres.pid())).ok()?;
        let program = server.with_file_name("pgbench");
        program.exists().then(|| Self {
            script: script(scratch, products),
            program,
            database_url: database_url.to_owned(),
            shape: SHAPES[0],
        })
    }

    /// Tries several numbers of clients and keeps the fastest.
    pub async fn tune(&mut self, duration: Duration) {
        let mut best = 0.0;
        for shape in SHAPES {
            let rate = self.run(shape, duration).await;
            eprintln!("pgbench -c {} -j {}: {rate:.0}/s", shape.0, shape.1);
            if rate > best {
                (best, self.shape) = (rate, shape);
            }
        }
    }

    /// Returns the rows read per second.
    pub async fn rate(&self, duration: Duration) -> f64 {
        self.run(self.shape, duration).await
    }

    async fn run(&self, (clients, threads): (u32, u32), duration: Duration) -> f64 {
        let command = ending_with_us(&self.program, None);
        let output = Command::from(command)
            .args(["-n", "-M", "prepared"])
            .args(["-c", &clients.to_string(), "-j", &threads.to_string()])
            .args(["-T", &duration.as_secs().max(1).to_string(), "-f"])
            .arg(&self.script)
            .arg(&self.database_url)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .expect("pgbench runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "pgbench: {errors}");
        let rate = |line: &str| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok();
        // It prints no rate if no client was connected in time.
        text.lines().find_map(rate).unwrap_or(0.0)
    }
}

/// Writes the script: all documents of one random product, as Atelierex reads them.
fn script(scratch: &Scratch, products: u64) -> PathBuf {
    let text = format!(
        "\\set id random(1, {products})\n\
         SELECT listing, detail, styles, related, card FROM serving.product_document WHERE product_id = :id;\n"
    );
    let path = scratch.export.with_file_name("speed-read.sql");
    fs::write(&path, text).expect("the script can be written");
    path
}
