//! Answers with a document: the headers that say what it is and how long it may be kept.

pub(crate) mod body;
pub(crate) mod budget;
pub(crate) mod composed_cache;
pub(crate) mod cors;
pub(crate) mod list_headers;
pub(crate) mod problem;

use std::time::Duration;

use bytes::Bytes;
use warp::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use crate::http::{request::head::RequestHead, request::if_none_match, response::cors::Cors};
use crate::{
    cache::{Encoded, Encoding, Source},
    config::HttpConfig,
};

/// How our cache took part.
pub(crate) const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const ACCEPT_ENCODING: HeaderValue = HeaderValue::from_static("Accept-Encoding");
const HIT: HeaderValue = HeaderValue::from_static("atelierex; hit");

/// One representation of a document, ready to be sent.
pub(crate) struct Representation {
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
pub(crate) fn cache_control(config: &HttpConfig) -> HeaderValue {
    let value = format!(
        "public, max-age={}, s-maxage={}, stale-while-revalidate={}, stale-if-error={}",
        config.cache_max_age.as_secs(),
        config.cache_s_maxage.as_secs(),
        config.cache_stale_while_revalidate.as_secs(),
        config.cache_stale_if_error.as_secs()
    );
    // Kept for good: otherwise each answer would count its users up and down, on all processors.
    HeaderValue::from_static(value.leak())
}

/// The headers of documents, made once: an answer takes a copy and puts in what is its own.
pub(crate) struct DocumentHeaders {
    identity: HeaderMap,
    encoded: [HeaderMap; Encoding::ALL.len()],
    not_modified: HeaderMap,
}

impl DocumentHeaders {
    /// Headers with this `Cache-Control`, and those of CORS if they are the same for all origins.
    pub fn new(cache_control: &HeaderValue, cors: &Cors) -> Self {
        let mut response = Response::new(());
        let headers = response.headers_mut();
        // Places for what each answer puts in, so that its copy need not grow.
        headers.insert(header::ETAG, HeaderValue::from_static(""));
        headers.insert(CACHE_STATUS, HIT);
        headers.insert(header::CACHE_CONTROL, cache_control.clone());
        headers.insert(header::VARY, ACCEPT_ENCODING);
        if cors.allows_all() {
            cors.decorate(&HeaderMap::new(), &mut response);
        }
        let not_modified = response.into_parts().0.headers;
        let mut identity = not_modified.clone();
        identity.insert(header::CONTENT_TYPE, JSON);
        let encoded = Encoding::ALL.map(|encoding| {
            let mut encoded = identity.clone();
            let name = HeaderValue::from_static(encoding.name());
            encoded.insert(header::CONTENT_ENCODING, name);
            encoded
        });
        Self {
            identity,
            encoded,
            not_modified,
        }
    }

    /// The answer 200, or 304 if the client has it. A body for HEAD is left out by the connection.
    pub fn answer<B>(
        &self,
        head: &RequestHead,
        representation: Representation,
        source: Source,
    ) -> Response<B>
    where
        B: From<Bytes>,
    {
        let has_it = |known: &HeaderValue| if_none_match::has(known, &representation.etag);
        let is_known = head.if_none_match.as_ref().is_some_and(has_it);
        let (status, body, headers) = if is_known {
            (StatusCode::NOT_MODIFIED, Bytes::new(), &self.not_modified)
        } else {
            let headers = representation
                .encoding
                .map_or(&self.identity, |encoding| &self.encoded[encoding as usize]);
            (StatusCode::OK, representation.body, headers)
        };
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        *response.headers_mut() = headers.clone();
        let headers = response.headers_mut();
        let etag = HeaderValue::from_maybe_shared(representation.etag);
        headers.insert(header::ETAG, etag.expect("tags are made of digits"));
        if source != Source::Hit {
            headers.insert(CACHE_STATUS, cache_status(source));
        }
        response
    }
}

/// How our cache took part (RFC 9211). Stale is a time to live below zero.
fn cache_status(source: Source) -> HeaderValue {
    match source {
        Source::Hit => HIT,
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
