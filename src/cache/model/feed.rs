//! Model of the follower of the feed.

use std::{array::from_fn, sync::Arc};

use crate::cache::{
    entry::Entry,
    model::database::{Each, at, at_once, epoch_of},
    model::world::{Rules, World},
};

/// Follower of the feed.
pub struct Follower {
    world: Arc<World>,
    epoch: u64,
    position: i64,
}

impl Follower {
    pub fn start(world: Arc<World>) -> Self {
        let mut follower = Self {
            world,
            epoch: 0,
            position: 0,
        };
        follower.restart();
        follower
    }

    /// Models `Follower::poll`.
    pub fn poll(&mut self) {
        if self.advance().is_none() {
            self.restart();
        }
    }

    /// Models `Follower::start`.
    fn restart(&mut self) {
        let world = Arc::clone(&self.world);
        loop {
            world.store.min_versions().clear();
            (self.epoch, self.position) = world.database.published();
            while let Some(n_changes) = self.advance() {
                if n_changes == 0 {
                    world.store.epochs().switch(epoch_of(self.epoch));
                    return at_once(&world.known, |known| known.epoch = self.epoch);
                }
            }
        }
    }

    /// Models `Follower::step`: applies the next changes and counts them, or finds another publication.
    fn advance(&mut self) -> Option<usize> {
        let world = Arc::clone(&self.world);
        let (epoch, changes) = world.database.changes_after(self.position);
        if epoch != self.epoch {
            return None;
        }
        let ids = changes.iter().map(|change| change.0);
        let resident: Vec<i64> = ids.filter(|id| world.store.contains(*id)).collect();
        let mut fresh: Each<Option<Arc<Entry>>> = from_fn(|_| None);
        if !resident.is_empty() {
            let (epoch, fetched) = world.database.fetch(&resident);
            if epoch != self.epoch {
                return None;
            }
            for entry in fetched {
                let place = at(entry.product_id);
                fresh[place] = Some(entry);
            }
        }
        self.apply(&changes, fresh);
        if let Some((_, version)) = changes.last() {
            self.position = *version;
        }
        Some(changes.len())
    }

    /// Models `Applier::apply`.
    fn apply(&self, changes: &[(i64, i64)], mut fresh: Each<Option<Arc<Entry>>>) {
        let world = &self.world;
        if world.rules != Rules::MinimumRaisedAfter {
            world.store.min_versions().raise(changes.iter().copied());
        }
        for &(id, version) in changes {
            let fresh = fresh[at(id)].take();
            if world.rules != Rules::OnlyResidentReplaced || fresh.is_some() {
                world
                    .store
                    .replace(id, version, epoch_of(self.epoch), fresh);
            }
            if world.rules == Rules::MinimumRaisedAfter {
                world.store.min_versions().raise([(id, version)]);
            }
            at_once(&world.known, |known| {
                // Until the switch to a publication, the previous one is served.
                if known.epoch == self.epoch {
                    known.applied[at(id)] = version;
                }
            });
        }
    }
}
