//! Spans of sampled requests and of the work for them (OpenTelemetry).

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use hyper::HeaderMap;
use opentelemetry::{
    Context, KeyValue,
    trace::{
        FutureExt as _, Link, SpanBuilder, SpanKind, Status, TraceContextExt as _, Tracer as _,
        TracerProvider as _,
    },
};
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};

pub use opentelemetry::trace::SpanContext;

pub use super::export::{Exporter, ExporterError};
use super::{export, trace_parent};
use crate::{config::TelemetryConfig, metrics::Metrics};

/// Maximum number of requests that the span of shared work links to.
const MAX_LINKS: usize = 32;

/// Odd number whose multiples are spread evenly: 2⁶⁴ divided by the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Creates spans, or none. Cheap to clone.
#[derive(Clone, Default)]
pub struct Traces {
    inner: Option<Arc<Inner>>,
}

struct Inner {
    tracer: SdkTracer,
    /// Multiples of [`SPREAD`] up to this number are sampled.
    threshold: Option<u64>,
    requests: AtomicU64,
}

/// Span in progress. It ends when it is told to, or dropped.
#[derive(Clone, Debug)]
pub struct Span {
    context: Context,
}

impl Traces {
    /// Creates spans according to the settings, and the task that exports them, which the caller runs.
    ///
    /// # Errors
    ///
    /// A client for the collector that cannot be created.
    pub fn new(
        config: &TelemetryConfig,
        metrics: &Metrics,
    ) -> Result<(Self, Option<Exporter>), ExporterError> {
        let Some(endpoint) = &config.otlp_endpoint else {
            return Ok((Self::default(), None));
        };
        let (queue, exporter) = export::new(endpoint, metrics)?;
        let provider = SdkTracerProvider::builder()
            // The sampling decision is made here, not by the SDK.
            .with_sampler(Sampler::AlwaysOn)
            .with_span_processor(queue)
            .build();
        let inner = Inner {
            tracer: provider.tracer("atelierex"),
            threshold: threshold(config.otlp_sample.0),
            requests: AtomicU64::new(0),
        };
        let traces = Self {
            inner: Some(Arc::new(inner)),
        };
        Ok((traces, Some(exporter)))
    }

    /// Begins the span of a request with these headers, if it is sampled.
    #[must_use]
    pub fn request(&self, headers: &HeaderMap) -> Option<Span> {
        self.inner.as_ref()?.request(headers)
    }

    /// Begins a child of the current task's span, if it has one.
    #[must_use]
    pub fn part(&self, name: &'static str) -> Option<Span> {
        let inner = self.inner.as_ref()?;
        let current = current()?;
        Some(inner.begin(SpanBuilder::from_name(name), vec![current]))
    }

    /// Returns the current task's span, to be linked by shared work.
    #[must_use]
    pub fn current(&self) -> Option<SpanContext> {
        self.inner.as_ref()?;
        current()
    }

    /// Begins the span of a database statement for all of `parents`, if there are any.
    #[must_use]
    pub fn statement(&self, name: &'static str, parents: Vec<SpanContext>) -> Option<Span> {
        let inner = self.inner.as_ref().filter(|_| !parents.is_empty())?;
        let builder = SpanBuilder::from_name(name)
            .with_kind(SpanKind::Client)
            .with_attributes([KeyValue::new("db.system.name", "postgresql")]);
        Some(inner.begin(builder, parents))
    }
}

/// Returns the number below which the given share of all numbers lies; `None` for a share of zero.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share is between 0 and 1, and need not be exact"
)]
fn threshold(share: f64) -> Option<u64> {
    (share > 0.0).then_some((share * u64::MAX as f64) as u64)
}

/// Returns the sampled span of the current task.
fn current() -> Option<SpanContext> {
    let span = Context::map_current(|context| context.span().span_context().clone());
    span.is_sampled().then_some(span)
}

impl Inner {
    fn request(&self, headers: &HeaderMap) -> Option<Span> {
        let parent = trace_parent::of(headers);
        let is_sampled = parent.as_ref().is_some_and(SpanContext::is_sampled);
        if !is_sampled && !self.is_chosen() {
            return None;
        }
        let builder = SpanBuilder::from_name("request").with_kind(SpanKind::Server);
        Some(self.begin(builder, parent.into_iter().collect()))
    }

    /// Returns whether the next request is sampled. Samples are spread as evenly as possible.
    fn is_chosen(&self) -> bool {
        let Some(threshold) = self.threshold else {
            return false;
        };
        let n = self.requests.fetch_add(1, Ordering::Relaxed);
        n.wrapping_mul(SPREAD) <= threshold
    }

    /// Begins a child of the first of `parents`, with links to the others.
    fn begin(&self, builder: SpanBuilder, parents: Vec<SpanContext>) -> Span {
        let mut parents = parents.into_iter();
        let parent = parents.next().map_or_else(Context::new, |parent| {
            Context::new().with_remote_span_context(parent)
        });
        let links = parents.take(MAX_LINKS).map(Link::with_context).collect();
        let span = self
            .tracer
            .build_with_context(builder.with_links(links), &parent);
        Span {
            context: parent.with_span(span),
        }
    }
}

impl Span {
    /// Returns the trace id, as in `traceparent`.
    #[must_use]
    pub fn trace_id(&self) -> String {
        self.context.span().span_context().trace_id().to_string()
    }

    /// Sets the name, once it is known.
    pub fn name(&self, name: String) {
        self.context.span().update_name(name);
    }

    /// Sets an attribute.
    pub fn set(&self, name: &'static str, value: impl Into<opentelemetry::Value>) {
        let attribute = KeyValue::new(name, value);
        self.context.span().set_attribute(attribute);
    }

    /// Marks it as failed.
    pub fn fail(&self) {
        self.context.span().set_status(Status::error(""));
    }

    /// Ends the span.
    pub fn end(&self) {
        self.context.span().end();
    }
}

/// Returns the trace id of a request with these headers.
#[must_use]
pub fn id_of(headers: &HeaderMap) -> Option<String> {
    trace_parent::of(headers).map(|context| context.trace_id().to_string())
}

/// Runs `work` in `span`, if there is one.
pub async fn within<T>(span: Option<&Span>, work: impl Future<Output = T>) -> T {
    match span {
        Some(span) => work.with_context(span.context.clone()).await,
        None => work.await,
    }
}

#[cfg(test)]
mod tests {
    use super::{SPREAD, threshold};

    #[test]
    fn sampled_requests_are_spread_evenly() {
        for (share, expected) in [(0.0, 0), (0.01, 100), (0.25, 2_500), (1.0, 10_000)] {
            let threshold = threshold(share);
            let is_chosen =
                |n: &u64| threshold.is_some_and(|limit| n.wrapping_mul(SPREAD) <= limit);
            let chosen = (0..10_000).filter(is_chosen).count();
            assert!(chosen.abs_diff(expected) <= 2, "{share}: {chosen}");
        }
    }
}
