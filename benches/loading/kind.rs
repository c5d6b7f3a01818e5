//! Kinds of loads, and their exports.

use std::{collections::HashSet, path::PathBuf};

use super::{next_export, support::scratch::Scratch};

/// Kind of a load, by what was loaded before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    First,
    Same,
    Next,
    Different,
}

impl Kind {
    /// All kinds, in the order in which one can follow the other.
    pub const ALL: [Self; 4] = [Self::First, Self::Same, Self::Next, Self::Different];

    /// Returns the kind in words.
    pub const fn description(self) -> &'static str {
        match self {
            Self::First => "first load",
            Self::Same => "the same export again",
            Self::Next => "an export with 1 % of the products changed",
            Self::Different => "a different catalog",
        }
    }

    /// Returns the target for its duration, as a multiple of `psql \copy`; none if it is only printed.
    pub const fn target(self) -> Option<f64> {
        match self {
            Self::First => Some(2.5),
            Self::Same => Some(1.3),
            Self::Next => Some(1.5),
            Self::Different => None,
        }
    }
}

/// The exports of a shop.
pub struct Exports {
    first: PathBuf,
    next: PathBuf,
    different: PathBuf,
    /// Products whose documents differ between the first export and the next.
    pub changed: HashSet<i64>,
}

impl Exports {
    /// Writes those that are missing.
    pub fn prepare(scratch: &Scratch) -> Self {
        let first = scratch.export.clone();
        let next = first.with_extension("next");
        eprintln!("Writing the next export");
        Self {
            changed: next_export::write(&first, &next),
            different: scratch.generate(2),
            first,
            next,
        }
    }

    /// Returns the export of a kind of load.
    pub fn of(&self, kind: Kind) -> &PathBuf {
        match kind {
            Kind::First | Kind::Same => &self.first,
            Kind::Next => &self.next,
            Kind::Different => &self.different,
        }
    }
}
