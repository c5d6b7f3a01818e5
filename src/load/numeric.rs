//! Decimal numbers as the type `numeric` sends them: exactly, whatever their size.

use std::{borrow::Cow, cmp::Ordering, fmt};

/// Digits of the longest number that is accepted.
pub(super) const MAX_DIGITS: usize = 100;
/// Base-10000 digits of the longest number, with a group cut on each side of the point.
const MAX_GROUPS: usize = MAX_DIGITS / 4 + 2;
const NEGATIVE: u16 = 0x4000;

/// A plain decimal number, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal<'a> {
    negative: bool,
    whole: Cow<'a, [u8]>,
    fraction: Cow<'a, [u8]>,
}

impl<'a> Decimal<'a> {
    /// Accepts an optional sign, digits with at most one point among them, and nothing else.
    pub(super) fn parse(text: &'a [u8]) -> Option<Self> {
        let (negative, digits) = match text {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] | digits => (false, digits),
        };
        let point = digits.iter().position(|&byte| byte == b'.');
        let (whole, fraction) = match point {
            Some(point) => (&digits[..point], &digits[point + 1..]),
            None => (digits, &[][..]),
        };
        let length = whole.len() + fraction.len();
        let are_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        let is_number =
            (1..=MAX_DIGITS).contains(&length) && are_digits(whole) && are_digits(fraction);
        is_number.then_some(Self {
            negative,
            whole: whole.into(),
            fraction: fraction.into(),
        })
    }

    /// Returns true below zero.
    pub(super) fn is_negative(&self) -> bool {
        self.negative && !self.is_zero()
    }

    /// Returns true if the value is greater than `other`.
    pub(super) fn exceeds(&self, other: &Self) -> bool {
        match (self.is_negative(), other.is_negative()) {
            (false, false) => self.cmp_magnitude(other).is_gt(),
            (true, true) => self.cmp_magnitude(other).is_lt(),
            (negative, _) => !negative,
        }
    }

    fn is_zero(&self) -> bool {
        self.whole
            .iter()
            .chain(&*self.fraction)
            .all(|digit| *digit == b'0')
    }

    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        let (ours, theirs) = (significant(&self.whole), significant(&other.whole));
        let length = self.fraction.len().max(other.fraction.len());
        let digit = |of: &Self, place: usize| of.fraction.get(place).copied().unwrap_or(b'0');
        ours.len()
            .cmp(&theirs.len())
            .then_with(|| ours.cmp(theirs))
            .then_with(|| {
                (0..length)
                    .map(|place| digit(self, place).cmp(&digit(other, place)))
                    .find(|order| order.is_ne())
                    .unwrap_or(Ordering::Equal)
            })
    }

    /// Returns the same number, independent of the text that it was read from.
    pub(super) fn into_owned(self) -> Decimal<'static> {
        Decimal {
            negative: self.negative,
            whole: self.whole.into_owned().into(),
            fraction: self.fraction.into_owned().into(),
        }
    }

    /// Returns the digits before and after the point.
    pub(super) fn digits(&self) -> (&[u8], &[u8]) {
        (&self.whole, &self.fraction)
    }

    /// Appends the value's binary form: counts, weight, sign and scale, then the digits.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let mut groups = [0_u16; MAX_GROUPS];
        let n_whole = self.whole.len().div_ceil(4);
        let first = self.whole.len() % 4;
        let (head, tail) = self.whole.split_at(first);
        let whole = (!head.is_empty())
            .then_some(head)
            .into_iter()
            .chain(tail.chunks(4));
        for (group, digits) in groups.iter_mut().zip(whole) {
            *group = number(digits);
        }
        for (group, digits) in groups[n_whole..].iter_mut().zip(self.fraction.chunks(4)) {
            // 0.5 is 5000 of 10000 parts.
            *group = number(digits) * [1000, 100, 10, 1][digits.len() - 1];
        }
        let n_groups = n_whole + self.fraction.len().div_ceil(4);
        let groups = &groups[..n_groups];

        let leading_zeros = groups.iter().take_while(|group| **group == 0).count();
        let trailing_zeros = groups.iter().rev().take_while(|group| **group == 0).count();
        let (digits, weight, negative) = if leading_zeros == n_groups {
            (&[][..], 0, false)
        } else {
            let weight = small(n_whole) - small(leading_zeros) - 1;
            (
                &groups[leading_zeros..n_groups - trailing_zeros],
                weight,
                self.negative,
            )
        };
        out.extend(small(digits.len()).to_be_bytes());
        out.extend(weight.to_be_bytes());
        out.extend(if negative { NEGATIVE } else { 0 }.to_be_bytes());
        out.extend(small(self.fraction.len()).to_be_bytes());
        for digit in digits {
            out.extend(digit.to_be_bytes());
        }
    }
}

impl fmt::Display for Decimal<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |digits: &'_ [u8]| str::from_utf8(digits).expect("digits are ASCII").to_owned();
        let sign = if self.negative { "-" } else { "" };
        let point = if self.fraction.is_empty() { "" } else { "." };
        let (whole, fraction) = (text(&self.whole), text(&self.fraction));
        write!(formatter, "{sign}{whole}{point}{fraction}")
    }
}

/// Digits without leading zeros.
fn significant(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    &digits[zeros..]
}

fn number(digits: &[u8]) -> u16 {
    digits
        .iter()
        .fold(0, |number, digit| number * 10 + u16::from(digit - b'0'))
}

fn small(count: usize) -> i16 {
    i16::try_from(count).expect("a number has at most MAX_DIGITS digits")
}

#[cfg(test)]
mod tests {
    use super::{Decimal, MAX_DIGITS};

    /// Digit count, weight, sign, scale, digits: each two bytes, as `numeric_send` writes them.
    fn encoded(text: &str) -> Vec<u16> {
        let mut out = Vec::new();
        Decimal::parse(text.as_bytes()).unwrap().encode(&mut out);
        out.chunks(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .collect()
    }

    #[test]
    fn numbers_are_encoded_as_numeric_send_does() {
        const BELOW_ONE: u16 = u16::MAX;
        for (text, expected) in [
            ("0", &[0, 0, 0, 0][..]),
            ("0.00", &[0, 0, 0, 2]),
            ("-0", &[0, 0, 0, 0]),
            ("140", &[1, 0, 0, 0, 140]),
            ("+007", &[1, 0, 0, 0, 7]),
            ("0.5", &[1, BELOW_ONE, 0, 1, 5000]),
            (".5", &[1, BELOW_ONE, 0, 1, 5000]),
            ("5.", &[1, 0, 0, 0, 5]),
            ("0.00001", &[1, BELOW_ONE - 1, 0, 5, 1000]),
            ("19.99", &[2, 0, 0, 2, 19, 9900]),
            ("10000", &[1, 1, 0, 0, 1]),
            ("500000000", &[1, 2, 0, 0, 5]),
            ("123456789.0001", &[4, 2, 0, 4, 1, 2345, 6789, 1]),
            ("-3.10", &[2, 0, 0x4000, 2, 3, 1000]),
            ("00012345.60", &[3, 1, 0, 2, 1, 2345, 6000]),
        ] {
            assert_eq!(encoded(text), expected, "{text}");
        }
    }

    #[test]
    fn the_longest_number_fits_wherever_its_point_is() {
        for point in 0..=MAX_DIGITS {
            let mut text = "9".repeat(MAX_DIGITS);
            text.insert(point, '.');
            let groups = point.div_ceil(4) + (MAX_DIGITS - point).div_ceil(4);
            assert_eq!(encoded(&text).len(), 4 + groups, "{text}");
        }
        assert_eq!(Decimal::parse("9".repeat(MAX_DIGITS + 1).as_bytes()), None);
    }

    #[test]
    fn numbers_are_compared_by_value() {
        let ascending = [
            "-100", "-20.5", "-20.49", "-0.001", "0", "0.09", ".1", "2", "9.99", "10", "10.01",
            "0100",
        ];
        for (place, text) in ascending.iter().enumerate() {
            let number = Decimal::parse(text.as_bytes()).unwrap();
            assert_eq!(number.is_negative(), place < 4, "{text}");
            for (other_place, other_text) in ascending.iter().enumerate() {
                let other = Decimal::parse(other_text.as_bytes()).unwrap();
                assert_eq!(
                    number.exceeds(&other),
                    place > other_place,
                    "{text}, {other_text}"
                );
            }
        }
        for (one, other) in [("0", "-0.00"), ("10", "010.000"), ("-.5", "-0.50")] {
            let [one, other] = [one, other].map(|text| Decimal::parse(text.as_bytes()).unwrap());
            assert!(!one.exceeds(&other) && !other.exceeds(&one));
        }
        assert!(!Decimal::parse(b"-0.00").unwrap().is_negative());
    }

    #[test]
    fn what_is_no_plain_decimal_is_none() {
        for text in [
            "", "-", "+", ".", "-.", "1e3", "1,5", "1.2.3", "--1", " 1", "NaN", "Infinity", "0x1",
            "$5", "١",
        ] {
            assert_eq!(Decimal::parse(text.as_bytes()), None, "{text}");
        }
    }
}
