//! Router: all public routes, and the response for other paths.

use std::{convert::Infallible, sync::Arc};

use warp::{
    Filter,
    http::{HeaderMap, Method},
    reply::Response,
};

use super::{
    observe::Exchange,
    response::problem::ApiError,
    routes::{
        categories, list, openapi,
        product::{self, DocumentEndpoints},
        product_page,
        web::{self, Web},
    },
    state::State,
};
use crate::metrics::{Metrics, RouteMetrics};

/// Combines all routes, those with most requests first. Most requests for documents take the fast path instead.
pub(super) fn routes(
    state: &Arc<State>,
    documents: &Arc<DocumentEndpoints>,
    web: Web,
    metrics: &Metrics,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + Send + Sync + use<> {
    let known = list::routes(state, metrics)
        .or(product_page::routes(state, metrics))
        .unify()
        .or(product::routes(documents))
        .unify()
        .or(categories::routes(state, metrics))
        .unify()
        .or(openapi::routes(state, metrics))
        .unify()
        .or(web::routes(web))
        .unify();
    let unknown = unknown(state, metrics);
    let state = Arc::clone(state);
    warp::header::headers_cloned()
        .and(known.or(unknown).unify())
        .map(move |request: HeaderMap, mut response: Response| {
            state.responder.add_cors(&request, &mut response);
            response
        })
}

/// Answers every other path.
fn unknown(
    state: &Arc<State>,
    metrics: &Metrics,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + Send + Sync + use<> {
    let state = Arc::clone(state);
    let metrics = metrics.route("unknown");
    warp::method()
        .and(warp::header::headers_cloned())
        .map(move |method, headers| unknown_path(&method, &headers, &state, &metrics))
}

fn unknown_path(
    method: &Method,
    headers: &HeaderMap,
    state: &State,
    metrics: &RouteMetrics,
) -> Response {
    let observed = state.observer.begin(headers);
    let response = state.responder.problem(ApiError::UnknownPath, headers);
    let exchange = Exchange {
        method,
        request: headers,
        response: &response,
    };
    state.observer.record(&observed, metrics, &exchange);
    response
}
