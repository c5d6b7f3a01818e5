//! Service that answers the requests of all connections.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    sync::Arc,
};

use bytes::Bytes;
use futures_util::future::Either;
use http_body_util::{Either as EitherBody, Full};
use hyper::{body::Incoming, service::Service};
use hyper_util::service::TowerToHyperService;
use warp::{
    Filter as _,
    filters::BoxedFilter,
    http::{Request, Response},
};

use super::{
    fast_path::DocumentRequest,
    router::routes,
    routes::{product::DocumentEndpoints, web::Web},
    state::State,
};
use crate::{
    cache::DocumentCache, config::ServeConfig, metrics::Metrics, telemetry::traces::Traces,
};

/// Names the body type of a [`Response`], which has no public name.
pub trait HasBody {
    /// The body type.
    type Body;
}

impl<B> HasBody for Response<B> {
    type Body = B;
}

type RouteBody = <warp::reply::Response as HasBody>::Body;
type ServiceResult = Result<Response<EitherBody<Full<Bytes>, RouteBody>>, Infallible>;

/// Future of a response. Boxed, so that a hit does not move a future as large as all routes.
type PendingResponse = Pin<Box<dyn Future<Output = ServiceResult> + Send>>;

/// Answers requests on the fast path where possible, otherwise through the router. Cheap to clone.
#[derive(Clone)]
pub struct ClientService {
    state: Arc<State>,
    documents: Arc<DocumentEndpoints>,
    routes: BoxedFilter<(warp::reply::Response,)>,
}

impl ClientService {
    /// Creates a service that answers from `cache`.
    #[must_use]
    pub fn new(
        cache: DocumentCache,
        config: &ServeConfig,
        traces: Traces,
        metrics: &Metrics,
    ) -> Self {
        let state = Arc::new(State::new(cache, config, traces, metrics));
        let documents = Arc::new(DocumentEndpoints::new(&state, metrics));
        let web = if config.http.no_catalog_page {
            Web::default()
        } else {
            Web::new(&state, metrics)
        };
        Self {
            routes: routes(&state, &documents, web, metrics).boxed(),
            state,
            documents,
        }
    }

    /// Returns the number of bytes of composed bodies in flight.
    #[must_use]
    pub fn bytes_in_flight(&self) -> usize {
        self.state.responder.bytes_in_flight()
    }

    fn call_routes(&self, request: Request<Incoming>) -> PendingResponse {
        let routes = TowerToHyperService::new(warp::service(self.routes.clone()));
        let answer = routes.call(request);
        Box::pin(async move {
            let response = answer.await?;
            Ok(response.map(EitherBody::Right))
        })
    }
}

impl Service<Request<Incoming>> for ClientService {
    type Response = Response<EitherBody<Full<Bytes>, RouteBody>>;
    type Error = Infallible;
    type Future = Either<Ready<ServiceResult>, PendingResponse>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let Some(document) = DocumentRequest::new(&request, &self.state) else {
            return Either::Right(self.call_routes(request));
        };
        if let Some(response) = document.respond_now(request.headers(), &self.documents) {
            return Either::Left(ready(Ok(response.map(EitherBody::Left))));
        }
        let documents = Arc::clone(&self.documents);
        Either::Right(Box::pin(async move {
            let headers = request.into_parts().0.headers;
            let response = document.respond(&headers, &documents).await;
            Ok(response.map(EitherBody::Left))
        }))
    }
}
