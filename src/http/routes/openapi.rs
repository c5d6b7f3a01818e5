//! `GET /openapi.json`: what all this is, for machines.

use std::{pin::pin, sync::Arc};

use bytes::Bytes;
use warp::{
    Filter as _,
    filters::BoxedFilter,
    http::{HeaderMap, Method},
};

use crate::cache::{Part, Source};
use crate::http::{
    observe::watched,
    request::head::RequestHead,
    response::body::Composition,
    state::{Context, with},
};

/// The description, as it was when the program was built. Tests hold the routes to it.
pub(crate) fn description() -> Part {
    Part::from(Bytes::from_static(include_bytes!("openapi.json")))
}

/// The route of the description.
pub(crate) fn routes(context: &Arc<Context>) -> BoxedFilter<(warp::reply::Response,)> {
    warp::path!("openapi.json")
        .and(warp::method())
        .and(warp::header::headers_cloned())
        .and(with(context))
        .then(get)
        .boxed()
}

async fn get(method: Method, headers: HeaderMap, context: Arc<Context>) -> warp::reply::Response {
    let head = RequestHead::new(&method, &headers);
    let description = Composition::whole(&context.description);
    let answer = context.compose(&description, None, &head, Source::Hit);
    let metrics = &context.openapi;
    watched(metrics, &method, &headers, &context, pin!(answer)).await
}
