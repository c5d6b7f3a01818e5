//! Order of the rows of a file, found by a glance at the starts of its lines.

use std::io::{self, BufRead};

use super::value::leading_id;

/// Bytes of the start of a line that are looked at: an id in quotes, with blanks around it.
const HEAD_BYTES: usize = 64;

/// Tells whether every line after the header begins with a larger id than the line before.
///
/// Lines within quoted text, which begin with anything, count as disorder. That costs time, not correctness: what
/// reads the rows in order checks it.
///
/// # Errors
///
/// The file cannot be read.
pub fn is_ascending(mut source: impl BufRead) -> io::Result<bool> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    skip_line(&mut source, &mut head)?;
    let mut last = i64::MIN;
    while skip_line(&mut source, &mut head)? {
        if head.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match leading_id(&head) {
            Some(id) if id > last => last = id,
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// Reads a line, and keeps its start in `head`; false at the end of the file.
fn skip_line(source: &mut impl BufRead, head: &mut Vec<u8>) -> io::Result<bool> {
    head.clear();
    let mut is_line = false;
    loop {
        let bytes = source.fill_buf()?;
        if bytes.is_empty() {
            return Ok(is_line);
        }
        is_line = true;
        let end = memchr::memchr(b'\n', bytes);
        let line = &bytes[..end.unwrap_or(bytes.len())];
        let room = HEAD_BYTES - head.len();
        head.extend_from_slice(&line[..line.len().min(room)]);
        let consumed = end.map_or(bytes.len(), |end| end + 1);
        source.consume(consumed);
        if end.is_some() {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_ascending;

    #[test]
    fn a_file_is_in_order_if_all_its_lines_begin_with_ascending_ids() {
        for (text, expected) in [
            ("", true),
            ("id,name", true),
            ("id,name\n1,a\n2,b\n10,c\n", true),
            ("id,name\r\n\"1\",a\r\n\r\n 2,b\r\n3,c", true),
            ("id,name\n2,a\n1,b\n", false),
            ("id,name\n1,a\n1,b\n", false),
            ("id,name\n1,\"two\nlines\"\n2,b\n", false),
            ("id,name\n,a\n", false),
        ] {
            assert_eq!(is_ascending(text.as_bytes()).unwrap(), expected, "{text}");
        }
        let long = format!("id,name\n1,{}\n2,b\n", "a".repeat(100_000));
        assert!(is_ascending(std::io::BufReader::with_capacity(7, long.as_bytes())).unwrap());
    }
}
