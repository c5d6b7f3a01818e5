//! Every error that a client can see, and the one table from error to answer (RFC 9457).
//!
//! No internal message leaves the process: causes are logged where they happen.

use serde_json::json;
use warp::{
    Reply,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

/// What an answer can fail with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// There is no such product.
    #[error("There is no product with this id.")]
    NoSuchProduct,
    /// There is no such route.
    #[error("There is nothing at this path.")]
    NoSuchPath,
    /// The id in the path is none.
    #[error("A product id is a non-negative integer of at most 63 bits.")]
    InvalidId,
    /// A parameter of the query is no positive integer.
    #[error("{0} must be a positive integer, given once.")]
    InvalidParameter(&'static str),
    /// The route knows other methods.
    #[error("This path answers GET, HEAD and OPTIONS.")]
    MethodNotAllowed,
    /// The request itself cannot be understood.
    #[error("The request cannot be understood.")]
    BadRequest,
    /// The documents cannot be read now.
    #[error("The catalogue cannot be read right now; try again shortly.")]
    Unavailable,
    /// Too much is waiting already.
    #[error("Too many requests are waiting; try again shortly.")]
    Overloaded,
}

/// Methods of every route.
pub const ALLOWED_METHODS: &str = "GET, HEAD, OPTIONS";

/// Seconds after which a client may try again.
const RETRY_AFTER_SECONDS: &str = "1";

impl ApiError {
    /// The status of the answer.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NoSuchProduct | Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::InvalidId | Self::InvalidParameter(_) | Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unavailable | Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Reply for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": self.to_string(),
        });
        let mut response = Response::new(body.to_string().into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        // An error may be over the next moment: nobody is to remember it.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match status {
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(header::ALLOW, HeaderValue::from_static(ALLOWED_METHODS));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
            }
            _ => {}
        }
        response
    }
}
