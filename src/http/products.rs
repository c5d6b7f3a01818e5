//! `/products` and what is below it.

use std::{convert::Infallible, str::FromStr, sync::Arc};

use bytes::Bytes;
use warp::{Filter, filters::BoxedFilter, http::Response};

use super::{
    context::Context,
    error::ApiError,
    head::{RequestHead, raw_query, request_head},
    query::PageQuery,
    responses::Representation,
    timed::timed,
};
use crate::{cache::entry::Kind, ids::ProductId};

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
        .and(request_head())
        .and(with(context))
        .then(
            |IdSegment(id), kind: Kind, head: RequestHead, context: Arc<Context>| async move {
                let answer = async {
                    let id = id.ok_or(ApiError::BadId)?;
                    get_document(id, kind, &head, &context).await
                };
                timed(context.metrics_of(kind), &head, &context, answer).await
            },
        );
    let list = warp::path!("products")
        .and(request_head())
        .and(raw_query())
        .and(with(context))
        .then(
            |head: RequestHead, query: String, context: Arc<Context>| async move {
                let answer = get_page(&query, &head, &context);
                timed(&context.list, &head, &context, answer).await
            },
        );
    product.or(list).unify().boxed()
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
    let page = if head.is_no_cache {
        let page = context.cache.page_confirmed(query.offset, query.count);
        page.await?
    } else {
        context.cache.page(query.offset, query.count).await?
    };
    let listings: Vec<_> = page.listings().collect();
    let array = context
        .bodies
        .array(listings.iter().copied(), head.accept.0)
        .await;
    Ok(context.headers.answer(head, array, page.source))
}
