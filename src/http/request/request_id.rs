//! `X-Request-Id`: identifies a request in the logs of all hosts that handle it.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use warp::http::{HeaderMap, HeaderName, HeaderValue};

/// Name of the header.
pub(crate) const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// Maximum length of an accepted id.
const MAX_LENGTH: usize = 64;

/// Prefix of this process. Ids must be unique, not secret.
static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(()));

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Returns the id in `headers` if it is safe to log, otherwise a new one.
pub(crate) fn of(headers: &HeaderMap) -> HeaderValue {
    let mut given = headers.get_all(NAME).iter();
    match (given.next(), given.next()) {
        (Some(id), None) if is_valid(id.as_bytes()) => id.clone(),
        _ => generate(),
    }
}

/// Accepts letters, digits, hyphens and underscores, up to [`MAX_LENGTH`].
fn is_valid(id: &[u8]) -> bool {
    let is_harmless = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=MAX_LENGTH).contains(&id.len()) && id.iter().all(is_harmless)
}

fn generate() -> HeaderValue {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let id = format!("{:016x}{n:016x}", *PROCESS);
    HeaderValue::try_from(id).expect("digits may stand in a header")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use warp::http::{HeaderMap, HeaderValue};

    use super::{NAME, is_valid, of};

    fn headers(value: &[u8]) -> HeaderMap {
        let value = HeaderValue::from_bytes(value).ok();
        value.map(|value| (NAME, value)).into_iter().collect()
    }

    #[test]
    fn only_ids_that_are_safe_to_log_are_accepted() {
        for id in [
            "a",
            "0af7651916cd43dd8448eb211c80319c",
            "a-b_C-9",
            &"x".repeat(64),
        ] {
            assert_eq!(of(&headers(id.as_bytes())), id);
        }
        for id in ["", "a b", "a\"", "{}", "\t", "ä", "a,b", &"x".repeat(65)] {
            assert_ne!(of(&headers(id.as_bytes())), id, "{id}");
        }
    }

    #[test]
    fn generated_ids_are_valid_and_different() {
        let (one, other) = (of(&HeaderMap::new()), of(&HeaderMap::new()));
        assert_ne!(one, other);
        assert!(is_valid(one.as_bytes()) && one.len() == 32);
    }

    proptest! {
        #[test]
        fn every_input_gives_a_valid_id(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(is_valid(of(&headers(&bytes)).as_bytes()));
        }
    }
}
