//! Faults of a generated export, by name, and their counts.

use std::{fmt, ops::AddAssign};

/// Peculiarity of the real export that trips simple readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The last field of a photo lacks its closing quote.
    MissingClosingQuote,
    /// A thumbnail starts with `uhttps://`.
    ThumbnailScheme,
    /// An unquoted `null` as the value of a feature.
    NullFeatureValue,
    /// An unquoted `null` as the sale price of a style.
    NullSalePrice,
    /// A product is related to product 0, which does not exist.
    RelatedToNothing,
    /// A product is related to itself.
    RelatedToItself,
    /// A product is related to the same product as in an earlier row.
    RelatedTwice,
    /// A product without styles.
    WithoutStyles,
    /// A style without photos.
    WithoutPhotos,
    /// A style without skus.
    WithoutSkus,
    /// None of a product's styles is the default.
    NoDefaultStyle,
    /// The default style is not the first.
    LaterDefaultStyle,
    /// A style costs 500000000, which in cents exceeds 32 bits.
    HugePrice,
    /// Two neighbouring skus have each other's id.
    IdsOutOfOrder,
    /// Two skus of a style have the same size.
    SizeTwice,
    /// A space before a number.
    SpaceBeforeNumber,
    /// A file does not end with a line break.
    NoFinalLineBreak,
}

impl Fault {
    /// All faults, in the order of their declaration.
    pub const ALL: [Self; 17] = [
        Self::MissingClosingQuote,
        Self::ThumbnailScheme,
        Self::NullFeatureValue,
        Self::NullSalePrice,
        Self::RelatedToNothing,
        Self::RelatedToItself,
        Self::RelatedTwice,
        Self::WithoutStyles,
        Self::WithoutPhotos,
        Self::WithoutSkus,
        Self::NoDefaultStyle,
        Self::LaterDefaultStyle,
        Self::HugePrice,
        Self::IdsOutOfOrder,
        Self::SizeTwice,
        Self::SpaceBeforeNumber,
        Self::NoFinalLineBreak,
    ];
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::MissingClosingQuote => "photos without their closing quote",
            Self::ThumbnailScheme => "thumbnails that start with uhttps://",
            Self::NullFeatureValue => "features whose value is null",
            Self::NullSalePrice => "styles whose sale price is null",
            Self::RelatedToNothing => "related rows with product 0",
            Self::RelatedToItself => "related rows of a product with itself",
            Self::RelatedTwice => "related rows that repeat an earlier one",
            Self::WithoutStyles => "products without styles",
            Self::WithoutPhotos => "styles without photos",
            Self::WithoutSkus => "styles without skus",
            Self::NoDefaultStyle => "products without a default style",
            Self::LaterDefaultStyle => "products whose default style is not the first",
            Self::HugePrice => "styles that cost 500000000",
            Self::IdsOutOfOrder => "pairs of skus with swapped ids",
            Self::SizeTwice => "styles with two skus of one size",
            Self::SpaceBeforeNumber => "numbers after a space",
            Self::NoFinalLineBreak => "files without a final line break",
        })
    }
}

/// Number of faults of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultCounts([u64; Fault::ALL.len()]);

impl FaultCounts {
    /// Number of times that `fault` was written.
    #[must_use]
    pub fn of(&self, fault: Fault) -> u64 {
        self.0[fault as usize]
    }

    /// Every fault with its count, in the order of [`Fault::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Fault, u64)> + '_ {
        Fault::ALL.into_iter().map(|fault| (fault, self.of(fault)))
    }

    pub(super) fn add(&mut self, fault: Fault) {
        self.0[fault as usize] += 1;
    }

    pub(super) fn add_if(&mut self, fault: Fault, is_so: bool) {
        self.0[fault as usize] += u64::from(is_so);
    }

    pub(super) fn remove(&mut self, fault: Fault) {
        self.0[fault as usize] -= 1;
    }
}

impl AddAssign for FaultCounts {
    fn add_assign(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn every_fault_has_its_own_count() {
        for (position, fault) in Fault::ALL.into_iter().enumerate() {
            assert_eq!(fault as usize, position, "{fault}");
        }
    }
}
