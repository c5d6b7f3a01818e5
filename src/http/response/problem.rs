//! What can go wrong, and the one table that says how it is answered (RFC 9457).

use bytes::Bytes;
use serde_json::json;
use warp::http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use crate::cache::CacheError;
use crate::http::{request::request_id, state::Context};

/// The methods that every route takes.
pub(crate) const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// Seconds after which asking again is worth it.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// Why a request is not answered with what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// No route has this path.
    UnknownPath,
    /// The id names no product.
    NoSuchProduct,
    /// The id is none.
    BadId,
    /// The parameter is not what it must be.
    BadParameter(&'static str, &'static str),
    /// The parameter has more than so many of something.
    LargeParameter(&'static str, usize, &'static str),
    /// The two parameters cannot both be followed.
    Contradiction(&'static str, &'static str),
    /// The parameter was given twice.
    RepeatedParameter(&'static str),
    /// The query is longer than any that is meant.
    LargeQuery,
    /// The route does not take this method.
    MethodNotAllowed,
    /// Too much is asked for at once.
    Overloaded,
    /// A change that the client wants to see is still being composed.
    Pending,
    /// What is searched for takes too long to find.
    SlowSearch,
    /// The documents cannot be read now.
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
            | Self::Contradiction(..)
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
            Self::Contradiction(one, other) => {
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
            Self::Unavailable => "The catalogue cannot be read now. Please try again.".into(),
            Self::MalformedDocument => "A document of this product is malformed.".into(),
        }
    }

    /// The answer to a request with the headers `request`, whose id it names for those who ask about it, unless
    /// it may be kept by a cache.
    pub fn into_response<B: From<Bytes>>(
        self,
        request: &HeaderMap,
        context: &Context,
    ) -> Response<B> {
        let status = self.status();
        let may_be_kept = status == StatusCode::NOT_FOUND;
        let request_id = request_id::of(request);
        let mut problem = json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": self.detail(),
        });
        // A cache would tell others the id of who asked first.
        if !may_be_kept {
            problem["request_id"] = request_id.to_str().unwrap_or_default().into();
        }
        let body = Bytes::from(problem.to_string());
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(request_id::NAME, request_id);
        // The knowledge that there is nothing may be kept.
        let cache_control = if may_be_kept {
            context.cache_control.clone()
        } else {
            HeaderValue::from_static("no-store")
        };
        headers.insert(header::CACHE_CONTROL, cache_control);
        match status {
            StatusCode::METHOD_NOT_ALLOWED => headers.insert(header::ALLOW, METHODS),
            StatusCode::SERVICE_UNAVAILABLE => headers.insert(header::RETRY_AFTER, RETRY_AFTER),
            _ => None,
        };
        response
    }
}
