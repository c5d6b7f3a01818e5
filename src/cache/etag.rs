//! Entity tags (RFC 9110, section 8.8.3).

use crate::cache::encoding::Encoding;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Creates the strong tag, with its quotes, of a body whose identity has `hash`, sent in `encoding`.
///
/// It depends on the content only, so that all servers send the same one.
#[must_use]
pub fn etag(hash: u64, encoding: Option<Encoding>) -> Vec<u8> {
    let mut tag = Vec::with_capacity(24);
    tag.push(b'"');
    for byte in hash.to_be_bytes() {
        tag.push(DIGITS[usize::from(byte >> 4)]);
        tag.push(DIGITS[usize::from(byte & 15)]);
    }
    if let Some(encoding) = encoding {
        tag.push(b'-');
        tag.extend_from_slice(encoding.name().as_bytes());
    }
    tag.push(b'"');
    tag
}

#[cfg(test)]
mod tests {
    use super::{Encoding, etag};

    #[test]
    fn etags_differ_by_content_and_encoding() {
        let hash = 0x0123_4567_89ab_cdef;
        assert_eq!(etag(hash, None), b"\"0123456789abcdef\"");
        assert_eq!(etag(1, Some(Encoding::Gzip)), b"\"0000000000000001-gzip\"");
        assert_eq!(etag(0, Some(Encoding::Brotli)), b"\"0000000000000000-br\"");
    }
}
