//! A server process and its responses to clients.

use reqwest::{Client, Method, header::HeaderMap};
use serde_json::Value;

use crate::support::{
    model::{Catalog, Product},
    program::{Finished, Running},
    wait::{self, TIMEOUT},
};

/// A complete response. The body is as sent, without decoding.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Parses the body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!(
                "{error} in the body of status {}: {}",
                self.status,
                String::from_utf8_lossy(&self.body)
            )
        })
    }

    /// Returns a header that must occur once.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let values: Vec<_> = self.headers.get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{name} in {:?}", self.headers);
        values[0].to_str().expect("headers are ASCII")
    }

    /// Returns whether a list header has a member, in any letter case.
    pub fn lists(&self, name: &str, member: &str) -> bool {
        let lines = self.headers.get_all(name).iter();
        let members = lines.flat_map(|line| line.to_str().expect("headers are ASCII").split(','));
        members
            .map(str::trim)
            .any(|listed| listed.eq_ignore_ascii_case(member))
    }
}

/// Server process on free ports. Killed when dropped.
pub struct Server {
    process: Running,
    client: Client,
    public: String,
    admin: String,
}

impl Server {
    /// Starts a server with long time-outs, for busy machines, and waits until it is ready.
    pub async fn start(url: &str, flags: &[&str]) -> Self {
        let patient = [
            "--request-timeout",
            "60s",
            "--statement-timeout",
            "60s",
            "--connect-timeout",
            "60s",
            "--checkout-timeout",
            "60s",
        ];
        let search = ["--search-timeout", "60s"];
        let search = search.iter().filter(|_| !flags.contains(&search[0]));
        let flags: Vec<&str> = patient.iter().chain(search).chain(flags).copied().collect();
        Self::start_as_shipped(url, &flags).await
    }

    /// Starts a server with the default time-outs, and waits until it is ready.
    pub async fn start_as_shipped(url: &str, flags: &[&str]) -> Self {
        let listen = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "127.0.0.1:0",
        ];
        let mut process = Running::start(url, &[&listen, flags].concat());
        let says =
            |line: &str| address(line, "public").is_some() && address(line, "admin").is_some();
        let line = process.line("its addresses", says).await;
        let address = |name| address(&line, name).expect("the line has it");
        let (public, admin) = (address("public"), address("admin"));
        let server = Self {
            process,
            client: client(),
            public,
            admin,
        };
        server
            .until("/health/ready says 200", async |server| {
                server.admin("/health/ready").await.status == 200
            })
            .await;
        server
    }

    /// Returns all output so far.
    pub fn said(&self) -> String {
        self.process.said()
    }

    /// Returns host and port for clients.
    pub fn authority(&self) -> &str {
        &self.public
    }

    /// Sends a GET request.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[]).await
    }

    /// Sends a GET request with headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers).await
    }

    /// Sends a GET request to a server that may have ended; `None` if there is no response.
    pub async fn try_get(&self, path: &str) -> Option<Answer> {
        let url = format!("http://{}{path}", self.public);
        try_request(&self.client, Method::GET, &url, &[]).await.ok()
    }

    /// Kills the process with SIGKILL.
    pub async fn kill(&self) {
        self.signal("KILL").await;
    }

    /// Sends a signal by name.
    pub async fn signal(&self, name: &str) {
        self.process.signal(name).await;
    }

    /// Sends a request.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        request(
            &self.client,
            method,
            &format!("http://{}{path}", self.public),
            headers,
        )
        .await
    }

    /// Sends a GET request to the admin listener.
    pub async fn admin(&self, path: &str) -> Answer {
        request(
            &self.client,
            Method::GET,
            &format!("http://{}{path}", self.admin),
            &[],
        )
        .await
    }

    /// Returns the value of a metric by name and labels, if it exists.
    async fn value(&self, name: &str) -> Option<String> {
        let metrics = self.admin("/metrics").await.body;
        let metrics = String::from_utf8(metrics).expect("metrics are text");
        let mut lines = metrics.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        Some(value.to_owned())
    }

    /// Returns the value of a counter; 0 if it is missing.
    pub async fn count(&self, name: &str) -> u64 {
        let value = self.value(name).await;
        value.map_or(0, |value| value.parse().expect("it counts"))
    }

    /// Returns the value of a gauge; 0 if it is missing.
    pub async fn metric(&self, name: &str) -> f64 {
        let value = self.value(name).await;
        value.map_or(0.0, |value| value.parse().expect("it is a number"))
    }

    /// Waits until a condition holds.
    pub async fn until(&self, what: &str, condition: impl AsyncFn(&Self) -> bool) {
        wait::until(what, async || condition(self).await).await;
    }

    /// Sends SIGTERM.
    pub async fn terminate(&self) {
        self.process.signal("TERM").await;
    }

    /// Waits until the process ends.
    pub async fn finish(self) -> Finished {
        self.process.finish().await
    }

    /// Asserts that exactly the documents and pages of a catalog are served.
    pub async fn expect_catalog(&self, catalog: &Catalog) {
        let everything = self.get("/products?page=1&count=100").await;
        assert_eq!(everything.status, 200);
        assert_eq!(everything.json(), catalog.listings(), "/products");
        for product in &catalog.products {
            for (path, expected) in documents(catalog, product) {
                let answer = self.get(&path).await;
                assert_eq!(answer.status, 200, "{path}");
                assert_eq!(answer.json(), expected, "{path}");
            }
        }
    }
}

/// Returns the paths of a product with the documents that the contract expects.
pub fn documents(catalog: &Catalog, product: &Product) -> [(String, Value); 3] {
    let path = format!("/products/{}", product.id);
    [
        (format!("{path}/styles"), catalog.styles(product)),
        (format!("{path}/related"), catalog.related(product)),
        (path, catalog.detail(product)),
    ]
}

/// Returns the address in a field of a log line: `public=127.0.0.1:1` or `"public":"127.0.0.1:1"`.
fn address(line: &str, field: &str) -> Option<String> {
    let (_, rest) = line.split_once(field)?;
    let rest = rest.trim_start_matches(['"', ':', '=', ' ']);
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ':');
    let address = &rest[..end.unwrap_or(rest.len())];
    address
        .starts_with("127.0.0.1:")
        .then(|| address.to_owned())
}

/// Creates a client with the time-out of the tests.
pub fn client() -> Client {
    Client::builder()
        .no_proxy()
        .timeout(TIMEOUT)
        .build()
        .expect("a client needs nothing")
}

/// Sends a request, which must be answered.
pub async fn request(
    client: &Client,
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
) -> Answer {
    try_request(client, method.clone(), url, headers)
        .await
        .unwrap_or_else(|error| panic!("{method} {url}: {error:?}"))
}

/// Sends a request.
pub async fn try_request(
    client: &Client,
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
) -> reqwest::Result<Answer> {
    let request = client.request(method, url);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await?.to_vec();
    Ok(Answer {
        status,
        headers,
        body,
    })
}
