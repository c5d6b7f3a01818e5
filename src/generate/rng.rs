//! Random numbers whose sequence never changes.
//!
//! `SplitMix64` is implemented here and not taken from a crate: a generated export promises the same bytes for the same
//! seed. Crates promise good numbers, not the same numbers after an upgrade, nor how a number selects an item of a
//! list. Not for secrets.

/// Purpose of a sequence. Sequences of one seed and key with different purposes are independent, so that each of the
/// six files can be written by its own thread.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Product = 1,
    Style = 2,
    ProductText = 3,
    Features = 4,
    StyleText = 5,
    Photos = 6,
    Skus = 7,
    Related = 8,
}

/// Sequence of random numbers.
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// Creates the sequence of `key` (for example a row's id) for one purpose.
    pub(super) fn new(seed: u64, purpose: Purpose, key: u64) -> Self {
        let state = mix(mix(seed).wrapping_add(purpose as u64)).wrapping_add(mix(key));
        Self { state: mix(state) }
    }

    /// Returns the next number: `SplitMix64` as published by Steele, Lea and Flood (2014).
    pub(super) fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// Returns a number from 0 to `limit - 1`.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        let scaled = u128::from(self.number()) * u128::from(limit);
        u64::try_from(scaled >> 64).expect("the upper half of 128 bits has 64")
    }

    /// Returns the position of a random item in a list of `length` items.
    pub(super) fn index(&mut self, length: usize) -> usize {
        let below = self.below(u64::try_from(length).expect("a list is shorter than 2^64"));
        usize::try_from(below).expect("less than a usize")
    }

    /// Returns true once in `n` times on average.
    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// Returns a random item of a list that must not be empty.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.index(items.len())]
    }

    /// Returns a random position, in proportion to `weights`, which add up to [`WEIGHT_TOTAL`].
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(WEIGHT_TOTAL);
        for (position, &weight) in weights.iter().enumerate() {
            match left.checked_sub(u64::from(weight)) {
                Some(rest) => left = rest,
                None => return position,
            }
        }
        weights.len() - 1
    }
}

/// Sum of the weights of a distribution.
pub(super) const WEIGHT_TOTAL: u64 = 100_000;

fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Purpose, Random, WEIGHT_TOTAL};

    #[test]
    fn the_sequence_equals_the_published_one() {
        let mut random = Random { state: 1_234_567 };
        // The first numbers of the reference implementation for this seed.
        for number in [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ] {
            assert_eq!(random.number(), number);
        }
    }

    #[test]
    fn a_choice_reaches_and_keeps_its_limits() {
        let mut random = Random::new(1, Purpose::Product, 1);
        let mut seen = [0_u32; 7];
        for _ in 0..700 {
            seen[random.index(7)] += 1;
        }
        assert!(seen.iter().all(|&n| (50..150).contains(&n)), "{seen:?}");
        assert_eq!(random.below(1), 0);
    }

    #[test]
    fn weights_are_shares() {
        let mut random = Random::new(1, Purpose::Product, 1);
        let mut seen = [0_u64; 3];
        for _ in 0..WEIGHT_TOTAL {
            seen[random.weighted(&[25_000, 0, 75_000])] += 1;
        }
        assert!((24_000..26_000).contains(&seen[0]), "{seen:?}");
        assert_eq!(seen[1], 0);
    }

    #[test]
    fn sequences_differ_by_seed_purpose_and_key() {
        let first = Random::new(1, Purpose::Product, 1).number();
        for other in [
            Random::new(2, Purpose::Product, 1).number(),
            Random::new(1, Purpose::Style, 1).number(),
            Random::new(1, Purpose::Product, 2).number(),
        ] {
            assert_ne!(first, other);
        }
    }
}
