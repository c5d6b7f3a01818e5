//! Applies changes from the feed to memory: newer entries replace older ones.

use std::{collections::HashMap, sync::Arc, time::Instant};

use crate::{
    cache::{audit::recent::RecentChanges, entry::Entry, epoch::Epoch, lookup::Lookup},
    document::store::Change,
    metrics::Metrics,
};

/// Entries of changed products that were read again, by product.
pub type FreshEntries = HashMap<i64, Arc<Entry>>;

/// Brings memory up to date with changes.
pub struct Applier {
    pub lookup: Arc<Lookup>,
    pub recent_changes: Arc<RecentChanges>,
    pub metrics: Arc<Metrics>,
}

impl Applier {
    /// Returns the changed products that are in memory.
    pub fn resident(&self, changes: &[Change]) -> Vec<i64> {
        let store = self.lookup.store();
        let ids = changes.iter().map(|change| change.product_id);
        ids.filter(|id| store.contains(*id)).collect()
    }

    /// Brings memory up to date with `changes`. `fresh` has the changed entries that were read again.
    pub fn apply(&self, changes: &[Change], mut fresh: FreshEntries, epoch: Epoch) {
        let store = self.lookup.store();
        self.metrics.feed_changes.inc_by(changes.len() as u64);
        // Minimum versions come first: from here on, no read that began earlier can store an old document.
        let min_versions = changes
            .iter()
            .map(|change| (change.product_id, change.version));
        store.min_versions().raise(min_versions);
        for change in changes {
            let id = change.product_id;
            self.recent_changes.push(id);
            // Entries that were missing a moment ago count too: a read may have stored one just before the minimum
            // rose.
            store.replace(id, change.version, epoch, fresh.remove(&id));
        }
    }

    /// Records the age of the changes, read at `read`, when memory showed them.
    pub fn observe_freshness(&self, changes: &[Change], read: Instant) {
        let freshness = &self.metrics.freshness_seconds;
        let [queued, fed, total] =
            ["queued", "fed", "total"].map(|stage| freshness.with_label_values(&[stage]));
        let applied = read.elapsed().as_secs_f64();
        for change in changes {
            if let (Some(queue), Some(age)) = (change.queued_seconds, change.age_seconds) {
                queued.observe(queue);
                fed.observe(age + applied);
                total.observe(queue + age + applied);
            }
        }
    }
}
