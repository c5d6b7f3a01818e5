//! Counts answers, and tells of those that are to be told of: in the log, by a span.

use std::time::{Duration, Instant};

use bytes::Bytes;
use warp::http::{HeaderMap, Method, Response, StatusCode, header};

use super::{
    context::Context,
    error::{ApiError, METHODS},
    request_id,
    request_log::{Line, method_name},
    responses::CACHE_STATUS,
};
use crate::{
    metrics::RouteMetrics,
    telemetry::traces::{self, Span, within},
};

/// What is noted of a request while it is answered.
pub(super) struct Watch {
    begin: Instant,
    span: Option<Span>,
}

/// A request that has been answered, with a body of type `B`.
pub(super) struct Answered<'a, B> {
    pub method: &'a Method,
    pub headers: &'a HeaderMap,
    pub response: &'a Response<B>,
}

impl Watch {
    /// Begins with a request that came now.
    pub fn begin(headers: &HeaderMap, context: &Context) -> Self {
        Self {
            begin: Instant::now(),
            span: context.traces.request(headers),
        }
    }

    /// Waits for the answer, so that what is done for it belongs to the span of the request.
    pub async fn follow<T>(&self, answer: impl Future<Output = T>) -> T {
        within(self.span.as_ref(), answer).await
    }

    /// Counts the answer and tells of it.
    pub fn end<B>(&self, metrics: &RouteMetrics, answered: &Answered<'_, B>, context: &Context) {
        let elapsed = self.begin.elapsed();
        let status = answered.response.status().as_u16();
        metrics.observe(status, elapsed);
        if self.span.is_some() || context.log.wants(status, elapsed) {
            self.tell(metrics.template, answered, elapsed, context);
        }
    }

    /// Not a part of [`Self::end`], which nearly always does nothing of this.
    #[cold]
    fn tell<B>(
        &self,
        route: &'static str,
        answered: &Answered<'_, B>,
        elapsed: Duration,
        context: &Context,
    ) {
        let Answered {
            method,
            headers,
            response,
        } = *answered;
        let status = response.status();
        let cache = response.headers().get(CACHE_STATUS);
        let cache = cache.and_then(|value| value.to_str().ok()).unwrap_or("");
        // A problem has said its id already.
        let said = response.headers().get(request_id::NAME).cloned();
        let request_id = said.unwrap_or_else(|| request_id::of(headers));
        let request_id = request_id.to_str().unwrap_or_default();
        if let Some(span) = &self.span {
            span.name(format!("{} {route}", method_name(method)));
            span.set("http.request.method", method_name(method));
            span.set("http.route", route);
            span.set("http.response.status_code", i64::from(status.as_u16()));
            span.set("cache.status", cache.to_owned());
            span.set("request.id", request_id.to_owned());
            if status.is_server_error() {
                span.fail();
            }
            span.end();
        }
        if context.log.wants(status.as_u16(), elapsed) {
            let trace_id = self.span.as_ref().map(Span::trace_id);
            let trace_id = trace_id.or_else(|| traces::id_of(headers));
            let line = Line {
                method,
                route,
                status: status.as_u16(),
                elapsed,
                cache,
                request_id,
                trace_id: trace_id.as_deref().unwrap_or_default(),
            };
            line.write();
        }
    }
}

/// Answers by the method: with `answer` if that is asked for. Counts and times it.
pub(super) async fn watched<B>(
    metrics: &RouteMetrics,
    method: &Method,
    headers: &HeaderMap,
    context: &Context,
    answer: impl Future<Output = Result<Response<B>, ApiError>>,
) -> Response<B>
where
    B: From<Bytes>,
{
    let watch = Watch::begin(headers, context);
    let result = match *method {
        Method::GET | Method::HEAD => watch.follow(answer).await,
        Method::OPTIONS => Ok(options()),
        _ => Err(ApiError::MethodNotAllowed),
    };
    let response = result.unwrap_or_else(|error| error.into_response(headers, context));
    let answered = Answered {
        method,
        headers,
        response: &response,
    };
    watch.end(metrics, &answered, context);
    response
}

/// The answer to a preflight, but for what CORS adds.
fn options<B: From<Bytes>>() -> Response<B> {
    let mut response = Response::new(Bytes::new().into());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::ALLOW, METHODS);
    response
}
