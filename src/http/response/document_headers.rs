//! Header maps of documents, prepared once. A response copies one and sets its own values.

use bytes::Bytes;
use warp::http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::{
    cache_policy::CachePolicy,
    cache_status::{CACHE_STATUS, HIT, cache_status},
    cors::Cors,
    representation::Representation,
};
use crate::{
    cache::{Encoding, Source},
    http::request::{head::RequestHead, if_none_match},
};

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const ACCEPT_ENCODING: HeaderValue = HeaderValue::from_static("Accept-Encoding");

/// Prepared header maps: one for each encoding, one for 304.
pub(crate) struct DocumentHeaders {
    identity: HeaderMap,
    encoded: [HeaderMap; Encoding::ALL.len()],
    not_modified: HeaderMap,
}

impl DocumentHeaders {
    /// Prepares headers with this cache policy, and with CORS headers if they are the same for all origins.
    pub fn new(cache_policy: &CachePolicy, cors: &Cors) -> Self {
        let not_modified = common(cache_policy, cors);
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

    /// Answers 200, or 304 if the client has this representation. For HEAD the connection omits the body.
    pub fn respond<B: From<Bytes>>(
        &self,
        head: &RequestHead,
        representation: Representation,
        source: Source,
    ) -> Response<B> {
        let matches = |tags: &HeaderValue| if_none_match::has(tags, &representation.etag);
        let is_known = head.if_none_match.as_ref().is_some_and(matches);
        let (status, body, headers) = if is_known {
            (StatusCode::NOT_MODIFIED, Bytes::new(), &self.not_modified)
        } else {
            let headers = self.prepared(representation.encoding);
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

    fn prepared(&self, encoding: Option<Encoding>) -> &HeaderMap {
        encoding.map_or(&self.identity, |encoding| &self.encoded[encoding as usize])
    }
}

/// Returns headers of all responses with a document.
fn common(cache_policy: &CachePolicy, cors: &Cors) -> HeaderMap {
    let mut response = Response::new(());
    let headers = response.headers_mut();
    // Placeholders for the values of each response, so that its copy need not grow.
    headers.insert(header::ETAG, HeaderValue::from_static(""));
    headers.insert(CACHE_STATUS, HIT);
    headers.insert(header::CACHE_CONTROL, cache_policy.of_document());
    headers.insert(header::VARY, ACCEPT_ENCODING);
    if cors.allows_all() {
        cors.decorate(&HeaderMap::new(), &mut response);
    }
    response.into_parts().0.headers
}
