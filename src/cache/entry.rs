//! What is kept of one product: its finished documents.

use std::{
    mem::size_of,
    sync::OnceLock,
    time::{Duration, Instant},
};

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_128;

use super::{
    encoding::{Encoding, MIN_COMPRESSED_BYTES},
    era::Era,
};
use crate::document::store::{JsonBytes, ProductDocument};

/// What the cache itself takes for an entry, and an allocator for its parts: an estimate on the safe side.
const OVERHEAD_BYTES: usize = 600;

/// What an allocator and a shared buffer add to each encoding.
const ENCODING_OVERHEAD_BYTES: usize = 160;

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
pub enum Content {
    /// It has documents.
    Live(Box<Documents>),
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
    pub hash: u128,
}

/// A finished answer with its encodings, made on first use.
#[derive(Debug)]
pub struct Document {
    identity: Encoded,
    hash: u128,
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
    /// A product without documents is believed to be absent for `absent_time_to_live`.
    #[must_use]
    pub fn from_row(row: ProductDocument, era: Era, absent_time_to_live: Duration) -> Self {
        let (product_id, version) = (row.product_id, row.version);
        let content = Documents::from_row(row).map_or_else(
            || Content::Absent {
                until: Instant::now() + absent_time_to_live,
            },
            |documents| Content::Live(Box::new(documents)),
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
    pub fn absent(product_id: i64, era: Era, absent_time_to_live: Duration) -> Self {
        Self {
            product_id,
            era,
            version: i64::MIN,
            content: Content::Absent {
                until: Instant::now() + absent_time_to_live,
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

    /// Memory that it takes, in bytes, with the encodings made so far.
    #[must_use]
    pub fn weight(&self) -> usize {
        let documents = self.documents().map_or(0, Documents::weight);
        OVERHEAD_BYTES + size_of::<Self>() + documents
    }
}

impl Documents {
    fn from_row(row: ProductDocument) -> Option<Self> {
        if row.deleted {
            return None;
        }
        Some(Self {
            listing: row.listing?.0.into(),
            detail: Document::new(row.detail?),
            styles: Document::new(row.styles?),
            related: Document::new(row.related?),
            card: row.card?.0.into(),
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

    fn weight(&self) -> usize {
        let parts = [&self.listing, &self.card].map(|part| part.body.len());
        let documents = [&self.detail, &self.styles, &self.related].map(Document::weight);
        size_of::<Self>() + parts.iter().chain(&documents).sum::<usize>()
    }
}

impl From<Bytes> for Part {
    fn from(body: Bytes) -> Self {
        let hash = xxh3_128(&body);
        Self { body, hash }
    }
}

impl Document {
    fn new(JsonBytes(body): JsonBytes) -> Self {
        let hash = xxh3_128(&body);
        Self {
            identity: Encoded::new(body, hash, None),
            hash,
            encodings: [const { OnceLock::new() }; Encoding::ALL.len()],
        }
    }

    /// The body as it is.
    #[must_use]
    pub fn identity(&self) -> &Encoded {
        &self.identity
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
            Some(Box::new(Encoded::new(body, self.hash, Some(encoding))))
        });
    }

    fn weight(&self) -> usize {
        let encodings = self.encodings.iter().filter_map(OnceLock::get).flatten();
        self.identity.body.len()
            + encodings
                .map(|encoded| encoded.body.len() + size_of::<Encoded>() + ENCODING_OVERHEAD_BYTES)
                .sum::<usize>()
    }
}

impl Encoded {
    /// A representation whose tag is made from the `hash` of the identity body and the encoding.
    #[must_use]
    pub fn new(body: Bytes, hash: u128, encoding: Option<Encoding>) -> Self {
        let tag = encoding.map_or_else(
            || format!("\"{hash:032x}\""),
            |encoding| format!("\"{hash:032x}-{}\"", encoding.name()),
        );
        Self {
            body,
            etag: tag.into(),
        }
    }
}
