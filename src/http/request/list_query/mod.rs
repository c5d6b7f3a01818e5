//! Query of `GET /products`.

mod parameters;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use self::values::View;

use self::parameters::Parameters;
use crate::{cache::Selection, http::response::problem::ApiError};

/// Longest accepted query. Queries of a shop's pages, with all parameters added on the way, are far shorter.
const MAX_BYTES: usize = 4_096;

/// Maximum number of parameters.
const MAX_PARAMETERS: usize = 64;

/// List that a client requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListQuery {
    /// Selected products.
    pub selection: Selection,
    /// Document to show of each product.
    pub view: View,
}

impl ListQuery {
    /// Parses a query. A `count` above `max_count` is reduced to it. Unknown parameters are ignored.
    ///
    /// # Errors
    ///
    /// A parameter that breaks its rule or is repeated; two that exclude each other; too many parameters. A page or
    /// count beyond 64 bits is not an error: it counts as the largest one.
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
