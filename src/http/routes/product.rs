//! `/products/{id}`, `/products/{id}/styles` and `/products/{id}/related`: the documents of a product.

use std::{pin::pin, sync::Arc};

use bytes::Bytes;
use warp::{Filter as _, filters::BoxedFilter, http::Response};

use super::{
    endpoint::{Endpoint, EndpointRequest, request, with},
    product_id::IdSegment,
};
use crate::{
    cache::{DocumentCache, DocumentKind},
    http::{
        request::head::RequestHead,
        response::{problem::ApiError, representation::Representation, responder::Responder},
        state::State,
    },
    ids::ProductId,
    metrics::Metrics,
};

/// Endpoints of a product's documents.
pub(crate) struct DocumentEndpoints {
    detail: Arc<Endpoint>,
    styles: Arc<Endpoint>,
    related: Arc<Endpoint>,
}

impl DocumentEndpoints {
    /// Creates them with their metrics.
    pub fn new(state: &Arc<State>, metrics: &Metrics) -> Self {
        let endpoint = |template| Endpoint::new(state, metrics, template);
        Self {
            detail: endpoint("/products/{id}"),
            styles: endpoint("/products/{id}/styles"),
            related: endpoint("/products/{id}/related"),
        }
    }

    /// Returns the endpoint of a kind of document.
    pub fn get(&self, kind: DocumentKind) -> &Endpoint {
        match kind {
            DocumentKind::Detail => &self.detail,
            DocumentKind::Styles => &self.styles,
            DocumentKind::Related => &self.related,
        }
    }
}

/// Routes of the documents. Rejects other paths.
pub(crate) fn routes(endpoints: &Arc<DocumentEndpoints>) -> BoxedFilter<(warp::reply::Response,)> {
    let kind = warp::path::end()
        .map(|| DocumentKind::Detail)
        .or(warp::path!("styles").map(|| DocumentKind::Styles))
        .unify()
        .or(warp::path!("related").map(|| DocumentKind::Related))
        .unify();
    warp::path("products")
        .and(warp::path::param())
        .and(kind)
        .and(request())
        .and(with(Arc::clone(endpoints)))
        .then(document)
        .boxed()
}

async fn document(
    id: IdSegment,
    kind: DocumentKind,
    request: EndpointRequest,
    endpoints: Arc<DocumentEndpoints>,
) -> warp::reply::Response {
    let endpoint = endpoints.get(kind);
    let State {
        cache, responder, ..
    } = &*endpoint.state;
    let response = async { get_document(id.id()?, kind, &request.head, cache, responder).await };
    // Pinned on the stack: moving the future costs more than recording the request.
    endpoint.respond(&request, pin!(response)).await
}

/// Answers with a document of a product. Fetches it if it is not in memory.
pub(crate) async fn get_document<B: From<Bytes>>(
    id: ProductId,
    kind: DocumentKind,
    head: &RequestHead,
    cache: &DocumentCache,
    responder: &Responder,
) -> Result<Response<B>, ApiError> {
    let found = if head.is_no_cache {
        cache.get_consistent(id).await?
    } else {
        cache.get(id).await?
    };
    let documents = found.entry.documents().ok_or(ApiError::NoSuchProduct)?;
    let mut representation = None;
    if let Some(encoding) = head.accept.0 {
        let encoded = cache.encoded(&found.entry, kind, encoding).await;
        representation = encoded.map(|encoded| Representation::new(encoded, Some(encoding)));
    }
    let identity = || Representation::new(documents.get(kind).identity(), None);
    let representation = representation.unwrap_or_else(identity);
    Ok(responder.document(head, representation, found.source))
}
