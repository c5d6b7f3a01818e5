//! Rows in the binary format of `COPY`: a tuple per row, in the file's column order.

use bytes::Bytes;

use super::numeric::Decimal;

/// The bytes before the first tuple: the signature, no flags, no extension.
pub const COPY_HEADER: &[u8; 19] = b"PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0";
/// The bytes after the last tuple: a field count of -1.
pub const COPY_TRAILER: &[u8; 2] = b"\xFF\xFF";

/// Length of a field that is NULL.
pub const NULL: i32 = -1;

/// One encoded row, without the number of its fields. Rows are equal if all their fields are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tuple {
    fields: Bytes,
}

impl Tuple {
    /// Returns the row of `n_fields` fields, of which the first is the id.
    ///
    /// # Panics
    ///
    /// If the first field is not a `bigint`.
    #[must_use]
    pub fn of_fields(n_fields: i16, fields: Bytes) -> Self {
        assert!(
            n_fields > 0 && fields.starts_with(&8_i32.to_be_bytes()),
            "the first field is the id"
        );
        Self { fields }
    }

    /// The id.
    ///
    /// # Panics
    ///
    /// Never: a tuple begins with an id.
    #[must_use]
    pub fn id(&self) -> i64 {
        let id = self.fields[4..12].try_into().expect("eight bytes");
        i64::from_be_bytes(id)
    }

    /// The fields, each after its length.
    #[must_use]
    pub fn fields(&self) -> &[u8] {
        &self.fields
    }
}

/// Cuts the first row off `rows`, which are whole rows of this format.
///
/// # Panics
///
/// If `rows` end within a row.
pub fn split_first(rows: &mut Bytes) -> Option<Tuple> {
    if rows.is_empty() {
        return None;
    }
    let n_fields = i16::from_be_bytes([rows[0], rows[1]]);
    let mut end = 2;
    for _ in 0..n_fields {
        let length = i32::from_be_bytes(rows[end..end + 4].try_into().expect("four bytes"));
        end += 4 + usize::try_from(length).unwrap_or(0);
    }
    let fields = rows.split_to(end).slice(2..);
    Some(Tuple::of_fields(n_fields, fields))
}

/// Starts a tuple of `n_fields`.
pub(super) fn put_tuple(out: &mut Vec<u8>, n_fields: usize) {
    let n_fields = i16::try_from(n_fields).expect("a table has a handful of columns");
    out.extend_from_slice(&n_fields.to_be_bytes());
}

/// Appends a NULL of any type.
pub(super) fn put_null(out: &mut Vec<u8>) {
    out.extend_from_slice(&NULL.to_be_bytes());
}

/// Appends a `bigint`.
pub(super) fn put_i64(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&8_i32.to_be_bytes());
    out.extend_from_slice(&value.to_be_bytes());
}

/// Appends a `boolean`.
pub(super) fn put_bool(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(&1_i32.to_be_bytes());
    out.push(u8::from(value));
}

/// Appends a `numeric`.
pub(super) fn put_decimal(out: &mut Vec<u8>, value: &Decimal<'_>) {
    put_with_length(out, |out| value.encode(out));
}

/// Appends a `text`: UTF-8 without NUL, in which a doubled quote stands for one if `doubled`.
pub(super) fn put_text(out: &mut Vec<u8>, raw: &[u8], doubled: bool) {
    put_with_length(out, |out| {
        if doubled {
            put_without_doubled_quotes(out, raw);
        } else {
            out.extend_from_slice(raw);
        }
    });
}

/// Appends the text of a quoted field, each doubled quote as one.
fn put_without_doubled_quotes(out: &mut Vec<u8>, mut raw: &[u8]) {
    while let Some(quote) = memchr::memchr(b'"', raw) {
        out.extend_from_slice(&raw[..=quote]);
        raw = raw.get(quote + 2..).unwrap_or_default();
    }
    out.extend_from_slice(raw);
}

fn put_with_length(out: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    put(out);
    let length = i32::try_from(out.len() - start - 4).expect("a record has at most some megabytes");
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{
        COPY_HEADER, put_bool, put_decimal, put_i64, put_null, put_text, put_tuple, split_first,
    };
    use crate::load::value::decimal;

    #[test]
    fn fields_carry_their_length_and_null_has_none() {
        let mut out = Vec::new();
        put_tuple(&mut out, 5);
        put_i64(&mut out, 258);
        put_bool(&mut out, true);
        put_null(&mut out);
        put_text(&mut out, b"5\"\" h\xC3\xA9", true);
        put_decimal(&mut out, &decimal(b"19.99").unwrap());
        let expected: &[&[u8]] = &[
            &[0, 5],
            &[0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2],
            &[0, 0, 0, 1, 1],
            &[255, 255, 255, 255],
            b"\0\0\0\x065\" h\xC3\xA9",
            &[0, 0, 0, 12, 0, 2, 0, 0, 0, 0, 0, 2, 0, 19, 38, 172],
        ];
        assert_eq!(out, expected.concat());
    }

    #[test]
    fn the_header_is_the_signature_and_two_zero_words() {
        assert_eq!(COPY_HEADER[..11], *b"PGCOPY\n\xFF\r\n\0");
        assert_eq!(COPY_HEADER[11..], [0; 8]);
    }

    #[test]
    fn rows_are_split_where_the_next_begins() {
        let mut out = Vec::new();
        for id in [7, -1, i64::MAX] {
            put_tuple(&mut out, 3);
            put_i64(&mut out, id);
            put_null(&mut out);
            put_text(&mut out, b"text", false);
        }
        let mut rows = Bytes::from(out);
        let ids: Vec<_> = std::iter::from_fn(|| split_first(&mut rows))
            .map(|row| row.id())
            .collect();
        assert_eq!(ids, [7, -1, i64::MAX]);
    }
}
