//! The vocabulary of generated products: lists only, no rules.
//!
//! No text here holds a double quote (exports never escape one) or a line break. Some hold
//! apostrophes, commas and letters outside ASCII, as real texts do.

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

/// First words of product names.
pub(super) const ADJECTIVES: &[&str] = &[
    "Camo",
    "Bright",
    "Morning",
    "Slacker's",
    "Pumped Up",
    "Summer",
    "Infinity",
    "Midnight",
    "Velvet",
    "Rustic",
    "Café",
    "Jalapeño",
    "Señorita's",
    "Wanderer's",
    "Electric",
    "Golden",
    "Quiet",
    "Stormy",
    "Vintage",
    "Urban",
    "Alpine",
    "Crimson",
    "Lucky",
    "Restless",
    "Modern",
    "Coastal",
    "Piñata",
    "Cosmic",
    "Everyday",
    "Frosted",
    "Gentle",
    "Harbor",
    "Ivory",
    "Weekend",
    "Nomad's",
    "Protégé",
    "Royal",
    "Sunday",
    "Timeless",
    "Wild",
];

/// Slogans. The markers are those of [`SENTENCES`].
pub(super) const SLOGANS: &[&str] = &[
    "Blend in to your crowd",
    "Life's short, wear your $",
    "Make yourself a @ person",
    "Comfortable for everything, or nothing",
    "A @ dynasty",
    "Faster than just about anything",
    "Limited edition, straight from %",
    "A risky call in the spring or fall",
    "Full support, no excuses",
    "Your new favorite $",
    "Déjà vu, but better",
    "Born in %, worn everywhere",
    "Because Mondays aren't optional",
    "Made of #, made for you",
    "Don't call it a comeback",
    "Mañana starts today",
    "Simply @",
    "Once you wear it, you know",
];

/// Sentences of descriptions: `@` stands for a quality, `#` for a material, `$` for what the product
/// is called, `%` for a place.
pub(super) const SENTENCES: &[&str] = &[
    "This @ $ will wake you up and fit you in.",
    "Where you're going you might not need roads, but you definitely need # from %.",
    "Whether you're a morning person or not, everyone looks good in it.",
    "I'll tell you how great it is after I nap for a bit.",
    "Serves up crisp court style with a @ look.",
    "Constructed with a supple upper of # and a classic lining.",
    "Touch down in % in the middle of the pouring rain.",
    "In a nod to the heritage of %, it shows off asymmetrical lacing.",
    "Tonal stitching.",
    "Logo embroidered in black at the outer side.",
    "Reduces impact but keeps a @ balance.",
    "Cut from #, finished by hand in %.",
    "It's @, it's light, and it doesn't wrinkle.",
    "Pairs well with denim, linen and a @ attitude.",
    "The # keeps you warm in the wind, dry in the rain.",
    "Not your grandfather's $, though he'd approve.",
    "Inspired by the streets of %.",
    "Two hidden pockets, one @ secret.",
    "A @ take on an old idea.",
    "Machine washable, nearly indestructible.",
    "You'll forget you're wearing it, others won't.",
    "Goes from the office to a rooftop in % without a change.",
    "Soft #, sharp lines.",
    "As @ on the tenth day as on the first.",
];

/// Fills `@` in slogans and sentences.
pub(super) const QUALITIES: &[&str] = &[
    "bold",
    "relaxed",
    "modern",
    "timeless",
    "breezy",
    "naïve",
    "sturdy",
    "playful",
    "perfect",
    "rugged",
    "blasé",
    "high-energy",
];

/// Fills `#` in slogans and sentences.
pub(super) const MATERIALS: &[&str] = &[
    "merino wool",
    "organic cotton",
    "piqué",
    "brushed suede",
    "waxed canvas",
    "crêpe de chine",
    "recycled nylon",
    "buffed leather",
    "linen",
    "alpaca",
    "lamé",
    "corduroy",
];

/// Fills `%` in slogans and sentences.
pub(super) const PLACES: &[&str] = &[
    "Lisbon",
    "Málaga",
    "Brooklyn",
    "A Coruña",
    "Oslo",
    "Montréal",
    "Kyoto",
    "Memphis",
    "São Paulo",
    "Zürich",
    "Austin",
    "Marseille",
];

/// Colours in the names of styles. Their number is prime, so that any step through the list visits
/// every colour before it repeats one.
pub(super) const COLORS: &[&str] = &[
    "Black",
    "White",
    "Forest Green",
    "Desert Brown",
    "Ocean Blue",
    "Digital Red",
    "Sky Blue",
    "Dark Grey",
    "Goldenrod",
    "Maroon",
    "Chartreuse",
    "Olive Green",
    "Tan",
    "Red",
    "Khaki",
    "Plaid",
    "Pinstripe",
    "Zebra Stripe",
    "Butter",
    "Pink",
    "Grey",
    "Gold",
    "Rosé",
    "Café au Lait",
    "Teal",
    "Plum",
    "Robin's Egg",
    "Coral",
    "Indigo",
    "Sand",
    "Copper",
];

#[cfg(test)]
mod tests {
    use super::{COLORS, Kind};

    #[test]
    fn every_kind_has_more_features_than_a_product_can_have() {
        for kind in [Kind::Clothing, Kind::Shoes, Kind::Accessory] {
            assert!(kind.features().len() > 4, "{kind:?}");
        }
    }

    #[test]
    fn the_number_of_colours_is_prime() {
        assert!((2..COLORS.len()).all(|divisor| !COLORS.len().is_multiple_of(divisor)));
    }
}
