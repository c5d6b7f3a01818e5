//! The fast path to a product's documents, which bypasses the router.
//!
//! It handles the plain form of the three paths with most requests. Any other form, method or path goes through the
//! router, whose responses for these three paths are identical. A document in memory is answered at once, without a
//! task and without an allocation beyond the response.

use std::pin::pin;

use bytes::Bytes;
use warp::http::{HeaderMap, Method, Request, Response};

use super::{
    observe::{Exchange, RequestObserver},
    request::head::RequestHead,
    response::representation::Representation,
    routes::{
        endpoint::Endpoint,
        product::{DocumentEndpoints, get_document},
    },
    state::State,
};
use crate::{
    cache::{Document, DocumentKind, Encoding},
    ids::ProductId,
};

/// Request for a document of a product.
pub(super) struct DocumentRequest {
    id: ProductId,
    kind: DocumentKind,
    head: RequestHead,
    observed: RequestObserver,
}

impl DocumentRequest {
    /// Recognizes a plain request.
    pub fn new<R>(request: &Request<R>, state: &State) -> Option<Self> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        let (id, kind) = parse(request.uri().path())?;
        Some(Self {
            id,
            kind,
            head: RequestHead::new(request.method(), request.headers()),
            observed: state.observer.begin(request.headers()),
        })
    }

    /// Answers if the representation is in memory.
    pub fn respond_now<B: From<Bytes>>(
        &self,
        headers: &HeaderMap,
        endpoints: &DocumentEndpoints,
    ) -> Option<Response<B>> {
        if self.head.is_no_cache {
            return None;
        }
        let endpoint = endpoints.get(self.kind);
        let State {
            cache, responder, ..
        } = &*endpoint.state;
        let entry = cache.in_memory(self.id)?;
        let document = entry.documents()?.get(self.kind);
        let representation = cached_representation(document, self.head.accept.0)?;
        let source = cache.count_hit().ok()?;
        let mut response = responder.document(&self.head, representation, source);
        responder.add_cors_to_document(headers, &mut response);
        self.record(headers, &response, endpoint);
        Some(response)
    }

    /// Answers after fetching or encoding the document.
    pub async fn respond<B: From<Bytes>>(
        self,
        headers: &HeaderMap,
        endpoints: &DocumentEndpoints,
    ) -> Response<B> {
        let endpoint = endpoints.get(self.kind);
        let State {
            cache, responder, ..
        } = &*endpoint.state;
        let document = get_document(self.id, self.kind, &self.head, cache, responder);
        let result = self.observed.follow(pin!(document)).await;
        let mut response = result.unwrap_or_else(|error| responder.problem(error, headers));
        responder.add_cors(headers, &mut response);
        self.record(headers, &response, endpoint);
        response
    }

    fn record<B>(&self, request: &HeaderMap, response: &Response<B>, endpoint: &Endpoint) {
        let exchange = Exchange {
            method: &self.head.method,
            request,
            response,
        };
        let observer = &endpoint.state.observer;
        observer.record(&self.observed, &endpoint.metrics, &exchange);
    }
}

/// Returns the product and the kind of document that a path names.
fn parse(path: &str) -> Option<(ProductId, DocumentKind)> {
    let rest = path.strip_prefix("/products/")?;
    let (id, kind) = match rest.split_once('/') {
        None => (rest, DocumentKind::Detail),
        Some((id, "styles")) => (id, DocumentKind::Styles),
        Some((id, "related")) => (id, DocumentKind::Related),
        Some(_) => return None,
    };
    Some((id.parse().ok()?, kind))
}

/// Returns the representation that suits the client best, or `None` if it is still to be encoded.
fn cached_representation(
    document: &Document,
    encoding: Option<Encoding>,
) -> Option<Representation> {
    if let Some(encoding) = encoding
        && let Some(encoded) = document.encoded(encoding)?
    {
        return Some(Representation::new(encoded, Some(encoding)));
    }
    Some(Representation::new(document.identity(), None))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DocumentKind, ProductId, parse};

    #[test]
    fn only_plain_paths_of_documents_are_recognized() {
        for (path, expected) in [
            ("/products/7", Some((7, DocumentKind::Detail))),
            ("/products/007/styles", Some((7, DocumentKind::Styles))),
            ("/products/0/related", Some((0, DocumentKind::Related))),
            ("/products/7/", None),
            ("/products/7/styles/", None),
            ("/products/7/photos", None),
            ("/products//styles", None),
            ("/products/", None),
            ("/products", None),
            ("/products/+7", None),
            ("/products/%37", None),
            ("/Products/7", None),
        ] {
            let expected = expected.map(|(id, kind)| (ProductId(id), kind));
            assert_eq!(parse(path), expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn a_recognized_path_is_plain(path in "/products/[0-9]{1,19}(/styles|/related)?|/products/.{0,30}|.{0,40}") {
            if let Some((id, kind)) = parse(&path) {
                let end = match kind {
                    DocumentKind::Detail => "",
                    DocumentKind::Styles => "/styles",
                    DocumentKind::Related => "/related",
                };
                let digits = path.strip_prefix("/products/").and_then(|rest| rest.strip_suffix(end));
                prop_assert_eq!(digits.and_then(|digits| digits.parse().ok()), Some(id));
            }
        }
    }
}
