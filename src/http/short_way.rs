//! The short way: what is in memory is answered without trying routes one by one.
//!
//! It knows the plain form of the three paths that are wanted most. Whatever else there is to a request
//! goes the long way, through the routes, which answer these in the same words.

use std::time::Instant;

use warp::http::{Method, Request, Response};

use super::{context::Context, head::RequestHead, products::observe, responses::Representation};
use crate::{
    cache::encoding::Encoding,
    cache::entry::{Document, Kind},
    ids::ProductId,
};

/// The answer to `request`, if it can be given at once.
pub(super) fn answer<R, B>(request: &Request<R>, context: &Context) -> Option<Response<B>>
where
    B: From<bytes::Bytes>,
{
    let begin = Instant::now();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let (id, kind) = parse(request.uri().path())?;
    let head = RequestHead::new(request.method(), request.headers());
    if head.is_no_cache {
        return None;
    }
    let entry = context.cache.in_memory(id)?;
    let document = entry.documents()?.get(kind);
    let representation = representation(document, head.accept.0)?;
    let source = context.cache.count_hit().ok()?;
    let mut response = context.headers.answer(&head, representation, source);
    if !context.cors.allows_all() {
        context.cors.decorate(request.headers(), &mut response);
    }
    observe(context.metrics_of(kind), &head, &response, begin);
    Some(response)
}

/// The product and its document that a path names.
fn parse(path: &str) -> Option<(ProductId, Kind)> {
    let rest = path.strip_prefix("/products/")?;
    let (id, kind) = match rest.split_once('/') {
        None => (rest, Kind::Detail),
        Some((id, "styles")) => (id, Kind::Styles),
        Some((id, "related")) => (id, Kind::Related),
        Some(_) => return None,
    };
    Some((id.parse().ok()?, kind))
}

/// The representation that suits the client best, if it was made already.
fn representation(document: &Document, encoding: Option<Encoding>) -> Option<Representation> {
    if let Some(encoding) = encoding
        && let Some(encoded) = document.encoded(encoding)?
    {
        return Some(Representation::new(encoded, Some(encoding)));
    }
    Some(Representation::new(document.identity(), None))
}
