//! Errors of the API, and the one table from error to status (problem details, RFC 9457).

use bytes::Bytes;
use serde_json::json;
use warp::http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::{
    cache_policy::{CachePolicy, is_cacheable_problem},
    methods::METHODS,
};
use crate::{cache::CacheError, http::request::request_id};

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Seconds after which a client may try again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// Reason why a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// No route has this path.
    UnknownPath,
    /// The id names no product.
    NoSuchProduct,
    /// The id is not valid.
    BadId,
    /// The parameter breaks this rule.
    BadParameter(&'static str, &'static str),
    /// The parameter is longer than this limit, in this unit.
    LargeParameter(&'static str, usize, &'static str),
    /// The two parameters exclude each other.
    ConflictingParameters(&'static str, &'static str),
    /// The parameter is repeated.
    RepeatedParameter(&'static str),
    /// The query exceeds a limit.
    LargeQuery,
    /// No route accepts this method.
    MethodNotAllowed,
    /// Too many requests are waiting.
    Overloaded,
    /// A change that the client must see is not composed yet.
    Pending,
    /// The search takes too long.
    SlowSearch,
    /// The database cannot be read now.
    Unavailable,
    /// A stored document is malformed.
    MalformedDocument,
}

impl From<CacheError> for ApiError {
    fn from(error: CacheError) -> Self {
        match error {
            CacheError::Overloaded => Self::Overloaded,
            CacheError::Pending => Self::Pending,
            CacheError::SlowSearch => Self::SlowSearch,
            CacheError::Unavailable => Self::Unavailable,
            CacheError::MalformedDocument => Self::MalformedDocument,
        }
    }
}

impl ApiError {
    const fn status(self) -> StatusCode {
        match self {
            Self::UnknownPath | Self::NoSuchProduct => StatusCode::NOT_FOUND,
            Self::BadId
            | Self::BadParameter(..)
            | Self::LargeParameter(..)
            | Self::ConflictingParameters(..)
            | Self::RepeatedParameter(_)
            | Self::LargeQuery => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Overloaded | Self::Pending | Self::SlowSearch | Self::Unavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::MalformedDocument => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn detail(self) -> String {
        match self {
            Self::UnknownPath => "There is nothing at this path.".into(),
            Self::NoSuchProduct => "There is no product with this id.".into(),
            Self::BadId => "The product id must be a non-negative 64-bit integer.".into(),
            Self::BadParameter(name, rule) => format!("The parameter {name} must be {rule}."),
            Self::LargeParameter(name, limit, unit) => {
                format!("The parameter {name} may have at most {limit} {unit}.")
            }
            Self::ConflictingParameters(one, other) => {
                format!("The parameters {one} and {other} cannot be combined.")
            }
            Self::RepeatedParameter(name) => {
                format!("The parameter {name} may be given only once.")
            }
            Self::LargeQuery => "The query is too long or has too many parameters.".into(),
            Self::MethodNotAllowed => "Only GET, HEAD and OPTIONS are allowed here.".into(),
            Self::Overloaded => "Too many requests are waiting. Please try again.".into(),
            Self::Pending => "A change is still being prepared. Please try again.".into(),
            Self::SlowSearch => {
                "This search takes too long. Please try again, or other words.".into()
            }
            Self::Unavailable => "The catalog cannot be read now. Please try again.".into(),
            Self::MalformedDocument => "A document of this product is malformed.".into(),
        }
    }

    /// Answers a request with the headers `request`.
    pub fn into_response<B: From<Bytes>>(
        self,
        request: &HeaderMap,
        cache_policy: &CachePolicy,
    ) -> Response<B> {
        let status = self.status();
        let request_id = request_id::of(request);
        let mut response = Response::new(self.body(&request_id).into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
        headers.insert(request_id::NAME, request_id);
        headers.insert(header::CACHE_CONTROL, cache_policy.of_problem(status));
        match status {
            StatusCode::METHOD_NOT_ALLOWED => headers.insert(header::ALLOW, METHODS),
            StatusCode::SERVICE_UNAVAILABLE => headers.insert(header::RETRY_AFTER, RETRY_AFTER),
            _ => None,
        };
        response
    }

    /// Returns the problem details as JSON.
    fn body(self, request_id: &HeaderValue) -> Bytes {
        let status = self.status();
        let mut problem = json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": self.detail(),
        });
        // A cached problem would show other clients the id of the first request.
        if !is_cacheable_problem(status) {
            problem["request_id"] = request_id.to_str().unwrap_or_default().into();
        }
        problem.to_string().into()
    }
}
