//! Limit on open files, which also limits connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// File descriptors used for other things than client connections: database sessions, files, timers.
const OTHERS: u64 = 256;

/// Raises the soft limit on open files to the hard limit, and warns if that is too low for `connections`.
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
            "The limit of {current} open files is too low for {connections} connections: raise `ulimit -Hn` or lower --max-connections"
        );
    }
}
