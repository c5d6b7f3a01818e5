//! The process whose instructions are counted: the server and its client on one thread.

use memchr::memmem::Finder;
use tokio::runtime::Runtime;

use crate::{
    client::Connection,
    scenario::{Scenario, request},
    server,
};

/// A client with everything that it asks for.
struct Client {
    connections: Vec<Connection>,
    requests: Vec<Vec<u8>>,
    status: &'static [u8],
}

/// Starts who answers, has every request answered before they count, and then so many of them.
pub fn run(scenario: &'static Scenario, requests: usize) {
    let runtime = crate::runtime();
    let client = runtime.block_on(Client::prepare(scenario));
    measured(&runtime, client, requests);
}

/// Counted work, in a function of its own so that a profile can cover it alone.
#[inline(never)]
fn measured(runtime: &Runtime, mut client: Client, requests: usize) {
    runtime.block_on(client.ask(requests));
}

impl Client {
    async fn prepare(scenario: &'static Scenario) -> Self {
        let address = server::start(scenario.server).await;
        let mut connections = Vec::new();
        for _ in 0..scenario.connections {
            connections.push(Connection::open(address).await);
        }
        let requests = scenario.paths();
        let requests = requests.iter().map(|path| request(path, scenario.headers));
        let mut client = Self {
            connections,
            requests: requests.collect(),
            status: b"200",
        };
        client.ask(client.requests.len()).await;
        if scenario.has_it {
            client.learn_tags(scenario).await;
        }
        client.status = scenario.status();
        client.ask(client.requests.len()).await;
        client
    }

    /// Asks from now on with the tags of what the client has.
    async fn learn_tags(&mut self, scenario: &Scenario) {
        let [connection, ..] = self.connections.as_mut_slice() else {
            unreachable!("every scenario has a connection");
        };
        let tag = Finder::new("\r\netag: ");
        for (path, known) in scenario.paths().iter().zip(&mut self.requests) {
            let head = connection.ask(known).await;
            let tag = head.value(&tag).expect("every 200 has a tag");
            let headers = format!("{}If-None-Match: {tag}\r\n", scenario.headers);
            *known = request(path, &headers);
        }
    }

    /// Asks for so many answers, on all connections at the same time.
    async fn ask(&mut self, count: usize) {
        let mut requests = self.requests.iter().cycle();
        for _ in 0..count / self.connections.len() {
            for (connection, request) in self.connections.iter_mut().zip(&mut requests) {
                connection.send(request).await;
            }
            for connection in &mut self.connections {
                assert_eq!(connection.receive().await.status(), self.status);
            }
        }
    }
}
