//! The shape of a generated catalogue: how many rows each product has, and which faults.
//!
//! A plan depends on the seed and an id only, never on what was planned before, so every file can be
//! written by a thread of its own that walks the same products. Texts and row formats are elsewhere.
//!
//! The first eleven products have the exact shape of the first eleven of the real export, whose
//! faults thus appear in the smallest catalogues; of the others the averages are those of the full
//! export, and faults are as frequent as among the first eleven.

use super::{
    kinds::{ACCESSORIES, CLOTHING, Category, Kind, SHOES},
    rng::{Purpose, Random},
};

/// Products whose shape is fixed.
const FIXED_PRODUCTS: usize = 11;
const FIXED_CATEGORIES: [(Kind, usize); FIXED_PRODUCTS] = [
    (Kind::Clothing, 0),
    (Kind::Accessory, 0),
    (Kind::Clothing, 1),
    (Kind::Clothing, 1),
    (Kind::Shoes, 0),
    (Kind::Shoes, 0),
    (Kind::Shoes, 1),
    (Kind::Shoes, 0),
    (Kind::Shoes, 0),
    (Kind::Accessory, 0),
    (Kind::Shoes, 2),
];
const FIXED_PRICES: [u64; FIXED_PRODUCTS] = [
    140,
    69,
    40,
    65,
    99,
    89,
    120,
    450,
    59,
    HUGE_DEFAULT_PRICE,
    49,
];
const FIXED_FEATURES: [usize; FIXED_PRODUCTS] = [2, 3, 2, 2, 4, 4, 3, 3, 4, 0, 3];
const FIXED_STYLES: [usize; FIXED_PRODUCTS] = [6, 4, 6, 9, 4, 2, 5, 9, 1, 6, 0];
const FIXED_DEFAULTS: [Option<usize>; FIXED_PRODUCTS] = [
    Some(0),
    Some(1),
    Some(0),
    Some(0),
    Some(0),
    Some(0),
    None,
    Some(3),
    None,
    Some(0),
    None,
];
const FIXED_RELATED: [usize; FIXED_PRODUCTS] = [4, 4, 5, 5, 6, 5, 9, 6, 8, 0, 0];

/// Photos of the styles of those products, by style id.
const FIXED_PHOTOS: [usize; 52] = [
    6, 6, 6, 6, 6, 6, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 11, 11, 11, 11, 11,
    11, 2, 2, 2, 1, 2, 9, 9, 7, 6, 9, 6, 6, 6, 6, 6, 1, 1, 1, 1, 1, 1,
];

/// Ids of the rows of those products that have a fault of their own, and how many rows there are:
/// one in so many has the fault later on.
pub(super) mod fixed {
    pub(crate) const PHOTOS: u64 = 277;
    pub(crate) const UNCLOSED_PHOTOS: [u64; 2] = [48, 265];
    pub(crate) const BAD_SCHEME_PHOTO: u64 = 177;
    pub(crate) const STYLES: u64 = 52;
    pub(crate) const STYLE_WITH_A_SIZE_TWICE: u64 = 1;
    pub(crate) const STYLE_WITH_SKUS_OUT_OF_ORDER: u64 = 2;
    pub(crate) const FEATURES: u64 = 30;
    pub(crate) const NULL_FEATURE: u64 = 4;
    pub(crate) const RELATED: u64 = 52;
    pub(crate) const RELATED_TO_ITSELF: [u64; 3] = [16, 25, 36];
    pub(crate) const RELATED_TWICE: [u64; 2] = [20, 29];
    pub(crate) const RELATED_TO_NOTHING: u64 = 51;
}

/// Default price of a product whose styles cost [`HUGE_STYLE_PRICE`].
pub(super) const HUGE_DEFAULT_PRICE: u64 = 5_000_000;
/// In cents more than 32 bits hold.
pub(super) const HUGE_STYLE_PRICE: u64 = 500_000_000;

/// Shares of 0, 1, 2 … rows, in 100,000ths. The averages are those of the full export for each of
/// 1,000,011 products (2,219,279 features, 1,958,102 styles, 4,508,263 related rows) and for each
/// style (5,655,700 photos).
const FEATURE_WEIGHTS: [u32; 5] = [8_000, 18_000, 32_000, 28_075, 13_925];
const STYLE_WEIGHTS: [u32; 10] = [
    12_000, 36_990, 25_010, 12_000, 6_000, 3_500, 2_000, 1_200, 800, 500,
];
const RELATED_WEIGHTS: [u32; 10] = [
    9_909, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_091,
];
const PHOTO_WEIGHTS: [u32; 12] = [
    7_000, 21_030, 22_000, 19_970, 11_000, 7_000, 6_000, 2_500, 1_500, 1_000, 600, 400,
];
/// Shares of clothing, shoes and accessories. With 6, 11 and 1 skus, and with the styles that have
/// none, they make the 11,323,917 skus of the full export.
const KIND_WEIGHTS: [u32; 3] = [49_118, 26_316, 24_566];
/// One style in so many has no skus.
const STYLES_TO_ONE_WITHOUT_SKUS: u64 = 20;
/// One product in so many has huge prices. Rarer than among the first eleven, which have one.
const PRODUCTS_TO_ONE_HUGE_PRICE: u64 = 2_000;

/// The shape of one product.
pub(super) struct ProductPlan {
    pub(super) id: u64,
    pub(super) kind: Kind,
    pub(super) category: &'static Category,
    pub(super) default_price: u64,
    pub(super) n_features: usize,
    pub(super) n_styles: usize,
    /// Which of the styles is the default, counted from 0.
    pub(super) default_style: Option<usize>,
    pub(super) n_related: usize,
}

impl ProductPlan {
    pub(super) fn new(seed: u64, id: u64) -> Self {
        let position = usize::try_from(id - 1).unwrap_or(usize::MAX);
        if position < FIXED_PRODUCTS {
            return Self::fixed(id, position);
        }
        let mut random = Random::new(seed, Purpose::Product, id);
        let kind = [Kind::Clothing, Kind::Shoes, Kind::Accessory][random.weighted(&KIND_WEIGHTS)];
        let categories = categories(kind);
        let n_styles = random.weighted(&STYLE_WEIGHTS);
        Self {
            id,
            kind,
            category: &categories[random.index(categories.len())],
            default_price: price(&mut random, kind),
            n_features: random.weighted(&FEATURE_WEIGHTS),
            n_styles,
            default_style: default_style(&mut random, n_styles),
            n_related: random.weighted(&RELATED_WEIGHTS),
        }
    }

    fn fixed(id: u64, position: usize) -> Self {
        let (kind, category) = FIXED_CATEGORIES[position];
        Self {
            id,
            kind,
            category: &categories(kind)[category],
            default_price: FIXED_PRICES[position],
            n_features: FIXED_FEATURES[position],
            n_styles: FIXED_STYLES[position],
            default_style: FIXED_DEFAULTS[position],
            n_related: FIXED_RELATED[position],
        }
    }
}

/// The shape of one style.
pub(super) struct StylePlan {
    pub(super) n_photos: usize,
    pub(super) has_skus: bool,
}

impl StylePlan {
    pub(super) fn new(seed: u64, id: u64) -> Self {
        if id <= fixed::STYLES {
            let position = usize::try_from(id - 1).expect("at most 52");
            return Self {
                n_photos: FIXED_PHOTOS[position],
                has_skus: !matches!(id, 7..=10 | 47..=52),
            };
        }
        let mut random = Random::new(seed, Purpose::Style, id);
        Self {
            n_photos: random.weighted(&PHOTO_WEIGHTS),
            has_skus: !random.one_in(STYLES_TO_ONE_WITHOUT_SKUS),
        }
    }
}

fn categories(kind: Kind) -> &'static [Category] {
    match kind {
        Kind::Clothing => CLOTHING,
        Kind::Shoes => SHOES,
        Kind::Accessory => ACCESSORIES,
    }
}

/// Mostly the first style; in two of ten products a later one, in two of ten none.
fn default_style(random: &mut Random, n_styles: usize) -> Option<usize> {
    match (random.below(10), n_styles) {
        (_, 0) | (0 | 1, _) => None,
        (2 | 3, 2..) => Some(1 + random.index(n_styles - 1)),
        _ => Some(0),
    }
}

/// Whole units of currency: low prices are more frequent than high ones.
fn price(random: &mut Random, kind: Kind) -> u64 {
    if random.one_in(PRODUCTS_TO_ONE_HUGE_PRICE) {
        return HUGE_DEFAULT_PRICE;
    }
    let (lowest, range) = match kind {
        Kind::Clothing => (15, 236),
        Kind::Shoes => (39, 412),
        Kind::Accessory => (9, 142),
    };
    lowest + random.below(range).min(random.below(range))
}

#[cfg(test)]
mod tests {
    use super::{
        FEATURE_WEIGHTS, KIND_WEIGHTS, PHOTO_WEIGHTS, ProductPlan, RELATED_WEIGHTS, STYLE_WEIGHTS,
        StylePlan,
    };
    use crate::generate::rng::WEIGHT_TOTAL;

    #[test]
    fn the_weights_of_a_distribution_add_up() {
        for weights in [
            &FEATURE_WEIGHTS[..],
            &STYLE_WEIGHTS,
            &RELATED_WEIGHTS,
            &PHOTO_WEIGHTS,
            &KIND_WEIGHTS,
        ] {
            let total: u64 = weights.iter().copied().map(u64::from).sum();
            assert_eq!(total, WEIGHT_TOTAL, "{weights:?}");
        }
    }

    /// Rows of each file for one product, on average over many, against the full export.
    #[test]
    fn averages_are_within_one_percent_of_the_full_export() {
        const PRODUCTS: u64 = 250_000;
        const FULL: [f64; 5] = [
            2_219_279.0,
            1_958_102.0,
            5_655_700.0,
            11_323_917.0,
            4_508_263.0,
        ];
        let mut rows = [0_usize; 5];
        let mut style = 0;
        for id in 1..=PRODUCTS {
            let product = ProductPlan::new(1, id);
            rows[0] += product.n_features;
            rows[1] += product.n_styles;
            rows[4] += product.n_related;
            for _ in 0..product.n_styles {
                style += 1;
                let plan = StylePlan::new(1, style);
                rows[2] += plan.n_photos;
                rows[3] += usize::from(plan.has_skus) * product.kind.sizes().len();
            }
        }
        for (rows, full) in rows.into_iter().zip(FULL) {
            let rows = f64::from(u32::try_from(rows).unwrap());
            let scaled = rows / f64::from(u32::try_from(PRODUCTS).unwrap()) * 1_000_011.0;
            assert!((scaled / full - 1.0).abs() < 0.01, "{scaled} for {full}");
        }
    }
}
