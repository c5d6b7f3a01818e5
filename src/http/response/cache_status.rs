//! `Cache-Status` (RFC 9211): the part that this server's cache had in a response.

use std::time::Duration;

use warp::http::{HeaderName, HeaderValue};

use crate::cache::Source;

/// The header.
pub(crate) const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// Value for a response from memory.
pub(crate) const HIT: HeaderValue = HeaderValue::from_static("atelierex; hit");

/// Returns the value for a response from `source`.
pub(crate) fn cache_status(source: Source) -> HeaderValue {
    match source {
        Source::Hit => HIT,
        Source::Miss => HeaderValue::from_static("atelierex; fwd=miss"),
        Source::Requested => HeaderValue::from_static("atelierex; fwd=request"),
        Source::Outdated => HeaderValue::from_static("atelierex; fwd=stale"),
        Source::Stale(age) => stale(age),
    }
}

/// A stale response has a time to live below zero.
fn stale(age: Duration) -> HeaderValue {
    let value = format!(
        "atelierex; hit; ttl=-{}; detail=database-away",
        age.as_secs().max(1)
    );
    HeaderValue::try_from(value).expect("digits may stand in a header")
}
