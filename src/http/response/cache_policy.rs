//! Cache policy: the `Cache-Control` of every response.
//!
//! The times are settings; [`HttpConfig`] has the defaults.

use warp::http::{HeaderValue, StatusCode};

use crate::config::HttpConfig;

/// `Cache-Control` of a response that no cache may keep.
pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// `Cache-Control` of responses that caches may keep.
#[derive(Clone, Debug)]
pub(crate) struct CachePolicy {
    cacheable: HeaderValue,
}

impl CachePolicy {
    /// Creates the policy from the settings.
    pub fn new(config: &HttpConfig) -> Self {
        let value = format!(
            "public, max-age={}, s-maxage={}, stale-while-revalidate={}, stale-if-error={}",
            config.cache_max_age.as_secs(),
            config.cache_s_maxage.as_secs(),
            config.cache_stale_while_revalidate.as_secs(),
            config.cache_stale_if_error.as_secs()
        );
        // Leaked on purpose: a shared value would update its reference count for each response, on all processors.
        Self {
            cacheable: HeaderValue::from_static(value.leak()),
        }
    }

    /// Returns the value for a document.
    pub fn of_document(&self) -> HeaderValue {
        self.cacheable.clone()
    }

    /// Returns the value for a problem with this status.
    pub fn of_problem(&self, status: StatusCode) -> HeaderValue {
        if is_cacheable_problem(status) {
            self.cacheable.clone()
        } else {
            NO_STORE
        }
    }
}

/// Returns whether caches may keep a problem: only that something does not exist.
pub(crate) fn is_cacheable_problem(status: StatusCode) -> bool {
    status == StatusCode::NOT_FOUND
}
