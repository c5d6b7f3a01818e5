//! Waiting for a processor: open arrivals, one core, services of two lengths (hits and misses).

use super::{popularity::uniform, random::Random};

/// What a core does for requests.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    pub hit_us: f64,
    pub miss_us: f64,
    pub hit_ratio: f64,
}

/// How long requests wait, in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Wait {
    pub mean: f64,
    pub p99: f64,
}

impl Service {
    fn mean(&self) -> f64 {
        self.hit_ratio * self.hit_us + (1.0 - self.hit_ratio) * self.miss_us
    }

    fn mean_square(&self) -> f64 {
        self.hit_ratio * self.hit_us.powi(2) + (1.0 - self.hit_ratio) * self.miss_us.powi(2)
    }

    /// By formula: the mean by Pollaczek and Khinchine, the 99th percentile by an exponential tail of that mean.
    pub fn formula(&self, utilisation: f64) -> Wait {
        let arrivals = utilisation / self.mean();
        let mean = arrivals * self.mean_square() / (2.0 * (1.0 - utilisation));
        Wait {
            mean,
            p99: mean / utilisation * (100.0 * utilisation).ln().max(0.0),
        }
    }

    /// By simulation of so many requests: each waits for what those before it have left to do (Lindley).
    pub fn simulate(&self, utilisation: f64, requests: usize, seed: u64) -> Wait {
        let mut random = Random::new(seed);
        let between = self.mean() / utilisation;
        let mut wait = 0.0;
        let mut waits = Vec::with_capacity(requests);
        let mut total = 0.0;
        for _ in 0..requests {
            waits.push(wait);
            total += wait;
            let is_hit = uniform(&mut random) <= self.hit_ratio;
            let service = if is_hit { self.hit_us } else { self.miss_us };
            let pause = -uniform(&mut random).ln() * between;
            wait = f64::max(0.0, wait + service - pause);
        }
        let rank = requests / 100 * 99;
        let (_, p99, _) = waits.select_nth_unstable_by(rank, f64::total_cmp);
        Wait {
            p99: *p99,
            mean: total / f64::from(u32::try_from(requests).expect("they are few")),
        }
    }
}
