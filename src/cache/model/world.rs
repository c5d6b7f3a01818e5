//! World in which a model checker runs an [`EntryStore`].
//!
//! The store is the real one, with its rules, minimum versions and epochs. Memory, the database and their users are
//! models: each does what its namesake in the cache does, in the same order.

use std::sync::{Arc, Mutex};

use moka::ops::compute::Op;

use crate::cache::{
    entry::Entry,
    epoch::Epochs,
    map::Map,
    model::database::{Database, Each, PRODUCTS, at, at_once, epoch_of},
    model::map::ModelMap,
    store::{EntryStore, ReadToken},
};

/// The correct rules, or rules with one plausible mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// The rules of the cache.
    AsTheyAre,
    /// A fetched entry is stored unconditionally, as by moka's `get_with`.
    FetchesAlwaysStored,
    /// A fetch checks the minimum version before it changes the entry, and not during the change.
    MinimumAskedBefore,
    /// A fetch does not raise the minimum version; only the feed does.
    FetchesRaiseNothing,
    /// The feed raises minimum versions after it has replaced the entries.
    MinimumRaisedAfter,
    /// The feed replaces only entries that were in memory when it checked.
    OnlyResidentReplaced,
    /// A request uses an entry that another one has read as its response.
    AnswersJoined,
    /// A request uses an entry that another one has read as if it had read it itself.
    ReadsJoined,
    /// The token is taken after the read.
    TokensTakenLate,
    /// A fetch checks whether an unknown publication is ahead, and records that in a later step.
    EpochsObservedLate,
}

/// Knowledge that later requests may rely on.
pub struct Known {
    pub epoch: u64,
    pub applied: Each<i64>,
    answered: Each<i64>,
}

/// State of a scenario.
pub struct World {
    pub rules: Rules,
    pub database: Database,
    pub store: EntryStore<ModelMap>,
    flights: Mutex<Each<Option<Arc<Entry>>>>,
    pub known: Mutex<Known>,
}

impl World {
    /// Creates a publication with the first product, which is not in memory.
    pub fn new(rules: Rules) -> Arc<Self> {
        let world = Arc::new(Self {
            rules,
            database: Database::default(),
            store: EntryStore::new(ModelMap::default(), Arc::new(Epochs::new())),
            flights: Mutex::default(),
            known: Mutex::new(Known {
                epoch: 0,
                applied: [i64::MIN; PRODUCTS],
                answered: [i64::MIN; PRODUCTS],
            }),
        });
        world.database.write(0);
        world.database.publish();
        world
    }

    /// Evicts an entry, as memory does when it is full.
    pub fn evict(&self, id: i64) {
        self.store.entries().evict(id);
    }

    /// Requests a product, and panics if the response is older than it may be.
    pub fn ask(&self, id: i64) {
        let place = at(id);
        let (epoch, applied, answered) = at_once(&self.known, |known| {
            (known.epoch, known.applied[place], known.answered[place])
        });
        let entry = self.get(id);
        let version = entry.version;
        assert!(
            (0..epoch).all(|past| entry.epoch != epoch_of(past)),
            "product {id} of a publication before {epoch}"
        );
        assert!(
            version >= applied,
            "product {id} below what was applied: {version} < {applied}"
        );
        assert!(
            version >= answered,
            "product {id} went back: {version} < {answered}"
        );
        at_once(&self.known, |known| {
            let answered = &mut known.answered[place];
            *answered = version.max(*answered);
        });
        self.store.update_weight(&entry);
    }

    /// Models `Fetcher::get`.
    fn get(&self, id: i64) -> Arc<Entry> {
        if let Some(entry) = self.store.get(id)
            && self.store.is_current(&entry)
        {
            return entry;
        }
        let joined = self.join(id);
        if self.rules == Rules::AnswersJoined
            && let Some(entry) = joined
        {
            return entry;
        }
        let entry = self.fetch(id, joined);
        at_once(&self.flights, |flights| flights[at(id)] = None);
        entry
    }

    /// Returns an entry that another request has read and not answered yet, under the rules that allow its use.
    fn join(&self, id: i64) -> Option<Arc<Entry>> {
        if ![Rules::AnswersJoined, Rules::ReadsJoined].contains(&self.rules) {
            return None;
        }
        self.store.entries().step();
        at_once(&self.flights, |flights| flights[at(id)].clone())
    }

    /// Models `Fetcher::fetch`.
    fn fetch(&self, id: i64, mut joined: Option<Arc<Entry>>) -> Arc<Entry> {
        loop {
            let mut token = self.store.read_token();
            let entry = joined.take().unwrap_or_else(|| self.read(id));
            if self.rules == Rules::TokensTakenLate {
                token = self.store.read_token();
            }
            if let Some(entry) = self.admit(token, entry) {
                return entry;
            }
        }
    }

    fn read(&self, id: i64) -> Arc<Entry> {
        let (_, mut fetched) = self.database.fetch(&[id]);
        let entry = fetched.pop().unwrap();
        let flight = Some(Arc::clone(&entry));
        at_once(&self.flights, |flights| flights[at(id)] = flight);
        entry
    }

    fn admit(&self, token: ReadToken, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        match self.rules {
            Rules::FetchesAlwaysStored => {
                let entries = self.store.entries();
                entries.insert(entry.product_id, Arc::clone(&entry));
                Some(entry)
            }
            Rules::MinimumAskedBefore => {
                let is_admitted = self.is_admitted(token, &entry);
                self.store_if(&entry, |_| is_admitted)
            }
            Rules::FetchesRaiseNothing => {
                let is_admitted = |entry: &Entry| self.is_admitted(token, entry);
                self.store_if(&entry, is_admitted)
            }
            Rules::EpochsObservedLate if self.store.epochs().rank(entry.epoch) == 0 => {
                if token.epoch != self.store.epochs().current() {
                    return None;
                }
                let epochs = self.store.epochs();
                epochs.observe_ahead(entry.epoch, epochs.current());
                self.store.admit(token, &entry)
            }
            _ => self.store.admit(token, &entry),
        }
    }

    fn is_admitted(&self, token: ReadToken, entry: &Entry) -> bool {
        let min_versions = self.store.min_versions();
        min_versions.admits(entry.product_id, entry.version, token.generation)
    }

    /// Stores `entry` unless a newer one is there or `is_admitted`, called in between, returns false.
    fn store_if(
        &self,
        entry: &Arc<Entry>,
        is_admitted: impl FnOnce(&Entry) -> bool,
    ) -> Option<Arc<Entry>> {
        let mut admitted = None;
        let decide = |present: Option<Arc<Entry>>| {
            admitted = present.filter(|present| present.version > entry.version);
            if admitted.is_some() || !is_admitted(entry) {
                return Op::Nop;
            }
            admitted = Some(Arc::clone(entry));
            Op::Put(Arc::clone(entry))
        };
        self.store.entries().change(entry.product_id, decide);
        admitted
    }

    /// Panics unless memory agrees with the database. Call it when all others have ended.
    pub fn check_memory(&self) {
        for id in (0..).take(PRODUCTS) {
            let (_, truth) = self.database.fetch(&[id]);
            if let Some(entry) = self.store.get(id)
                && self.store.is_current(&entry)
            {
                assert_eq!(
                    (entry.epoch, entry.version),
                    (truth[0].epoch, truth[0].version),
                    "product {id} stays wrong"
                );
            }
        }
    }
}
