//! `/products`: lists, in pages, by ids, or as the result of a search.

use std::{convert::Infallible, future::ready, pin::pin, sync::Arc};

use bytes::Bytes;
use warp::{Filter, filters::BoxedFilter, http::Response};

use super::endpoint::{Endpoint, EndpointRequest, request, with};
use crate::{
    http::{
        request::{
            head::RequestHead,
            list_query::{ListQuery, View},
        },
        response::{body::ComposedBody, list_headers::ListHeaders, problem::ApiError},
        state::State,
    },
    metrics::Metrics,
};

/// Route of the lists. Rejects other paths.
pub(crate) fn routes(
    state: &Arc<State>,
    metrics: &Metrics,
) -> BoxedFilter<(warp::reply::Response,)> {
    warp::path!("products")
        .and(raw_query())
        .and(request())
        .and(with(Endpoint::new(state, metrics, "/products")))
        .then(list)
        .boxed()
}

/// Extracts the query as it was sent; empty if there is none.
fn raw_query() -> impl Filter<Extract = (String,), Error = Infallible> + Clone + Send + Sync {
    warp::query::raw().or_else(|_| ready(Ok((String::new(),))))
}

async fn list(
    query: String,
    request: EndpointRequest,
    endpoint: Arc<Endpoint>,
) -> warp::reply::Response {
    let response = get_list(&query, &request.head, &endpoint.state);
    endpoint.respond(&request, pin!(response)).await
}

async fn get_list<B: From<Bytes>>(
    query: &str,
    head: &RequestHead,
    state: &State,
) -> Result<Response<B>, ApiError> {
    let query = ListQuery::parse(query, state.max_page_count)?;
    let response = pin!(find_list(&query, head, state));
    state.observer.within("page", response).await
}

async fn find_list<B: From<Bytes>>(
    query: &ListQuery,
    head: &RequestHead,
    state: &State,
) -> Result<Response<B>, ApiError> {
    let page = if head.is_no_cache {
        state.cache.page_consistent(&query.selection).await?
    } else {
        state.cache.page(&query.selection).await?
    };
    let body = match query.view {
        View::Listings => ComposedBody::array(page.listings()),
        View::Cards => ComposedBody::array(page.cards()),
    };
    let headers = ListHeaders::new(query, &page);
    let salt = headers.etag_salt();
    let response = state
        .responder
        .compose(&body, Some(&salt), head, page.source);
    let mut response = response.await?;
    headers.add_to(response.headers_mut());
    Ok(response)
}
