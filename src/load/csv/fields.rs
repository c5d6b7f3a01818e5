//! Splits the text of one record into fields: separators, quotes, doubled quotes, and escapes if the dialect has them.
//!
//! Knows neither columns nor lines; the caller decides what an open quote at the end means.

use memchr::{memchr, memchr2, memchr3};

use super::dialect::Dialect;

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
    /// True if the quotes are a spreadsheet's formula: `="00123"`.
    pub(super) formula: bool,
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
    dialect: Dialect,
    blanks: [u8; 2],
    /// The field that was open when the text ended; its `end` is the end of the text.
    open: Option<Field>,
}

impl Splitter {
    /// A splitter that gives up on records of more than `limit` fields.
    pub(super) fn new(limit: usize, dialect: Dialect) -> Self {
        Self {
            fields: Vec::with_capacity(limit + 1),
            limit,
            dialect,
            blanks: dialect.blanks(),
            open: None,
        }
    }

    /// The dialect.
    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Reads backslashes as escapes from now on, or no longer.
    pub(super) fn set_escapes(&mut self, has_escapes: bool) {
        self.dialect.has_escapes = has_escapes;
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
            at = self.skip_blanks(text, at);
            let field = match self.opening_quote(text, at) {
                Some(open) => self.quoted(text, open),
                None => self.unquoted(text, at),
            };
            match field {
                Ok(end) if end == text.len() => return Split::Complete,
                Ok(end) => at = end + 1,
                Err(split) => return split,
            }
        }
    }

    /// The field that a quote at the position opens, also as a formula.
    fn opening_quote(&self, text: &[u8], at: usize) -> Option<Field> {
        let start = match text.get(at)? {
            b'"' => at + 1,
            b'=' if text.get(at + 1) == Some(&b'"') => at + 2,
            _ => return None,
        };
        self.dialect.has_quotes.then_some(Field {
            start,
            end: start,
            quoted: true,
            doubled: false,
            formula: start == at + 2,
        })
    }

    /// Ends at the separator behind the field or at the end of the text.
    fn unquoted(&mut self, text: &[u8], start: usize) -> Result<usize, Split> {
        let end = match self.next_special(&text[start..]) {
            None => text.len(),
            Some(distance) if text[start + distance] == self.dialect.separator => start + distance,
            Some(distance) => self.end_of_unquoted(text, start + distance)?,
        };
        self.fields.push(Field {
            start,
            end: self.trim_blanks_end(text, start, end),
            quoted: false,
            doubled: false,
            formula: false,
        });
        Ok(end)
    }

    /// Goes on behind quotes that are letters, and behind escapes.
    fn end_of_unquoted(&self, text: &[u8], mut at: usize) -> Result<usize, Split> {
        loop {
            match text[at] {
                b'\\' if self.dialect.has_escapes => at = (at + 2).min(text.len()),
                b'"' if self.dialect.has_quotes => return Err(Split::Misplaced),
                byte if byte == self.dialect.separator => return Ok(at),
                _ => at += 1,
            }
            match self.next_special(&text[at..]) {
                None => return Ok(text.len()),
                Some(distance) => at += distance,
            }
        }
    }

    /// Finds what may end an unquoted field.
    fn next_special(&self, text: &[u8]) -> Option<usize> {
        let separator = self.dialect.separator;
        if self.dialect.has_escapes {
            memchr3(separator, b'"', b'\\', text)
        } else {
            memchr2(separator, b'"', text)
        }
    }

    /// Goes on with `field` at its present end; ends like `unquoted`.
    fn quoted(&mut self, text: &[u8], mut field: Field) -> Result<usize, Split> {
        let mut at = field.end;
        loop {
            let rest = &text[at..];
            let special = if self.dialect.has_escapes {
                memchr2(b'"', b'\\', rest)
            } else {
                memchr(b'"', rest)
            };
            let Some(distance) = special else {
                field.end = text.len();
                self.open = Some(field);
                return Err(Split::Open);
            };
            let quote = at + distance;
            if text[quote] == b'\\' {
                at = (quote + 2).min(text.len());
                continue;
            }
            if text.get(quote + 1) == Some(&b'"') {
                field.doubled = true;
                at = quote + 2;
                continue;
            }
            field.end = quote;
            let end = self.skip_blanks(text, quote + 1);
            let is_at_end = text
                .get(end)
                .is_none_or(|&byte| byte == self.dialect.separator);
            if !is_at_end {
                return Err(Split::Misplaced);
            }
            self.fields.push(field);
            return Ok(end);
        }
    }

    /// Position of the first byte from `from` on that is no blank; the length of `text` if there is none.
    fn skip_blanks(&self, text: &[u8], mut from: usize) -> usize {
        while text.get(from).is_some_and(|byte| self.is_blank(*byte)) {
            from += 1;
        }
        from
    }

    /// End of a field without the blanks at its end.
    fn trim_blanks_end(&self, text: &[u8], start: usize, mut end: usize) -> usize {
        while end > start && self.is_blank(text[end - 1]) {
            end -= 1;
        }
        end
    }

    fn is_blank(&self, byte: u8) -> bool {
        byte == self.blanks[0] || byte == self.blanks[1]
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Split, Splitter};

    fn split(text: &str) -> (Split, Vec<&str>) {
        split_as(Dialect::default(), text)
    }

    fn split_as(dialect: Dialect, text: &str) -> (Split, Vec<&str>) {
        let mut splitter = Splitter::new(4, dialect);
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
    fn a_separator_separates_and_the_others_are_letters() {
        for (separator, text, expected) in [
            (b';', "1; a,b ;\"c;d\"", &["1", "a,b", "c;d"][..]),
            (b'\t', "1\t a b \t\"c\td\"\t", &["1", "a b", "c\td", ""]),
            (b'\t', "\t\t", &["", "", ""]),
            (b'|', "1|a;b", &["1", "a;b"]),
        ] {
            let found = split_as(Dialect::separated_by(separator), text);
            assert_eq!(found, (Split::Complete, expected.to_vec()), "{text}");
        }
    }

    #[test]
    fn an_escaped_byte_ends_nothing() {
        let mut dialect = Dialect::separated_by(b',');
        dialect.has_escapes = true;
        for (text, expected) in [
            (
                r#"1,"a \"b\", c""#,
                (Split::Complete, vec!["1", r#"a \"b\", c"#]),
            ),
            (r#"1,"a\\","b""#, (Split::Complete, vec!["1", r"a\\", "b"])),
            (r"1,a\,b,c", (Split::Complete, vec!["1", r"a\,b", "c"])),
            (r#"1,6\" pan"#, (Split::Complete, vec!["1", r#"6\" pan"#])),
            (r"1,a\", (Split::Complete, vec!["1", r"a\"])),
            (r#"1,"a\""#, (Split::Open, vec!["1"])),
            (r#"1,"a\"#, (Split::Open, vec!["1"])),
        ] {
            assert_eq!(split_as(dialect, text), expected, "{text}");
        }
        dialect.has_quotes = false;
        let found = split_as(dialect, r#"1,"a" ,6" pan"#);
        assert_eq!(found, (Split::Complete, vec!["1", "\"a\" ", "6\" pan"]));
    }

    #[test]
    fn the_quotes_of_a_formula_are_quotes() {
        for (text, expected) in [
            ("1,=\"00123\",2", (Split::Complete, vec!["1", "00123", "2"])),
            ("=\"a,b\"", (Split::Complete, vec!["a,b"])),
            ("1,=1+1", (Split::Complete, vec!["1", "=1+1"])),
            ("1,=\"a\"&\"b\"", (Split::Misplaced, vec!["1"])),
        ] {
            assert_eq!(split(text), expected, "{text}");
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
        let mut splitter = Splitter::new(4, Dialect::default());
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
