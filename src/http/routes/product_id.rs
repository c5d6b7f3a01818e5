//! The path segment of a product.

use std::{convert::Infallible, str::FromStr};

use crate::{http::response::problem::ApiError, ids::ProductId};

/// Path segment in the position of an id.
///
/// Not parsed by the route: a malformed id is a bad request, not an unknown path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdSegment(Option<ProductId>);

impl FromStr for IdSegment {
    type Err = Infallible;

    fn from_str(segment: &str) -> Result<Self, Infallible> {
        Ok(Self(segment.parse().ok()))
    }
}

impl IdSegment {
    /// Returns the id.
    ///
    /// # Errors
    ///
    /// [`ApiError::BadId`] if the segment is no id.
    pub fn id(self) -> Result<ProductId, ApiError> {
        self.0.ok_or(ApiError::BadId)
    }
}
