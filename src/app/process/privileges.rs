//! Privileges of this process.

use rustix::process::geteuid;
use tracing::warn;

/// Warns if the process runs as root, which it never needs.
pub fn warn_of_root() {
    if geteuid().is_root() {
        warn!(
            "Serving as root, which is not needed: use another account, for example with `setpriv --reuid=nobody --regid=nogroup --clear-groups`"
        );
    }
}
