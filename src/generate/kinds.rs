//! Kinds of generated products, with their sizes, features and categories: lists only, no rules.
//!
//! The categories include those of the first rows of the real export. No text holds a double quote,
//! which exports never escape.

/// What decides the sizes and the features of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Clothing,
    Shoes,
    Accessory,
}

/// A feature by its name, with the values it may have.
pub(super) type Feature = (&'static str, &'static [&'static str]);

impl Kind {
    /// One sku for each of these.
    pub(super) fn sizes(self) -> &'static [&'static str] {
        match self {
            Self::Clothing => &["XS", "S", "M", "L", "XL", "XXL"],
            Self::Shoes => &[
                "7", "7.5", "8", "8.5", "9", "9.5", "10", "10.5", "11", "11.5", "12",
            ],
            Self::Accessory => &["One Size"],
        }
    }

    /// At least as many as a product can have.
    pub(super) fn features(self) -> &'static [Feature] {
        match self {
            Self::Clothing => CLOTHING_FEATURES,
            Self::Shoes => SHOE_FEATURES,
            Self::Accessory => ACCESSORY_FEATURES,
        }
    }
}

const CLOTHING_FEATURES: &[Feature] = &[
    (
        "Fabric",
        &[
            "Canvas",
            "100% Cotton",
            "99% Cotton 1% Elastic",
            "Denim",
            "Crêpe",
            "Linen",
        ],
    ),
    (
        "Cut",
        &["Skinny", "Loose", "Straight", "Tapered", "Décolleté"],
    ),
    ("Buttons", &["Brass", "Horn", "Mother of Pearl"]),
    ("Lining", &["Satin", "Fleece", "Mesh"]),
    ("Care", &["Machine Wash, Cold", "Dry Clean", "Hand Wash"]),
];

const SHOE_FEATURES: &[Feature] = &[
    ("Sole", &["Rubber", "Leather", "Cork", "Recycled Rubber"]),
    (
        "Material",
        &["FullControlSkin", "Suede", "Knit", "Full-Grain Leather"],
    ),
    (
        "Mid-Sole",
        &["ControlSupport Arch Bridge", "Foam", "Air Pocket"],
    ),
    ("Stitching", &["Double Stitch", "Goodyear Welt", "Blake"]),
    ("Laces", &["Flat", "Round", "Waxed"]),
];

const ACCESSORY_FEATURES: &[Feature] = &[
    ("Lenses", &["Ultrasheen", "Polarized", "Mirrored"]),
    ("UV Protection", &["UV400", "Category 3"]),
    ("Frames", &["LightCompose", "Acetate", "Titanium"]),
    ("Strap", &["Leather", "Nylon", "Piqué"]),
    ("Clasp", &["Magnet", "Brass", "None"]),
];

/// A category by its name, with what its products are called.
pub(super) struct Category {
    pub(super) name: &'static str,
    pub(super) nouns: &'static [&'static str],
}

/// The categories of clothing.
pub(super) const CLOTHING: &[Category] = &[
    Category {
        name: "Jackets",
        nouns: &[
            "Onesie",
            "Parka",
            "Windbreaker",
            "Anorak",
            "Blazer",
            "Bomber",
        ],
    },
    Category {
        name: "Pants",
        nouns: &["Joggers", "Slacks", "Chinos", "Jeans", "Leggings", "Cargos"],
    },
    Category {
        name: "Shirts",
        nouns: &["Tee", "Henley", "Polo", "Flannel", "Button-Down", "Tank"],
    },
    Category {
        name: "Sweaters",
        nouns: &["Hoodie", "Cardigan", "Pullover", "Crewneck", "Turtleneck"],
    },
    Category {
        name: "Dresses",
        nouns: &["Sundress", "Shift", "Wrap", "Gown", "Shirtdress"],
    },
    Category {
        name: "Shorts",
        nouns: &["Trunks", "Bermudas", "Board Shorts", "Gym Shorts"],
    },
];

/// The categories of shoes.
pub(super) const SHOES: &[Category] = &[
    Category {
        name: "Kicks",
        nouns: &["Ones", "Kicks", "Runners", "Lows", "High Tops", "Trainers"],
    },
    Category {
        name: "Dress Shoes",
        nouns: &["Suede Shoes", "Oxfords", "Loafers", "Brogues", "Monks"],
    },
    Category {
        name: "Basketball Shoes",
        nouns: &["Minis", "Hoops", "Dunkers", "Jumpers"],
    },
    Category {
        name: "Boots",
        nouns: &["Hikers", "Chelseas", "Chukkas", "Wellies"],
    },
    Category {
        name: "Sandals",
        nouns: &["Slides", "Flip-Flops", "Espadrilles", "Huaraches"],
    },
];

/// The categories of everything else.
pub(super) const ACCESSORIES: &[Category] = &[
    Category {
        name: "Accessories",
        nouns: &["Sunglasses", "Scarf", "Belt", "Gloves", "Stone", "Wallet"],
    },
    Category {
        name: "Hats",
        nouns: &["Beanie", "Fedora", "Snapback", "Bucket Hat", "Sombrero"],
    },
    Category {
        name: "Bags",
        nouns: &["Tote", "Backpack", "Duffel", "Messenger Bag"],
    },
    Category {
        name: "Watches",
        nouns: &["Chronograph", "Diver", "Field Watch"],
    },
];

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn every_kind_has_more_features_than_a_product_can_have() {
        for kind in [Kind::Clothing, Kind::Shoes, Kind::Accessory] {
            assert!(kind.features().len() > 4, "{kind:?}");
        }
    }
}
