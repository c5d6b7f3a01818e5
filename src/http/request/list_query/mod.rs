//! The query of `GET /products`.

mod parameters;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use self::values::View;

use self::parameters::Parameters;
use crate::{cache::Selection, http::response::problem::ApiError};

/// Longest query that is read. Those of a shop's pages, with all that was added on the way, are far shorter.
const MAX_BYTES: usize = 4_096;

/// Largest number of parameters that are read.
const MAX_PARAMETERS: usize = 64;

/// A list that a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListQuery {
    /// The products.
    pub selection: Selection,
    /// The document of each product.
    pub view: View,
}

impl ListQuery {
    /// Parses a query; a larger count counts as `max_count`. Ignores parameters of other names.
    ///
    /// # Errors
    ///
    /// A parameter that breaks its rule or is repeated; two that exclude each other; too many of them. A page or
    /// count beyond 64 bits counts as the largest one: it asks for a page after the last, or for as much as possible.
    pub fn parse(query: &str, max_count: usize) -> Result<Self, ApiError> {
        if query.len() > MAX_BYTES || query.split('&').count() > MAX_PARAMETERS {
            return Err(ApiError::LargeQuery);
        }
        let mut parameters = Parameters::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            parameters.read(&name, &value)?;
        }
        Ok(Self {
            view: parameters.view.unwrap_or_default(),
            selection: parameters.select(max_count)?,
        })
    }
}
