//! `/products` and what is below it, and `/categories`.

use std::{convert::Infallible, pin::pin, str::FromStr, sync::Arc};

use bytes::Bytes;
use warp::{
    Filter as _,
    filters::BoxedFilter,
    http::{HeaderMap, Method, Response},
};

use crate::http::{
    observe::watched,
    request::head::{RequestHead, raw_query},
    response::Representation,
    response::problem::ApiError,
    routes::list::{get_categories, get_list},
    routes::product_page::{get_cards, get_page},
    state::{Context, with},
};
use crate::{cache::Kind, ids::ProductId};

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

/// What is asked for of a product.
#[derive(Clone, Copy, Debug)]
enum View {
    /// One of its documents.
    Document(Kind),
    /// The cards of those that are related to it.
    Cards,
    /// All that its page shows.
    Page,
}

/// All routes of these resources. A rejection means: another path.
pub(crate) fn routes(context: &Arc<Context>) -> BoxedFilter<(warp::reply::Response,)> {
    let view = warp::path::end()
        .map(|| View::Document(Kind::Detail))
        .or(warp::path!("page").map(|| View::Page))
        .unify()
        .or(warp::path!("related" / "cards").map(|| View::Cards))
        .unify()
        .or(warp::path!("styles").map(|| View::Document(Kind::Styles)))
        .unify()
        .or(warp::path!("related").map(|| View::Document(Kind::Related)))
        .unify();
    let product = warp::path("products")
        .and(warp::path::param())
        .and(view)
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
    let categories = warp::path!("categories")
        .and(warp::method())
        .and(warp::header::headers_cloned())
        .and(with(context))
        .then(categories);
    product.or(list).unify().or(categories).unify().boxed()
}

async fn product(
    IdSegment(id): IdSegment,
    view: View,
    method: Method,
    headers: HeaderMap,
    context: Arc<Context>,
) -> warp::reply::Response {
    let head = RequestHead::new(&method, &headers);
    let answer = async {
        let id = id.ok_or(ApiError::BadId)?;
        match view {
            View::Document(kind) => get_document(id, kind, &head, &context).await,
            View::Cards => get_cards(id, &head, &context).await,
            View::Page => get_page(id, &head, &context).await,
        }
    };
    let metrics = match view {
        View::Document(kind) => context.metrics_of(kind),
        View::Cards => &context.cards,
        View::Page => &context.page,
    };
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
    let answer = get_list(&query, &head, &context);
    watched(&context.list, &method, &headers, &context, pin!(answer)).await
}

async fn categories(
    method: Method,
    headers: HeaderMap,
    context: Arc<Context>,
) -> warp::reply::Response {
    let head = RequestHead::new(&method, &headers);
    let answer = get_categories(&head, &context);
    let metrics = &context.categories;
    watched(metrics, &method, &headers, &context, pin!(answer)).await
}

/// `GET /products/{id}`, `/products/{id}/styles`, `/products/{id}/related`.
pub(crate) async fn get_document<B: From<Bytes>>(
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
