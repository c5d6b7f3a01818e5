//! Spaces and tabs around values, which mean nothing.

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Position of the first byte from `from` on that is no blank; the length of `text` if there is none.
pub(super) fn skip_blanks(text: &[u8], from: usize) -> usize {
    let blanks = text[from..].iter().take_while(|byte| is_blank(**byte));
    from + blanks.count()
}

/// Drops spaces and tabs at the end.
pub(super) fn trim_blanks_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., last] = text
        && is_blank(*last)
    {
        text = rest;
    }
    text
}

/// Drops spaces and tabs at both ends.
pub(super) fn trim_blanks(text: &[u8]) -> &[u8] {
    trim_blanks_end(&text[skip_blanks(text, 0)..])
}
