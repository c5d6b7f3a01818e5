//! A database that can crash, behind a proxy with a fixed address.

use std::time::Duration;

use atelierex::db::embedded::{EmbeddedOptions, EmbeddedPostgres};
use tempfile::TempDir;
use tokio::{process::Command, time::sleep};

use crate::support::{
    proxy::Proxy,
    test_database::{options, temporary_folder},
};

/// Latency to the database: others must be able to act between two statements of a session.
const LATENCY: Duration = Duration::from_millis(2);

/// A database that can crash, behind a proxy with a fixed address.
pub struct Database {
    options: EmbeddedOptions,
    postgres: Option<EmbeddedPostgres>,
    pub proxy: Proxy,
    _folder: TempDir,
}

impl Database {
    pub async fn start() -> Self {
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

    pub fn url(&self) -> &str {
        self.proxy.url()
    }

    /// Pauses all processes of the database.
    pub async fn freeze(&self, time: Duration) {
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

    pub async fn kill_and_restart(&mut self) {
        let postgres = self.postgres.take().unwrap();
        let pid = postgres.pid().to_string();
        let killed = Command::new("kill").args(["-9", &pid]).status().await;
        assert!(killed.unwrap().success());
        // The error says that it had ended by itself.
        let _ = postgres.stop().await;
        let postgres = EmbeddedPostgres::start(&self.options).await.unwrap();
        self.proxy.lead_to(postgres.url());
        self.postgres = Some(postgres);
    }
}
