//! Shape of a generated catalog: the rows of each product, and their faults.
//!
//! A plan depends only on the seed and an id, so that every file can be written by a thread of its own. Texts and row
//! formats are elsewhere.
//!
//! After the first eleven products (see [`sample`]) the averages are those of the real export, and faults are as
//! frequent as among the first eleven. Only products without styles are rarer, 1 %, because existing frontends crash on
//! them.

use super::{
    kinds::{Article, Category, Kind},
    rng::{Purpose, Random},
    sample::{self, HUGE_DEFAULT_PRICE},
};

/// Shares of 0, 1, 2 … rows, in 100,000ths. The averages are those of the full export for each of
/// 1,000,011 products (2,219,279 features, 1,958,102 styles, 4,508,263 related rows) and for each
/// style (5,655,700 photos).
const FEATURE_WEIGHTS: [u32; 5] = [8_000, 18_000, 32_000, 28_075, 13_925];
/// A little more than 1 %, since the start ids of frontends all have styles.
const STYLE_WEIGHTS: [u32; 10] = [
    1_050, 45_990, 34_060, 8_000, 4_500, 2_600, 1_600, 1_000, 700, 500,
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
const KINDS: [Kind; 3] = [Kind::Clothing, Kind::Shoes, Kind::Accessory];
/// One style out of this many has no skus.
const STYLES_TO_ONE_WITHOUT_SKUS: u64 = 20;
/// One product out of this many has huge prices. Rarer than among the first eleven, of which one has them.
const PRODUCTS_TO_ONE_HUGE_PRICE: u64 = 2_000;

/// Returns whether existing frontends start at this product.
///
/// These frontends were written against copies of the first 1,011 products of the export, one copy after the other, and
/// start at one of the first eleven products of a copy. Copies begin at ids that leave 891, 915 or 927 when divided by
/// 1,011, for example 17,067, 40,344 or 71,697.
pub(super) const fn is_entry_point(id: u64) -> bool {
    matches!(id % 1_011, 891..=937)
}

/// Shape of one product.
pub(super) struct ProductPlan {
    pub(super) id: u64,
    pub(super) kind: Kind,
    pub(super) category: &'static Category,
    pub(super) article: &'static Article,
    /// Values of the article's first two features.
    pub(super) traits: [&'static str; 2],
    pub(super) default_price: u64,
    pub(super) n_features: usize,
    pub(super) n_styles: usize,
    /// Position of the default style.
    pub(super) default_style: Option<usize>,
    pub(super) n_related: usize,
    /// All its styles have photos and skus.
    has_complete_styles: bool,
}

impl ProductPlan {
    pub(super) fn new(seed: u64, id: u64) -> Self {
        let mut random = Random::new(seed, Purpose::Product, id);
        if let Some(product) = sample::product(id) {
            return Self::of_sample(id, product, &mut random);
        }
        let is_entry_point = is_entry_point(id);
        let n_styles = random
            .weighted(&STYLE_WEIGHTS)
            .max(usize::from(is_entry_point));
        let kind = KINDS[random.weighted(&KIND_WEIGHTS)];
        let category = &kind.categories()[random.index(kind.categories().len())];
        let (article, traits) = article(&mut random, category);
        let default_style = default_style(&mut random, n_styles);
        Self {
            id,
            kind,
            category,
            article,
            traits,
            default_price: price(&mut random, category),
            n_features: random.weighted(&FEATURE_WEIGHTS),
            n_styles,
            default_style: default_style.or(is_entry_point.then_some(0)),
            n_related: random.weighted(&RELATED_WEIGHTS),
            has_complete_styles: is_entry_point,
        }
    }

    fn of_sample(id: u64, product: &sample::SampleProduct, random: &mut Random) -> Self {
        let category = &product.kind.categories()[product.category];
        let (article, traits) = article(random, category);
        Self {
            id,
            kind: product.kind,
            category,
            article,
            traits,
            default_price: product.default_price,
            n_features: product.n_features,
            n_styles: product.n_styles,
            default_style: product.default_style,
            n_related: product.n_related,
            has_complete_styles: false,
        }
    }

    /// Returns the shape of one of its styles.
    pub(super) fn style(&self, seed: u64, id: u64) -> StylePlan {
        if let Some(n_photos) = sample::n_photos(id) {
            return StylePlan {
                n_photos,
                has_skus: sample::has_skus(id),
            };
        }
        let mut random = Random::new(seed, Purpose::Style, id);
        let n_photos = random.weighted(&PHOTO_WEIGHTS);
        let has_skus = !random.one_in(STYLES_TO_ONE_WITHOUT_SKUS);
        StylePlan {
            n_photos: n_photos.max(usize::from(self.has_complete_styles)),
            has_skus: has_skus || self.has_complete_styles,
        }
    }
}

/// Shape of one style.
pub(super) struct StylePlan {
    pub(super) n_photos: usize,
    pub(super) has_skus: bool,
}

/// Returns whether a product has styles. Cheaper than its plan.
pub(super) fn has_styles(seed: u64, id: u64) -> bool {
    if let Some(product) = sample::product(id) {
        return product.n_styles > 0;
    }
    let mut random = Random::new(seed, Purpose::Product, id);
    is_entry_point(id) || random.weighted(&STYLE_WEIGHTS) > 0
}

/// An article of a category, and the values of its first two features.
fn article(
    random: &mut Random,
    category: &'static Category,
) -> (&'static Article, [&'static str; 2]) {
    let article = &category.articles[random.index(category.articles.len())];
    let mut value = |feature: usize| random.pick(article.features[feature].1);
    (article, [value(0), value(1)])
}

/// Returns the position of the default style: mostly 0, a later one in two of ten products, none in two of ten.
fn default_style(random: &mut Random, n_styles: usize) -> Option<usize> {
    match (random.below(10), n_styles) {
        (_, 0) | (0 | 1, _) => None,
        (2 | 3, 2..) => Some(1 + random.index(n_styles - 1)),
        _ => Some(0),
    }
}

/// Returns a price in whole units of currency that ends in 0, 5 or 9. Low prices are more frequent than high ones.
fn price(random: &mut Random, category: &Category) -> u64 {
    if random.one_in(PRODUCTS_TO_ONE_HUGE_PRICE) {
        return HUGE_DEFAULT_PRICE;
    }
    let (lowest, highest) = category.prices;
    let range = (highest - lowest) / 10 + 1;
    let tens = lowest / 10 + random.below(range).min(random.below(range));
    10 * tens + [0, 5, 9, 9][random.index(4)]
}

#[cfg(test)]
mod tests {
    use super::{
        FEATURE_WEIGHTS, KIND_WEIGHTS, PHOTO_WEIGHTS, ProductPlan, RELATED_WEIGHTS, STYLE_WEIGHTS,
        has_styles, is_entry_point,
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
                let plan = product.style(1, style);
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

    #[test]
    fn one_percent_of_products_have_no_styles() {
        for seed in [1, 2] {
            let plans = (1..=50_000).map(|id| ProductPlan::new(seed, id));
            let n_without = plans.filter(|plan| plan.n_styles == 0).count();
            assert!((450..=550).contains(&n_without), "{n_without} of 50000");
        }
    }

    #[test]
    fn a_product_has_styles_if_its_plan_says_so() {
        for id in 1..5_000 {
            let plan = ProductPlan::new(3, id);
            assert_eq!(has_styles(3, id), plan.n_styles > 0, "{id}");
        }
    }

    /// Ids at which public frontends start.
    const STARTS: [u64; 20] = [
        11_001, 13_023, 17_067, 17_070, 37_311, 38_322, 38_329, 40_344, 40_345, 40_346, 40_348,
        40_350, 40_351, 42_366, 47_421, 48_432, 59_553, 61_575, 63_616, 71_697,
    ];

    #[test]
    fn start_products_of_frontends_are_complete() {
        for (id, seed) in STARTS
            .into_iter()
            .flat_map(|id| [(id, 1), (id, 7), (id, 99)])
        {
            assert!(is_entry_point(id), "{id}");
            let plan = ProductPlan::new(seed, id);
            assert!(plan.n_styles > 0, "{id}");
            assert!(
                plan.default_style
                    .is_some_and(|style| style < plan.n_styles),
                "{id}"
            );
            for style in 1_000..1_200 {
                let style = plan.style(seed, style);
                assert!(style.n_photos > 0 && style.has_skus, "{id}");
            }
        }
        let n_entry_points = (1..=50_000).filter(|id| is_entry_point(*id)).count();
        assert!(n_entry_points < 2_500, "{n_entry_points}");
    }
}
