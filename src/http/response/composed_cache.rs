//! Cache of the encodings of composed bodies.

use std::{sync::Arc, thread::available_parallelism};

use bytes::Bytes;
use moka::sync::Cache;
use tokio::{sync::Semaphore, task::spawn_blocking};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{body::ComposedBody, representation::Representation};
use crate::cache::{Encoding, INLINE_BYTES, etag};

/// Overhead of the cache for a body, in bytes.
const OVERHEAD_BYTES: usize = 400;

/// Encodings of composed bodies, by the hash of their content. They never become stale: other content has another key.
pub(crate) struct ComposedCache {
    encoded: Cache<(u128, Encoding), Option<Bytes>>,
    compressors: Arc<Semaphore>,
}

impl ComposedCache {
    /// Creates a cache of at most `capacity` bytes.
    pub fn new(capacity: u64) -> Self {
        let weigh = |_: &_, encoded: &Option<Bytes>| {
            let body = encoded.as_ref().map_or(0, Bytes::len);
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

    /// Represents `composed` in `encoding` if that is smaller. The ETag also covers `salt`.
    pub async fn represent(
        &self,
        composed: &ComposedBody<'_>,
        salt: Option<&str>,
        encoding: Option<Encoding>,
    ) -> Representation {
        let hash = composed.hash();
        let tag = tag(hash, salt);
        if let Some(encoding) = encoding {
            let key = (hash, encoding);
            let cached = match self.encoded.get(&key) {
                Some(cached) => cached,
                None => self.compress(composed.join(), key).await,
            };
            if let Some(body) = cached {
                return representation(body, tag, Some(encoding));
            }
        }
        representation(composed.join(), tag, None)
    }

    async fn compress(&self, body: Bytes, key: (u128, Encoding)) -> Option<Bytes> {
        let is_large = body.len() > INLINE_BYTES;
        let compress = move || key.1.compress(&body);
        let encoded = if is_large {
            // When all cores compress already, sending a larger body is faster.
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
        self.encoded.insert(key, encoded.clone());
        encoded
    }
}

fn representation(body: Bytes, tag: u64, encoding: Option<Encoding>) -> Representation {
    Representation {
        body,
        etag: etag(tag, encoding).into(),
        encoding,
    }
}

/// Returns the number from which the ETag of a body with this hash is made.
fn tag(hash: u128, salt: Option<&str>) -> u64 {
    let half = u64::try_from(hash >> 64).expect("half of it has 64 bits");
    salt.map_or(half, |salt| xxh3_64_with_seed(salt.as_bytes(), half))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{ComposedBody, ComposedCache};
    use crate::cache::{Encoding, Part};

    fn parts(texts: &[&str]) -> Vec<Part> {
        let part = |text: &&str| Part::from(Bytes::copy_from_slice(text.as_bytes()));
        texts.iter().map(part).collect()
    }

    #[tokio::test]
    async fn parts_form_an_array_whose_etag_depends_on_them() {
        let cache = ComposedCache::new(1 << 20);
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
            for salt in [None, Some("1"), Some("2")] {
                let array = ComposedBody::array(&parts);
                assert_eq!(array.length(), body.len());
                let array = cache.represent(&array, salt, None).await;
                assert_eq!(array.body, body);
                assert!(!tags.contains(&array.etag), "{body}");
                tags.push(array.etag);
            }
        }
    }

    #[tokio::test]
    async fn each_encoding_has_its_own_etag_and_small_bodies_are_not_encoded() {
        let cache = ComposedCache::new(1 << 20);
        let small = parts(&["1"]);
        let array = cache
            .represent(&ComposedBody::array(&small), None, Some(Encoding::Gzip))
            .await;
        assert_eq!(array.encoding, None);
        let long = "7".repeat(100_000);
        let large = parts(&[&long]);
        let large = ComposedBody::array(&large);
        let plain = cache.represent(&large, None, None).await;
        for encoding in Encoding::ALL {
            for _ in 0..2 {
                let array = cache.represent(&large, None, Some(encoding)).await;
                assert_eq!(array.encoding, Some(encoding));
                assert!(array.body.len() < plain.body.len());
                assert_ne!(array.etag, plain.etag);
            }
        }
    }
}
