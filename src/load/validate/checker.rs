//! Checks the records of one file against its columns and the ids known so far, and encodes them.
//!
//! The reader has the rules about characters and lines; this module has those about values.

use std::sync::Arc;

use super::id_set::{IdSet, IdsTooScattered};
use crate::load::{
    copy_row::{put_bool, put_decimal, put_i64, put_null, put_text, put_tuple},
    csv::record::{Cell, Record},
    format::{Column, ColumnType, ExportFile},
    numeric::Decimal,
    rules::Rule,
    value::{boolean, decimal, excerpt, has_misspelled_scheme, integer, is_null},
};

/// A rule that a row breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule.
    pub rule: Rule,
    /// Description of the fault in a few words.
    pub detail: String,
}

/// The decision about a record.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The row was appended; the checker has what was found in it.
    Accepted,
    /// Nothing was appended.
    Rejected(Fault),
}

/// Checks the rows of one file, in the order of the file.
pub struct RowChecker {
    file: ExportFile,
    parent: Option<Arc<IdSet>>,
    ids: IdSet,
    id: i64,
    faults: Vec<Fault>,
}

/// Prices of a style, of which the first should not exceed the second.
#[derive(Default)]
struct Prices<'a> {
    sale: Option<Decimal<'a>>,
    original: Option<Decimal<'a>>,
}

impl RowChecker {
    /// A checker for a file; `parent` has the ids of the file that it refers to, if it does.
    ///
    /// # Panics
    ///
    /// If the file refers to another and `parent` is missing.
    #[must_use]
    pub fn new(file: ExportFile, parent: Option<Arc<IdSet>>) -> Self {
        assert_eq!(
            file.parent().is_some(),
            parent.is_some(),
            "{file:?} needs its parent's ids"
        );
        Self {
            file,
            parent,
            ids: IdSet::default(),
            id: 0,
            faults: Vec::new(),
        }
    }

    /// Appends a record to `out` as a tuple of a binary `COPY`, unless it breaks a rule.
    ///
    /// # Errors
    ///
    /// [`IdsTooScattered`] if the file's ids take too much memory.
    pub fn check(
        &mut self,
        record: &Record<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Outcome, IdsTooScattered> {
        let start = out.len();
        self.faults.clear();
        let columns = self.file.columns();
        put_tuple(out, columns.len());
        if record.lacks_closing_quote {
            let last = columns.last().expect("every file has columns");
            let detail = format!("{} ends at the end of the line", last.name);
            self.found(Rule::MissingClosingQuote, detail);
        }
        let mut prices = Prices::default();
        for (column, cell) in columns.iter().zip(record.cells()) {
            if let Err(fault) = self.put_cell(column, cell, out, &mut prices) {
                out.truncate(start);
                return Ok(Outcome::Rejected(fault));
            }
        }
        // Only now: an id that was used by a rejected row is free.
        if !self.ids.insert(self.id)? {
            out.truncate(start);
            let detail = format!("id {} was used by an earlier row", self.id);
            return Ok(Outcome::Rejected(fault(Rule::DuplicatePrimaryKey, detail)));
        }
        self.check_sale(&prices);
        Ok(Outcome::Accepted)
    }

    /// Faults of the row accepted last that did not keep it from being accepted.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The ids of the rows accepted.
    #[must_use]
    pub fn into_ids(self) -> IdSet {
        self.ids
    }

    fn found(&mut self, rule: Rule, detail: String) {
        self.faults.push(fault(rule, detail));
    }

    fn put_cell<'a>(
        &mut self,
        column: &Column,
        cell: Cell<'a>,
        out: &mut Vec<u8>,
        prices: &mut Prices<'a>,
    ) -> Result<(), Fault> {
        if is_null(column.kind, cell.raw, cell.quoted) {
            if !column.nullable {
                let detail = format!("{} has no value", column.name);
                return Err(fault(Rule::MissingValue, detail));
            }
            put_null(out);
            return Ok(());
        }
        match column.kind {
            ColumnType::Id => {
                self.id = number(column, cell, integer)?;
                if self.id <= 0 {
                    let detail = format!("{} is {}", column.name, self.id);
                    return Err(fault(Rule::IdNotPositive, detail));
                }
                put_i64(out, self.id);
            }
            ColumnType::Reference(parent) => {
                let id = number(column, cell, integer)?;
                self.check_reference(column, parent, id)?;
                put_i64(out, id);
            }
            ColumnType::BigInt => put_i64(out, number(column, cell, integer)?),
            ColumnType::Decimal => {
                let price = number(column, cell, decimal)?;
                put_decimal(out, &price);
                self.check_price(column, price, prices);
            }
            ColumnType::Boolean => put_bool(out, number(column, cell, boolean)?),
            ColumnType::Text => put_text(out, cell.raw, cell.doubled),
            ColumnType::Url => self.put_url(column, cell, out),
        }
        Ok(())
    }

    fn check_price<'a>(&mut self, column: &Column, price: Decimal<'a>, prices: &mut Prices<'a>) {
        if price.is_negative() {
            let detail = format!("{} is {price}", column.name);
            self.found(Rule::NegativePrice, detail);
        }
        match column.target {
            "sale_price" => prices.sale = Some(price),
            "original_price" => prices.original = Some(price),
            _ => {}
        }
    }

    fn check_sale(&mut self, prices: &Prices<'_>) {
        if let (Some(sale), Some(original)) = (&prices.sale, &prices.original)
            && sale.exceeds(original)
        {
            let detail = format!("sale_price is {sale}, original_price is {original}");
            self.found(Rule::SaleAboveOriginal, detail);
        }
    }

    fn check_reference(&self, column: &Column, parent: ExportFile, id: i64) -> Result<(), Fault> {
        if self.parent.as_ref().is_some_and(|ids| ids.contains(id)) {
            return Ok(());
        }
        let detail = format!(
            "{} is {id}, which {} lacks",
            column.name,
            parent.file_name()
        );
        let is_recommendation = column.target == "related_product_id";
        Err(if is_recommendation && id == 0 {
            fault(Rule::RelatedIdZero, detail)
        } else {
            fault(Rule::Orphan, detail)
        })
    }

    fn put_url(&mut self, column: &Column, cell: Cell<'_>, out: &mut Vec<u8>) {
        let mut raw = cell.raw;
        if has_misspelled_scheme(raw) {
            let detail = format!("{} was {}", column.name, excerpt(raw));
            self.found(Rule::MisspelledScheme, detail);
            raw = &raw[1..];
        }
        put_text(out, raw, cell.doubled);
    }
}

fn number<'a, T>(
    column: &Column,
    cell: Cell<'a>,
    parse: impl Fn(&'a [u8]) -> Option<T>,
) -> Result<T, Fault> {
    parse(cell.raw).ok_or_else(|| {
        let detail = format!("{} is {}", column.name, excerpt(cell.raw));
        fault(Rule::NotANumber, detail)
    })
}

fn fault(rule: Rule, detail: String) -> Fault {
    Fault { rule, detail }
}
