//! Counted scenarios: kinds of requests, each the same sequence in every run.

/// Products that are asked for. No multiple of five, so that each is asked for in every way that there is.
const PRODUCTS: usize = 128;

/// After so many requests every product was asked for in every way, as often as the mix says.
const ROUND: usize = 5 * PRODUCTS;

/// Requests of the shorter of two runs; the longer one has three times as many.
pub const REQUESTS: usize = 2 * ROUND;

/// A kind of request.
pub struct Scenario {
    /// Its name in the table and in the baseline.
    pub name: &'static str,
    /// Server that answers.
    pub server: Server,
    /// Paths that are requested.
    pub asked: Asked,
    /// Header lines beyond those of every request.
    pub headers: &'static str,
    /// True if the client already has the representation and says so.
    pub has_it: bool,
    /// Connections that ask at the same time.
    pub connections: usize,
}

/// Server that answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// The program, from memory.
    Cached,
    /// The program, which keeps nothing.
    Uncached,
    /// Somebody who always says the same few bytes: what asking and answering cost at least.
    Trivial,
}

/// Paths that are requested.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Products: of five requests two for the product, two for its styles, one for its related products.
    Products,
    /// A page of the catalog.
    Page,
}

const HIT: Scenario = Scenario {
    name: "hit",
    server: Server::Cached,
    asked: Asked::Products,
    headers: "",
    has_it: false,
    connections: 1,
};

/// All of them.
pub const ALL: [Scenario; 7] = [
    HIT,
    Scenario {
        name: "hit-br",
        headers: "Accept-Encoding: gzip, deflate, br, zstd\r\n",
        ..HIT
    },
    Scenario {
        name: "not-modified",
        has_it: true,
        ..HIT
    },
    Scenario {
        name: "page",
        asked: Asked::Page,
        ..HIT
    },
    Scenario {
        name: "miss",
        server: Server::Uncached,
        ..HIT
    },
    Scenario {
        name: "miss-64",
        server: Server::Uncached,
        connections: 64,
        ..HIT
    },
    Scenario {
        name: "client",
        server: Server::Trivial,
        ..HIT
    },
];

impl Scenario {
    /// The scenario of this name.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn named(name: &str) -> &'static Self {
        let names = ALL.each_ref().map(|scenario| scenario.name);
        let found = ALL.iter().find(|scenario| scenario.name == name);
        found.unwrap_or_else(|| panic!("{name} is none of {names:?}"))
    }

    /// The status of every answer.
    pub fn status(&self) -> &'static [u8] {
        if self.has_it { b"304" } else { b"200" }
    }

    /// The paths that are asked for, one after another and then again from the first.
    pub fn paths(&self) -> Vec<String> {
        match self.asked {
            Asked::Products => (0..ROUND).map(product_path).collect(),
            Asked::Page => vec!["/products?page=3&count=20".to_owned()],
        }
    }
}

/// Neighbours are other products: what is asked for at the same time is not the same row.
fn product_path(n: usize) -> String {
    let id = 1 + n % PRODUCTS;
    match n % 5 {
        0 | 1 => format!("/products/{id}"),
        2 | 3 => format!("/products/{id}/styles"),
        _ => format!("/products/{id}/related"),
    }
}

/// The request for `path` with header lines beyond those of every request.
pub fn request(path: &str, headers: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
         Accept: application/json\r\n{headers}\r\n"
    )
    .into_bytes()
}
