//! Common parts of all endpoints: methods, errors, metrics.

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

/// Route with its metrics.
pub(crate) struct Endpoint {
    pub state: Arc<State>,
    pub metrics: RouteMetrics,
}

/// Request as handlers receive it.
pub(crate) struct EndpointRequest {
    pub head: RequestHead,
    headers: HeaderMap,
}

impl Endpoint {
    /// Creates the endpoint whose requests are counted under `template`, for example `/products/{id}`.
    pub fn new(state: &Arc<State>, metrics: &Metrics, template: &'static str) -> Arc<Self> {
        Arc::new(Self {
            state: Arc::clone(state),
            metrics: metrics.route(template),
        })
    }

    /// Answers by method: GET and HEAD with `response`. Records the exchange.
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

/// Extracts the head of the request.
pub(crate) fn request()
-> impl Filter<Extract = (EndpointRequest,), Error = Infallible> + Clone + Send + Sync + 'static {
    warp::method()
        .and(warp::header::headers_cloned())
        .map(|method: Method, headers: HeaderMap| EndpointRequest {
            head: RequestHead::new(&method, &headers),
            headers,
        })
}

/// Provides what all requests of a route share.
pub(crate) fn with<T: Send + Sync + 'static>(
    shared: Arc<T>,
) -> impl Filter<Extract = (Arc<T>,), Error = Infallible> + Clone + Send + Sync + 'static {
    warp::any().map(move || Arc::clone(&shared))
}
