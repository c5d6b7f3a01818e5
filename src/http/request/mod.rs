//! Requests: parsing of heads and queries.

pub(crate) mod accept_encoding;
pub(crate) mod cache_control;
pub(crate) mod head;
pub(crate) mod if_none_match;
pub(crate) mod list_query;
pub(crate) mod request_id;
