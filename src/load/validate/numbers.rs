//! Reads the numbers and truth values of one file, the plain notation first.

use super::fault::{Fault, FileFault};
use crate::load::{
    csv::record::Cell,
    format::{Column, ColumnType},
    notation::{
        number::{self, Reading, Unreadable},
        words,
    },
    numeric::Decimal,
    rules::Rule,
    value::{boolean, decimal, excerpt, integer},
};

/// Notation of the numbers of a file so far.
#[derive(Default)]
pub(super) struct Numbers {
    currency: Option<&'static str>,
    comma_line: Option<u64>,
    point_line: Option<u64>,
}

impl Numbers {
    /// Returns a contradiction between the numbers read so far.
    pub(super) fn contradiction(&self) -> Option<FileFault> {
        Some(FileFault::MixedSeparators {
            comma_line: self.comma_line?,
            point_line: self.point_line?,
        })
    }

    /// Reads a price on a line; repairs are appended to `faults`.
    pub(super) fn decimal<'a>(
        &mut self,
        column: &Column,
        cell: Cell<'a>,
        line: u64,
        faults: &mut Vec<Fault>,
    ) -> Result<Decimal<'a>, Fault> {
        let Some(number) = decimal(cell.raw) else {
            return self.other_decimal(column, cell.raw, line, faults);
        };
        let (whole, fraction) = number.digits();
        if number::is_ambiguous(whole, fraction) {
            self.point_line.get_or_insert(line);
        }
        Ok(number)
    }

    #[cold]
    fn other_decimal(
        &mut self,
        column: &Column,
        raw: &[u8],
        line: u64,
        faults: &mut Vec<Fault>,
    ) -> Result<Decimal<'static>, Fault> {
        let reading = read(column, raw)?;
        if let Some(currency) = reading.currency {
            let first = *self.currency.get_or_insert(currency);
            if first != currency {
                let detail = format!("{}, not {first}", said(column, raw));
                return Err(Fault::new(Rule::OtherCurrency, detail));
            }
        }
        if reading.has_decimal_comma {
            self.comma_line.get_or_insert(line);
        }
        let number = decimal(reading.plain.as_bytes()).ok_or_else(|| no_number(column, raw))?;
        repaired(column, raw, &reading.rules, &number, faults);
        Ok(number.into_owned())
    }
}

/// Reads an id or a quantity; repairs are appended to `faults`.
pub(super) fn whole_number(
    column: &Column,
    cell: Cell<'_>,
    faults: &mut Vec<Fault>,
) -> Result<i64, Fault> {
    integer(cell.raw).map_or_else(|| other_integer(column, cell.raw, faults), Ok)
}

/// Reads a truth value; a repair is appended to `faults`.
pub(super) fn truth(
    column: &Column,
    cell: Cell<'_>,
    faults: &mut Vec<Fault>,
) -> Result<bool, Fault> {
    if let Some(value) = boolean(cell.raw) {
        return Ok(value);
    }
    let value = words::truth(cell.raw).ok_or_else(|| no_number(column, cell.raw))?;
    let detail = format!("{}, read as {value}", said(column, cell.raw));
    faults.push(Fault::new(Rule::BooleanWord, detail));
    Ok(value)
}

#[cold]
fn other_integer(column: &Column, raw: &[u8], faults: &mut Vec<Fault>) -> Result<i64, Fault> {
    let (text, mut rules) = if let Some(number) = decimal(raw) {
        let (whole, fraction) = number.digits();
        if number::is_ambiguous(whole, fraction) {
            return Err(ambiguous(column, raw));
        }
        (number.to_string(), Vec::new())
    } else {
        let Reading { plain, rules, .. } = read(column, raw)?;
        (plain, rules)
    };
    // A spreadsheet rounds a long id for that notation. A currency makes no sense here.
    let is_strange = |rule: &Rule| match rule {
        Rule::CurrencySign => true,
        Rule::ScientificNotation => column.kind != ColumnType::BigInt,
        _ => false,
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let value = integer(whole.as_bytes());
    let value = value.filter(|_| fraction.bytes().all(|digit| digit == b'0'));
    let value = value.filter(|_| !rules.iter().any(is_strange));
    let value = value.ok_or_else(|| no_number(column, raw))?;
    if text.contains('.') || rules.is_empty() {
        rules.push(Rule::IntegerWithDecimals);
    }
    repaired(column, raw, &rules, &value, faults);
    Ok(value)
}

fn read(column: &Column, raw: &[u8]) -> Result<Reading, Fault> {
    number::read(&String::from_utf8_lossy(raw)).map_err(|reason| match reason {
        Unreadable::NoNumber => no_number(column, raw),
        Unreadable::Ambiguous => ambiguous(column, raw),
    })
}

fn repaired(
    column: &Column,
    raw: &[u8],
    rules: &[Rule],
    value: &impl std::fmt::Display,
    faults: &mut Vec<Fault>,
) {
    let detail = format!("{}, read as {value}", said(column, raw));
    let repairs = rules.iter().map(|rule| Fault::new(*rule, detail.clone()));
    faults.extend(repairs);
}

fn no_number(column: &Column, raw: &[u8]) -> Fault {
    Fault::new(Rule::NotANumber, said(column, raw))
}

fn ambiguous(column: &Column, raw: &[u8]) -> Fault {
    let detail = format!(
        "{}: three digits behind a separator may be thousands or decimals",
        said(column, raw)
    );
    Fault::new(Rule::AmbiguousNumber, detail)
}

/// Quotes the value of a column.
pub(super) fn said(column: &Column, raw: &[u8]) -> String {
    format!("{} is {}", column.name, excerpt(raw))
}
