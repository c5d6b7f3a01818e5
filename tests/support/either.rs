//! Two catalogs of which one follows the other: what a server may answer meanwhile.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};

use crate::support::{
    model::Catalog,
    server::{Answer, Server, documents},
    wait,
};

/// Pages of the list of products: path, first and last place.
const PAGES: [(&str, usize, usize); 4] = [
    ("/products?count=100", 0, 100),
    ("/products", 0, 5),
    ("/products?page=2&count=7", 7, 14),
    ("/products/?page=3&count=7", 14, 21),
];

/// Answers of a catalog by path; none for a product that it does not have.
type Answers = BTreeMap<String, Value>;

fn pages(catalog: &Catalog) -> Answers {
    let listings = catalog.listings();
    let listings = listings.as_array().expect("a list of listings");
    let pages = PAGES.into_iter().map(|(path, from, to)| {
        let range = from.min(listings.len())..to.min(listings.len());
        (path.to_owned(), json!(listings[range]))
    });
    pages.collect()
}

/// Documents, and of each page of a product the two that are its own.
fn products(catalog: &Catalog) -> Answers {
    let products = catalog.products.iter();
    let answers = products.flat_map(|product| {
        let page = json!([catalog.detail(product), catalog.styles(product)]);
        let path = format!("/products/{}/page", product.id);
        documents(catalog, product)
            .into_iter()
            .chain([(path, page)])
    });
    answers.collect()
}

/// The part of an answer that is compared; none if there is no such product.
fn compared(path: &str, answer: &Answer) -> Option<Value> {
    if answer.status == 404 {
        return None;
    }
    assert_eq!(answer.status, 200, "{path}");
    let body = answer.json();
    Some(if path.ends_with("/page") {
        json!([body["product"], body["styles"]])
    } else {
        body
    })
}

/// Two catalogs of which one follows the other, with their answers.
pub struct Either {
    catalogs: [Catalog; 2],
    pages: [Answers; 2],
    products: [Answers; 2],
    served: [AtomicUsize; 2],
}

impl Either {
    pub fn of(one: &Catalog, other: &Catalog) -> Self {
        Self {
            catalogs: [one.clone(), other.clone()],
            pages: [pages(one), pages(other)],
            products: [products(one), products(other)],
            served: <[AtomicUsize; 2]>::default(),
        }
    }

    /// Asks for everything once; each answer must be wholly one catalog's.
    pub async fn check_each(&self, server: &Server) {
        self.check(server, &self.pages).await;
        self.check_products(server).await;
    }

    /// Asks for everything of each product once; each answer must be wholly one catalog's.
    pub async fn check_products(&self, server: &Server) {
        self.check(server, &self.products).await;
    }

    async fn check(&self, server: &Server, answers: &[Answers; 2]) {
        for path in answers.iter().flat_map(BTreeMap::keys) {
            let answer = compared(path, &server.get(path).await);
            let matches = answers
                .each_ref()
                .map(|answers| answers.get(path) == answer.as_ref());
            assert!(matches[0] || matches[1], "{path} is neither's: {answer:?}");
            for (count, matches) in self.served.iter().zip(matches) {
                count.fetch_add(usize::from(matches), Ordering::Relaxed);
            }
        }
    }

    /// Number of answers so far that were each one's.
    pub fn served(&self) -> [usize; 2] {
        self.served
            .each_ref()
            .map(|count| count.load(Ordering::Relaxed))
    }

    /// Waits until a server lists one of the two as a whole, and asserts that it serves every document of that one.
    pub async fn settled(&self, server: &Server) -> &Catalog {
        let path = PAGES[0].0;
        let listed = wait::until_ok("one catalog is listed", async || {
            let answer = compared(path, &server.get(path).await);
            let is_listed = |n: &usize| self.pages[*n].get(path) == answer.as_ref();
            [0, 1].into_iter().find(is_listed).ok_or("a mix is listed")
        });
        let catalog = &self.catalogs[listed.await];
        server.expect_catalog(catalog).await;
        catalog
    }
}
