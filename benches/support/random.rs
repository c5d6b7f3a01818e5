//! Random numbers that are the same in every run.

/// Random number generator (`splitmix64`).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Creates a generator. Each seed has a sequence of its own.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next number from 1 to `highest`.
    pub fn up_to(&mut self, highest: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        1 + (mixed >> 1).cast_signed() % highest.max(1)
    }
}
