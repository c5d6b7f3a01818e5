//! What the commands do: the only place where parts are put together and long-lived tasks begin.

pub mod serve;
pub mod shutdown;
