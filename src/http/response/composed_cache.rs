//! Bodies composed of several documents, and their encodings.

use std::{sync::Arc, thread::available_parallelism};

use bytes::Bytes;
use moka::sync::Cache;
use tokio::{sync::Semaphore, task::spawn_blocking};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::cache::{Encoding, INLINE_BYTES, etag};
use crate::http::{response::Representation, response::body::Composition};

/// What the cache itself takes for a body, in bytes.
const OVERHEAD_BYTES: usize = 400;

/// Encodings of composed bodies, by the content they are made of. They need no freshness: other
/// content is another key.
#[derive(Clone)]
pub(crate) struct Bodies {
    encoded: Cache<(u128, Encoding), Option<Bytes>>,
    compressors: Arc<Semaphore>,
}

impl Bodies {
    /// Keeps at most `capacity` bytes.
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

    /// `composition` in `encoding` if that makes it smaller. Its tag tells `seal`, too, if there is one.
    pub async fn represent(
        &self,
        composition: &Composition<'_>,
        seal: Option<&str>,
        encoding: Option<Encoding>,
    ) -> Representation {
        let hash = composition.hash();
        let tag = tag(hash, seal);
        if let Some(encoding) = encoding {
            let key = (hash, encoding);
            let known = match self.encoded.get(&key) {
                Some(known) => known,
                None => self.compress(composition.join(), key).await,
            };
            if let Some(body) = known {
                return representation(body, tag, Some(encoding));
            }
        }
        representation(composition.join(), tag, None)
    }

    async fn compress(&self, body: Bytes, key: (u128, Encoding)) -> Option<Bytes> {
        let is_large = body.len() > INLINE_BYTES;
        let compress = move || key.1.compress(&body);
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

/// What the tags of a body with this hash are made of.
fn tag(hash: u128, seal: Option<&str>) -> u64 {
    let half = u64::try_from(hash >> 64).expect("half of it has 64 bits");
    seal.map_or(half, |seal| xxh3_64_with_seed(seal.as_bytes(), half))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Bodies, Composition};
    use crate::cache::{Encoding, Part};

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
            for seal in [None, Some("1"), Some("2")] {
                let array = Composition::array(&parts);
                assert_eq!(array.length(), body.len());
                let array = bodies.represent(&array, seal, None).await;
                assert_eq!(array.body, body);
                assert!(!tags.contains(&array.etag), "{body}");
                tags.push(array.etag);
            }
        }
    }

    #[tokio::test]
    async fn each_encoding_has_its_own_tag_and_a_small_body_has_none() {
        let bodies = Bodies::new(1 << 20);
        let small = parts(&["1"]);
        let array = bodies
            .represent(&Composition::array(&small), None, Some(Encoding::Gzip))
            .await;
        assert_eq!(array.encoding, None);
        let long = "7".repeat(100_000);
        let large = parts(&[&long]);
        let large = Composition::array(&large);
        let plain = bodies.represent(&large, None, None).await;
        for encoding in Encoding::ALL {
            for _ in 0..2 {
                let array = bodies.represent(&large, None, Some(encoding)).await;
                assert_eq!(array.encoding, Some(encoding));
                assert!(array.body.len() < plain.body.len());
                assert_ne!(array.etag, plain.etag);
            }
        }
    }
}
