//! Sends spans to a collector, in the background: what it does not take in time is dropped and counted.

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

/// Spans that may wait for being sent.
const QUEUE: usize = 2_048;

/// Spans that are sent at once.
const BATCH: usize = 512;

/// Longest time for sending a batch.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Longest time for sending the last ones.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// Pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// There is no client for the collector.
#[derive(Debug, thiserror::Error)]
#[error("no spans can be sent to {endpoint} (--otlp-endpoint)")]
pub struct ExporterError {
    endpoint: String,
    source: ExporterBuildError,
}

/// The end of the queue at which spans are put in. Never waits.
pub(super) struct Queue {
    spans: mpsc::Sender<SpanData>,
    dropped: IntCounter,
}

/// The other end: sends spans to the collector.
pub struct Exporter {
    spans: mpsc::Receiver<SpanData>,
    client: SpanExporter,
    sent: IntCounter,
    dropped: IntCounter,
    failures: ThrottledLog,
}

/// Makes the two ends of the queue.
pub(super) fn new(
    endpoint: &OtlpEndpoint,
    metrics: &Metrics,
) -> Result<(Queue, Exporter), ExporterError> {
    let client = SpanExporter::builder()
        .with_http()
        .with_endpoint(endpoint.url())
        .with_timeout(TIMEOUT)
        // What cannot be sent is dropped: what comes after it is worth more.
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

/// Attributes that all spans of this process share.
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
    /// Sends what is put in until `stop`, then what is left, if that can be done soon.
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

    /// Returns true if the collector took a batch in time.
    async fn send(&mut self, batch: Vec<SpanData>, limit: Duration) -> bool {
        let n_spans = batch.len() as u64;
        let result = timeout(limit, self.client.export(batch)).await;
        let Err(error) = result.unwrap_or(Err(OTelSdkError::Timeout(limit))) else {
            self.sent.inc_by(n_spans);
            return true;
        };
        self.dropped.inc_by(n_spans);
        if self.failures.admits("not sent") {
            warn!(%error, "The collector does not take spans, they are dropped: {error}");
        }
        false
    }
}
