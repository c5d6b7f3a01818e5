//! `Cache-Status` (RFC 9211): the role of this server's cache in a response.

use std::time::Duration;

use warp::http::{HeaderName, HeaderValue};

use crate::cache::Source;

/// Name of the header.
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

/// Returns the value for a stale response, whose remaining lifetime is negative.
fn stale(age: Duration) -> HeaderValue {
    let value = format!(
        "atelierex; hit; ttl=-{}; detail=database-away",
        age.as_secs().max(1)
    );
    HeaderValue::try_from(value).expect("digits may stand in a header")
}
