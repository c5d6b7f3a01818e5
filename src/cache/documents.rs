//! Documents of one product, ready to send, with their entity tags and content encodings.

use std::sync::OnceLock;

use bytes::Bytes;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    cache::{
        encoding::{Encoding, MIN_COMPRESSED_BYTES},
        etag::etag,
        memory,
    },
    document::store::ProductDocument,
};

/// Documents of a product.
#[derive(Debug)]
pub struct Documents {
    /// Element of `GET /products`.
    pub listing: Part,
    /// `GET /products/{id}`.
    pub detail: Document,
    /// `GET /products/{id}/styles`.
    pub styles: Document,
    /// `GET /products/{id}/related`.
    pub related: Document,
    /// Summary of this product on other products' pages.
    pub card: Part,
}

/// Kind of a product's document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// `GET /products/{id}`.
    Detail,
    /// `GET /products/{id}/styles`.
    Styles,
    /// `GET /products/{id}/related`.
    Related,
}

/// Part of composed responses.
#[derive(Clone, Debug)]
pub struct Part {
    /// JSON.
    pub body: Bytes,
    /// Hash of the body, from which the ETag of a composed response is derived.
    pub hash: u64,
}

/// Document that is a response by itself, with encodings that are created on first use.
#[derive(Debug)]
pub struct Document {
    identity: Encoded,
    hash: u64,
    encodings: [OnceLock<Option<Box<Encoded>>>; Encoding::ALL.len()],
}

/// One representation of a document.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// Bytes to send.
    pub body: Bytes,
    /// Strong entity tag, with its quotes, as a header value.
    pub etag: Bytes,
}

impl Documents {
    /// Takes a row. All its documents share one allocation, so that its overhead is paid once.
    pub(super) fn from_row(row: ProductDocument) -> Option<Self> {
        if row.deleted {
            return None;
        }
        let answers = [row.detail?.0, row.styles?.0, row.related?.0];
        let parts = [row.listing?.0, row.card?.0];
        let hashes = answers.each_ref().map(|body| xxh3_64(body));
        let tags = hashes.map(|hash| etag(hash, None));
        let [detail, styles, related] = &answers;
        let [listing, card] = &parts;
        let [
            detail_tag,
            detail,
            styles_tag,
            styles,
            related_tag,
            related,
            listing,
            card,
        ] = memory::pack([
            &tags[0], detail, &tags[1], styles, &tags[2], related, listing, card,
        ]);
        let document = |n: usize, etag, body| Document {
            identity: Encoded { body, etag },
            hash: hashes[n],
            encodings: [const { OnceLock::new() }; Encoding::ALL.len()],
        };
        Some(Self {
            listing: listing.into(),
            detail: document(0, detail_tag, detail),
            styles: document(1, styles_tag, styles),
            related: document(2, related_tag, related),
            card: card.into(),
        })
    }

    /// Returns the document of a kind.
    #[must_use]
    pub fn get(&self, kind: DocumentKind) -> &Document {
        match kind {
            DocumentKind::Detail => &self.detail,
            DocumentKind::Styles => &self.styles,
            DocumentKind::Related => &self.related,
        }
    }

    /// Parses the ids in the document `related`.
    ///
    /// # Errors
    ///
    /// A document that is not an array of ids.
    pub(super) fn related_ids(&self) -> serde_json::Result<Vec<i64>> {
        serde_json::from_slice(&self.related.identity.body)
    }

    /// Returns the category of the product. Slow: it parses a document.
    #[must_use]
    pub(super) fn category(&self) -> Option<String> {
        let listing: Value = serde_json::from_slice(&self.listing.body).ok()?;
        Some(listing.get("category")?.as_str()?.to_owned())
    }

    /// Returns the memory of the documents and of the encodings created so far, in bytes.
    pub(super) fn weight(&self) -> usize {
        let answers = [&self.detail, &self.styles, &self.related];
        let length = |encoded: &Encoded| encoded.etag.len() + encoded.body.len();
        let identities: usize = answers.iter().map(|answer| length(&answer.identity)).sum();
        let packed = identities + self.listing.body.len() + self.card.body.len();
        let encodings = answers.iter().flat_map(|answer| answer.encodings());
        let encodings = encodings.map(|encoded| {
            memory::allocated(size_of::<Encoded>()) + memory::bytes(length(encoded))
        });
        memory::bytes(packed) + encodings.sum::<usize>()
    }
}

impl From<Bytes> for Part {
    fn from(body: Bytes) -> Self {
        let hash = xxh3_64(&body);
        Self { body, hash }
    }
}

impl Document {
    /// Returns the representation without an encoding.
    #[must_use]
    pub fn identity(&self) -> &Encoded {
        &self.identity
    }

    /// Returns the hash of the body, from which the ETag of a composed response is derived.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// Returns the representation in `encoding` if it was created before: `Some(None)` if it would not be smaller.
    #[must_use]
    pub fn encoded(&self, encoding: Encoding) -> Option<Option<&Encoded>> {
        if self.identity.body.len() <= MIN_COMPRESSED_BYTES {
            return Some(None);
        }
        self.encodings[encoding as usize]
            .get()
            .map(Option::as_deref)
    }

    /// Creates the representation in `encoding`, or waits for the caller that is creating it. Slow.
    pub fn encode(&self, encoding: Encoding) {
        self.encodings[encoding as usize].get_or_init(|| {
            let body = encoding.compress(&self.identity.body)?;
            let [etag, body] = memory::pack([&etag(self.hash, Some(encoding)), &body]);
            Some(Box::new(Encoded { body, etag }))
        });
    }

    /// Returns the encodings that were created and are smaller than the body.
    fn encodings(&self) -> impl Iterator<Item = &Encoded> {
        let encodings = self.encodings.iter().filter_map(OnceLock::get);
        encodings.filter_map(Option::as_deref)
    }
}
