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
    OtherSeparator "other-separator" Repaired
        "The fields of the file are separated by semicolons, tabs or bars, not by commas."
    BackslashEscape "backslash-escape" Repaired
        "A text has backslash escapes in a file that has escaped quotes, or is in PostgreSQL's text format: they are decoded."
    NullNotation "null-notation" Repaired
        "No value is written as `\\N`, `NA`, `N/A`, `nil`, `none` or the like: it is null."
    OtherQuotes "other-quotes" Repaired
        "A value is in quotation marks other than `\"`: they are dropped."
    SpreadsheetText "spreadsheet-text" Repaired
        "A value is written as a spreadsheet's text, `=\"00123\"` or `'20`: the value in it is taken."
    CurrencySign "currency-sign" Repaired
        "A price has a currency's sign or code, or a dash for its cents: it is dropped."
    ThousandsSeparator "thousands-separator" Repaired
        "A number has separators between thousands: they are dropped."
    DecimalComma "decimal-comma" Repaired
        "A number has a decimal comma: it is read as a point."
    ScientificNotation "scientific-notation" Repaired
        "A price or quantity is in scientific notation, `1.5E+3`: it is written out."
    NegativeNotation "negative-notation" Repaired
        "A negative number is in parentheses, or has its minus sign behind it or another than `-`."
    IntegerWithDecimals "integer-with-decimals" Repaired
        "An id or quantity has decimals, all of them zero: they are dropped."
    BooleanWord "boolean-word" Repaired
        "A truth value is `t`, `f`, `yes`, `no`, `y`, `n`, `on`, `off`, `1.0` or `0.0`."
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
        "An id or a quantity is no 64-bit integer, a price is no number, or a truth value is no such, in any notation that is known."
    AmbiguousNumber "ambiguous-number" Rejected
        "A number could be one of two: `1,299` is 1299 with a separator of thousands and 1.299 with a decimal comma."
    OtherCurrency "other-currency" Rejected
        "A price has another currency than earlier prices of the file."
    UnknownEscape "unknown-escape" Rejected
        "A backslash begins no escape in a file that has backslash escapes."
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
    NullLikeText "null-like-text" Kept
        "An unquoted `NA`, `N/A`, `nil`, `none` or the like in a column of texts: it is loaded as that text."
    LiteralBackslash "literal-backslash" Kept
        "A text has a backslash that could begin an escape: it is loaded as it is, since nothing else in the file is escaped."
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
    use super::Rule;

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

    /// The rules of the table in docs/load.md, each with its action.
    fn documented() -> Vec<(String, String)> {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/load.md");
        let page = std::fs::read_to_string(page).unwrap();
        let (_, table) = page.split_once("| rule | action | when |\n").unwrap();
        let rows = table
            .lines()
            .skip(1)
            .take_while(|line| line.starts_with('|'));
        let rules = rows.flat_map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let names = cells[1]
                .split(", ")
                .map(|name| name.trim_matches('`').to_owned());
            names
                .map(|name| (name, cells[2].to_owned()))
                .collect::<Vec<_>>()
        });
        rules.collect()
    }

    #[test]
    fn the_page_about_loading_has_every_rule_with_its_action() {
        let mut documented = documented();
        let rules = Rule::ALL.iter();
        let mut rules: Vec<_> = rules
            .map(|rule| (rule.name().to_owned(), rule.action().name().to_owned()))
            .collect();
        documented.sort();
        rules.sort();
        assert_eq!(documented, rules);
    }
}
