//! What a page of a shop shows of a product, in one answer.

use std::pin::pin;

use bytes::Bytes;
use warp::http::Response;

use crate::http::{
    request::head::RequestHead, response::body::Composition, response::problem::ApiError,
    state::Context,
};
use crate::{cache::WithRelated, ids::ProductId, telemetry::traces::within};

/// `GET /products/{id}/related/cards`.
pub(crate) async fn get_cards<B: From<Bytes>>(
    id: ProductId,
    head: &RequestHead,
    context: &Context,
) -> Result<Response<B>, ApiError> {
    let found = find(id, head, context).await?;
    let cards = Composition::array(found.cards());
    context.compose(&cards, None, head, found.source).await
}

/// `GET /products/{id}/page`.
pub(crate) async fn get_page<B: From<Bytes>>(
    id: ProductId,
    head: &RequestHead,
    context: &Context,
) -> Result<Response<B>, ApiError> {
    let found = find(id, head, context).await?;
    let product = found.product.documents().ok_or(ApiError::NoSuchProduct)?;
    let page = Composition::product_page(product, found.cards());
    context.compose(&page, None, head, found.source).await
}

async fn find(
    id: ProductId,
    head: &RequestHead,
    context: &Context,
) -> Result<WithRelated, ApiError> {
    let span = context.traces.part("related");
    let limit = context.max_page_count;
    let found = async {
        if head.is_no_cache {
            context.cache.with_related_confirmed(id, limit).await
        } else {
            context.cache.with_related(id, limit).await
        }
    };
    let found = within(span.as_ref(), pin!(found)).await?;
    found.ok_or(ApiError::NoSuchProduct)
}
