//! What a route wants to know of a request besides its path.

use std::{convert::Infallible, future::ready, str::FromStr};

use warp::{Filter, http::Method};

use super::{accept_encoding::AcceptEncoding, if_none_match::IfNoneMatch, no_cache::NoCache};

/// The head of a request, as far as it decides on the answer.
#[derive(Clone, Debug)]
pub(super) struct RequestHead {
    pub method: Method,
    pub accept: AcceptEncoding,
    pub if_none_match: Option<IfNoneMatch>,
    /// Whether the client wants what was committed before its request.
    pub is_no_cache: bool,
}

/// Extracts the head.
pub(super) fn request_head()
-> impl Filter<Extract = (RequestHead,), Error = Infallible> + Clone + Send + Sync + 'static {
    warp::method()
        .and(header::<AcceptEncoding>("accept-encoding"))
        .and(header::<IfNoneMatch>("if-none-match"))
        .and(header::<NoCache>("cache-control"))
        .map(
            |method, accept: Option<_>, if_none_match, no_cache: Option<NoCache>| RequestHead {
                method,
                accept: accept.unwrap_or_default(),
                if_none_match,
                is_no_cache: no_cache.is_some_and(|NoCache(is_no_cache)| is_no_cache),
            },
        )
}

/// A header that counts as missing when it is no text: none of ours is worth refusing a request.
pub(super) fn header<T>(
    name: &'static str,
) -> impl Filter<Extract = (Option<T>,), Error = Infallible> + Clone + Send + Sync + 'static
where
    T: FromStr + Send + 'static,
{
    warp::header::optional::<T>(name).or_else(|_| ready(Ok((None,))))
}

/// The query as it was sent; empty if there is none.
pub(super) fn raw_query()
-> impl Filter<Extract = (String,), Error = Infallible> + Clone + Send + Sync + 'static {
    warp::query::raw().or_else(|_| ready(Ok((String::new(),))))
}
