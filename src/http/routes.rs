//! Everything that is answered to clients.

use std::{convert::Infallible, sync::Arc};

use warp::{Filter, reply::Response};

use super::{
    cors::{Cors, Echo},
    error::ApiError,
    head::{header, request_head},
    products::{self, Context},
};
use crate::{
    cache::documents::DocumentCache,
    config::{CacheConfig, HttpConfig},
    metrics::Metrics,
};

/// All routes, with an answer for whatever is none.
#[must_use]
pub fn routes(
    cache: DocumentCache,
    http: &HttpConfig,
    cache_config: &CacheConfig,
    metrics: &Metrics,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + Send + Sync + use<> {
    let context = Arc::new(Context::new(cache, http, cache_config, metrics));
    let cors = Arc::new(Cors::new(&http.cors_origins));
    let known = products::routes(&context);
    let unknown = request_head().map(move |head| unknown_path(&head, &context));
    header::<Echo>("origin")
        .and(header::<Echo>("access-control-request-headers"))
        .and(known.or(unknown).unify())
        .map(move |origin, requested, response| cors.decorate(origin, requested, response))
}

fn unknown_path(head: &super::head::RequestHead, context: &Context) -> Response {
    let response = ApiError::UnknownPath.into_response(&context.cache_control);
    let status = response.status().as_u16();
    context.unknown.observe(status, std::time::Duration::ZERO);
    tracing::debug!(http.method = %head.method, http.status = status, "Answered");
    response
}
