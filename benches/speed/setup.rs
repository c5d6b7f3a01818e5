//! Atelierex and NGINX with the same documents, each on the same processor, with everything in memory.

use std::path::Path;

use crate::{
    Bench,
    peers::{
        agreement::{self, Answering},
        documents, everything,
        nginx::{Nginx, NginxOptions},
        place::{Place, available_memory},
    },
    support::{
        scratch::connect,
        server::{Server, ServerOptions},
    },
    traffic::PRODUCT_MIX,
};

/// Processor of all competitors.
const PROCESSOR: &str = "0";

/// Processor of the generator.
pub const GENERATOR_PROCESSOR: &str = "1";

/// Maximum memory of Atelierex's cache, in bytes.
const MOST_MEMORY: u64 = 8 << 30;

/// Peers with the same documents as Atelierex, with warm caches.
pub struct Setup<'a> {
    server: &'a Server,
    /// NGINX with the documents as files.
    pub files: Nginx,
    /// NGINX with the responses of Atelierex in its cache.
    pub cache: Nginx,
    // The last field: files are removed after their servers have ended.
    _place: Place,
}

/// Starts Atelierex with as much of the catalog in memory as fits.
pub async fn full_server(bench: &Bench<'_>) -> Server {
    let capacity = MOST_MEMORY.min(available_memory() / 2);
    let options = ServerOptions {
        arguments: &["--cache-capacity-bytes", &capacity.to_string()],
        processors: Some(PROCESSOR),
        log: None,
    };
    let server = Server::start_with(&bench.database_url, &options).await;
    eprintln!("Asking for the whole catalog");
    // One request fetches all documents of a product.
    let all = 1..=bench.plan.products;
    everything::ask(&server.public, &["/products/{id}"], all).await;
    server
}

impl<'a> Setup<'a> {
    /// Starts the peers of `server` with the documents of this many products, and requests everything once.
    pub async fn prepare(bench: &Bench<'_>, server: &'a Server, products: u64) -> Self {
        let place = Place::for_products(products);
        let files = files(bench, place.folder(), products).await;
        let folder = place.folder().join("cache");
        let cache = Nginx::in_front_of(nginx_options(&folder, products), &server.public).await;
        let setup = Self {
            server,
            files,
            cache,
            _place: place,
        };
        setup.check(products).await;
        setup.warm(products).await;
        setup
    }

    /// Checks that all competitors give the same responses.
    async fn check(&self, products: u64) {
        let peers = [
            Answering {
                name: "NGINX with files",
                address: &self.files.address,
                paths: documents::MIX,
            },
            Answering::alike("NGINX with a cache", &self.cache.address),
        ];
        agreement::check(&self.server.public, &peers, products).await;
    }

    /// Requests everything once.
    async fn warm(&self, products: u64) {
        eprintln!("Asking the peers for everything");
        let paths = PRODUCT_MIX.map(|(path, _)| path);
        everything::ask(&self.cache.address, &paths, 1..=products).await;
        let files = documents::MIX.map(|(path, _)| path);
        everything::ask(&self.files.address, &files, 1..=products).await;
        for id in (1..=products).step_by(97) {
            let path = format!("/products/{id}/styles");
            assert!(self.cache.is_hit(&path).await, "{path} is in NGINX's cache");
        }
    }
}

/// Writes the documents to files and starts NGINX on them.
async fn files(bench: &Bench<'_>, folder: &Path, products: u64) -> Nginx {
    eprintln!(
        "Writing the documents of {products} products to {}",
        folder.display()
    );
    let documents = folder.join("documents");
    let client = connect(&bench.database_url).await;
    documents::write(&client, products, &documents).await;
    Nginx::of_files(nginx_options(&folder.join("files"), products), &documents).await
}

fn nginx_options(folder: &Path, products: u64) -> NginxOptions<'_> {
    NginxOptions {
        folder,
        processors: Some(PROCESSOR),
        files: products * documents::FILES,
    }
}
