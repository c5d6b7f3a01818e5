//! Limit of open files, which limits the connections of this process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// Descriptors that are no connections of clients: the database's, files, timers.
const OTHERS: u64 = 256;

/// Raises the limit of open descriptors to the most that is allowed without rights, and warns if that is too
/// little for as many `connections`.
pub fn raise(connections: usize) {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(_) => limit.current,
    };
    let needed = (connections as u64).saturating_add(OTHERS);
    if let Some(current) = current.filter(|current| *current < needed) {
        warn!(
            limit = current,
            needed,
            "At most {current} open descriptors are allowed, which is too few for {connections} connections: raise `ulimit -Hn` or lower --max-connections"
        );
    }
}
