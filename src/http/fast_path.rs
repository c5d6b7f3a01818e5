//! The short way to a product's documents, past the routes that would be tried one by one.
//!
//! It knows the plain form of the three paths that are wanted most; any other form, method or path goes
//! through the routes, which answer these in the same words. What is in memory is answered at once, without
//! a task or an allocation that the answer does not need.

use std::pin::pin;

use bytes::Bytes;
use warp::http::{HeaderMap, Method, Request, Response};

use crate::http::{
    observe::{Answered, Watch},
    request::head::RequestHead,
    response::Representation,
    routes::product,
    state::Context,
};
use crate::{
    cache::{Document, Encoding, Kind},
    ids::ProductId,
};

/// A request for a document of a product.
pub(super) struct DocumentRequest {
    id: ProductId,
    kind: Kind,
    head: RequestHead,
    watch: Watch,
}

impl DocumentRequest {
    /// Recognises a plain request.
    pub fn new<R>(request: &Request<R>, context: &Context) -> Option<Self> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        let (id, kind) = parse(request.uri().path())?;
        Some(Self {
            id,
            kind,
            head: RequestHead::new(request.method(), request.headers()),
            watch: Watch::begin(request.headers(), context),
        })
    }

    /// The answer, if all of it is in memory.
    pub fn answer_at_once<B>(&self, headers: &HeaderMap, context: &Context) -> Option<Response<B>>
    where
        B: From<Bytes>,
    {
        if self.head.is_no_cache {
            return None;
        }
        let entry = context.cache.in_memory(self.id)?;
        let document = entry.documents()?.get(self.kind);
        let representation = made(document, self.head.accept.0)?;
        let source = context.cache.count_hit().ok()?;
        let headers_of_documents = &context.headers;
        let mut response = headers_of_documents.answer(&self.head, representation, source);
        if !context.cors.allows_all() {
            context.cors.decorate(headers, &mut response);
        }
        self.end(headers, &response, context);
        Some(response)
    }

    /// The answer, once what it needs is loaded or made.
    pub async fn answer<B>(self, headers: HeaderMap, context: &Context) -> Response<B>
    where
        B: From<Bytes>,
    {
        let document = pin!(product::get_document(
            self.id, self.kind, &self.head, context
        ));
        let result = self.watch.follow(document).await;
        let mut response = result.unwrap_or_else(|error| error.into_response(&headers, context));
        context.cors.decorate(&headers, &mut response);
        self.end(&headers, &response, context);
        response
    }

    fn end<B>(&self, headers: &HeaderMap, response: &Response<B>, context: &Context) {
        let method = &self.head.method;
        let answered = Answered {
            method,
            headers,
            response,
        };
        self.watch
            .end(context.metrics_of(self.kind), &answered, context);
    }
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
fn made(document: &Document, encoding: Option<Encoding>) -> Option<Representation> {
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

    use super::{Kind, ProductId, parse};

    #[test]
    fn only_plain_paths_of_documents_are_recognised() {
        for (path, expected) in [
            ("/products/7", Some((7, Kind::Detail))),
            ("/products/007/styles", Some((7, Kind::Styles))),
            ("/products/0/related", Some((0, Kind::Related))),
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
        fn a_path_that_is_recognised_is_the_plain_one(path in "/products/[0-9]{1,19}(/styles|/related)?|/products/.{0,30}|.{0,40}") {
            if let Some((id, kind)) = parse(&path) {
                let end = match kind {
                    Kind::Detail => "",
                    Kind::Styles => "/styles",
                    Kind::Related => "/related",
                };
                let digits = path.strip_prefix("/products/").and_then(|rest| rest.strip_suffix(end));
                prop_assert_eq!(digits.and_then(|digits| digits.parse().ok()), Some(id));
            }
        }
    }
}
