//! Bodies composed of several documents, and their encodings.

use std::{sync::Arc, thread::available_parallelism};

use bytes::Bytes;
use moka::sync::Cache;
use tokio::{sync::Semaphore, task::spawn_blocking};
use xxhash_rust::xxh3::Xxh3;

use super::responses::Representation;
use crate::cache::{
    encoding::{Encoding, INLINE_BYTES},
    entry::{Encoded, Part},
    etag::etag,
};

/// What the cache itself takes for a body, in bytes.
const OVERHEAD_BYTES: usize = 400;

/// Encodings of composed bodies, by the content they are made of. They need no freshness: other
/// content is another key.
#[derive(Clone)]
pub(super) struct Bodies {
    encoded: Cache<(u128, Encoding), Option<Encoded>>,
    compressors: Arc<Semaphore>,
}

impl Bodies {
    /// Keeps at most `capacity` bytes.
    pub fn new(capacity: u64) -> Self {
        let weigh = |_: &_, encoded: &Option<Encoded>| {
            let body = encoded.as_ref().map_or(0, |encoded| encoded.body.len());
            u32::try_from(OVERHEAD_BYTES + body).unwrap_or(u32::MAX)
        };
        Self {
            encoded: Cache::builder()
                .max_capacity(capacity)
                .weigher(weigh)
                .build(),
            compressors: Arc::new(Semaphore::new(
                available_parallelism().map_or(1, usize::from),
            )),
        }
    }

    /// The array of `parts`, in `encoding` if that makes it smaller.
    pub async fn array<'parts>(
        &self,
        parts: impl Iterator<Item = &'parts Part> + Clone + Send,
        encoding: Option<Encoding>,
    ) -> Representation {
        let hash = hash(parts.clone());
        if let Some(encoding) = encoding {
            let key = (hash, encoding);
            let known = match self.encoded.get(&key) {
                Some(known) => known,
                None => self.compress(join(parts.clone()), key).await,
            };
            if let Some(encoded) = known {
                return Representation::new(&encoded, Some(encoding));
            }
        }
        Representation::new(&tagged(join(parts), hash, None), None)
    }

    async fn compress(&self, body: Bytes, (hash, encoding): (u128, Encoding)) -> Option<Encoded> {
        let is_large = body.len() > INLINE_BYTES;
        let compress = move || {
            let compressed = encoding.compress(&body)?;
            Some(tagged(compressed, hash, Some(encoding)))
        };
        let encoded = if is_large {
            // When every core compresses already, a body that is larger goes out sooner.
            let permit = Arc::clone(&self.compressors).try_acquire_owned().ok()?;
            let compress = move || {
                let _permit = permit;
                compress()
            };
            spawn_blocking(compress)
                .await
                .expect("compressing does not panic")
        } else {
            compress()
        };
        self.encoded.insert((hash, encoding), encoded.clone());
        encoded
    }
}

/// A representation of the body with this hash.
fn tagged(body: Bytes, hash: u128, encoding: Option<Encoding>) -> Encoded {
    let half = u64::try_from(hash >> 64).expect("half of it has 64 bits");
    Encoded {
        body,
        etag: etag(half, encoding).into(),
    }
}

/// The hash of what is composed of `parts`.
fn hash<'parts>(parts: impl Iterator<Item = &'parts Part>) -> u128 {
    let mut hasher = Xxh3::new();
    for part in parts {
        hasher.update(&part.hash.to_le_bytes());
    }
    hasher.digest128()
}

/// Bytes that the JSON array of `parts` takes at most.
pub(super) fn length<'parts>(parts: impl Iterator<Item = &'parts Part>) -> usize {
    parts.map(|part| part.body.len() + 1).sum::<usize>() + 2
}

/// The JSON array of `parts`.
fn join<'parts>(parts: impl Iterator<Item = &'parts Part> + Clone) -> Bytes {
    let mut body = Vec::with_capacity(length(parts.clone()));
    body.push(b'[');
    for (n, part) in parts.enumerate() {
        if n > 0 {
            body.push(b',');
        }
        body.extend_from_slice(&part.body);
    }
    body.push(b']');
    body.into()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Bodies, Part};
    use crate::cache::encoding::Encoding;

    fn parts(texts: &[&str]) -> Vec<Part> {
        let part = |text: &&str| Part::from(Bytes::copy_from_slice(text.as_bytes()));
        texts.iter().map(part).collect()
    }

    #[tokio::test]
    async fn parts_make_an_array_whose_tag_follows_from_them() {
        let bodies = Bodies::new(1 << 20);
        let mut tags = Vec::new();
        for (texts, body) in [
            (&[][..], "[]"),
            (&[r#"{"id": 1}"#], r#"[{"id": 1}]"#),
            (
                &[r#"{"id": 1}"#, r#"{"id": 2}"#],
                r#"[{"id": 1},{"id": 2}]"#,
            ),
            (
                &[r#"{"id": 2}"#, r#"{"id": 1}"#],
                r#"[{"id": 2},{"id": 1}]"#,
            ),
        ] {
            let parts = parts(texts);
            let array = bodies.array(parts.iter(), None).await;
            assert_eq!(array.body, body);
            assert!(!tags.contains(&array.etag), "{body}");
            tags.push(array.etag);
        }
    }

    #[tokio::test]
    async fn each_encoding_has_its_own_tag_and_a_small_body_has_none() {
        let bodies = Bodies::new(1 << 20);
        let small = parts(&["1"]);
        let array = bodies.array(small.iter(), Some(Encoding::Gzip)).await;
        assert_eq!(array.encoding, None);
        let long = "7".repeat(100_000);
        let large = parts(&[&long]);
        let plain = bodies.array(large.iter(), None).await;
        for encoding in Encoding::ALL {
            for _ in 0..2 {
                let array = bodies.array(large.iter(), Some(encoding)).await;
                assert_eq!(array.encoding, Some(encoding));
                assert!(array.body.len() < plain.body.len());
                assert_ne!(array.etag, plain.etag);
            }
        }
    }
}
