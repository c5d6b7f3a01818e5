//! `/products/{id}/page` and `/products/{id}/related/cards`: everything that a shop's product page shows, in one
//! response.

use std::{pin::pin, sync::Arc};

use bytes::Bytes;
use warp::{Filter as _, filters::BoxedFilter, http::Response};

use super::{
    endpoint::{Endpoint, EndpointRequest, request, with},
    product_id::IdSegment,
};
use crate::{
    cache::WithRelated,
    http::{
        request::head::RequestHead,
        response::{body::ComposedBody, problem::ApiError},
        state::State,
    },
    ids::ProductId,
    metrics::Metrics,
};

/// Routes of the page and of the cards. Reject other paths.
pub(crate) fn routes(
    state: &Arc<State>,
    metrics: &Metrics,
) -> BoxedFilter<(warp::reply::Response,)> {
    let page = Endpoint::new(state, metrics, "/products/{id}/page");
    let page = warp::path!("products" / IdSegment / "page")
        .and(request())
        .and(with(page))
        .then(page_of_product);
    let cards = Endpoint::new(state, metrics, "/products/{id}/related/cards");
    let cards = warp::path!("products" / IdSegment / "related" / "cards")
        .and(request())
        .and(with(cards))
        .then(cards_of_related);
    page.or(cards).unify().boxed()
}

async fn page_of_product(
    id: IdSegment,
    request: EndpointRequest,
    endpoint: Arc<Endpoint>,
) -> warp::reply::Response {
    let response = async { get_page(id.id()?, &request.head, &endpoint.state).await };
    endpoint.respond(&request, pin!(response)).await
}

async fn cards_of_related(
    id: IdSegment,
    request: EndpointRequest,
    endpoint: Arc<Endpoint>,
) -> warp::reply::Response {
    let response = async { get_cards(id.id()?, &request.head, &endpoint.state).await };
    endpoint.respond(&request, pin!(response)).await
}

async fn get_page<B: From<Bytes>>(
    id: ProductId,
    head: &RequestHead,
    state: &State,
) -> Result<Response<B>, ApiError> {
    let found = find(id, head, state).await?;
    let product = found.product.documents().ok_or(ApiError::NoSuchProduct)?;
    let page = ComposedBody::product_page(product, found.cards());
    let response = state.responder.compose(&page, None, head, found.source);
    response.await
}

async fn get_cards<B: From<Bytes>>(
    id: ProductId,
    head: &RequestHead,
    state: &State,
) -> Result<Response<B>, ApiError> {
    let found = find(id, head, state).await?;
    let cards = ComposedBody::array(found.cards());
    let response = state.responder.compose(&cards, None, head, found.source);
    response.await
}

/// Finds the product and its related products.
async fn find(id: ProductId, head: &RequestHead, state: &State) -> Result<WithRelated, ApiError> {
    let limit = state.max_page_count;
    let found = async {
        if head.is_no_cache {
            state.cache.with_related_consistent(id, limit).await
        } else {
            state.cache.with_related(id, limit).await
        }
    };
    let found = state.observer.within("related", pin!(found)).await?;
    found.ok_or(ApiError::NoSuchProduct)
}
