//! Checks the records of one file against its columns and the ids known so far, and encodes them.
//!
//! The reader has the rules about characters and lines; this module has those about values.

use std::sync::Arc;

use super::{
    fault::{Fault, FileFault},
    id_set::IdSet,
    numbers::{Numbers, truth, whole_number},
    texts::{Texts, is_other_null, may_be_wrapped, unwrapped},
};
use crate::load::{
    copy_row::{put_bool, put_decimal, put_i64, put_null, put_text, put_tuple},
    csv::record::{Backslashes, Cell, Record},
    format::{Column, ColumnType, ExportFile},
    notation::words::may_be_null,
    numeric::Decimal,
    rules::Rule,
    value::is_null,
};

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
    numbers: Numbers,
    texts: Texts,
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
            numbers: Numbers::default(),
            texts: Texts::default(),
            faults: Vec::new(),
        }
    }

    /// Appends a record to `out` as a tuple of a binary `COPY`, unless it breaks a rule.
    ///
    /// # Errors
    ///
    /// [`FileFault`].
    pub fn check(&mut self, record: &Record<'_>, out: &mut Vec<u8>) -> Result<Outcome, FileFault> {
        if let Some(fault) = self.texts.contradiction(record) {
            return Err(fault);
        }
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
        let mut cells = columns.iter().zip(record.cells());
        let put = cells
            .try_for_each(|(column, cell)| self.put_cell(record, column, cell, out, &mut prices));
        if let Some(fault) = self.numbers.contradiction() {
            return Err(fault);
        }
        if let Err(fault) = put {
            out.truncate(start);
            return Ok(Outcome::Rejected(fault));
        }
        // Only now: an id that was used by a rejected row is free.
        if !self.ids.insert(self.id)? {
            out.truncate(start);
            let detail = format!("id {} was used by an earlier row", self.id);
            return Ok(Outcome::Rejected(Fault::new(
                Rule::DuplicatePrimaryKey,
                detail,
            )));
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
        self.faults.push(Fault::new(rule, detail));
    }

    fn put_cell<'a>(
        &mut self,
        record: &Record<'a>,
        column: &Column,
        cell: Cell<'a>,
        out: &mut Vec<u8>,
        prices: &mut Prices<'a>,
    ) -> Result<(), Fault> {
        let cell = if may_be_wrapped(&cell) {
            unwrapped(column, cell, &mut self.faults)
        } else {
            cell
        };
        let is_null = is_null(column.kind, cell.raw, cell.quoted)
            || may_be_null(cell.raw)
                && is_other_null(self.file.columns(), column, cell, record, &mut self.faults);
        if is_null {
            if !column.nullable {
                let detail = format!("{} has no value", column.name);
                return Err(Fault::new(Rule::MissingValue, detail));
            }
            put_null(out);
            return Ok(());
        }
        match column.kind {
            ColumnType::Id => {
                self.id = whole_number(column, cell, &mut self.faults)?;
                if self.id <= 0 {
                    let detail = format!("{} is {}", column.name, self.id);
                    return Err(Fault::new(Rule::IdNotPositive, detail));
                }
                put_i64(out, self.id);
            }
            ColumnType::Reference(parent) => {
                let id = whole_number(column, cell, &mut self.faults)?;
                self.check_reference(column, parent, id)?;
                put_i64(out, id);
            }
            ColumnType::BigInt => {
                put_i64(out, whole_number(column, cell, &mut self.faults)?);
            }
            ColumnType::Decimal => {
                let (numbers, faults) = (&mut self.numbers, &mut self.faults);
                let price = numbers.decimal(column, cell, record.line, faults)?;
                put_decimal(out, &price);
                self.check_price(column, price, prices);
            }
            ColumnType::Boolean => put_bool(out, truth(column, cell, &mut self.faults)?),
            ColumnType::Text if record.backslashes == Backslashes::None => {
                put_text(out, cell.raw, cell.doubled);
            }
            ColumnType::Text | ColumnType::Url => {
                let text = self.texts.read(column, cell, record, &mut self.faults)?;
                put_text(out, &text.raw, text.doubled);
            }
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
            Fault::new(Rule::RelatedIdZero, detail)
        } else {
            Fault::new(Rule::Orphan, detail)
        })
    }
}
