//! `/categories`: the categories with their numbers of products.

use std::{pin::pin, sync::Arc};

use bytes::Bytes;
use warp::{Filter as _, filters::BoxedFilter, http::Response};

use super::endpoint::{Endpoint, EndpointRequest, request, with};
use crate::{
    http::{
        request::head::RequestHead,
        response::{body::ComposedBody, problem::ApiError},
        state::State,
    },
    metrics::Metrics,
};

/// Route of the categories. Rejects other paths.
pub(crate) fn routes(
    state: &Arc<State>,
    metrics: &Metrics,
) -> BoxedFilter<(warp::reply::Response,)> {
    warp::path!("categories")
        .and(request())
        .and(with(Endpoint::new(state, metrics, "/categories")))
        .then(categories)
        .boxed()
}

async fn categories(request: EndpointRequest, endpoint: Arc<Endpoint>) -> warp::reply::Response {
    let response = get_categories(&request.head, &endpoint.state);
    endpoint.respond(&request, pin!(response)).await
}

async fn get_categories<B: From<Bytes>>(
    head: &RequestHead,
    state: &State,
) -> Result<Response<B>, ApiError> {
    let (categories, source) = if head.is_no_cache {
        state.cache.categories_consistent().await?
    } else {
        state.cache.categories()?
    };
    let body = ComposedBody::whole(&categories);
    state.responder.compose(&body, None, head, source).await
}
