//! The vocabulary of generated products: lists only, no rules.
//!
//! No text here holds a double quote (exports never escape one) or a line break. Some hold
//! apostrophes, commas and letters outside ASCII, as real texts do.

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
    use super::COLORS;

    #[test]
    fn the_number_of_colours_is_prime() {
        assert!((2..COLORS.len()).all(|divisor| !COLORS.len().is_multiple_of(divisor)));
    }
}
