//! Requests: what their heads and queries ask for.

pub(crate) mod accept_encoding;
pub(crate) mod cache_control;
pub(crate) mod head;
pub(crate) mod if_none_match;
pub(crate) mod list_query;
pub(crate) mod request_id;
