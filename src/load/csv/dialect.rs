//! Dialect of a file: its separator, and the meaning of quotes and backslashes in it.

use memchr::{memchr, memmem};

/// Separators of fields that a header may have.
pub(super) const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Bytes at the start of a file that are searched for evidence of its dialect.
pub(super) const SAMPLE_BYTES: usize = 64 * 1024;

/// Dialect of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    /// Separator of fields.
    pub(super) separator: u8,
    /// False if a quote is a letter like any other, as in PostgreSQL's text format.
    pub(super) has_quotes: bool,
    /// True if a backslash begins an escape.
    pub(super) has_escapes: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self::separated_by(b',')
    }
}

impl Dialect {
    /// Plain CSV with another separator.
    pub(super) const fn separated_by(separator: u8) -> Self {
        Self {
            separator,
            has_quotes: true,
            has_escapes: false,
        }
    }

    /// Recognizes escapes by the start of a file.
    ///
    /// A backslash alone proves nothing: it may be a letter. An escaped quote with text behind it does, since in plain
    /// CSV nothing but a separator follows a closing quote. So does an escape between tabs if no field begins with a
    /// quote: a writer that never quotes has to escape.
    pub(super) fn recognize(&mut self, sample: &[u8]) {
        let is_text_format = self.separator == b'\t'
            && [b"\t\"", b"\n\""]
                .iter()
                .all(|start| memmem::find(sample, *start).is_none());
        if is_text_format && backslashes(sample).any(|at| is_text_escape(sample, at)) {
            self.has_escapes = true;
            self.has_quotes = false;
        } else if backslashes(sample).any(|at| self.is_escaped_quote(sample, at)) {
            self.has_escapes = true;
        }
    }

    /// Returns the blanks, which mean nothing around a field: spaces, and tabs that separate nothing. Where a quote is a
    /// letter, so is a blank; NUL stands for none, since no record has it.
    pub(super) const fn blanks(self) -> [u8; 2] {
        match (self.has_quotes, self.separator) {
            (false, _) => [0, 0],
            (true, b'\t') => [b' ', b' '],
            (true, _) => [b' ', b'\t'],
        }
    }

    fn is_escaped_quote(self, text: &[u8], backslash: usize) -> bool {
        if text.get(backslash + 1) != Some(&b'"') {
            return false;
        }
        let behind = &text[backslash + 2..];
        let next = behind.iter().find(|byte| !self.blanks().contains(byte));
        next.is_some_and(|&next| next != self.separator && !matches!(next, b'\r' | b'\n' | b'"'))
    }
}

/// Positions of the backslashes that no backslash precedes, of two in a row the first.
fn backslashes(text: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + memchr(b'\\', text.get(from..)?)?;
        from = at + 2;
        Some(at)
    })
}

fn is_text_escape(text: &[u8], backslash: usize) -> bool {
    matches!(
        text.get(backslash + 1),
        Some(b'N' | b'n' | b't' | b'r' | b'\\' | b'\t' | b'\n')
    )
}

#[cfg(test)]
mod tests {
    use super::Dialect;

    fn recognized(separator: u8, sample: &str) -> (bool, bool) {
        let mut dialect = Dialect::separated_by(separator);
        dialect.recognize(sample.as_bytes());
        (dialect.has_quotes, dialect.has_escapes)
    }

    #[test]
    fn an_escaped_quote_with_text_behind_it_proves_escapes() {
        for (sample, has_escapes) in [
            (r#"1,"City \"Pro\" Boot""#, true),
            (r#"1,"a \"b"#, true),
            (r#"1,"5\" pan","x""#, true),
            // Plain CSV: a text that ends with a backslash, or has a quote behind one.
            (r#"1,"C:\","x""#, false),
            (r#"1,"C:\" ,"x""#, false),
            ("1,\"C:\\\"\r\n2,x", false),
            (r#"1,"a\""b""#, false),
            (r#"1,"C:\\"x"#, false),
            (r#"1,"C:\new",\N"#, false),
        ] {
            assert_eq!(recognized(b',', sample), (true, has_escapes), "{sample}");
        }
    }

    #[test]
    fn a_file_with_tabs_and_without_quotes_is_in_the_text_format_if_it_has_escapes() {
        for (sample, expected) in [
            ("1\ta\\nb\t2", (false, true)),
            ("1\t\\N\t2", (false, true)),
            ("1\t6\" pan\t\\N", (false, true)),
            ("1\tC:\\\\x\t2", (false, true)),
            ("1\tC:\\x\t2", (true, false)),
            ("1\t\"a\\nb\"\t2", (true, false)),
            ("1\ta\t2", (true, false)),
        ] {
            assert_eq!(recognized(b'\t', sample), expected, "{sample:?}");
        }
        assert_eq!(recognized(b',', "1,\\N,2"), (true, false));
    }
}
