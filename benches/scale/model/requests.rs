//! How many requests a simulated cache is asked.

/// Requests before counting begins, and those that are counted.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    pub warm_up: u32,
    pub counted: u32,
}

impl Count {
    /// Share of the counted requests that `is_hit` says are hits.
    pub fn hit_ratio(self, mut is_hit: impl FnMut() -> bool) -> f64 {
        for _ in 0..self.warm_up {
            is_hit();
        }
        let mut hits = 0.0;
        for _ in 0..self.counted {
            hits += f64::from(u8::from(is_hit()));
        }
        hits / f64::from(self.counted)
    }
}
