//! `/openapi.json`: the description of the API for machines (OpenAPI 3.1).

use std::{pin::pin, sync::Arc};

use bytes::Bytes;
use warp::{Filter as _, filters::BoxedFilter};

use super::endpoint::{Endpoint, EndpointRequest, request, with};
use crate::{
    cache::{Part, Source},
    http::{response::body::ComposedBody, state::State},
    metrics::Metrics,
};

/// The document as it was when the program was built. Tests compare the routes with it.
const DOCUMENT: &[u8] = include_bytes!("openapi.json");

struct OpenApi {
    endpoint: Arc<Endpoint>,
    document: Part,
}

/// Route of the document. Rejects other paths.
pub(crate) fn routes(
    state: &Arc<State>,
    metrics: &Metrics,
) -> BoxedFilter<(warp::reply::Response,)> {
    let openapi = OpenApi {
        endpoint: Endpoint::new(state, metrics, "/openapi.json"),
        document: Part::from(Bytes::from_static(DOCUMENT)),
    };
    warp::path!("openapi.json")
        .and(request())
        .and(with(Arc::new(openapi)))
        .then(document)
        .boxed()
}

async fn document(request: EndpointRequest, openapi: Arc<OpenApi>) -> warp::reply::Response {
    let body = ComposedBody::whole(&openapi.document);
    let responder = &openapi.endpoint.state.responder;
    let response = responder.compose(&body, None, &request.head, Source::Hit);
    openapi.endpoint.respond(&request, pin!(response)).await
}
