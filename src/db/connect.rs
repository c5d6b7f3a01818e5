//! Opens all sessions with PostgreSQL, and explains why one could not be opened.
//!
//! Callers pass what to do with the new session: drive it as a plain one (`session`) or through Diesel (`pool`,
//! `migrate`).

use std::{error::Error as _, io, time::Duration};

use tokio::time::timeout;
use tokio_postgres::{
    Client, Config, Connection, Error, NoTls, Socket, config::Host, error::SqlState,
    tls::NoTlsStream,
};

use super::report::describe;
use crate::config::{DatabaseUrl, DatabaseUrlError};

/// Longest time for opening a session that no request waits for.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Port of a host without one.
const DEFAULT_PORT: u16 = 5432;

/// Driver of a session, which must be polled.
pub type Driver = Connection<Socket, NoTlsStream>;

/// Reason why no session could be opened. Its text is complete and never holds the password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The URL is invalid.
    #[error("the database URL is invalid: {0}")]
    Url(#[from] DatabaseUrlError),
    /// There is no session with the server.
    #[error("cannot connect to PostgreSQL at {server}: {cause}. {}", .cause.remedy())]
    Server {
        /// Host and port; several are separated by commas.
        server: String,
        /// Reason; of the last host, if there are several.
        cause: Cause,
    },
}

/// Reason why a server did not open a session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// Nothing listens there.
    #[error("the connection was refused")]
    Refused,
    /// The name service does not know the host.
    #[error("the host is unknown")]
    UnknownHost,
    /// There is no route to the host.
    #[error("the host cannot be reached")]
    Unreachable,
    /// There was no answer in time.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// The peer does not speak PostgreSQL's protocol, or closed the connection.
    #[error("the peer is not PostgreSQL, or it closed the connection")]
    NotPostgres,
    /// The server accepts encrypted sessions only, or none at all.
    #[error("the server accepts no unencrypted session: {0}")]
    TlsRequired(String),
    /// The address asks for TLS and the server has none.
    #[error("the database URL asks for TLS, which the server does not offer")]
    TlsNotOffered,
    /// The address asks for TLS and this program has none.
    #[error("the database URL asks for TLS, which Atelierex does not support")]
    TlsNotSupported,
    /// The server asks for a password and the address has none.
    #[error("the server asks for a password and the database URL has none")]
    PasswordMissing,
    /// The password is wrong.
    #[error("the password of user {0:?} is wrong, or there is no such user")]
    WrongPassword(String),
    /// The user does not exist or may not log in.
    #[error("user {0:?} does not exist or may not log in")]
    UnknownUser(String),
    /// The database does not exist.
    #[error("there is no database {0:?}")]
    UnknownDatabase(String),
    /// The server's limit on sessions is reached.
    #[error("the server has too many connections: {0}")]
    TooManyConnections(String),
    /// The server is starting, stopping or recovering.
    #[error("the server is not ready: {0}")]
    NotReady(String),
    /// Another error, as the server or the system reports it.
    #[error("{0}")]
    Other(String),
}

impl Cause {
    fn remedy(&self) -> &'static str {
        match self {
            Self::Refused => {
                "Start PostgreSQL there, check its listen_addresses, or correct host and port in the database URL"
            }
            Self::UnknownHost => "Correct the host in the database URL, or check the name service",
            Self::Unreachable => "Check the network, or correct the host in the database URL",
            Self::TimedOut(_) => {
                "Check that PostgreSQL answers there and that no firewall drops the packets, or correct host and port in the database URL"
            }
            Self::NotPostgres => {
                "Correct host and port in the database URL; behind a proxy, check that it reaches PostgreSQL"
            }
            Self::TlsRequired(_) => {
                "Atelierex does not support TLS: allow unencrypted sessions from here with a `host` line in pg_hba.conf"
            }
            Self::TlsNotOffered | Self::TlsNotSupported => {
                "Use sslmode=disable in a network that you trust"
            }
            Self::PasswordMissing => "Add the password: postgres://user:password@host:port/name",
            Self::WrongPassword(_) => {
                "Correct user and password in the database URL; special characters in them must be percent-encoded"
            }
            Self::UnknownUser(_) => {
                "Create the role with LOGIN, or correct the user in the database URL"
            }
            Self::UnknownDatabase(_) => {
                "Create it with CREATE DATABASE, or correct the name in the database URL"
            }
            Self::TooManyConnections(_) => {
                "Close some, raise max_connections or the limit of the role or database, or use a pooler"
            }
            Self::NotReady(_) => "Wait until it is ready, or see its log",
            Self::Other(_) => "Check the database URL and the server's log",
        }
    }

    fn of(error: &Error, config: &Config, limit: Duration) -> Self {
        if let Some(refusal) = error.as_db_error() {
            return Self::of_refusal(refusal, config);
        }
        let Some(source) = error.source() else {
            // The connection was closed, or the message is one that no supported PostgreSQL sends.
            return Self::NotPostgres;
        };
        let is_connecting = error.to_string() == "error connecting to server";
        match source.downcast_ref::<io::Error>() {
            Some(source) if is_connecting => Self::of_io(source, limit),
            Some(_) => Self::NotPostgres,
            None => match source.to_string().as_str() {
                "server does not support TLS" => Self::TlsNotOffered,
                "password missing" => Self::PasswordMissing,
                _ if error.to_string().contains("TLS") => Self::TlsNotSupported,
                text => Self::Other(text.to_owned()),
            },
        }
    }

    fn of_io(error: &io::Error, limit: Duration) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::TimedOut => Self::TimedOut(limit),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => Self::Unreachable,
            // The library has no error kind for a failed look-up.
            _ if error.to_string().starts_with("failed to lookup address") => Self::UnknownHost,
            _ => Self::Other(error.to_string()),
        }
    }

    fn of_refusal(refusal: &tokio_postgres::error::DbError, config: &Config) -> Self {
        let message = refusal.message().to_owned();
        let user = || config.get_user().unwrap_or_default().to_owned();
        let code = refusal.code();
        if *code == SqlState::INVALID_PASSWORD {
            Self::WrongPassword(user())
        } else if asks_for_tls(&message) {
            Self::TlsRequired(message)
        } else if *code == SqlState::INVALID_CATALOG_NAME {
            Self::UnknownDatabase(config.get_dbname().map_or_else(user, str::to_owned))
        } else if *code == SqlState::TOO_MANY_CONNECTIONS {
            Self::TooManyConnections(message)
        } else if *code == SqlState::CANNOT_CONNECT_NOW {
            Self::NotReady(message)
        } else if refusal.routine() == Some("InitializeSessionUserId") {
            Self::UnknownUser(user())
        } else {
            Self::Other(message)
        }
    }
}

/// Returns whether the server refused an unencrypted session. PostgreSQL, poolers and hosted services word that
/// differently.
fn asks_for_tls(message: &str) -> bool {
    let message = message.to_lowercase();
    [
        "no encryption",
        "ssl off",
        "ssl required",
        "tls required",
        "sslmode=require",
    ]
    .iter()
    .any(|words| message.contains(words))
}

/// Opens a session named `application_name` within `limit`, and passes it to `set_up`, which has the rest of the time.
///
/// # Errors
///
/// [`ConnectError`].
pub async fn open<T>(
    database_url: &str,
    application_name: &str,
    limit: Duration,
    set_up: impl AsyncFnOnce(Client, Driver) -> Result<T, SetUpError>,
) -> Result<T, ConnectError> {
    let mut config = DatabaseUrl::parse(database_url)?;
    let servers = servers(&config);
    let n_servers = u32::try_from(servers.len()).unwrap_or(u32::MAX).max(1);
    config
        .application_name(application_name)
        // A silent host leaves time for the others.
        .connect_timeout(limit / n_servers);
    let connecting = async {
        let connected = config.connect(NoTls).await;
        let (client, driver) = connected.map_err(|error| Cause::of(&error, &config, limit))?;
        set_up(client, driver)
            .await
            .map_err(|SetUpError(reason)| Cause::Other(reason))
    };
    let result = timeout(limit, connecting).await;
    result
        .unwrap_or(Err(Cause::TimedOut(limit)))
        .map_err(|cause| ConnectError::Server {
            server: servers.join(", "),
            cause,
        })
}

/// Reason why an open session could not be set up.
#[derive(Debug)]
pub struct SetUpError(String);

impl From<Error> for SetUpError {
    fn from(error: Error) -> Self {
        Self(format!(
            "the session cannot be set up: {}",
            describe(&error)
        ))
    }
}

impl From<diesel::ConnectionError> for SetUpError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self(format!("the session cannot be set up: {error}"))
    }
}

impl From<diesel::result::Error> for SetUpError {
    fn from(error: diesel::result::Error) -> Self {
        Self(format!("the session cannot be set up: {error}"))
    }
}

/// Returns the servers of a URL, as host and port or as the path of a socket.
fn servers(config: &Config) -> Vec<String> {
    let ports = config.get_ports();
    let port = |n: usize| {
        ports
            .get(n)
            .or(ports.first())
            .copied()
            .unwrap_or(DEFAULT_PORT)
    };
    let hosts = config.get_hosts().iter().enumerate();
    let servers: Vec<String> = hosts
        .map(|(n, host)| match host {
            Host::Tcp(host) if host.contains(':') => format!("[{host}]:{}", port(n)),
            Host::Tcp(host) => format!("{host}:{}", port(n)),
            Host::Unix(folder) => format!("{}/.s.PGSQL.{}", folder.display(), port(n)),
        })
        .collect();
    if !servers.is_empty() {
        return servers;
    }
    let addresses = config.get_hostaddrs().iter().enumerate();
    addresses
        .map(|(n, address)| (*address, port(n)))
        .map(|address| std::net::SocketAddr::from(address).to_string())
        .collect()
}
