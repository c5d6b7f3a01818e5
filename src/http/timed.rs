//! Counts and logs answers.

use std::{future::Future, time::Instant};

use bytes::Bytes;
use warp::http::{Method, Response, StatusCode, header};

use super::{
    context::Context,
    error::{ApiError, METHODS},
    head::RequestHead,
};
use crate::metrics::RouteMetrics;

/// Answers by the method: with `answer` if that is asked for. Counts and times it.
pub(super) async fn timed<B>(
    metrics: &RouteMetrics,
    head: &RequestHead,
    context: &Context,
    answer: impl Future<Output = Result<Response<B>, ApiError>>,
) -> Response<B>
where
    B: From<Bytes>,
{
    let begin = Instant::now();
    let result = match head.method {
        Method::GET | Method::HEAD => answer.await,
        Method::OPTIONS => Ok(options()),
        _ => Err(ApiError::MethodNotAllowed),
    };
    let response = result.unwrap_or_else(|error| error.into_response(&context.cache_control));
    observe(metrics, head, &response, begin);
    response
}

/// Counts and logs the answer to a request that was taken up at `begin`.
pub(super) fn observe<B>(
    metrics: &RouteMetrics,
    head: &RequestHead,
    response: &Response<B>,
    begin: Instant,
) {
    let elapsed = begin.elapsed();
    let status = response.status().as_u16();
    metrics.observe(status, elapsed);
    tracing::debug!(
        http.method = %head.method,
        http.route = metrics.template,
        http.status = status,
        duration_us = elapsed.as_micros(),
        "Answered"
    );
}

/// The answer to a preflight, but for what CORS adds.
fn options<B: From<Bytes>>() -> Response<B> {
    let mut response = Response::new(Bytes::new().into());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::ALLOW, METHODS);
    response
}
