//! Splits the text of one record into fields: commas, quotes, doubled quotes, nothing else.
//!
//! Knows neither columns nor lines; the caller decides what an open quote at the end means.

use memchr::{memchr, memchr2};

use crate::load::blank::{skip_blanks, trim_blanks_end};

/// A field of a record, as offsets from the start of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Start of the value, behind the opening quote.
    pub(super) start: usize,
    /// End of the value, before the closing quote.
    pub(super) end: usize,
    /// True if the value was in quotes.
    pub(super) quoted: bool,
    /// True if the value has doubled quotes.
    pub(super) doubled: bool,
}

/// The state in which the text of a record ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Split {
    /// Behind a field.
    Complete,
    /// In a quoted field.
    Open,
    /// In a field that is malformed: a quote inside an unquoted one or text after a closing quote.
    Misplaced,
    /// Before the end: there are more fields than the limit.
    TooMany,
}

/// Collects the fields of one record at a time.
pub(super) struct Splitter {
    fields: Vec<Field>,
    limit: usize,
    /// The field that was open when the text ended; its `end` is the end of the text.
    open: Option<Field>,
}

impl Splitter {
    /// A splitter that gives up on records of more than `limit` fields.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            fields: Vec::with_capacity(limit + 1),
            limit,
            open: None,
        }
    }

    /// The complete fields.
    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The quoted field in which the text ended.
    pub(super) fn open_field(&self) -> Option<Field> {
        self.open
    }

    /// Makes `last` the last field, at `index`, whatever was collected from there on.
    pub(super) fn close_at(&mut self, index: usize, last: Field) {
        self.fields.truncate(index);
        self.fields.push(last);
        self.open = None;
    }

    /// Splits `text` from its start.
    pub(super) fn split(&mut self, text: &[u8]) -> Split {
        self.fields.clear();
        self.open = None;
        self.fields_from(text, 0)
    }

    /// Goes on after [`Split::Open`] with the same text, made longer.
    pub(super) fn extend(&mut self, text: &[u8]) -> Split {
        let open = self.open.take().expect("the record ended in an open field");
        match self.quoted(text, open) {
            Ok(end) if end == text.len() => Split::Complete,
            Ok(end) => self.fields_from(text, end + 1),
            Err(split) => split,
        }
    }

    fn fields_from(&mut self, text: &[u8], mut at: usize) -> Split {
        loop {
            if self.fields.len() == self.limit {
                return Split::TooMany;
            }
            at = skip_blanks(text, at);
            let end = if text.get(at) == Some(&b'"') {
                let open = Field {
                    start: at + 1,
                    end: at + 1,
                    quoted: true,
                    doubled: false,
                };
                match self.quoted(text, open) {
                    Ok(end) => end,
                    Err(split) => return split,
                }
            } else {
                match self.unquoted(text, at) {
                    Ok(end) => end,
                    Err(split) => return split,
                }
            };
            if end == text.len() {
                return Split::Complete;
            }
            at = end + 1;
        }
    }

    /// Ends at the comma behind the field or at the end of the text.
    fn unquoted(&mut self, text: &[u8], start: usize) -> Result<usize, Split> {
        let end = match memchr2(b',', b'"', &text[start..]) {
            None => text.len(),
            Some(distance) if text[start + distance] == b',' => start + distance,
            Some(_) => return Err(Split::Misplaced),
        };
        self.fields.push(Field {
            start,
            end: start + trim_blanks_end(&text[start..end]).len(),
            quoted: false,
            doubled: false,
        });
        Ok(end)
    }

    /// Goes on with `field` at its present end; ends like `unquoted`.
    fn quoted(&mut self, text: &[u8], mut field: Field) -> Result<usize, Split> {
        let mut at = field.end;
        loop {
            let Some(distance) = memchr(b'"', &text[at..]) else {
                field.end = text.len();
                self.open = Some(field);
                return Err(Split::Open);
            };
            let quote = at + distance;
            if text.get(quote + 1) == Some(&b'"') {
                field.doubled = true;
                at = quote + 2;
                continue;
            }
            field.end = quote;
            let end = skip_blanks(text, quote + 1);
            if text.get(end).is_some_and(|&byte| byte != b',') {
                return Err(Split::Misplaced);
            }
            self.fields.push(field);
            return Ok(end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Split, Splitter};

    fn split(text: &str) -> (Split, Vec<&str>) {
        let mut splitter = Splitter::new(4);
        let split = splitter.split(text.as_bytes());
        let fields = splitter.fields().iter();
        (
            split,
            fields.map(|field| &text[field.start..field.end]).collect(),
        )
    }

    #[test]
    fn fields_are_separated_by_commas_outside_quotes() {
        for (text, expected) in [
            ("1,2", &["1", "2"][..]),
            ("1,\"a,b\"", &["1", "a,b"]),
            ("1,", &["1", ""]),
            (",,", &["", "", ""]),
            ("\"\",\"\"", &["", ""]),
            ("1,\"say \"\"hi\"\"\"", &["1", "say \"\"hi\"\""]),
        ] {
            assert_eq!(split(text), (Split::Complete, expected.to_vec()), "{text}");
        }
    }

    #[test]
    fn blanks_around_separators_do_not_count_and_blanks_in_quotes_do() {
        for (text, expected) in [
            (" \"11\", 11 ", ["11", "11"]),
            ("\t1\t,\t\" a \" ", ["1", " a "]),
            ("one two , 3", ["one two", "3"]),
        ] {
            assert_eq!(split(text), (Split::Complete, expected.to_vec()), "{text}");
        }
    }

    #[test]
    fn a_malformed_record_is_told_apart() {
        for (text, expected) in [
            ("1,\"abc", Split::Open),
            ("1,\"abc\"\"", Split::Open),
            ("1,\"abc\"def", Split::Misplaced),
            ("1,ab\"c", Split::Misplaced),
            ("1,\"abc\" \"def\"", Split::Misplaced),
            ("1,2,3,4,5", Split::TooMany),
            ("1,2,3,4,", Split::TooMany),
            ("1,2,3,4", Split::Complete),
        ] {
            assert_eq!(split(text).0, expected, "{text}");
        }
    }

    #[test]
    fn an_open_field_goes_on_where_it_stopped() {
        let text = "1,\"a\r\nb \"\"c\",\"d\n\",4";
        let mut splitter = Splitter::new(4);
        assert_eq!(splitter.split(&text.as_bytes()[..4]), Split::Open);
        assert_eq!(splitter.extend(&text.as_bytes()[..15]), Split::Open);
        assert_eq!(splitter.extend(text.as_bytes()), Split::Complete);
        let fields = splitter
            .fields()
            .iter()
            .map(|field| &text[field.start..field.end]);
        assert_eq!(
            fields.collect::<Vec<_>>(),
            ["1", "a\r\nb \"\"c", "d\n", "4"]
        );
    }
}
