//! Small OpenTelemetry collector: receives spans by OTLP over HTTP, decodes and keeps them.

use std::{
    io,
    sync::{Arc, Mutex},
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, any_value::Value},
    trace::v1::Span,
};
use prost::Message as _;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// Collector on a free port.
pub struct Collector {
    url: String,
    requests: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
}

impl Collector {
    /// Starts a collector, which never answers unless `answers` is set.
    pub async fn start(answers: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<_>>>::default();
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&kept), answers));
            }
        });
        Self { url, requests }
    }

    /// Returns the value of `--otlp-endpoint`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the received spans of a trace.
    pub fn spans(&self, trace_id: &str) -> Vec<Span> {
        let requests = self.requests.lock().unwrap();
        let scopes = requests.iter().flat_map(|request| &request.resource_spans);
        let spans = scopes
            .flat_map(|of| &of.scope_spans)
            .flat_map(|of| &of.spans);
        let is_of_it = |span: &&Span| hex(&span.trace_id) == trace_id;
        spans.filter(is_of_it).cloned().collect()
    }

    /// Returns the names of the services that sent spans.
    pub fn services(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        let resources = requests.iter().flat_map(|request| &request.resource_spans);
        let attributes = resources.flat_map(|of| &of.resource.as_ref().unwrap().attributes);
        let names = attributes.filter(|attribute| attribute.key == "service.name");
        names.map(|name| text(name.value.as_ref())).collect()
    }
}

/// Returns an attribute of a span as text; empty if it is missing.
pub fn attribute(span: &Span, name: &str) -> String {
    let found = span
        .attributes
        .iter()
        .find(|attribute| attribute.key == name);
    text(found.and_then(|attribute| attribute.value.as_ref()))
}

/// Formats bytes as in `traceparent`.
pub fn hex(bytes: &[u8]) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16));
    bytes.iter().flat_map(digits).flatten().collect()
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// Receives the requests of one connection.
async fn serve(
    mut stream: TcpStream,
    requests: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    answers: bool,
) -> io::Result<()> {
    let (input, mut output) = stream.split();
    let mut input = BufReader::new(input);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if input.read_line(&mut head).await? == 0 {
                return Ok(());
            }
        }
        let head = head.to_ascii_lowercase();
        assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
        assert!(
            head.contains("content-type: application/x-protobuf"),
            "{head}"
        );
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.unwrap().parse().unwrap()];
        input.read_exact(&mut body).await?;
        let request = ExportTraceServiceRequest::decode(&body[..]).expect("it is OTLP");
        requests.lock().unwrap().push(request);
        if answers {
            output
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .await?;
        }
    }
}
