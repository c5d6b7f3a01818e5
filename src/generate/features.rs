//! Features of generated articles, with their possible values: lists only, no rules.
//!
//! The first two of each list also give words for names, for example `Merino Wool` or `Ribbed`. No
//! text holds a double quote, which exports never escape.

/// Name of a feature, with its possible values.
pub(super) type Feature = (&'static str, &'static [&'static str]);

/// Jackets and coats.
pub(super) const JACKET: &[Feature] = &[
    (
        "Fabric",
        &[
            "Waxed Canvas",
            "Denim",
            "Wool",
            "Corduroy",
            "Recycled Nylon",
            "Tweed",
        ],
    ),
    (
        "Lining",
        &["Fleece-Lined", "Quilted", "Unlined", "Satin-Lined"],
    ),
    ("Buttons", &["Brass", "Horn", "Snaps", "Two-Way Zipper"]),
    ("Pockets", &["Two", "Four", "Hidden Chest Pocket"]),
    ("Care", &["Machine Wash, Cold", "Dry Clean", "Spot Clean"]),
];

/// Pants.
pub(super) const PANTS: &[Feature] = &[
    (
        "Fabric",
        &[
            "Cotton Twill",
            "Stretch Cotton",
            "Linen",
            "Corduroy",
            "Wool",
            "Canvas",
        ],
    ),
    (
        "Cut",
        &[
            "Slim", "Straight", "Tapered", "Relaxed", "Wide-Leg", "Cropped",
        ],
    ),
    ("Rise", &["Low", "Mid", "High"]),
    ("Closure", &["Button Fly", "Zip Fly", "Drawstring"]),
    (
        "Care",
        &["Machine Wash, Cold", "Machine Wash, Warm", "Hand Wash"],
    ),
];

/// Shirts.
pub(super) const SHIRT: &[Feature] = &[
    (
        "Fabric",
        &[
            "Organic Cotton",
            "Linen",
            "Flannel",
            "Chambray",
            "Piqué Cotton",
            "Poplin",
        ],
    ),
    ("Fit", &["Slim", "Relaxed", "Classic", "Oversized", "Boxy"]),
    ("Sleeves", &["Long", "Short", "Three-Quarter"]),
    ("Buttons", &["Mother of Pearl", "Horn", "None"]),
    (
        "Care",
        &["Machine Wash, Cold", "Machine Wash, Warm", "Line Dry"],
    ),
];

/// Sweaters.
pub(super) const SWEATER: &[Feature] = &[
    (
        "Fabric",
        &[
            "Merino Wool",
            "Cashmere",
            "Lambswool",
            "Alpaca",
            "Cotton",
            "Mohair",
        ],
    ),
    (
        "Knit",
        &[
            "Ribbed",
            "Cable-Knit",
            "Chunky",
            "Waffle-Knit",
            "Fine-Gauge",
        ],
    ),
    ("Cuffs", &["Ribbed", "Rolled", "Straight"]),
    ("Elbows", &["Plain", "Suede Patches", "Reinforced"]),
    ("Care", &["Hand Wash", "Dry Clean", "Wool Cycle, Cold"]),
];

/// Dresses.
pub(super) const DRESS: &[Feature] = &[
    (
        "Fabric",
        &[
            "Silk",
            "Linen",
            "Crêpe",
            "Cotton Poplin",
            "Chiffon",
            "Viscose",
        ],
    ),
    ("Length", &["Mini", "Midi", "Maxi", "Knee-Length"]),
    ("Neckline", &["Décolleté", "Crew", "Square", "V-Neck"]),
    ("Lining", &["Full", "Half", "None"]),
    ("Care", &["Dry Clean", "Hand Wash", "Machine Wash, Cold"]),
];

/// Shorts.
pub(super) const SHORTS: &[Feature] = &[
    (
        "Fabric",
        &[
            "Cotton Twill",
            "Linen",
            "Seersucker",
            "Recycled Nylon",
            "Denim",
        ],
    ),
    ("Cut", &["Slim", "Relaxed", "Straight", "Pleated"]),
    ("Inseam", &["5 Inches", "7 Inches", "9 Inches"]),
    ("Closure", &["Button Fly", "Drawstring", "Elastic Waist"]),
    (
        "Care",
        &["Machine Wash, Cold", "Machine Wash, Warm", "Quick Dry"],
    ),
];

/// Sneakers.
pub(super) const SNEAKER: &[Feature] = &[
    (
        "Material",
        &[
            "Leather",
            "Suede",
            "Canvas",
            "Knit",
            "Recycled Mesh",
            "Nubuck",
        ],
    ),
    (
        "Mid-Sole",
        &["Lightweight", "Cushioned", "Platform", "Minimalist"],
    ),
    ("Sole", &["Rubber", "Gum Rubber", "Recycled Rubber"]),
    ("Stitching", &["Double Stitch", "Tonal", "Contrast"]),
    ("Laces", &["Flat", "Round", "Elastic"]),
];

/// Dress shoes.
pub(super) const DRESS_SHOE: &[Feature] = &[
    (
        "Material",
        &[
            "Full-Grain Leather",
            "Suede",
            "Calfskin",
            "Patent Leather",
            "Pebbled Leather",
        ],
    ),
    ("Toe", &["Cap-Toe", "Plain-Toe", "Wingtip", "Apron-Toe"]),
    ("Sole", &["Leather", "Rubber", "Cork and Leather"]),
    ("Stitching", &["Goodyear Welt", "Blake Stitch", "Hand Sewn"]),
    ("Insole", &["Leather", "Cork", "Memory Foam"]),
];

/// Basketball shoes.
pub(super) const BASKETBALL_SHOE: &[Feature] = &[
    ("Material", &["Knit", "Mesh", "Leather", "Nubuck"]),
    (
        "Mid-Sole",
        &["Cushioned", "Lightweight", "Responsive", "Stable"],
    ),
    (
        "Sole",
        &["Rubber", "Herringbone Rubber", "Translucent Rubber"],
    ),
    ("Stitching", &["Double Stitch", "Fused", "Reinforced"]),
    ("Collar", &["Padded", "Low-Cut", "Sock-Like"]),
];

/// Boots.
pub(super) const BOOT: &[Feature] = &[
    (
        "Material",
        &[
            "Leather",
            "Suede",
            "Nubuck",
            "Waxed Canvas",
            "Oiled Leather",
        ],
    ),
    (
        "Build",
        &["Waterproof", "Insulated", "Lightweight", "Lug-Sole"],
    ),
    ("Sole", &["Rubber", "Crêpe Rubber", "Lugged Rubber"]),
    (
        "Stitching",
        &["Goodyear Welt", "Double Stitch", "Norwegian Welt"],
    ),
    ("Shaft", &["Ankle", "Mid-Calf", "Low"]),
];

/// Sandals.
pub(super) const SANDAL: &[Feature] = &[
    (
        "Material",
        &[
            "Leather",
            "Canvas",
            "Suede",
            "Recycled Rubber",
            "Woven Jute",
        ],
    ),
    ("Footbed", &["Contoured", "Cushioned", "Molded", "Slim"]),
    ("Sole", &["Rubber", "Cork", "Foam"]),
    ("Closure", &["Buckle", "Slip-On", "Hook and Loop"]),
    ("Straps", &["One", "Two", "Crossed"]),
];

/// Sunglasses.
pub(super) const SUNGLASSES: &[Feature] = &[
    ("Frames", &["Acetate", "Titanium", "Steel", "Tortoiseshell"]),
    (
        "Lenses",
        &["Polarized", "Mirrored", "Gradient", "Photochromic"],
    ),
    ("UV Protection", &["UV400", "Category 3", "Category 2"]),
    ("Shape", &["Round", "Square", "Aviator"]),
    ("Hinges", &["Spring", "Barrel", "Flex"]),
];

/// Knitted accessories.
pub(super) const KNITWEAR: &[Feature] = &[
    (
        "Material",
        &["Merino Wool", "Cashmere", "Alpaca", "Lambswool", "Cotton"],
    ),
    ("Knit", &["Ribbed", "Cable-Knit", "Chunky", "Waffle-Knit"]),
    ("Edge", &["Fringed", "Rolled", "Plain"]),
    ("Pattern", &["Plain", "Striped", "Houndstooth"]),
    ("Care", &["Hand Wash", "Dry Clean", "Wool Cycle, Cold"]),
];

/// Leather accessories.
pub(super) const LEATHER: &[Feature] = &[
    (
        "Material",
        &["Full-Grain Leather", "Suede", "Calfskin", "Vegan Leather"],
    ),
    ("Finish", &["Woven", "Embossed", "Burnished", "Slim"]),
    ("Hardware", &["Brass", "Nickel", "Gunmetal"]),
    ("Edges", &["Painted", "Raw", "Stitched"]),
    ("Origin", &["Tuscany", "León", "Ubrique"]),
];

/// Hats.
pub(super) const HAT: &[Feature] = &[
    ("Material", &["Cotton", "Wool", "Linen", "Corduroy", "Felt"]),
    ("Brim", &["Structured", "Soft", "Packable", "Short-Brim"]),
    ("Band", &["Grosgrain", "Leather", "None"]),
    ("Lining", &["Satin", "Cotton", "None"]),
    ("Fit", &["Adjustable", "Elastic", "Fitted"]),
];

/// Bags.
pub(super) const BAG: &[Feature] = &[
    (
        "Material",
        &[
            "Canvas",
            "Leather",
            "Recycled Nylon",
            "Waxed Canvas",
            "Suede",
        ],
    ),
    ("Closure", &["Roll-Top", "Zip-Top", "Drawstring", "Buckled"]),
    ("Strap", &["Leather", "Nylon Webbing", "Padded"]),
    ("Pockets", &["One", "Three", "Laptop Sleeve"]),
    ("Volume", &["12 Liters", "18 Liters", "26 Liters"]),
];

/// Watches.
pub(super) const WATCH: &[Feature] = &[
    ("Case", &["Steel", "Titanium", "Bronze", "Ceramic"]),
    ("Movement", &["Automatic", "Quartz", "Solar", "Hand-Wound"]),
    ("Strap", &["Leather", "Steel", "Nylon", "Rubber"]),
    ("Crystal", &["Sapphire", "Mineral", "Domed Acrylic"]),
    ("Water Resistance", &["5 Bar", "10 Bar", "20 Bar"]),
];
