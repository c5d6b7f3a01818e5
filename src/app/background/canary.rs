//! Changes a product every second and reads it back over HTTP as a client would. This measures freshness end to end.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Collected, Empty, Limited};
use hyper::{Request, client::conn::http1, header::HOST};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    time::{interval, sleep, timeout},
};
use tokio_postgres::Client;
use tracing::warn;
use uuid::Uuid;

use crate::{
    db::{
        error::{DatabaseError, from_database_errors},
        session,
    },
    ids::ProductId,
    metrics::Metrics,
};

/// Interval between two changes of the product.
const INTERVAL: Duration = Duration::from_secs(1);

/// Pause between two requests for it.
const PAUSE: Duration = Duration::from_millis(1);

/// Time after which a change counts as not seen.
const LIMIT: Duration = Duration::from_secs(5);

/// Maximum number of bytes read of a response.
const MAX_BODY_BYTES: usize = 1 << 20;

/// Limits of the canary's session.
const LIMITS: [(&str, &str); 2] = [("statement_timeout", "2s"), ("lock_timeout", "1s")];

/// Reason why a change was not seen.
#[derive(Debug, thiserror::Error)]
enum CanaryError {
    /// The setting names a product that does not exist.
    #[error("there is no product {}: name another one with --canary-product", .0.0)]
    NoSuchProduct(ProductId),
    /// No response showed the change in time.
    #[error("the change was not seen within {LIMIT:?}")]
    Unseen,
    /// The database failed.
    #[error("cannot change the product: {0}")]
    Database(#[from] DatabaseError),
    /// The server did not answer.
    #[error("the server does not answer: {0}")]
    Server(#[from] Box<dyn std::error::Error + Send + Sync>),
}

from_database_errors!(CanaryError);

/// Canary product, with the database to write to and the server to read from.
pub struct Canary {
    /// Session of an account that may change products.
    pub database_url: String,
    /// Address of this server.
    pub server: SocketAddr,
    /// The product.
    pub product: ProductId,
    /// Metrics of the canary.
    pub metrics: Arc<Metrics>,
}

impl Canary {
    /// Runs forever. Cancel-safe.
    pub async fn run(self) {
        let mut client = None;
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let round = timeout(LIMIT, self.round(&mut client)).await;
            match round.unwrap_or(Err(CanaryError::Unseen)) {
                Ok(age) => self
                    .metrics
                    .canary_duration_seconds
                    .observe(age.as_secs_f64()),
                Err(error) => {
                    client = None;
                    self.metrics.canary_failures.inc();
                    warn!(product = self.product.0, error = %error, "The canary: {error}");
                }
            }
        }
    }

    /// Changes the product and returns the time until a response showed the change.
    async fn round(&self, client: &mut Option<Client>) -> Result<Duration, CanaryError> {
        if client.is_none() {
            let connect = session::connect(&self.database_url, "atelierex canary", &LIMITS);
            *client = Some(connect.await?);
        }
        let Some(client) = client else {
            return Err(CanaryError::Unseen);
        };
        // The time comes first: several servers write increasing values, and each waits for its own value or a later
        // one.
        let now = "to_char(clock_timestamp(), 'YYYYMMDDHH24MISSUS')";
        let sql = format!(
            "UPDATE catalog.product SET slogan = 'canary ' || {now} || ' {}' WHERE id = $1 RETURNING slogan",
            Uuid::new_v4().simple()
        );
        let row = client.query_opt(&sql, &[&self.product.0]).await?;
        let written = Instant::now();
        let slogan: String = row.ok_or(CanaryError::NoSuchProduct(self.product))?.get(0);
        while self.read().await?.as_str() < slogan.as_str() {
            sleep(PAUSE).await;
        }
        Ok(written.elapsed())
    }

    /// Returns the product's slogan as this server answers it; empty if it has none.
    async fn read(&self) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let stream = TcpStream::connect(reachable(self.server)).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::get(format!("/products/{}", self.product.0))
            .header(HOST, self.server.to_string())
            .body(Empty::<Bytes>::new())?;
        let exchange = async {
            let response = sender.send_request(request).await?;
            let body = Limited::new(response.into_body(), MAX_BODY_BYTES);
            body.collect().await.map(Collected::to_bytes)
        };
        tokio::pin!(connection);
        let body = tokio::select! {
            body = exchange => body?,
            ended = &mut connection => {
                ended?;
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
        };
        let product: serde_json::Value = serde_json::from_slice(&body)?;
        Ok(product["slogan"].as_str().unwrap_or_default().to_owned())
    }
}

/// Returns the address at which this machine reaches a listener on `address`.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    address
}
