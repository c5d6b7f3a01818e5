//! How requests are spread over products: the share of a product falls with a power of its rank (Zipf).

use super::random::Random;

/// Ranks that are reckoned one by one, because they differ most.
const SINGLE_RANKS: u32 = 128;

/// How much wider each class of ranks is than the one before.
const GROWTH: f64 = 1.1;

/// Products that are asked for equally often.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// How many there are.
    pub products: f64,
    /// Share of all requests that each of them gets.
    pub share: f64,
}

/// Products in classes, the most popular first.
#[derive(Clone, Debug)]
pub struct Popularity(Vec<Class>);

impl Popularity {
    /// Of so many products, for a Zipf law of this exponent.
    pub fn new(products: f64, exponent: f64) -> Self {
        let mut classes: Vec<Class> = (1..=SINGLE_RANKS)
            .map(f64::from)
            .take_while(|rank| *rank <= products)
            .map(|rank| Class {
                products: 1.0,
                share: rank.powf(-exponent),
            })
            .collect();
        let mut begin = f64::from(SINGLE_RANKS);
        while begin < products {
            let end = (begin * GROWTH).min(products);
            classes.push(Class {
                products: end - begin,
                share: area(begin + 0.5, end + 0.5, exponent) / (end - begin),
            });
            begin = end;
        }
        Self(classes).normalised()
    }

    /// The classes.
    pub fn classes(&self) -> &[Class] {
        &self.0
    }

    /// The same when each product is this many documents, asked for with these weights (their sum is 1).
    pub fn documents(&self, weights: &[f64]) -> Self {
        let of_class = |class: &Class| {
            let class = *class;
            weights.iter().map(move |weight| Class {
                products: class.products,
                share: class.share * weight,
            })
        };
        Self(self.0.iter().flat_map(of_class).collect())
    }

    fn normalised(mut self) -> Self {
        let total: f64 = self
            .0
            .iter()
            .map(|class| class.products * class.share)
            .sum();
        for class in &mut self.0 {
            class.share /= total;
        }
        self
    }
}

/// Area below `x` to the power of minus `exponent`.
fn area(from: f64, to: f64, exponent: f64) -> f64 {
    let power = 1.0 - exponent;
    if power.abs() < 1e-9 {
        (to / from).ln()
    } else {
        (to.powf(power) - from.powf(power)) / power
    }
}

/// Draws products by their popularity.
pub struct Draw {
    random: Random,
    /// Share of all requests that goes to this product and those before it.
    cumulated: Vec<f64>,
}

impl Draw {
    /// From so many products, for a Zipf law of this exponent.
    pub fn new(products: u32, exponent: f64, seed: u64) -> Self {
        let mut total = 0.0;
        let mut cumulated: Vec<f64> = (1..=products)
            .map(|rank| {
                total += f64::from(rank).powf(-exponent);
                total
            })
            .collect();
        for share in &mut cumulated {
            *share /= total;
        }
        Self {
            random: Random::new(seed),
            cumulated,
        }
    }

    /// The next product, from 0.
    pub fn next(&mut self) -> usize {
        let at = uniform(&mut self.random);
        let product = self.cumulated.partition_point(|share| *share < at);
        product.min(self.cumulated.len() - 1)
    }
}

/// A number above 0 and not above 1.
pub fn uniform(random: &mut Random) -> f64 {
    let number = u32::try_from(random.up_to(i64::from(u32::MAX))).expect("it is no larger");
    f64::from(number) / f64::from(u32::MAX)
}
