//! The export's known faults, by name, and the action for each.
//!
//! The names are an interface: they are in report files and in the summary of a load.

use std::fmt;

/// The action for a row that breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Loaded after a repair.
    Repaired,
    /// Left out.
    Rejected,
    /// Nothing was altered: somebody should look at it.
    Kept,
}

impl Action {
    /// The action as reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Repaired => "repaired",
            Self::Rejected => "rejected",
            Self::Kept => "kept",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

macro_rules! rules {
    ($($rule:ident $name:literal $action:ident $description:literal)*) => {
        /// A fault that export files have.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $description] $rule,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$rule,)*];

            /// The rule as reports spell it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$rule => $name,)*
                }
            }

            /// The action for a row that breaks the rule.
            #[must_use]
            pub const fn action(self) -> Action {
                match self {
                    $(Self::$rule => Action::$action,)*
                }
            }

            /// One sentence about the fault and the action.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$rule => $description,)*
                }
            }
        }
    };
}

rules! {
    MissingClosingQuote "missing-closing-quote" Repaired
        "The last field of a record lacks its closing quote: the field ends at the end of the line."
    MisspelledScheme "misspelled-scheme" Repaired
        "An address starts with `uhttps://` or `uhttp://`: the `u` is dropped."
    WrongNumberOfFields "wrong-number-of-fields" Rejected
        "A record has more or fewer fields than the header."
    UnclosedQuote "unclosed-quote" Rejected
        "A field other than the last lacks its closing quote, so that where it ends cannot be known."
    MisplacedQuote "misplaced-quote" Rejected
        "A quote inside an unquoted field, or text after a closing quote: what was meant cannot be known."
    LineTooLong "line-too-long" Rejected
        "A line is longer than one mebibyte."
    InvalidUtf8 "invalid-utf-8" Rejected
        "A record is not UTF-8."
    InvalidCharacter "invalid-character" Rejected
        "A record has a NUL character, which the database's text cannot hold."
    MissingValue "missing-value" Rejected
        "A column that needs a value has none: it is empty or `null`, without quotes."
    NotANumber "not-a-number" Rejected
        "An id or a quantity that is no 64-bit integer, a price that is no plain decimal, or a truth value other than 0, 1, true and false."
    IdNotPositive "id-not-positive" Rejected
        "The id of a row is zero or negative; id 0 is nothing by contract."
    RelatedIdZero "related-id-zero" Rejected
        "A recommendation of product 0, which is no product."
    Orphan "orphan" Rejected
        "The product or style that a row belongs to is not in the export, or was rejected."
    DuplicatePrimaryKey "duplicate-primary-key" Rejected
        "The id was used by an earlier row of the file, which is kept."
    NegativePrice "negative-price" Kept
        "A price is below zero: it is served as it is."
    SaleAboveOriginal "sale-above-original-price" Kept
        "A sale price is higher than the original price: both are served as they are."
    ChangedMeanwhile "changed-meanwhile" Kept
        "The row was changed by others after the load began reading; their row is kept."
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Rule};

    #[test]
    fn names_are_kebab_case_and_unique() {
        for (index, rule) in Rule::ALL.iter().enumerate() {
            let name = rule.name();
            let is_kebab =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(name.bytes().all(is_kebab), "{name}");
            assert_eq!(*rule as usize, index, "ALL is in the order of declaration");
            assert!(
                Rule::ALL[..index].iter().all(|other| other.name() != name),
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_not_rejected_is_listed_here() {
        let names = |action| -> Vec<_> {
            Rule::ALL
                .iter()
                .filter(|rule| rule.action() == action)
                .map(|rule| rule.name())
                .collect()
        };
        assert_eq!(
            names(Action::Repaired),
            ["missing-closing-quote", "misspelled-scheme"]
        );
        assert_eq!(
            names(Action::Kept),
            [
                "negative-price",
                "sale-above-original-price",
                "changed-meanwhile"
            ]
        );
    }
}
