//! Accepts connections and answers on them, with a bound on everything a client could hold on to.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use hyper::{Request, body::Incoming, server::conn::http1, service::Service};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use prometheus::IntGauge;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    select,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};
use warp::reply::Response;

use crate::{config::ServerConfig, metrics::Metrics};

/// Connections that the kernel keeps until they are accepted.
const BACKLOG: u32 = 4_096;

/// Pause after a failure to accept, for example for lack of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// An address could not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} ({setting}): {reason}")]
pub struct BindError {
    address: SocketAddr,
    setting: &'static str,
    reason: io::Error,
}

/// Listens on `address`, the value of `setting`.
///
/// # Errors
///
/// When the address is in use, is not ours, or its port needs rights that we lack.
pub fn bind(address: SocketAddr, setting: &'static str) -> Result<TcpListener, BindError> {
    let listen = || {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        // Or a restart would have to wait for the last connections' TIME_WAIT.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listen().map_err(|reason| BindError {
        address,
        setting,
        reason,
    })
}

/// What the connections of one listener share.
struct Connections {
    http: http1::Builder,
    open: IntGauge,
    graceful: GracefulShutdown,
    abort: CancellationToken,
}

/// Answers with `service` on what `listener` accepts until `stop`; then closes the listener, lets requests
/// that have begun come to their end, and gives up those that have not after the drain time-out.
pub async fn serve<S>(
    listener: TcpListener,
    service: S,
    config: &ServerConfig,
    metrics: &Metrics,
    stop: &CancellationToken,
) where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let connections = Connections {
        http: protocol(config),
        open: metrics.http_connections.clone(),
        graceful: GracefulShutdown::new(),
        abort: CancellationToken::new(),
    };
    let places = Arc::new(Semaphore::new(config.max_connections.get()));
    let accept = async {
        loop {
            // Before accepting: who finds no place stays in the kernel's queue.
            let place = Arc::clone(&places).acquire_owned().await;
            let place = place.expect("nobody closes the semaphore");
            let stream = accept(&listener).await;
            metrics.http_connections_accepted.inc();
            connections.spawn(stream, service.clone(), place);
        }
    };
    select! {
        never = accept => never,
        () = stop.cancelled() => {}
    }
    drop(listener);
    connections.drain(config.drain_timeout).await;
}

/// HTTP/1.1 with our bounds.
fn protocol(config: &ServerConfig) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        // Also bounds how long a connection may stay idle: that is waiting for a head, too.
        .header_read_timeout(config.header_read_timeout)
        .max_buf_size(config.max_header_bytes.max(8 << 10))
        .pipeline_flush(true);
    http
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                // Mostly a client that has gone already; but descriptors may have run out.
                warn!(error = %error, "Cannot accept a connection: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

impl Connections {
    fn spawn<S>(&self, stream: TcpStream, service: S, place: OwnedSemaphorePermit)
    where
        S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Send + 'static,
        S::Future: Send,
    {
        // Answers go out at once, not when the client has acknowledged those before.
        if let Err(error) = stream.set_nodelay(true) {
            debug!(error = %error, "Cannot set TCP_NODELAY");
        }
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        let connection = self.graceful.watch(connection);
        let (guard, abort) = (Open::new(&self.open), self.abort.clone());
        tokio::spawn(async move {
            let _held = (place, guard);
            select! {
                result = connection => if let Err(error) = result {
                    debug!(error = %error, "A connection failed: {error}");
                },
                () = abort.cancelled() => {}
            }
        });
    }

    async fn drain(self, limit: Duration) {
        let open = self.graceful.count();
        info!(connections = open, "Draining {open} connections");
        if timeout(limit, self.graceful.shutdown()).await.is_err() {
            warn!("Requests are still being answered, stopping anyway");
            self.abort.cancel();
        }
    }
}

/// Counts an open connection for as long as it exists.
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
