//! What a route wants to know of a request besides its path.

use std::{convert::Infallible, future::ready};

use warp::{
    Filter,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
};

use crate::http::{request::accept_encoding::AcceptEncoding, request::cache_control};

/// The head of a request, as far as it decides on the answer.
#[derive(Clone, Debug)]
pub(crate) struct RequestHead {
    pub method: Method,
    pub accept: AcceptEncoding,
    /// The tags of what the client has: see [`crate::http::request::if_none_match`].
    pub if_none_match: Option<HeaderValue>,
    /// Whether the client wants what was committed before its request.
    pub is_no_cache: bool,
}

impl RequestHead {
    /// Reads what `headers` say. One that is no text counts as missing: none is worth refusing a request.
    pub fn new(method: &Method, headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            method: method.clone(),
            accept: text(header::ACCEPT_ENCODING)
                .map_or_else(AcceptEncoding::default, AcceptEncoding::parse),
            if_none_match: headers.get(header::IF_NONE_MATCH).cloned(),
            is_no_cache: text(header::CACHE_CONTROL).is_some_and(cache_control::is_no_cache),
        }
    }
}

/// The query as it was sent; empty if there is none.
pub(crate) fn raw_query()
-> impl Filter<Extract = (String,), Error = Infallible> + Clone + Send + Sync + 'static {
    warp::query::raw().or_else(|_| ready(Ok((String::new(),))))
}
