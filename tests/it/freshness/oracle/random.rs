//! Random choices, reproducible from a seed.

use proptest::{
    prelude::Rng as _,
    test_runner::{RngAlgorithm, TestRng},
};

use super::{IDS, PERMANENT};

/// Random sequence of a task. The seed of all tasks is printed.
pub struct Random(TestRng);

impl Random {
    pub fn new(seed: u64, task: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&task.to_le_bytes());
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0.next_u64() % limit
    }

    /// Returns any id, in half of the cases one of a permanent row.
    pub fn id(&mut self) -> i64 {
        let ids = [PERMANENT.unsigned_abs(), IDS][usize::try_from(self.below(2)).unwrap_or(0)];
        1 + self.below(ids).cast_signed()
    }

    /// Returns the id of a row that may be moved or deleted.
    pub fn transient(&mut self) -> i64 {
        PERMANENT + 1 + self.below(IDS - PERMANENT.unsigned_abs()).cast_signed()
    }
}
