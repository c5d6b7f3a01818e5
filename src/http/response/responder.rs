//! Builds all responses of the routes.

use bytes::Bytes;
use warp::http::{HeaderMap, Response};

use super::{
    body::ComposedBody, budget::ResponseBudget, cache_policy::CachePolicy,
    composed_cache::ComposedCache, cors::Cors, document_headers::DocumentHeaders,
    problem::ApiError, representation::Representation,
};
use crate::{
    cache::Source, config::ServeConfig, http::request::head::RequestHead, metrics::Metrics,
};

/// Builder of responses.
pub(crate) struct Responder {
    cache_policy: CachePolicy,
    composed: ComposedCache,
    budget: ResponseBudget,
    cors: Cors,
    headers: DocumentHeaders,
}

impl Responder {
    /// Prepares everything that responses share.
    pub fn new(config: &ServeConfig, metrics: &Metrics) -> Self {
        let http = &config.http;
        let cache_policy = CachePolicy::new(http);
        let cors = Cors::new(&http.cors_origins);
        Self {
            composed: ComposedCache::new(config.cache.page_cache_capacity_bytes),
            budget: ResponseBudget::new(http.response_buffer_bytes, metrics),
            headers: DocumentHeaders::new(&cache_policy, &cors),
            cache_policy,
            cors,
        }
    }

    /// Answers with a representation, or 304 if the client has it.
    pub fn document<B: From<Bytes>>(
        &self,
        head: &RequestHead,
        representation: Representation,
        source: Source,
    ) -> Response<B> {
        self.headers.respond(head, representation, source)
    }

    /// Answers with a composed body. Its ETag also covers `salt`.
    ///
    /// # Errors
    ///
    /// [`ApiError::Overloaded`] while the responses in flight take all the memory for them.
    pub async fn compose<B: From<Bytes>>(
        &self,
        body: &ComposedBody<'_>,
        salt: Option<&str>,
        head: &RequestHead,
        source: Source,
    ) -> Result<Response<B>, ApiError> {
        let reservation = self.budget.reserve(body.length())?;
        let represent = self.composed.represent(body, salt, head.accept.0);
        let mut representation = represent.await;
        representation.body = reservation.hold(representation.body);
        Ok(self.headers.respond(head, representation, source))
    }

    /// Answers a request with the headers `request` with a problem.
    pub fn problem<B: From<Bytes>>(&self, error: ApiError, request: &HeaderMap) -> Response<B> {
        error.into_response(request, &self.cache_policy)
    }

    /// Adds CORS headers to the response to a request with the headers `request`.
    pub fn add_cors<B>(&self, request: &HeaderMap, response: &mut Response<B>) {
        self.cors.decorate(request, response);
    }

    /// Adds CORS headers to a document, unless its prepared headers have them.
    pub fn add_cors_to_document<B>(&self, request: &HeaderMap, document: &mut Response<B>) {
        if !self.cors.allows_all() {
            self.cors.decorate(request, document);
        }
    }

    /// Returns the number of bytes of composed bodies in flight.
    pub fn bytes_in_flight(&self) -> usize {
        self.budget.used()
    }
}
