//! Everything that is answered to clients.

use std::{convert::Infallible, sync::Arc, time::Instant};

use warp::{Filter, http::HeaderMap, reply::Response};

use super::{
    context::Context,
    error::ApiError,
    head::{RequestHead, request_head},
    products,
    timed::observe,
};

/// All routes, with an answer for whatever is none.
pub(super) fn routes(
    context: &Arc<Context>,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + Send + Sync + use<> {
    let known = products::routes(context);
    let unknown = {
        let context = Arc::clone(context);
        request_head().map(move |head| unknown_path(&head, &context))
    };
    let context = Arc::clone(context);
    warp::header::headers_cloned()
        .and(known.or(unknown).unify())
        .map(move |request: HeaderMap, mut response: Response| {
            context.cors.decorate(&request, &mut response);
            response
        })
}

fn unknown_path(head: &RequestHead, context: &Context) -> Response {
    let response = ApiError::UnknownPath.into_response(&context.cache_control);
    observe(&context.unknown, head, &response, Instant::now());
    response
}
