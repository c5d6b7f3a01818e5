//! Parts of a request's head that decide on the response.

use warp::http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::{accept_encoding::AcceptEncoding, cache_control::is_no_cache};

/// Parts of a request's head that decide on the response.
#[derive(Clone, Debug)]
pub(crate) struct RequestHead {
    pub method: Method,
    pub accept: AcceptEncoding,
    /// Entity tags that the client has; see [`super::if_none_match`].
    pub if_none_match: Option<HeaderValue>,
    /// The client wants to see everything that was committed before its request.
    pub is_no_cache: bool,
}

impl RequestHead {
    /// Reads `headers`. A header that is not text is ignored: no header is a reason to reject a request.
    pub fn new(method: &Method, headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            method: method.clone(),
            accept: text(header::ACCEPT_ENCODING)
                .map_or_else(AcceptEncoding::default, AcceptEncoding::parse),
            if_none_match: headers.get(header::IF_NONE_MATCH).cloned(),
            is_no_cache: text(header::CACHE_CONTROL).is_some_and(is_no_cache),
        }
    }
}
