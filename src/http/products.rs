//! `/products` and what is below it.

use std::{convert::Infallible, pin::pin, str::FromStr, sync::Arc};

use bytes::Bytes;
use warp::{
    Filter,
    filters::BoxedFilter,
    http::{HeaderMap, Method, Response},
};

use super::{
    bodies,
    context::Context,
    error::ApiError,
    head::{RequestHead, raw_query},
    query::PageQuery,
    responses::Representation,
    watch::watched,
};
use crate::{cache::entry::Kind, ids::ProductId, telemetry::traces::within};

/// A segment where an id should stand; none if it is no id.
///
/// Not a [`ProductId`] itself: then a malformed one would be a path that does not exist, not a bad request.
#[derive(Clone, Copy, Debug)]
struct IdSegment(Option<ProductId>);

impl FromStr for IdSegment {
    type Err = Infallible;

    fn from_str(segment: &str) -> Result<Self, Infallible> {
        Ok(Self(segment.parse().ok()))
    }
}

/// All routes of this resource. A rejection means: another path.
pub(super) fn routes(context: &Arc<Context>) -> BoxedFilter<(warp::reply::Response,)> {
    let kind = warp::path::end()
        .map(|| Kind::Detail)
        .or(warp::path!("styles").map(|| Kind::Styles))
        .unify()
        .or(warp::path!("related").map(|| Kind::Related))
        .unify();
    let product = warp::path("products")
        .and(warp::path::param())
        .and(kind)
        .and(warp::method())
        .and(warp::header::headers_cloned())
        .and(with(context))
        .then(product);
    let list = warp::path!("products")
        .and(raw_query())
        .and(warp::method())
        .and(warp::header::headers_cloned())
        .and(with(context))
        .then(list);
    product.or(list).unify().boxed()
}

async fn product(
    IdSegment(id): IdSegment,
    kind: Kind,
    method: Method,
    headers: HeaderMap,
    context: Arc<Context>,
) -> warp::reply::Response {
    let head = RequestHead::new(&method, &headers);
    let answer = async {
        let id = id.ok_or(ApiError::BadId)?;
        get_document(id, kind, &head, &context).await
    };
    let metrics = context.metrics_of(kind);
    // In its place: to be moved from hand to hand would cost more than all that is noted of it.
    watched(metrics, &method, &headers, &context, pin!(answer)).await
}

async fn list(
    query: String,
    method: Method,
    headers: HeaderMap,
    context: Arc<Context>,
) -> warp::reply::Response {
    let head = RequestHead::new(&method, &headers);
    let answer = get_page(&query, &head, &context);
    watched(&context.list, &method, &headers, &context, pin!(answer)).await
}

fn with(
    context: &Arc<Context>,
) -> impl Filter<Extract = (Arc<Context>,), Error = Infallible> + Clone + use<> {
    let context = Arc::clone(context);
    warp::any().map(move || Arc::clone(&context))
}

/// `GET /products/{id}`, `/products/{id}/styles`, `/products/{id}/related`.
pub(super) async fn get_document<B: From<Bytes>>(
    id: ProductId,
    kind: Kind,
    head: &RequestHead,
    context: &Context,
) -> Result<Response<B>, ApiError> {
    let found = if head.is_no_cache {
        context.cache.get_confirmed(id).await?
    } else {
        context.cache.get(id).await?
    };
    let documents = found.entry.documents().ok_or(ApiError::NoSuchProduct)?;
    let mut representation = None;
    if let Some(encoding) = head.accept.0 {
        let encoded = context.cache.encoded(&found.entry, kind, encoding).await;
        representation = encoded.map(|encoded| Representation::new(encoded, Some(encoding)));
    }
    let identity = || Representation::new(documents.get(kind).identity(), None);
    let representation = representation.unwrap_or_else(identity);
    let headers = &context.headers;
    Ok(headers.answer(head, representation, found.source))
}

/// `GET /products`: one page.
async fn get_page<B: From<Bytes>>(
    query: &str,
    head: &RequestHead,
    context: &Context,
) -> Result<Response<B>, ApiError> {
    let query = PageQuery::parse(query, context.max_page_count)?;
    let span = context.traces.part("page");
    let answer = pin!(make_page(query, head, context));
    within(span.as_ref(), answer).await
}

async fn make_page<B: From<Bytes>>(
    query: PageQuery,
    head: &RequestHead,
    context: &Context,
) -> Result<Response<B>, ApiError> {
    let page = if head.is_no_cache {
        let page = context.cache.page_confirmed(query.offset, query.count);
        page.await?
    } else {
        context.cache.page(query.offset, query.count).await?
    };
    let listings: Vec<_> = page.listings().collect();
    let listings = listings.iter().copied();
    let room = context.page_memory.room(bodies::length(listings.clone()))?;
    let mut array = context.bodies.array(listings, head.accept.0).await;
    array.body = room.place(array.body);
    Ok(context.headers.answer(head, array, page.source))
}
