//! A world in which a [`Shelf`] is put under a model checker.
//!
//! The shelf is the real one, with its rules, floors and eras. Memory and the database are models, and
//! so are those who use them: each does what its namesake in the cache does, in the same order.

use std::sync::{Arc, Mutex};

use moka::ops::compute::Op;

use crate::cache::{
    entry::Entry,
    epoch::Eras,
    map::Map,
    model::database::{Database, Each, PRODUCTS, at, at_once, era},
    model::feed::Follower,
    model::map::ModelMap,
    store::{Shelf, Ticket},
};

/// The rules that hold, or those with one mistake that is easily made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// Those of the cache.
    AsTheyAre,
    /// A fill is stored whatever happened since it was read, as by moka's `get_with`.
    FillsAlwaysStored,
    /// A fill asks for the floor before the entry is changed, and not while it is.
    FloorsAskedBefore,
    /// A fill does not raise the floor: only the feed does.
    FillsRaiseNothing,
    /// The feed raises floors after it has replaced the entries.
    FloorsRaisedAfter,
    /// The feed replaces only what was in memory when it looked.
    OnlyResidentReplaced,
    /// A request takes what another one has read as its answer.
    AnswersJoined,
    /// A request takes what another one has read as if it had read it itself.
    ReadsJoined,
    /// The ticket is taken when the read has ended.
    TicketsTakenLate,
    /// Whether an unknown publication is ahead is asked first, and noted later.
    ErasMetLate,
}

/// What whoever asks from now on may rely on.
pub struct Known {
    pub epoch: u64,
    pub applied: Each<i64>,
    answered: Each<i64>,
}

/// Everything that takes part.
pub struct World {
    pub rules: Rules,
    pub database: Database,
    pub shelf: Shelf<ModelMap>,
    flights: Mutex<Each<Option<Arc<Entry>>>>,
    pub known: Mutex<Known>,
}

impl World {
    /// A publication with the first product, which is not in memory, and a feed that knows all of it.
    pub fn new(rules: Rules) -> (Arc<Self>, Follower) {
        let world = Arc::new(Self {
            rules,
            database: Database::default(),
            shelf: Shelf::new(ModelMap::default(), Arc::new(Eras::new())),
            flights: Mutex::default(),
            known: Mutex::new(Known {
                epoch: 0,
                applied: [i64::MIN; PRODUCTS],
                answered: [i64::MIN; PRODUCTS],
            }),
        });
        world.database.write(0);
        world.database.publish();
        let follower = Follower::start(Arc::clone(&world));
        (world, follower)
    }

    /// Makes room as memory does when there is too little of it.
    pub fn evict(&self, id: i64) {
        self.shelf.entries().evict(id);
    }

    /// Asks for a product, and complains about an answer that is older than it may be.
    pub fn ask(&self, id: i64) {
        let place = at(id);
        let (epoch, applied, answered) = at_once(&self.known, |known| {
            (known.epoch, known.applied[place], known.answered[place])
        });
        let entry = self.get(id);
        let version = entry.version;
        assert!(
            (0..epoch).all(|past| entry.era != era(past)),
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
        self.shelf.weigh_again(&entry);
    }

    /// As `DocumentCache::get`.
    fn get(&self, id: i64) -> Arc<Entry> {
        if let Some(entry) = self.shelf.peek(id)
            && self.shelf.is_current(&entry)
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

    /// What another request has read and not answered yet, by the rules that allow to take it.
    fn join(&self, id: i64) -> Option<Arc<Entry>> {
        if ![Rules::AnswersJoined, Rules::ReadsJoined].contains(&self.rules) {
            return None;
        }
        self.shelf.entries().step();
        at_once(&self.flights, |flights| flights[at(id)].clone())
    }

    /// As `Inner::fetch`.
    fn fetch(&self, id: i64, mut joined: Option<Arc<Entry>>) -> Arc<Entry> {
        loop {
            let mut ticket = self.shelf.ticket();
            let entry = joined.take().unwrap_or_else(|| self.load(id));
            if self.rules == Rules::TicketsTakenLate {
                ticket = self.shelf.ticket();
            }
            if let Some(entry) = self.settle(ticket, entry) {
                return entry;
            }
        }
    }

    fn load(&self, id: i64) -> Arc<Entry> {
        let (_, mut loaded) = self.database.load(&[id]);
        let entry = loaded.pop().unwrap();
        let flight = Some(Arc::clone(&entry));
        at_once(&self.flights, |flights| flights[at(id)] = flight);
        entry
    }

    fn settle(&self, ticket: Ticket, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        match self.rules {
            Rules::FillsAlwaysStored => {
                let entries = self.shelf.entries();
                entries.insert(entry.product_id, Arc::clone(&entry));
                Some(entry)
            }
            Rules::FloorsAskedBefore => {
                let is_admitted = self.is_admitted(ticket, &entry);
                self.store_if(&entry, |_| is_admitted)
            }
            Rules::FillsRaiseNothing => {
                let is_admitted = |entry: &Entry| self.is_admitted(ticket, entry);
                self.store_if(&entry, is_admitted)
            }
            Rules::ErasMetLate if self.shelf.eras().rank(entry.era) == 0 => {
                if ticket.era != self.shelf.eras().current() {
                    return None;
                }
                let eras = self.shelf.eras();
                eras.met(entry.era, eras.current());
                self.shelf.settle(ticket, &entry)
            }
            _ => self.shelf.settle(ticket, &entry),
        }
    }

    fn is_admitted(&self, ticket: Ticket, entry: &Entry) -> bool {
        let floors = self.shelf.floors();
        floors.admit(entry.product_id, entry.version, ticket.generation)
    }

    /// Stores `entry` unless there is a newer one or `is_admitted`, asked meanwhile, says no.
    fn store_if(
        &self,
        entry: &Arc<Entry>,
        is_admitted: impl FnOnce(&Entry) -> bool,
    ) -> Option<Arc<Entry>> {
        let mut settled = None;
        let decide = |present: Option<Arc<Entry>>| {
            settled = present.filter(|present| present.version > entry.version);
            if settled.is_some() || !is_admitted(entry) {
                return Op::Nop;
            }
            settled = Some(Arc::clone(entry));
            Op::Put(Arc::clone(entry))
        };
        self.shelf.entries().change(entry.product_id, decide);
        settled
    }

    /// Complains unless memory agrees with the database; to be called when nobody else is left.
    pub fn check_memory(&self) {
        for id in (0..).take(PRODUCTS) {
            let (_, truth) = self.database.load(&[id]);
            if let Some(entry) = self.shelf.peek(id)
                && self.shelf.is_current(&entry)
            {
                assert_eq!(
                    (entry.era, entry.version),
                    (truth[0].era, truth[0].version),
                    "product {id} stays wrong"
                );
            }
        }
    }
}
