//! What is kept of one product: its finished documents.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use bytes::Bytes;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::cache::{
    encoding::{Encoding, MIN_COMPRESSED_BYTES},
    epoch::Era,
    etag::etag,
    memory,
};
use crate::document::store::ProductDocument;

/// One product: documents, or the knowledge that there are none.
#[derive(Debug)]
pub struct Entry {
    /// The product.
    pub product_id: i64,
    /// The publication that it was read in.
    pub era: Era,
    /// Its position in the feed; the lowest number if it never had one.
    pub version: i64,
    /// What is known.
    pub content: Content,
}

/// What is known of a product.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all entries have documents, which a hit finds sooner without a box"
)]
pub enum Content {
    /// It has documents.
    Live(Documents),
    /// It does not exist, and that is believed until then.
    Absent {
        /// When to ask again.
        until: Instant,
    },
}

/// The documents of a product.
#[derive(Debug)]
pub struct Documents {
    /// An element of `GET /products`.
    pub listing: Part,
    /// `GET /products/{id}`.
    pub detail: Document,
    /// `GET /products/{id}/styles`.
    pub styles: Document,
    /// `GET /products/{id}/related`.
    pub related: Document,
    /// What other products' pages show of this one.
    pub card: Part,
}

/// Which of a product's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `GET /products/{id}`.
    Detail,
    /// `GET /products/{id}/styles`.
    Styles,
    /// `GET /products/{id}/related`.
    Related,
}

/// A piece of composed answers.
#[derive(Clone, Debug)]
pub struct Part {
    /// JSON.
    pub body: Bytes,
    /// Hash of the body, by which composed answers get their tag.
    pub hash: u64,
}

/// A finished answer with its encodings, made on first use.
#[derive(Debug)]
pub struct Document {
    identity: Encoded,
    hash: u64,
    encodings: [OnceLock<Option<Box<Encoded>>>; Encoding::ALL.len()],
}

/// One representation of an answer.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// What is sent.
    pub body: Bytes,
    /// Strong entity tag, with its quotes, as it stands in a header.
    pub etag: Bytes,
}

impl Entry {
    /// Makes the entry of a row, read as `era`.
    ///
    /// A product without documents is believed to be absent for `negative_ttl`.
    #[must_use]
    pub fn from_row(row: ProductDocument, era: Era, negative_ttl: Duration) -> Self {
        let (product_id, version) = (row.product_id, row.version);
        let content = Documents::from_row(row).map_or_else(
            || Content::Absent {
                until: Instant::now() + negative_ttl,
            },
            Content::Live,
        );
        Self {
            product_id,
            era,
            version,
            content,
        }
    }

    /// Makes the entry of a product without a row.
    #[must_use]
    pub fn absent(product_id: i64, era: Era, negative_ttl: Duration) -> Self {
        Self {
            product_id,
            era,
            version: i64::MIN,
            content: Content::Absent {
                until: Instant::now() + negative_ttl,
            },
        }
    }

    /// The documents, if the product exists.
    #[must_use]
    pub fn documents(&self) -> Option<&Documents> {
        match &self.content {
            Content::Live(documents) => Some(documents),
            Content::Absent { .. } => None,
        }
    }

    /// Whether this is the knowledge of an absence that is too old to be believed.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        matches!(self.content, Content::Absent { until } if until <= Instant::now())
    }

    /// Memory that it takes, in bytes, with the encodings made so far and the cache's own share.
    #[must_use]
    pub fn weight(&self) -> usize {
        let documents = self.documents().map_or(0, Documents::weight);
        memory::with_gaps(memory::shared::<Self>() + memory::CACHE_ENTRY_BYTES + documents)
    }
}

impl Documents {
    /// Takes over a row: all its documents into one allocation, so that the overhead of one is paid once.
    fn from_row(row: ProductDocument) -> Option<Self> {
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

    /// The answer of a kind.
    #[must_use]
    pub fn get(&self, kind: Kind) -> &Document {
        match kind {
            Kind::Detail => &self.detail,
            Kind::Styles => &self.styles,
            Kind::Related => &self.related,
        }
    }

    /// The products that `GET /products/{id}/related` names.
    #[must_use]
    pub fn related_ids(&self) -> Vec<i64> {
        serde_json::from_slice(&self.related.identity.body).unwrap_or_default()
    }

    /// The category that the product is in. Reads the document, which takes a while.
    #[must_use]
    pub fn category(&self) -> Option<String> {
        let listing: Value = serde_json::from_slice(&self.listing.body).ok()?;
        Some(listing.get("category")?.as_str()?.to_owned())
    }

    fn weight(&self) -> usize {
        let answers = [&self.detail, &self.styles, &self.related];
        let length = |encoded: &Encoded| encoded.etag.len() + encoded.body.len();
        let identities: usize = answers.iter().map(|answer| length(&answer.identity)).sum();
        let packed = identities + self.listing.body.len() + self.card.body.len();
        let encodings = answers.iter().flat_map(|answer| answer.made());
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
    /// The body as it is.
    #[must_use]
    pub fn identity(&self) -> &Encoded {
        &self.identity
    }

    /// Hash of the body, by which composed answers get their tag.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The representation in `encoding` if it was made: `Some(None)` if it would not be smaller.
    #[must_use]
    pub fn encoded(&self, encoding: Encoding) -> Option<Option<&Encoded>> {
        if self.identity.body.len() <= MIN_COMPRESSED_BYTES {
            return Some(None);
        }
        self.encodings[encoding as usize]
            .get()
            .map(Option::as_deref)
    }

    /// Makes the representation in `encoding`. Takes a while; done once, whoever else asks waits for it.
    pub fn encode(&self, encoding: Encoding) {
        self.encodings[encoding as usize].get_or_init(|| {
            let body = encoding.compress(&self.identity.body)?;
            let [etag, body] = memory::pack([&etag(self.hash, Some(encoding)), &body]);
            Some(Box::new(Encoded { body, etag }))
        });
    }

    /// The encodings that were made, and are smaller.
    fn made(&self) -> impl Iterator<Item = &Encoded> {
        let made = self.encodings.iter().filter_map(OnceLock::get);
        made.filter_map(Option::as_deref)
    }
}
