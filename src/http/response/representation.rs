//! One representation of a resource (RFC 9110, section 3.2): its bytes, encoding and entity tag.

use bytes::Bytes;

use crate::cache::{Encoded, Encoding};

/// A representation of a resource, ready to be sent.
pub(crate) struct Representation {
    pub body: Bytes,
    pub etag: Bytes,
    /// Encoding of the body; `None` for the identity.
    pub encoding: Option<Encoding>,
}

impl Representation {
    /// Creates a representation that shares the bytes of `encoded`, which is in `encoding`.
    pub fn new(encoded: &Encoded, encoding: Option<Encoding>) -> Self {
        Self {
            body: encoded.body.clone(),
            etag: encoded.etag.clone(),
            encoding,
        }
    }
}
