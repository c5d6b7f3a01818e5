//! Accepts connections and answers on them, with a bound on everything a client could hold on to.

use std::{convert::Infallible, error::Error, io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use hyper::{
    Request, Response,
    body::{Body, Incoming},
    server::conn::http1,
    service::Service,
};
use hyper_util::{rt::TokioIo, server::graceful::GracefulShutdown};
use prometheus::{IntCounter, IntGauge};
use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    select,
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::config::ServerConfig;
use crate::http::header_timer::HeadTimer;

/// Connections that the kernel keeps until they are accepted.
const BACKLOG: u32 = 4_096;

/// Pause after a failure to accept, for example for lack of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// An address could not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} ({setting}): {reason}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// The flag that sets it.
    pub setting: &'static str,
    /// What the system said.
    pub reason: io::Error,
}

/// Listens on `address`, the value of `setting`. What is set here holds for all connections accepted.
///
/// `write_timeout` is how long a client may take none of what was sent to it.
///
/// # Errors
///
/// When the address is in use, is not ours, or its port needs rights that we lack.
pub fn bind(
    address: SocketAddr,
    setting: &'static str,
    write_timeout: Duration,
) -> Result<TcpListener, BindError> {
    let listen = || {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        // Or a restart would have to wait for the last connections' TIME_WAIT.
        socket.set_reuseaddr(true)?;
        // Answers go out at once, not when the client has acknowledged those before.
        socket.set_nodelay(true)?;
        // The kernel's own timer: it costs an answer nothing.
        SockRef::from(&socket).set_tcp_user_timeout(Some(write_timeout))?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listen().map_err(|reason| BindError {
        address,
        setting,
        reason,
    })
}

/// How many connections a listener may have, and where they are counted.
#[derive(Clone, Debug)]
pub struct Places {
    /// Connections at the same time.
    pub limit: usize,
    /// Those that are open.
    pub open: IntGauge,
    /// Those that were accepted.
    pub accepted: IntCounter,
}

/// What the connections of one listener share.
struct Connections {
    http: http1::Builder,
    open: IntGauge,
    accepted: IntCounter,
    graceful: GracefulShutdown,
    tasks: JoinSet<()>,
}

/// Answers with `service` on what `listener` accepts until `stop`; then closes the listener, lets requests
/// that have begun come to their end, and gives up those that have not after the drain time-out.
pub async fn serve<S, B>(
    listener: TcpListener,
    service: S,
    config: &ServerConfig,
    places: Places,
    stop: &CancellationToken,
) where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let free = Arc::new(Semaphore::new(places.limit));
    let mut connections = Connections {
        http: protocol(config),
        open: places.open,
        accepted: places.accepted,
        graceful: GracefulShutdown::new(),
        tasks: JoinSet::new(),
    };
    loop {
        select! {
            (stream, place) = accept(&listener, &free) => {
                connections.spawn(stream, service.clone(), place);
            }
            // What has ended is forgotten.
            Some(_) = connections.tasks.join_next() => {}
            () = stop.cancelled() => break,
        }
    }
    drop(listener);
    connections.drain(config.drain_timeout).await;
}

/// HTTP/1.1 with our bounds.
fn protocol(config: &ServerConfig) -> http1::Builder {
    let mut http = http1::Builder::new();
    // Heads and bodies are written together, from where they lie. To copy them into one buffer (hyper's
    // `pipeline_flush`) is no faster, and each connection would keep one for its largest answer.
    http.writev(true)
        // Also bounds how long a connection may stay idle: that is waiting for a head, too.
        .header_read_timeout(config.header_read_timeout)
        .max_buf_size(config.max_header_bytes.max(8 << 10));
    http
}

/// The next connection, and the place that it takes. Safe to drop: then nothing was accepted.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    // Before accepting: who finds no place stays in the kernel's queue.
    let place = Arc::clone(places).acquire_owned().await;
    let place = place.expect("nobody closes the semaphore");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                // Mostly a client that has gone already; but descriptors may have run out.
                warn!(error = %error, "Cannot accept a connection: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

impl Connections {
    fn spawn<S, B>(&mut self, stream: TcpStream, service: S, place: OwnedSemaphorePermit)
    where
        S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
        S: Send + 'static,
        S::Future: Send,
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
    {
        self.accepted.inc();
        let mut http = self.http.clone();
        http.timer(HeadTimer::default());
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let connection = self.graceful.watch(connection);
        let open = Open::new(&self.open);
        self.tasks.spawn(async move {
            let _held = (place, open);
            if let Err(error) = connection.await {
                debug!(error = %error, "A connection failed: {error}");
            }
        });
    }

    async fn drain(mut self, limit: Duration) {
        let open = self.graceful.count();
        info!(connections = open, "Draining {open} connections");
        if timeout(limit, self.graceful.shutdown()).await.is_err() {
            warn!("Requests are still being answered, stopping anyway");
        }
        self.tasks.shutdown().await;
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use socket2::SockRef;
    use tokio::net::TcpStream;

    use super::bind;

    #[tokio::test]
    async fn what_is_accepted_has_what_the_listener_was_given() {
        let limit = Duration::from_millis(1_234);
        let listener = bind("127.0.0.1:0".parse().unwrap(), "--listen", limit).unwrap();
        let address = listener.local_addr().unwrap();
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (_client, (stream, _)) = (client.unwrap(), accepted.unwrap());
        assert!(stream.nodelay().unwrap());
        let socket = SockRef::from(&stream);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(limit));
    }
}
