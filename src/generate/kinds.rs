//! Generated articles, with their categories, sizes, features and pictures: lists only, no rules.
//!
//! The categories include those of the first rows of the real export. No text holds a double quote,
//! which exports never escape.

use super::{
    features::{
        BAG, BASKETBALL_SHOE, BOOT, DRESS, DRESS_SHOE, Feature, HAT, JACKET, KNITWEAR, LEATHER,
        PANTS, SANDAL, SHIRT, SHORTS, SNEAKER, SUNGLASSES, SWEATER, WATCH,
    },
    pictures,
};

/// The sizes of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Clothing,
    Shoes,
    Accessory,
}

impl Kind {
    /// The sizes: a style has a sku for each.
    pub(super) fn sizes(self) -> &'static [&'static str] {
        match self {
            Self::Clothing => &["XS", "S", "M", "L", "XL", "XXL"],
            Self::Shoes => &[
                "7", "7.5", "8", "8.5", "9", "9.5", "10", "10.5", "11", "11.5", "12",
            ],
            Self::Accessory => &["One Size"],
        }
    }

    /// The categories of articles with these sizes.
    pub(super) fn categories(self) -> &'static [Category] {
        match self {
            Self::Clothing => CLOTHING,
            Self::Shoes => SHOES,
            Self::Accessory => ACCESSORIES,
        }
    }
}

/// A category of the shop.
pub(super) struct Category {
    pub(super) name: &'static str,
    /// The lowest price and the highest.
    pub(super) prices: (u64, u64),
    pub(super) articles: &'static [Article],
}

/// An article of the shop, for example a parka.
pub(super) struct Article {
    /// The last words of its products' names.
    pub(super) noun: &'static str,
    /// At least as many as a product can have. A name takes words from the first two.
    pub(super) features: &'static [Feature],
    pub(super) pictures: &'static [&'static str],
}

const fn category(
    name: &'static str,
    prices: (u64, u64),
    articles: &'static [Article],
) -> Category {
    Category {
        name,
        prices,
        articles,
    }
}

const fn article(
    noun: &'static str,
    features: &'static [Feature],
    pictures: &'static [&'static str],
) -> Article {
    Article {
        noun,
        features,
        pictures,
    }
}

const CLOTHING: &[Category] = &[
    category(
        "Jackets",
        (59, 349),
        &[
            article("Parka", JACKET, pictures::TOPS),
            article("Windbreaker", JACKET, pictures::TOPS),
            article("Anorak", JACKET, pictures::TOPS),
            article("Blazer", JACKET, pictures::TOPS),
            article("Bomber Jacket", JACKET, pictures::TOPS),
            article("Trench Coat", JACKET, pictures::TOPS),
        ],
    ),
    category(
        "Pants",
        (35, 179),
        &[
            article("Joggers", PANTS, pictures::PANTS),
            article("Slacks", PANTS, pictures::PANTS),
            article("Chinos", PANTS, pictures::PANTS),
            article("Trousers", PANTS, pictures::PANTS),
            article("Cargo Pants", PANTS, pictures::PANTS),
            article("Lounge Pants", PANTS, pictures::PANTS),
        ],
    ),
    category(
        "Shirts",
        (19, 119),
        &[
            article("Tee", SHIRT, pictures::TOPS),
            article("Henley", SHIRT, pictures::TOPS),
            article("Polo", SHIRT, pictures::TOPS),
            article("Overshirt", SHIRT, pictures::TOPS),
            article("Button-Down", SHIRT, pictures::TOPS),
            article("Tank Top", SHIRT, pictures::TOPS),
        ],
    ),
    category(
        "Sweaters",
        (45, 229),
        &[
            article("Hoodie", SWEATER, pictures::TOPS),
            article("Cardigan", SWEATER, pictures::TOPS),
            article("Pullover", SWEATER, pictures::TOPS),
            article("Crewneck", SWEATER, pictures::TOPS),
            article("Turtleneck", SWEATER, pictures::TOPS),
        ],
    ),
    category(
        "Dresses",
        (49, 289),
        &[
            article("Sundress", DRESS, pictures::TOPS),
            article("Shift Dress", DRESS, pictures::TOPS),
            article("Wrap Dress", DRESS, pictures::TOPS),
            article("Slip Dress", DRESS, pictures::TOPS),
            article("Shirtdress", DRESS, pictures::TOPS),
        ],
    ),
    category(
        "Shorts",
        (25, 99),
        &[
            article("Bermuda Shorts", SHORTS, pictures::PANTS),
            article("Chino Shorts", SHORTS, pictures::PANTS),
            article("Walking Shorts", SHORTS, pictures::PANTS),
            article("Drawstring Shorts", SHORTS, pictures::PANTS),
        ],
    ),
];

const SHOES: &[Category] = &[
    category(
        "Kicks",
        (49, 259),
        &[
            article("Sneakers", SNEAKER, pictures::SHOES),
            article("Low Tops", SNEAKER, pictures::SHOES),
            article("High Tops", SNEAKER, pictures::SHOES),
            article("Runners", SNEAKER, pictures::SHOES),
            article("Trainers", SNEAKER, pictures::SHOES),
            article("Slip-Ons", SNEAKER, pictures::SHOES),
        ],
    ),
    category(
        "Dress Shoes",
        (89, 399),
        &[
            article("Oxfords", DRESS_SHOE, pictures::SHOES),
            article("Loafers", DRESS_SHOE, pictures::SHOES),
            article("Brogues", DRESS_SHOE, pictures::SHOES),
            article("Derbies", DRESS_SHOE, pictures::SHOES),
            article("Monk Straps", DRESS_SHOE, pictures::SHOES),
        ],
    ),
    category(
        "Basketball Shoes",
        (69, 239),
        &[
            article("Court Lows", BASKETBALL_SHOE, pictures::SHOES),
            article("Court Mids", BASKETBALL_SHOE, pictures::SHOES),
            article("Court Highs", BASKETBALL_SHOE, pictures::SHOES),
        ],
    ),
    category(
        "Boots",
        (89, 379),
        &[
            article("Hiking Boots", BOOT, pictures::SHOES),
            article("Chelsea Boots", BOOT, pictures::SHOES),
            article("Chukka Boots", BOOT, pictures::SHOES),
            article("Work Boots", BOOT, pictures::SHOES),
        ],
    ),
    category(
        "Sandals",
        (25, 139),
        &[
            article("Slides", SANDAL, pictures::SHOES),
            article("Huaraches", SANDAL, pictures::SHOES),
            article("Espadrilles", SANDAL, pictures::SHOES),
            article("Sandals", SANDAL, pictures::SHOES),
        ],
    ),
];

const ACCESSORIES: &[Category] = &[
    category(
        "Accessories",
        (19, 159),
        &[
            article("Sunglasses", SUNGLASSES, pictures::SUNGLASSES),
            article("Scarf", KNITWEAR, pictures::SCARVES),
            article("Belt", LEATHER, pictures::BELTS),
            article("Wallet", LEATHER, pictures::WALLETS),
        ],
    ),
    category(
        "Hats",
        (15, 89),
        &[
            article("Beanie", KNITWEAR, pictures::BEANIES),
            article("Cap", HAT, pictures::CAPS),
            article("Bucket Hat", HAT, pictures::CAPS),
            article("Fedora", HAT, pictures::CAPS),
        ],
    ),
    category(
        "Bags",
        (39, 299),
        &[
            article("Tote", BAG, pictures::BAGS),
            article("Backpack", BAG, pictures::BAGS),
            article("Duffel", BAG, pictures::BAGS),
            article("Messenger Bag", BAG, pictures::BAGS),
        ],
    ),
    category(
        "Watches",
        (89, 459),
        &[
            article("Chronograph", WATCH, pictures::WATCHES),
            article("Dive Watch", WATCH, pictures::WATCHES),
            article("Field Watch", WATCH, pictures::WATCHES),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn every_article_has_more_features_than_a_product_can_have() {
        for kind in [Kind::Clothing, Kind::Shoes, Kind::Accessory] {
            for category in kind.categories() {
                for article in category.articles {
                    assert!(article.features.len() > 4, "{}", article.noun);
                }
            }
        }
    }
}
