//! The cache that servers use, moka, asked for simulated products.

use std::hash::{BuildHasherDefault, Hasher};

use moka::sync::Cache;

use super::{popularity::Draw, requests::Count};

/// The same hashes in every run (the mixing of `splitmix64`).
#[derive(Default)]
pub struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let mut mixed = (self.0 ^ number).wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.0 = mixed ^ (mixed >> 31);
    }
}

/// Hit ratio of moka with room for `room` of all products.
///
/// What moka does by and by, it does here after each request: the ratio is the same in every run.
pub fn simulate(room: u64, draw: &mut Draw, count: Count) -> f64 {
    let hasher = BuildHasherDefault::<Mixed>::default();
    let cache: Cache<u64, (), _> = Cache::builder()
        .max_capacity(room)
        .build_with_hasher(hasher);
    count.hit_ratio(|| {
        let product = u64::try_from(draw.next()).expect("an index fits");
        let is_hit = cache.get(&product).is_some();
        if !is_hit {
            cache.insert(product, ());
        }
        cache.run_pending_tasks();
        is_hit
    })
}
