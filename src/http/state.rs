//! What all answers are made with.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use warp::{
    Filter,
    http::{HeaderValue, Response},
};

use crate::http::{
    observe::access_log::RequestLog,
    request::head::RequestHead,
    response::body::Composition,
    response::budget::PageMemory,
    response::composed_cache::Bodies,
    response::cors::Cors,
    response::problem::ApiError,
    response::{self, DocumentHeaders},
    routes::openapi::description,
    routes::web::CataloguePage,
};
use crate::{
    cache::{DocumentCache, Kind, Part, Source},
    config::ServeConfig,
    metrics::{Metrics, RouteMetrics},
    telemetry::traces::Traces,
};

/// What the routes share.
pub struct Context {
    pub(super) cache: DocumentCache,
    pub(super) bodies: Bodies,
    pub(super) cors: Cors,
    pub(super) cache_control: HeaderValue,
    pub(super) headers: DocumentHeaders,
    pub(super) description: Part,
    pub(super) max_page_count: usize,
    pub(super) page_memory: PageMemory,
    /// None if there is to be none.
    pub(super) catalogue_page: Option<CataloguePage>,
    pub(super) log: RequestLog,
    pub(super) traces: Traces,
    pub(super) list: RouteMetrics,
    detail: RouteMetrics,
    styles: RouteMetrics,
    related: RouteMetrics,
    pub(super) cards: RouteMetrics,
    pub(super) page: RouteMetrics,
    pub(super) categories: RouteMetrics,
    pub(super) openapi: RouteMetrics,
    pub(super) unknown: RouteMetrics,
}

impl Context {
    /// Answers from `cache`, as the settings say.
    #[must_use]
    pub fn new(
        cache: DocumentCache,
        config: &ServeConfig,
        traces: Traces,
        metrics: &Metrics,
    ) -> Self {
        let http = &config.http;
        let cors = Cors::new(&http.cors_origins);
        let cache_control = response::cache_control(http);
        Self {
            cache,
            bodies: Bodies::new(config.cache.page_cache_capacity_bytes),
            headers: DocumentHeaders::new(&cache_control, &cors),
            cors,
            cache_control,
            description: description(),
            max_page_count: http.max_page_count.get(),
            page_memory: PageMemory::new(http.response_buffer_bytes, metrics),
            catalogue_page: (!http.no_catalog_page).then(|| CataloguePage::new(metrics)),
            log: RequestLog::new(&config.telemetry),
            traces,
            list: metrics.route("/products"),
            detail: metrics.route("/products/{id}"),
            styles: metrics.route("/products/{id}/styles"),
            related: metrics.route("/products/{id}/related"),
            cards: metrics.route("/products/{id}/related/cards"),
            page: metrics.route("/products/{id}/page"),
            categories: metrics.route("/categories"),
            openapi: metrics.route("/openapi.json"),
            unknown: metrics.route("unknown"),
        }
    }

    /// The answer with `composition`, whose tag tells `seal`, too, if there is one.
    ///
    /// # Errors
    ///
    /// [`ApiError::Overloaded`] while there is no room for it.
    pub(super) async fn compose<B: From<Bytes>>(
        &self,
        composition: &Composition<'_>,
        seal: Option<&str>,
        head: &RequestHead,
        source: Source,
    ) -> Result<Response<B>, ApiError> {
        let room = self.page_memory.room(composition.length())?;
        let represent = self.bodies.represent(composition, seal, head.accept.0);
        let mut representation = represent.await;
        representation.body = room.place(representation.body);
        Ok(self.headers.answer(head, representation, source))
    }

    /// Bytes of pages that are on their way to clients.
    #[must_use]
    pub fn page_bytes(&self) -> usize {
        self.page_memory.used()
    }

    pub(super) fn metrics_of(&self, kind: Kind) -> &RouteMetrics {
        match kind {
            Kind::Detail => &self.detail,
            Kind::Styles => &self.styles,
            Kind::Related => &self.related,
        }
    }
}

/// Gives handlers the context.
pub(super) fn with(
    context: &Arc<Context>,
) -> impl Filter<Extract = (Arc<Context>,), Error = Infallible> + Clone + use<> {
    let context = Arc::clone(context);
    warp::any().map(move || Arc::clone(&context))
}
