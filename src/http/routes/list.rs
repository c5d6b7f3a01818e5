//! Lists: of products, of categories.

use std::pin::pin;

use bytes::Bytes;
use warp::http::Response;

use crate::http::{
    request::head::RequestHead,
    request::list_query::{self, ListQuery, View},
    response::body::Composition,
    response::list_headers::ListHeaders,
    response::problem::ApiError,
    state::Context,
};
use crate::telemetry::traces::within;

/// `GET /products`: the list that `query` asks for.
pub(crate) async fn get_list<B: From<Bytes>>(
    query: &str,
    head: &RequestHead,
    context: &Context,
) -> Result<Response<B>, ApiError> {
    let query = list_query::parse(query, context.max_page_count)?;
    let span = context.traces.part("page");
    let answer = pin!(make_list(&query, head, context));
    within(span.as_ref(), answer).await
}

async fn make_list<B: From<Bytes>>(
    query: &ListQuery,
    head: &RequestHead,
    context: &Context,
) -> Result<Response<B>, ApiError> {
    let page = if head.is_no_cache {
        context.cache.page_confirmed(&query.selection).await?
    } else {
        context.cache.page(&query.selection).await?
    };
    let list = match query.view {
        View::Listings => Composition::array(page.listings()),
        View::Cards => Composition::array(page.cards()),
    };
    let headers = ListHeaders::new(query, &page);
    let seal = headers.seal();
    let mut response = context
        .compose(&list, Some(&seal), head, page.source)
        .await?;
    headers.put_into(response.headers_mut());
    Ok(response)
}

/// `GET /categories`.
pub(crate) async fn get_categories<B: From<Bytes>>(
    head: &RequestHead,
    context: &Context,
) -> Result<Response<B>, ApiError> {
    let (categories, source) = if head.is_no_cache {
        context.cache.categories_confirmed().await?
    } else {
        context.cache.categories()?
    };
    let list = Composition::whole(&categories);
    context.compose(&list, None, head, source).await
}
