//! Methods of every route, and the response that lists them.

use bytes::Bytes;
use warp::http::{HeaderValue, Response, StatusCode, header};

/// Methods that every route accepts.
pub(crate) const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// Answers `OPTIONS`. CORS adds its headers for a preflight.
pub(crate) fn options<B: From<Bytes>>() -> Response<B> {
    let mut response = Response::new(Bytes::new().into());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::ALLOW, METHODS);
    response
}
