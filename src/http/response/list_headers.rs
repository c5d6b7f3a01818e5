//! Headers of a list: its total, and the link to its next page.

use form_urlencoded::Serializer;
use warp::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{
    cache::{Page, Selection, Slice, Start},
    http::request::list_query::{ListQuery, View},
};

/// Name of the header with the number of products on all pages.
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// Headers of a list.
pub(crate) struct ListHeaders {
    total: u64,
    next: Option<String>,
}

impl ListHeaders {
    /// Creates the headers of `page`, which answers `query`.
    pub fn new(query: &ListQuery, page: &Page) -> Self {
        let view = query.view;
        let next = match (&query.selection, page.next) {
            (Selection::Slice(slice), Some(next)) => Some(link(None, slice, next, view)),
            (Selection::Search(words, slice), Some(next)) => {
                Some(link(Some(words), slice, next, view))
            }
            _ => None,
        };
        Self {
            total: page.total,
            next,
        }
    }

    /// Returns the salt of the list's ETag: lists of the same products may differ in total or link.
    pub fn etag_salt(&self) -> String {
        format!(
            "{} {}",
            self.total,
            self.next.as_deref().unwrap_or_default()
        )
    }

    /// Adds the headers to a response.
    pub fn add_to(self, headers: &mut HeaderMap) {
        headers.insert(TOTAL, self.total.into());
        if let Some(next) = self.next {
            let next = HeaderValue::try_from(next).expect("a link is URL-encoded");
            headers.insert(header::LINK, next);
        }
    }
}

/// Returns the link to the page that starts at `next`, of the same slice or search.
fn link(words: Option<&str>, slice: &Slice, next: Start, view: View) -> String {
    let mut query = Serializer::new(String::new());
    if let Some(words) = words {
        query.append_pair("q", words);
    }
    if let Some(category) = &slice.category {
        query.append_pair("category", category);
    }
    match next {
        Start::Offset(offset) => {
            let page = offset / slice.count as u64 + 1;
            query.append_pair("page", &page.to_string());
        }
        Start::After(id) => {
            query.append_pair("after", &id.to_string());
        }
    }
    query.append_pair("count", &slice.count.to_string());
    if view == View::Cards {
        query.append_pair("view", "cards");
    }
    format!("</products?{}>; rel=\"next\"", query.finish())
}

#[cfg(test)]
mod tests {
    use super::{Slice, Start, View, link};

    #[test]
    fn a_link_has_the_next_page_or_the_last_id() {
        for (category, start, next, query) in [
            (None, Start::Offset(0), Start::Offset(7), "page=2&count=7"),
            (None, Start::Offset(14), Start::Offset(21), "page=4&count=7"),
            (None, Start::After(0), Start::After(70), "after=70&count=7"),
            (
                Some("Mützen & <Schals>"),
                Start::After(0),
                Start::After(70),
                "category=M%C3%BCtzen+%26+%3CSchals%3E&after=70&count=7",
            ),
        ] {
            let slice = Slice {
                category: category.map(str::to_owned),
                start,
                count: 7,
            };
            for (view, more) in [(View::Listings, ""), (View::Cards, "&view=cards")] {
                assert_eq!(
                    link(None, &slice, next, view),
                    format!("</products?{query}{more}>; rel=\"next\"")
                );
            }
        }
    }
}
