//! Answers with a document: the headers that say what it is and how long it may be kept.

use std::time::Duration;

use bytes::Bytes;
use warp::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    reply::Response,
};

use super::head::RequestHead;
use crate::{
    cache::{documents::Source, encoding::Encoding, entry::Encoded},
    config::HttpConfig,
};

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const ACCEPT_ENCODING: HeaderValue = HeaderValue::from_static("Accept-Encoding");

/// One representation of a document, ready to be sent.
pub(super) struct Representation {
    pub body: Bytes,
    pub etag: Bytes,
    pub encoding: Option<Encoding>,
}

impl Representation {
    /// The representation `encoded`, of which `encoding` says how it was.
    pub fn new(encoded: &Encoded, encoding: Option<Encoding>) -> Self {
        Self {
            body: encoded.body.clone(),
            etag: encoded.etag.clone(),
            encoding,
        }
    }
}

/// The `Cache-Control` of every answer that may be kept.
pub(super) fn cache_control(config: &HttpConfig) -> HeaderValue {
    let value = format!(
        "public, max-age={}, s-maxage={}, stale-while-revalidate={}, stale-if-error={}",
        config.cache_max_age.as_secs(),
        config.cache_s_maxage.as_secs(),
        config.cache_stale_while_revalidate.as_secs(),
        config.cache_stale_if_error.as_secs()
    );
    HeaderValue::try_from(value).expect("digits may stand in a header")
}

/// The answer 200, or 304 if the client has it. A body for HEAD is left out by the connection.
pub(super) fn document(
    head: &RequestHead,
    representation: Representation,
    source: Source,
    cache_control: &HeaderValue,
) -> Response {
    let has_it = |known: &super::if_none_match::IfNoneMatch| known.has(&representation.etag);
    let is_known = head.if_none_match.as_ref().is_some_and(has_it);
    let mut response = if is_known {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        Response::new(representation.body.into())
    };
    let headers = response.headers_mut();
    // One allocation for all headers, those of CORS included.
    headers.reserve(12);
    if !is_known {
        headers.insert(header::CONTENT_TYPE, JSON);
        if let Some(encoding) = representation.encoding {
            let name = HeaderValue::from_static(encoding.name());
            headers.insert(header::CONTENT_ENCODING, name);
        }
    }
    let etag = HeaderValue::from_maybe_shared(representation.etag);
    headers.insert(header::ETAG, etag.expect("tags are made of digits"));
    headers.insert(header::CACHE_CONTROL, cache_control.clone());
    headers.insert(header::VARY, ACCEPT_ENCODING);
    headers.insert(CACHE_STATUS, cache_status(source));
    response
}

/// How our cache took part (RFC 9211). Stale is a time to live below zero.
fn cache_status(source: Source) -> HeaderValue {
    match source {
        Source::Hit => HeaderValue::from_static("atelierex; hit"),
        Source::Miss => HeaderValue::from_static("atelierex; fwd=miss"),
        Source::Requested => HeaderValue::from_static("atelierex; fwd=request"),
        Source::Outdated => HeaderValue::from_static("atelierex; fwd=stale"),
        Source::Stale(age) => stale_status(age),
    }
}

fn stale_status(age: Duration) -> HeaderValue {
    let value = format!(
        "atelierex; hit; ttl=-{}; detail=database-away",
        age.as_secs().max(1)
    );
    HeaderValue::try_from(value).expect("digits may stand in a header")
}
