//! Methods of every route, and the answer that lists them.

use bytes::Bytes;
use warp::http::{HeaderValue, Response, StatusCode, header};

/// Methods that every route takes.
pub(crate) const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// Answers `OPTIONS`. For a preflight, CORS adds its own headers.
pub(crate) fn options<B: From<Bytes>>() -> Response<B> {
    let mut response = Response::new(Bytes::new().into());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::ALLOW, METHODS);
    response
}
