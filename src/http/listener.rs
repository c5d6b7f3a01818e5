//! Listening sockets and the options that accepted connections inherit.

use std::{io, net::SocketAddr, time::Duration};

use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket};

/// Maximum number of connections that wait in the kernel to be accepted.
const BACKLOG: u32 = 4_096;

/// Failure to listen on an address.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} ({setting}): {reason}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// The flag that sets the address.
    pub setting: &'static str,
    /// The error of the operating system.
    pub reason: io::Error,
}

/// Listens on `address`, the value of `setting`. All accepted connections inherit the options of the socket.
///
/// `write_timeout` limits the time during which a client acknowledges nothing of what was sent to it.
///
/// # Errors
///
/// An address that is in use or does not belong to this host; a port that needs privileges.
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
        // Otherwise a restart would wait for connections in TIME_WAIT.
        socket.set_reuseaddr(true)?;
        // Sends responses at once instead of waiting for acknowledgments of earlier ones.
        socket.set_nodelay(true)?;
        // The kernel's own timer costs no instruction per response.
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use socket2::SockRef;
    use tokio::net::TcpStream;

    use super::bind;

    #[tokio::test]
    async fn accepted_connections_inherit_the_options_of_the_listener() {
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
