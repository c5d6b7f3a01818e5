//! Keys as types. They are parsed once, where they enter the program.

use std::{fmt, num::ParseIntError, str::FromStr};

/// Primary key of `catalog.product`, and the number in a product's URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductId(pub i64);

impl FromStr for ProductId {
    type Err = ParseIntError;

    /// Accepts decimal digits only: no sign, no white space, at most 63 bits.
    ///
    /// # Errors
    ///
    /// Any other text, with the standard library's reason.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            // Provokes the library's own "invalid digit", since `from_str` accepts a leading "+" and "-0".
            return Err(i64::from_str("x").expect_err("x is no digit"));
        }
        text.parse().map(Self)
    }
}

impl fmt::Display for ProductId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ProductId;

    #[test]
    fn a_product_id_is_a_non_negative_64_bit_integer() {
        for (text, id) in [
            ("0", 0),
            ("7", 7),
            ("007", 7),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(text.parse(), Ok(ProductId(id)), "{text}");
        }
        for text in [
            "",
            "-1",
            "+1",
            "-0",
            "1.0",
            "1e3",
            " 1",
            "abc",
            "٣",
            "9223372036854775808",
        ] {
            assert!(text.parse::<ProductId>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_id_has_the_value_of_its_digits(text in "[0-9+\\-. x٣]{0,22}|[0-9]{1,20}|.{0,9}") {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let expected = text.parse::<u128>().ok().and_then(|id| i64::try_from(id).ok());
            let id = text.parse::<ProductId>().ok().map(|id| id.0);
            prop_assert_eq!(id, expected.filter(|_| is_number));
        }
    }
}
