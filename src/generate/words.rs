//! The vocabulary of generated products: lists only, no rules.
//!
//! No text here holds a double quote (exports never escape one) or a line break. Some hold
//! apostrophes, commas and letters outside ASCII, as real texts do. Sentences suit singular and
//! plural nouns.

use super::kinds::Kind;

/// Product lines: the first words of names.
pub(super) const LINES: &[&str] = &[
    "Alpine",
    "Harbor",
    "Camden",
    "Sierra",
    "Voyager's",
    "Heritage",
    "Weekend",
    "Coastal",
    "Nomad's",
    "Café",
    "Everyday",
    "Fisherman's",
    "Sailor's",
    "Wanderer's",
    "Montréal",
    "Málaga",
    "Coruña",
    "Brooklyn",
    "Oslo",
    "Kyoto",
    "Lisbon",
    "Highland",
    "Prairie",
    "Meridian",
    "Summit",
    "Lakeside",
    "Union",
    "Atlas",
    "Avenue",
    "Orchard",
    "Northern",
    "Midtown",
    "Hudson",
    "Monterey",
    "Riviera",
    "Somerset",
    "Windsor",
    "Canyon",
    "Foundry",
    "Parkside",
];

/// Slogans. The markers are those of [`SENTENCES`].
pub(super) const SLOGANS: &[&str] = &[
    "Made for every day of the week",
    "Your new favorite $",
    "Simply @",
    "Born in %, at home everywhere",
    "Made of #, made to last",
    "Because Mondays aren't optional",
    "Déjà vu, but better",
    "Once you know, you know",
    "Limited edition, straight from %",
    "Mañana starts today",
    "Don't call it a comeback",
    "A @ classic, made better",
    "Comfort without compromise",
    "Less fuss, more #",
    "Designed in %, tested on the road",
    "The only $ you need to pack",
    "Go far, stay @",
    "From first coffee to last call",
];

/// Sentences that suit all products: `@` stands for a quality, `#` for the material, `$` for the
/// article, `%` for a place.
pub(super) const SENTENCES: &[&str] = &[
    "Made of #, finished by hand in %.",
    "Designed in %, where the weather changes by the hour.",
    "A @ take on a classic.",
    "Goes from the office to a rooftop in % without a change.",
    "Not your grandfather's $, though he'd approve.",
    "Inspired by the streets of %.",
    "As @ on the hundredth day as on the first.",
    "Pairs well with denim, linen and a @ attitude.",
    "Our bestseller in %, now with new details.",
    "Every piece is inspected twice, then once more.",
    "Clean lines, honest # and no logo.",
    "Made in small batches by a workshop near %.",
    "Packed without plastic, shipped within a day.",
    "You'll forget what you wore before.",
    "The details are @, and the # is the best we could find.",
    "Comes in the colors of a morning in %.",
];

/// Sentences that suit products of one kind.
pub(super) const fn sentences(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Clothing => CLOTHING_SENTENCES,
        Kind::Shoes => SHOE_SENTENCES,
        Kind::Accessory => ACCESSORY_SENTENCES,
    }
}

const CLOTHING_SENTENCES: &[&str] = &[
    "Cut to move with you, washed for softness.",
    "Two hidden pockets, one @ secret.",
    "Doesn't wrinkle in a suitcase, dries overnight.",
    "The # keeps its shape, wash after wash.",
    "Reinforced seams where it matters.",
    "Tonal stitching, with a label embroidered in black.",
    "For layers in winter, or for a summer night in %.",
    "True to size, so take your usual.",
];

const SHOE_SENTENCES: &[&str] = &[
    "A supple upper of # meets a sole with real grip.",
    "Reduces impact, yet keeps a perfect balance underfoot.",
    "Broken in from the first step.",
    "Crisp lines and a @ look.",
    "The insole comes out, the sole can be replaced.",
    "Grip for wet cobblestones, from % to wherever you're going.",
    "Roomy at the toes, snug at the heel.",
    "Runs true to size, half sizes included.",
];

const ACCESSORY_SENTENCES: &[&str] = &[
    "The detail that makes the outfit.",
    "Small enough for a carry-on, @ enough for dinner in %.",
    "Comes with a cotton pouch and a two-year warranty.",
    "A gift for someone who has everything else.",
    "Sturdy #, made to be handed down.",
    "Ages well, like the cafés of %.",
    "Goes with everything you own.",
    "Made to be used every day, for years.",
];

/// Fills `@` in slogans and sentences. All begin with a consonant.
pub(super) const QUALITIES: &[&str] = &[
    "bold",
    "relaxed",
    "modern",
    "timeless",
    "breezy",
    "sturdy",
    "playful",
    "polished",
    "rugged",
    "chic",
    "laid-back",
    "confident",
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

/// Colors in the names of styles. Their number is prime, so that any step through the list visits
/// every color before it repeats one.
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
    fn the_number_of_colors_is_prime() {
        assert!((2..COLORS.len()).all(|divisor| !COLORS.len().is_multiple_of(divisor)));
    }
}
