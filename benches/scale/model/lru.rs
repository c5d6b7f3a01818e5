//! Simulated caches: one that forgets what was not asked for the longest, and one that keeps for a time.

use super::{popularity::Draw, requests::Count};

/// No product: the end of the list.
const NONE: usize = usize::MAX;

/// A list of products, the last one asked for first.
struct Recent {
    before: Vec<usize>,
    after: Vec<usize>,
    is_held: Vec<bool>,
    first: usize,
    last: usize,
    held: usize,
}

impl Recent {
    fn new(products: usize) -> Self {
        Self {
            before: vec![NONE; products],
            after: vec![NONE; products],
            is_held: vec![false; products],
            first: NONE,
            last: NONE,
            held: 0,
        }
    }

    fn remove(&mut self, product: usize) {
        let (before, after) = (self.before[product], self.after[product]);
        match self.after.get_mut(before) {
            Some(slot) => *slot = after,
            None => self.first = after,
        }
        match self.before.get_mut(after) {
            Some(slot) => *slot = before,
            None => self.last = before,
        }
        self.is_held[product] = false;
        self.held -= 1;
    }

    fn put_first(&mut self, product: usize) {
        self.before[product] = NONE;
        self.after[product] = self.first;
        match self.before.get_mut(self.first) {
            Some(slot) => *slot = product,
            None => self.last = product,
        }
        self.first = product;
        self.is_held[product] = true;
        self.held += 1;
    }
}

/// Hit ratio of a cache with room for `room` of all products, once it is full.
pub fn simulate(products: u32, room: usize, draw: &mut Draw, count: Count) -> f64 {
    let products = usize::try_from(products).expect("they are in memory");
    let mut recent = Recent::new(products);
    count.hit_ratio(|| {
        let product = draw.next();
        let is_hit = recent.is_held[product];
        if is_hit {
            recent.remove(product);
        } else if recent.held == room {
            recent.remove(recent.last);
        }
        recent.put_first(product);
        is_hit
    })
}

/// Hit ratio of a cache that keeps each product for so many requests' time after it was fetched.
pub fn simulate_kept(products: u32, requests: f64, draw: &mut Draw, count: Count) -> f64 {
    let products = usize::try_from(products).expect("they are in memory");
    let mut kept_until = vec![f64::NEG_INFINITY; products];
    let mut now = 0.0;
    count.hit_ratio(|| {
        now += 1.0;
        let product = draw.next();
        let is_hit = now <= kept_until[product];
        if !is_hit {
            kept_until[product] = now + requests;
        }
        is_hit
    })
}
