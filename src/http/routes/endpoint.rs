//! The part that all endpoints have in common: methods, errors, metrics.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use warp::{
    Filter,
    http::{HeaderMap, Method, Response},
};

use crate::{
    http::{
        observe::Exchange,
        request::head::RequestHead,
        response::{methods::options, problem::ApiError},
        state::State,
    },
    metrics::{Metrics, RouteMetrics},
};

/// One route with its metrics.
pub(crate) struct Endpoint {
    pub state: Arc<State>,
    pub metrics: RouteMetrics,
}

/// A request as handlers take it.
pub(crate) struct EndpointRequest {
    pub head: RequestHead,
    headers: HeaderMap,
}

impl Endpoint {
    /// Makes the endpoint whose requests are counted under `template`, for example `/products/{id}`.
    pub fn new(state: &Arc<State>, metrics: &Metrics, template: &'static str) -> Arc<Self> {
        Arc::new(Self {
            state: Arc::clone(state),
            metrics: metrics.route(template),
        })
    }

    /// Answers by the method: GET and HEAD with `response`. Records the exchange.
    pub async fn respond<B>(
        &self,
        request: &EndpointRequest,
        response: impl Future<Output = Result<Response<B>, ApiError>>,
    ) -> Response<B>
    where
        B: From<Bytes>,
    {
        let State {
            observer,
            responder,
            ..
        } = &*self.state;
        let (method, headers) = (&request.head.method, &request.headers);
        let observed = observer.begin(headers);
        let result = match *method {
            Method::GET | Method::HEAD => observed.follow(response).await,
            Method::OPTIONS => Ok(options()),
            _ => Err(ApiError::MethodNotAllowed),
        };
        let response = result.unwrap_or_else(|error| responder.problem(error, headers));
        let exchange = Exchange {
            method,
            request: headers,
            response: &response,
        };
        observer.record(&observed, &self.metrics, &exchange);
        response
    }
}

/// Gives handlers the head of the request.
pub(crate) fn request()
-> impl Filter<Extract = (EndpointRequest,), Error = Infallible> + Clone + Send + Sync + 'static {
    warp::method()
        .and(warp::header::headers_cloned())
        .map(|method: Method, headers: HeaderMap| EndpointRequest {
            head: RequestHead::new(&method, &headers),
            headers,
        })
}

/// Gives handlers what all requests of a route share.
pub(crate) fn with<T: Send + Sync + 'static>(
    shared: Arc<T>,
) -> impl Filter<Extract = (Arc<T>,), Error = Infallible> + Clone + Send + Sync + 'static {
    warp::any().map(move || Arc::clone(&shared))
}
