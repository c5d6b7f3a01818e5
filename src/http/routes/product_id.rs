//! The path segment of a product.

use std::{convert::Infallible, str::FromStr};

use crate::{http::response::problem::ApiError, ids::ProductId};

/// A segment where an id should stand.
///
/// Not a [`ProductId`] itself: then a malformed id would be an unknown path, not a bad request.
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
    /// [`ApiError::BadId`] if the segment is not an id.
    pub fn id(self) -> Result<ProductId, ApiError> {
        self.0.ok_or(ApiError::BadId)
    }
}
