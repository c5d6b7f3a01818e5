//! Accepts connections and serves them. Everything that a client can hold is limited.

use std::{convert::Infallible, error::Error, sync::Arc, time::Duration};

use bytes::Bytes;
use hyper::{
    Request, Response,
    body::{Body, Incoming},
    server::conn::http1,
    service::Service,
};
use hyper_util::{rt::TokioIo, server::graceful::GracefulShutdown};
use prometheus::{IntCounter, IntGauge};
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::header_timer::HeaderTimer;
use crate::config::ServerConfig;

/// Pause after a failed `accept`, for example because file descriptors are exhausted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Connection limit of a listener, with its metrics.
#[derive(Clone, Debug)]
pub struct ConnectionLimit {
    /// Maximum number of connections at the same time.
    pub max: usize,
    /// Metric of open connections.
    pub open: IntGauge,
    /// Metric of accepted connections.
    pub accepted: IntCounter,
}

/// State that the connections of one listener share.
struct Connections {
    http: http1::Builder,
    open: IntGauge,
    accepted: IntCounter,
    graceful: GracefulShutdown,
    tasks: JoinSet<()>,
}

/// Serves the connections of `listener` with `service` until `stop`. Then closes the listener, lets the requests in
/// progress finish, and aborts those that exceed the drain timeout.
pub async fn serve<S, B>(
    listener: TcpListener,
    service: S,
    config: &ServerConfig,
    limit: ConnectionLimit,
    stop: &CancellationToken,
) where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let free = Arc::new(Semaphore::new(limit.max));
    let mut connections = Connections {
        http: protocol(config),
        open: limit.open,
        accepted: limit.accepted,
        graceful: GracefulShutdown::new(),
        tasks: JoinSet::new(),
    };
    loop {
        select! {
            (stream, permit) = accept(&listener, &free) => {
                connections.spawn(stream, service.clone(), permit);
            }
            // Frees the memory of closed connections.
            Some(_) = connections.tasks.join_next() => {}
            () = stop.cancelled() => break,
        }
    }
    drop(listener);
    connections.drain(config.drain_timeout).await;
}

/// Builds the HTTP/1.1 protocol with the limits of the settings.
fn protocol(config: &ServerConfig) -> http1::Builder {
    let mut http = http1::Builder::new();
    // Heads and bodies are sent by one vectored write, without copying. Copying them into one buffer (hyper's
    // `pipeline_flush`) is no faster, and each connection would keep a buffer of the size of its largest response.
    http.writev(true)
        // Also limits the idle time of a connection, which waits for a head, too.
        .header_read_timeout(config.header_read_timeout)
        .max_buf_size(config.max_header_bytes.max(8 << 10));
    http
}

/// Accepts the next connection, with its permit. Cancel-safe: a cancelled call has accepted nothing.
async fn accept(
    listener: &TcpListener,
    free: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    // Before accepting, so that connections beyond the limit stay in the kernel's queue.
    let permit = Arc::clone(free).acquire_owned().await;
    let permit = permit.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, permit),
            Err(error) => {
                // Mostly a client that has disconnected already. But file descriptors may be exhausted.
                warn!(error = %error, "Cannot accept a connection: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

impl Connections {
    fn spawn<S, B>(&mut self, stream: TcpStream, service: S, permit: OwnedSemaphorePermit)
    where
        S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
        S: Send + 'static,
        S::Future: Send,
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
    {
        self.accepted.inc();
        let mut http = self.http.clone();
        http.timer(HeaderTimer::default());
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let connection = self.graceful.watch(connection);
        let open = Open::new(&self.open);
        self.tasks.spawn(async move {
            let _held = (permit, open);
            if let Err(error) = connection.await {
                debug!(error = %error, "A connection failed: {error}");
            }
        });
    }

    async fn drain(mut self, limit: Duration) {
        let open = self.graceful.count();
        info!(connections = open, "Draining {open} connections");
        if timeout(limit, self.graceful.shutdown()).await.is_err() {
            warn!("Some requests are still in progress, stopping anyway");
        }
        self.tasks.shutdown().await;
    }
}

/// Counts an open connection while it exists.
struct Open(IntGauge);

impl Open {
    fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}
