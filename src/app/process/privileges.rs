//! Whom this process runs as.

use rustix::process::geteuid;
use tracing::warn;

/// Warns if the process has rights that nothing it does needs.
pub fn warn_of_root() {
    if geteuid().is_root() {
        warn!(
            "Serving as root, which nothing here needs: start it as another account, for example with `setpriv --reuid=nobody --regid=nogroup --clear-groups`"
        );
    }
}
