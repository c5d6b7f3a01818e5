//! Parameters of the query, and the selection that they form.

use super::values::{View, category, id, ids, positive, view, words};
use crate::{
    cache::{Selection, Slice, Start},
    http::response::problem::ApiError,
};

/// Products on a page, unless the client sends a count.
const DEFAULT_COUNT: u64 = 5;

/// Values of the parameters, each at most once.
#[derive(Default)]
pub(super) struct Parameters {
    page: Option<u64>,
    count: Option<u64>,
    after: Option<i64>,
    ids: Option<Vec<i64>>,
    category: Option<String>,
    q: Option<String>,
    pub view: Option<View>,
}

impl Parameters {
    /// Takes one parameter.
    pub fn read(&mut self, name: &str, value: &str) -> Result<(), ApiError> {
        match name {
            "page" => put(&mut self.page, "page", positive("page", value)?),
            "count" => put(&mut self.count, "count", positive("count", value)?),
            "after" => put(&mut self.after, "after", id("after", value)?),
            "ids" => put(&mut self.ids, "ids", ids(value)?),
            "category" => put(&mut self.category, "category", category(value)?),
            "q" => put(&mut self.q, "q", words(value)?),
            "view" => put(&mut self.view, "view", view(value)?),
            _ => Ok(()),
        }
    }

    /// Selects products. A count above `max_count` is reduced to it.
    pub fn select(self, max_count: usize) -> Result<Selection, ApiError> {
        if self.ids.is_some() {
            return self.select_ids();
        }
        let count = self.count.unwrap_or(DEFAULT_COUNT);
        let count = usize::try_from(count).unwrap_or(max_count).min(max_count);
        let slice = Slice {
            start: self.start(count)?,
            category: self.category,
            count,
        };
        Ok(match self.q {
            Some(words) => Selection::Search(words, slice),
            None => Selection::Slice(slice),
        })
    }

    /// Selects products by their ids. The only other parameter allowed is the view.
    fn select_ids(self) -> Result<Selection, ApiError> {
        let others = [
            ("page", self.page.is_some()),
            ("after", self.after.is_some()),
            ("count", self.count.is_some()),
            ("category", self.category.is_some()),
            ("q", self.q.is_some()),
        ];
        match others.into_iter().find(|(_, is_given)| *is_given) {
            Some((other, _)) => Err(ApiError::ConflictingParameters("ids", other)),
            None => Ok(Selection::Ids(self.ids.unwrap_or_default())),
        }
    }

    /// Returns the start of a page with `count` products.
    fn start(&self, count: usize) -> Result<Start, ApiError> {
        match (self.page, self.after) {
            (Some(_), Some(_)) => Err(ApiError::ConflictingParameters("page", "after")),
            // Search results are ordered by rank, not by id.
            (None, Some(_)) if self.q.is_some() => {
                Err(ApiError::ConflictingParameters("q", "after"))
            }
            (None, Some(id)) => Ok(Start::After(id)),
            (page, None) => {
                let pages_before = page.unwrap_or(1) - 1;
                Ok(Start::Offset(pages_before.saturating_mul(count as u64)))
            }
        }
    }
}

/// Sets a parameter that must not be set yet.
fn put<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<(), ApiError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(ApiError::RepeatedParameter(name)),
    }
}
