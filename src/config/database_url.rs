//! The URL of a database. It is parsed once, at the start, and never logged.

use std::{ffi::OsStr, fmt, ops::Deref, str::FromStr};

use clap::{
    Arg, Command,
    builder::{TypedValueParser, ValueParserFactory},
    error::ErrorKind,
};
use tokio_postgres::{Config, Error};

/// Parameters of other clients' URLs that may be named in an error, because they are never a part of a password.
const FOREIGN_PARAMETERS: [&str; 12] = [
    "client_encoding",
    "connection_limit",
    "gssencmode",
    "krbsrvname",
    "passfile",
    "pgbouncer",
    "pool_timeout",
    "schema",
    "service",
    "sslcert",
    "sslkey",
    "sslrootcert",
];

/// Valid URL of a database: `postgres://user:password@host:port/name`.
///
/// White space and a pair of quotes around it are ignored: a secret often ends with a line break, and some readers of
/// environment files keep quotes. Its password is never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

/// Reason why a text is no URL of a database. Contains nothing that may be a part of a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}. A database URL looks like postgres://user:password@host:port/name")]
pub struct DatabaseUrlError(String);

impl DatabaseUrl {
    /// Returns the configuration for the driver.
    ///
    /// # Errors
    ///
    /// [`DatabaseUrlError`] if `text` is no valid URL.
    pub fn parse(text: &str) -> Result<Config, DatabaseUrlError> {
        let invalid = |reason: &str| Err(DatabaseUrlError(reason.to_owned()));
        let text = unquoted(text);
        if text.is_empty() {
            return invalid("it is empty");
        }
        let is_url = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        if !is_url && (text.contains("://") || !text.contains('=')) {
            return invalid("it does not begin with postgres://");
        }
        let config: Config = match text.parse() {
            Ok(config) => config,
            Err(error) => return invalid(&reason_of(&error)),
        };
        let hosts = config.get_hosts().len().max(config.get_hostaddrs().len());
        match config.get_ports().len() {
            _ if hosts == 0 => invalid("it names no host"),
            ports if ports > 1 && ports != hosts => {
                invalid("its numbers of hosts and ports differ")
            }
            _ => Ok(config),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        Self::parse(text)?;
        Ok(Self(unquoted(text).to_owned()))
    }
}

impl Deref for DatabaseUrl {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DatabaseUrl")
    }
}

/// Returns the text without surrounding white space and one pair of quotes.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inner = ['"', '\'']
        .iter()
        .find_map(|&quote| text.strip_prefix(quote)?.strip_suffix(quote));
    inner.map_or(text, str::trim)
}

/// Returns the driver's reason, unless it may contain a password with characters that should have been encoded.
fn reason_of(error: &Error) -> String {
    let reason = std::error::Error::source(error).map(ToString::to_string);
    let reason = reason.unwrap_or_default();
    let name = reason.split('`').nth(1).unwrap_or_default();
    if reason == "invalid value for option `sslmode`" {
        "its sslmode is none of disable, prefer and require".to_owned()
    } else if reason.starts_with("invalid value for option") {
        format!("its {name} is invalid")
    } else if FOREIGN_PARAMETERS.contains(&name) {
        format!("its parameter {name} is not supported")
    } else {
        "it cannot be read; special characters in the password must be percent-encoded, @ as %40"
            .to_owned()
    }
}

/// Parses a URL from the command line or a variable. Unlike clap's own errors, its errors do not repeat the value.
#[derive(Clone, Debug)]
pub struct DatabaseUrlParser;

impl ValueParserFactory for DatabaseUrl {
    type Parser = DatabaseUrlParser;

    fn value_parser() -> DatabaseUrlParser {
        DatabaseUrlParser
    }
}

impl TypedValueParser for DatabaseUrlParser {
    type Value = DatabaseUrl;

    fn parse_ref(
        &self,
        _command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<DatabaseUrl, clap::Error> {
        let text = value.to_string_lossy();
        text.parse().map_err(|error| {
            let flag = argument.and_then(Arg::get_long).unwrap_or_default();
            let variable = argument.and_then(Arg::get_env).unwrap_or_default();
            let message = format!(
                "the value of --{flag} ({}) is invalid: {error}\n",
                variable.to_string_lossy()
            );
            clap::Error::raw(ErrorKind::ValueValidation, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::DatabaseUrl;

    #[test]
    fn blanks_and_quotes_around_a_database_url_are_ignored() {
        let address = "postgres://user:password@host:5432/name";
        for text in [
            format!("{address}\n"),
            format!(" \t{address}\r\n"),
            format!("\"{address}\""),
            format!("'{address}'\n"),
            format!("\" {address}\n\""),
        ] {
            let url: DatabaseUrl = text.parse().unwrap();
            assert_eq!(&*url, address, "{text:?}");
        }
    }

    #[test]
    fn valid_urls_are_parsed() {
        for text in [
            "postgresql://host/name",
            "postgres://user@[::1]:5433/name?sslmode=disable",
            "postgres://one:5432,other:5433/name?target_session_attrs=read-write",
            "host=/var/run/postgresql user=me dbname=name",
            "postgres://user:a%40b%2F%3A@host/name",
        ] {
            assert!(text.parse::<DatabaseUrl>().is_ok(), "{text}");
        }
    }

    #[test]
    fn an_error_has_the_reason_and_never_a_password() {
        for (text, reason) in [
            ("", "it is empty"),
            ("\"\"", "it is empty"),
            ("secret", "does not begin with postgres://"),
            ("mysql://user:secret@host/name", "does not begin with"),
            ("postgres//user:secret@host/name?a=b", "cannot be read"),
            ("postgres:///name", "names no host"),
            ("dbname=name password=secret", "names no host"),
            (
                "postgres://user:secret@host:port/name",
                "its port is invalid",
            ),
            (
                "postgres://user:secret@host:70000/name",
                "its port is invalid",
            ),
            (
                "postgres://user:x@secret?secret=1@host/name",
                "cannot be read",
            ),
            (
                "postgres://user:secret@host/name?sslmode=tls",
                "disable, prefer and require",
            ),
            (
                "postgres://user:secret@host/name?sslrootcert=a",
                "sslrootcert is not supported",
            ),
            (
                "postgres://user:secret@a,b:1/name?port=1,2,3",
                "numbers of hosts and ports differ",
            ),
        ] {
            let error = text.parse::<DatabaseUrl>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text:?}: {error}");
            assert!(!error.contains("secret"), "{text:?}: {error}");
        }
    }
}
