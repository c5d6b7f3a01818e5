//! Exporter: sends spans to a collector in the background. Spans that the collector does not accept in time are dropped
//! and counted.

use std::{fmt, mem, time::Duration};

use opentelemetry::Context;
use opentelemetry_otlp::{
    ExporterBuildError, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{self, SpanData, SpanExporter as _, SpanProcessor},
};
use prometheus::IntCounter;
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::warn;
use uuid::Uuid;

use super::throttled_log::ThrottledLog;
use crate::{config::OtlpEndpoint, metrics::Metrics};

/// Maximum number of spans waiting to be sent.
const QUEUE: usize = 2_048;

/// Maximum number of spans in a batch.
const BATCH: usize = 512;

/// Longest time for sending a batch.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Longest time for sending the last spans.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// Pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// The client for the collector could not be created.
#[derive(Debug, thiserror::Error)]
#[error("no spans can be sent to {endpoint} (--otlp-endpoint)")]
pub struct ExporterError {
    endpoint: String,
    source: ExporterBuildError,
}

/// Sending end of the queue. Never blocks.
pub(super) struct Queue {
    spans: mpsc::Sender<SpanData>,
    dropped: IntCounter,
}

/// Receiving end of the queue, which sends spans to the collector.
pub struct Exporter {
    spans: mpsc::Receiver<SpanData>,
    client: SpanExporter,
    sent: IntCounter,
    dropped: IntCounter,
    failures: ThrottledLog,
}

/// Creates both ends of the queue.
pub(super) fn new(
    endpoint: &OtlpEndpoint,
    metrics: &Metrics,
) -> Result<(Queue, Exporter), ExporterError> {
    let client = SpanExporter::builder()
        .with_http()
        .with_endpoint(endpoint.url())
        .with_timeout(TIMEOUT)
        // Spans that cannot be sent are dropped, in favor of later ones.
        .with_retry_policy(RetryPolicy::disabled())
        .build();
    let mut client = client.map_err(|source| ExporterError {
        endpoint: endpoint.url().to_owned(),
        source,
    })?;
    client.set_resource(&resource());
    let (sender, receiver) = mpsc::channel(QUEUE);
    let queue = Queue {
        spans: sender,
        dropped: metrics.otlp_spans_dropped.clone(),
    };
    let exporter = Exporter {
        spans: receiver,
        client,
        sent: metrics.otlp_spans_sent.clone(),
        dropped: metrics.otlp_spans_dropped.clone(),
        failures: ThrottledLog::default(),
    };
    Ok((queue, exporter))
}

/// Attributes of all spans of this process.
fn resource() -> Resource {
    let attribute = opentelemetry::KeyValue::new::<&str, String>;
    Resource::builder_empty()
        .with_service_name("atelierex")
        .with_attribute(attribute(
            "service.version",
            env!("CARGO_PKG_VERSION").to_owned(),
        ))
        .with_attribute(attribute("service.instance.id", Uuid::new_v4().to_string()))
        .build()
}

impl fmt::Debug for Queue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Queue")
    }
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut trace::Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.spans.try_send(span).is_err() {
            self.dropped.inc();
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

impl Exporter {
    /// Sends spans until `stop`, then the rest of the queue, within a time limit.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(received) = stop
            .run_until_cancelled(self.spans.recv_many(&mut batch, BATCH))
            .await
        {
            if received == 0 {
                return;
            }
            let sent = self.send(mem::take(&mut batch), TIMEOUT).await;
            if !sent && stop.run_until_cancelled(sleep(PAUSE)).await.is_none() {
                return;
            }
        }
        self.spans.close();
        while self.spans.recv_many(&mut batch, BATCH).await > 0 {
            if !self.send(mem::take(&mut batch), FLUSH_TIMEOUT).await {
                return;
            }
        }
    }

    /// Sends a batch. Returns whether the collector accepted it in time.
    async fn send(&mut self, batch: Vec<SpanData>, limit: Duration) -> bool {
        let n_spans = batch.len() as u64;
        let result = timeout(limit, self.client.export(batch)).await;
        let Err(error) = result.unwrap_or(Err(OTelSdkError::Timeout(limit))) else {
            self.sent.inc_by(n_spans);
            return true;
        };
        self.dropped.inc_by(n_spans);
        if self.failures.admits("not sent") {
            warn!(%error, "The collector does not accept spans, they are dropped: {error}");
        }
        false
    }
}
