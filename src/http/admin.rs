//! Routes of the admin listener: metrics and health, for monitoring and load balancers.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use warp::{
    Filter,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use super::response::cache_policy::NO_STORE;
use crate::{cache::DocumentCache, metrics::Metrics};

const METRICS_TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4");
const PLAIN_TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// Readiness of this server.
pub struct Readiness {
    cache: DocumentCache,
    is_stopping: AtomicBool,
}

impl Readiness {
    /// Creates the readiness of a server that answers from `cache`.
    #[must_use]
    pub fn new(cache: DocumentCache) -> Self {
        Self {
            cache,
            is_stopping: AtomicBool::new(false),
        }
    }

    /// Turns readiness off until the process ends.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
    }

    /// Returns the reason why the server is not ready, or `None` if it is.
    ///
    /// Without its database, a server stays ready as long as it can answer from memory.
    #[must_use]
    pub fn reason_not_ready(&self) -> Option<&'static str> {
        if self.is_stopping.load(Ordering::Acquire) {
            Some("The server is stopping.")
        } else if self.cache.is_ready() {
            None
        } else {
            Some("The catalog was not read yet, or too long ago.")
        }
    }
}

/// Routes `/metrics`, `/health/live` and `/health/ready`. Calls `observe` before it renders the metrics.
pub fn routes(
    metrics: Arc<Metrics>,
    readiness: Arc<Readiness>,
    observe: impl Fn() + Clone + Send + Sync + 'static,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + Send + Sync {
    let status = Arc::clone(&readiness);
    let exported = warp::path!("metrics").map(move || {
        observe();
        let is_ready = status.reason_not_ready().is_none();
        metrics.ready.set(i64::from(is_ready));
        response(StatusCode::OK, METRICS_TEXT, metrics.render())
    });
    let live = warp::path!("health" / "live")
        .map(|| response(StatusCode::OK, PLAIN_TEXT, "The server runs.\n"));
    let ready = warp::path!("health" / "ready").map(move || match readiness.reason_not_ready() {
        None => response(StatusCode::OK, PLAIN_TEXT, "The server is ready.\n"),
        Some(reason) => response(
            StatusCode::SERVICE_UNAVAILABLE,
            PLAIN_TEXT,
            format!("{reason}\n"),
        ),
    });
    let known = exported.or(live).unify().or(ready).unify();
    let read_only = warp::get().or(warp::head()).unify().and(known);
    let unknown = warp::any().map(|| {
        let text = "GET /metrics, /health/live or /health/ready.\n";
        response(StatusCode::NOT_FOUND, PLAIN_TEXT, text)
    });
    read_only.or(unknown).unify()
}

fn response(status: StatusCode, content_type: HeaderValue, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(body.into().into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}
