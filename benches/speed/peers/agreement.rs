//! Checks that all competitors give the same responses.

use serde_json::Value;

use crate::{support::random::Random, traffic::PRODUCT_MIX};

/// Number of products that are compared.
const PRODUCTS: usize = 20;

/// The same products in every run.
const SEED: u64 = 20;

/// Server with its paths: those of the three documents, in the order of the product mix.
pub struct Answering<'a> {
    pub name: &'a str,
    /// Address as `host:port`.
    pub address: &'a str,
    pub paths: [(&'a str, u32); 3],
}

impl<'a> Answering<'a> {
    /// Creates a server with the same paths as Atelierex.
    pub fn alike(name: &'a str, address: &'a str) -> Self {
        Self {
            name,
            address,
            paths: PRODUCT_MIX,
        }
    }
}

/// Compares the responses of `peers` with those of Atelierex at `address`, for random ids up to `products`.
///
/// # Panics
///
/// If the JSON of a response differs.
pub async fn check(address: &str, peers: &[Answering<'_>], products: u64) {
    let mut random = Random::new(SEED);
    let highest = i64::try_from(products).expect("a catalog is smaller");
    for _ in 0..PRODUCTS {
        let id = random.up_to(highest);
        for (kind, (path, _)) in PRODUCT_MIX.iter().enumerate() {
            let ours = document(address, path, id).await;
            for peer in peers {
                let theirs = document(peer.address, peer.paths[kind].0, id).await;
                if let Some(difference) = difference(&ours, &theirs, "") {
                    panic!(
                        "{} does not answer as Atelierex: {path} of {id}: {difference}",
                        peer.name
                    );
                }
            }
        }
    }
}

/// Returns the first difference of two documents. The order of keys does not matter.
fn difference(ours: &Value, theirs: &Value, place: &str) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) if ours.keys().eq(theirs.keys()) => {
            let mut fields = ours.iter();
            fields
                .find_map(|(key, value)| difference(value, &theirs[key], &format!("{place}/{key}")))
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            let mut elements = ours.iter().zip(theirs).enumerate();
            elements.find_map(|(index, (ours, theirs))| {
                difference(ours, theirs, &format!("{place}/{index}"))
            })
        }
        _ => (ours != theirs).then(|| format!("at {place}: {theirs} instead of {ours}")),
    }
}

async fn document(address: &str, path: &str, id: i64) -> Value {
    let path = path.replace("{id}", &id.to_string());
    let url = format!("http://{address}{path}");
    let answer = reqwest::get(&url).await.expect("it answers");
    assert_eq!(answer.status(), 200, "{url}");
    let body = answer.bytes().await.expect("the answer has a body");
    serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{url} is no JSON: {error}"))
}
