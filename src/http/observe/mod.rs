//! Counts answers, and tells of those that are to be told of: in the log, by a span.

pub(crate) mod access_log;

use std::time::{Duration, Instant};

use bytes::Bytes;
use warp::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use crate::http::{
    observe::access_log::{Line, method_name},
    request::request_id,
    response::CACHE_STATUS,
    response::problem::{ApiError, METHODS},
    state::Context,
};
use crate::{
    metrics::RouteMetrics,
    telemetry::traces::{self, Span, within},
};

/// What is noted of a request while it is answered.
pub(crate) struct Watch {
    begin: Instant,
    span: Option<Span>,
}

/// A request that has been answered, with a body of type `B`.
pub(crate) struct Answered<'a, B> {
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
        let (asked, said) = (answered.headers, answered.response.headers());
        let text = |value: Option<&HeaderValue>| -> String {
            let text = value.and_then(|value| value.to_str().ok());
            text.unwrap_or_default().to_owned()
        };
        // A problem has said its id already.
        let request_id = said.get(request_id::NAME).cloned();
        let request_id = request_id.unwrap_or_else(|| request_id::of(asked));
        let trace_id = self.span.as_ref().map(Span::trace_id);
        let line = Line {
            method: method_name(answered.method),
            route,
            status: answered.response.status(),
            elapsed,
            cache: text(said.get(CACHE_STATUS)),
            request_id: text(Some(&request_id)),
            trace_id: trace_id.or_else(|| traces::id_of(asked)),
        };
        if let Some(span) = &self.span {
            line.describe(span);
            span.end();
        }
        if context.log.wants(line.status.as_u16(), elapsed) {
            line.write();
        }
    }
}

/// Answers by the method: with `answer` if that is asked for. Counts and times it.
pub(crate) async fn watched<B>(
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
