//! Bodies composed of several documents.

use bytes::Bytes;
use xxhash_rust::xxh3::Xxh3;

use crate::cache::{Document, Documents, Part};

/// Documents with text between them and at the end. Copies nothing before [`Self::join`].
pub(crate) struct ComposedBody<'documents> {
    pieces: Vec<Piece<'documents>>,
    end: &'static str,
}

struct Piece<'documents> {
    before: &'static str,
    body: &'documents [u8],
    hash: u64,
}

impl<'documents> ComposedBody<'documents> {
    /// Creates the JSON array of `parts`.
    pub fn array(parts: impl IntoIterator<Item = &'documents Part>) -> Self {
        let mut array = Self {
            pieces: Vec::new(),
            end: "]",
        };
        array.push_elements("[", parts);
        if array.pieces.is_empty() {
            array.end = "[]";
        }
        array
    }

    /// Creates a body of a single document.
    pub fn whole(part: &'documents Part) -> Self {
        let piece = Piece {
            before: "",
            body: &part.body,
            hash: part.hash,
        };
        Self {
            pieces: vec![piece],
            end: "",
        }
    }

    /// Creates the page of `product` with the cards of its related products.
    pub fn product_page(
        product: &'documents Documents,
        cards: impl IntoIterator<Item = &'documents Part>,
    ) -> Self {
        let piece = |before, document: &'documents Document| Piece {
            before,
            body: &document.identity().body,
            hash: document.hash(),
        };
        let mut page = Self {
            pieces: vec![
                piece("{\"product\":", &product.detail),
                piece(",\"styles\":", &product.styles),
            ],
            end: "]}",
        };
        let n_documents = page.pieces.len();
        page.push_elements(",\"related\":[", cards);
        if page.pieces.len() == n_documents {
            page.end = ",\"related\":[]}";
        }
        page
    }

    /// Adds elements of an array that begins with `begin`.
    fn push_elements(
        &mut self,
        begin: &'static str,
        parts: impl IntoIterator<Item = &'documents Part>,
    ) {
        for (n, part) in parts.into_iter().enumerate() {
            self.pieces.push(Piece {
                before: if n == 0 { begin } else { "," },
                body: &part.body,
                hash: part.hash,
            });
        }
    }

    /// Returns a hash of the content, derived from the hashes of the documents and from the text.
    pub fn hash(&self) -> u128 {
        let mut hasher = Xxh3::new();
        for piece in &self.pieces {
            hasher.update(&piece.hash.to_le_bytes());
        }
        hasher.update(self.end.as_bytes());
        hasher.digest128()
    }

    /// Returns the length in bytes.
    pub fn length(&self) -> usize {
        let length = |piece: &Piece<'_>| piece.before.len() + piece.body.len();
        self.pieces.iter().map(length).sum::<usize>() + self.end.len()
    }

    /// Copies all parts into one body.
    pub fn join(&self) -> Bytes {
        let mut body = Vec::with_capacity(self.length());
        for piece in &self.pieces {
            body.extend_from_slice(piece.before.as_bytes());
            body.extend_from_slice(piece.body);
        }
        body.extend_from_slice(self.end.as_bytes());
        body.into()
    }
}
