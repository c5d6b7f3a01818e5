//! Shape of the first eleven products of the real export, with which generated exports begin.
//!
//! So even the smallest catalogs have all faults.

use super::kinds::Kind;

/// Default price of a product whose styles cost [`HUGE_STYLE_PRICE`].
pub(super) const HUGE_DEFAULT_PRICE: u64 = 5_000_000;
/// Price that in cents exceeds 32 bits.
pub(super) const HUGE_STYLE_PRICE: u64 = 500_000_000;

/// A product of the real export.
pub(super) struct SampleProduct {
    pub(super) kind: Kind,
    /// Position in the categories of the kind.
    pub(super) category: usize,
    pub(super) default_price: u64,
    pub(super) n_features: usize,
    pub(super) n_styles: usize,
    pub(super) default_style: Option<usize>,
    pub(super) n_related: usize,
}

/// Returns the product with this id, if it is one of the first eleven.
pub(super) fn product(id: u64) -> Option<&'static SampleProduct> {
    PRODUCTS.get(usize::try_from(id.checked_sub(1)?).ok()?)
}

/// Returns the number of photos of the style with this id, if it is one of the first 52.
pub(super) fn n_photos(style: u64) -> Option<usize> {
    let position = usize::try_from(style.checked_sub(1)?).ok()?;
    PHOTOS.get(position).copied()
}

/// Returns whether one of the first 52 styles has skus.
pub(super) const fn has_skus(style: u64) -> bool {
    !matches!(style, 7..=10 | 47..=52)
}

/// Photos of the styles, by style id.
const PHOTOS: [usize; 52] = [
    6, 6, 6, 6, 6, 6, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 11, 11, 11, 11, 11,
    11, 2, 2, 2, 1, 2, 9, 9, 7, 6, 9, 6, 6, 6, 6, 6, 1, 1, 1, 1, 1, 1,
];

const PRODUCTS: [SampleProduct; 11] = {
    use Kind::{Accessory, Clothing, Shoes};
    [
        sample(Clothing, 0, 140, 2, 6, Some(0), 4),
        sample(Accessory, 0, 69, 3, 4, Some(1), 4),
        sample(Clothing, 1, 40, 2, 6, Some(0), 5),
        sample(Clothing, 1, 65, 2, 9, Some(0), 5),
        sample(Shoes, 0, 99, 4, 4, Some(0), 6),
        sample(Shoes, 0, 89, 4, 2, Some(0), 5),
        sample(Shoes, 1, 120, 3, 5, None, 9),
        sample(Shoes, 0, 450, 3, 9, Some(3), 6),
        sample(Shoes, 0, 59, 4, 1, None, 8),
        sample(Accessory, 0, HUGE_DEFAULT_PRICE, 0, 6, Some(0), 0),
        sample(Shoes, 2, 49, 3, 0, None, 0),
    ]
};

const fn sample(
    kind: Kind,
    category: usize,
    default_price: u64,
    n_features: usize,
    n_styles: usize,
    default_style: Option<usize>,
    n_related: usize,
) -> SampleProduct {
    SampleProduct {
        kind,
        category,
        default_price,
        n_features,
        n_styles,
        default_style,
        n_related,
    }
}

/// Numbers of rows of the eleven products. Later rows have each fault as often as these.
pub(super) mod n_rows {
    pub(crate) const PHOTOS: u64 = 277;
    pub(crate) const STYLES: u64 = 52;
    pub(crate) const FEATURES: u64 = 30;
    pub(crate) const RELATED: u64 = 52;
}

/// Ids of their rows that have a fault of their own.
pub(super) mod faulty {
    pub(crate) const UNCLOSED_PHOTOS: [u64; 2] = [48, 265];
    pub(crate) const BAD_SCHEME_PHOTO: u64 = 177;
    pub(crate) const STYLE_WITH_A_SIZE_TWICE: u64 = 1;
    pub(crate) const STYLE_WITH_SKUS_OUT_OF_ORDER: u64 = 2;
    pub(crate) const NULL_FEATURE: u64 = 4;
    pub(crate) const RELATED_TO_ITSELF: [u64; 3] = [16, 25, 36];
    pub(crate) const RELATED_TWICE: [u64; 2] = [20, 29];
    pub(crate) const RELATED_TO_NOTHING: u64 = 51;
}
