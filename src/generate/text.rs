//! Numbers, texts and urls of generated rows, appended to a buffer without allocating.

use super::{
    rng::{Purpose, Random},
    words::{ADJECTIVES, MATERIALS, PLACES, QUALITIES, SENTENCES, SLOGANS},
};

/// Pictures that a catalogue's photos show. Shops use a picture for many styles.
const PICTURES: u64 = 50_000;
const WIDTHS: [u64; 6] = [1650, 668, 1567, 1651, 2734, 1000];
const THUMBNAIL_WIDTH: u64 = 300;

/// Appends a number in decimal digits.
pub(super) fn push_number(row: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + u8::try_from(number % 10).expect("a digit");
        number /= 10;
        if number == 0 {
            break;
        }
    }
    row.extend_from_slice(&digits[start..]);
}

/// Appends a product's name, for example `Morning Joggers` or `Air Minis 250`.
pub(super) fn push_name(row: &mut Vec<u8>, random: &mut Random, noun: &str) {
    row.extend_from_slice(random.pick(ADJECTIVES).as_bytes());
    row.push(b' ');
    row.extend_from_slice(noun.as_bytes());
    if random.one_in(6) {
        row.push(b' ');
        push_number(row, 50 * (1 + random.below(19)));
    }
}

/// Appends one line of advertising.
pub(super) fn push_slogan(row: &mut Vec<u8>, random: &mut Random, noun: &str) {
    let slogan = random.pick(SLOGANS);
    push_filled(row, random, slogan, noun);
}

/// Appends one to four sentences.
pub(super) fn push_description(row: &mut Vec<u8>, random: &mut Random, noun: &str) {
    let n_sentences = 1 + random.index(4);
    let first = random.index(SENTENCES.len());
    for position in 0..n_sentences {
        if position > 0 {
            row.push(b' ');
        }
        // Neighbours in the list, so that no sentence comes twice.
        let sentence = SENTENCES[(first + position) % SENTENCES.len()];
        push_filled(row, random, sentence, noun);
    }
}

/// Appends a text with its markers filled (see [`SENTENCES`]).
fn push_filled(row: &mut Vec<u8>, random: &mut Random, text: &str, noun: &str) {
    for &byte in text.as_bytes() {
        match byte {
            b'@' => row.extend_from_slice(random.pick(QUALITIES).as_bytes()),
            b'#' => row.extend_from_slice(random.pick(MATERIALS).as_bytes()),
            b'%' => row.extend_from_slice(random.pick(PLACES).as_bytes()),
            b'$' => row.extend(noun.bytes().map(|byte| byte.to_ascii_lowercase())),
            _ => row.push(byte),
        }
    }
}

/// A photo's url, of which the thumbnail's is a variant.
pub(super) struct Url {
    picture: u64,
    options: &'static str,
}

/// Appends the url of a photo.
pub(super) fn push_url(row: &mut Vec<u8>, random: &mut Random) -> Url {
    // The two long forms are those of the first rows of the real export. Its size says that the
    // photos after them have shorter urls on average.
    let options = match random.below(100) {
        0..25 => "ixlib=rb-1.2.1&ixid=eyJhcHBfaWQiOjEyMDd9&auto=format&fit=crop&",
        25..85 => "ixlib=rb-1.2.1&auto=format&fit=crop&",
        _ => "",
    };
    let url = Url {
        picture: random.below(PICTURES),
        options,
    };
    let width = WIDTHS[random.index(WIDTHS.len())];
    url.push(row, width);
    url
}

impl Url {
    /// Appends the url of the thumbnail.
    pub(super) fn push_thumbnail(&self, row: &mut Vec<u8>) {
        self.push(row, THUMBNAIL_WIDTH);
    }

    fn push(&self, row: &mut Vec<u8>, width: u64) {
        // The same picture has the same address whatever the seed.
        let mut random = Random::new(0, Purpose::Picture, self.picture);
        row.extend_from_slice(b"https://images.unsplash.com/photo-");
        // When it was taken, in milliseconds, from 2014 to 2019.
        push_number(row, 1_400_000_000_000 + random.below(165_000_000_000));
        row.push(b'-');
        let mut name = random.number();
        for _ in 0..12 {
            row.push(b"0123456789abcdef"[usize::try_from(name % 16).expect("less than 16")]);
            name /= 16;
        }
        row.push(b'?');
        row.extend_from_slice(self.options.as_bytes());
        row.extend_from_slice(b"w=");
        push_number(row, width);
        row.extend_from_slice(b"&q=80");
    }
}

#[cfg(test)]
mod tests {
    use super::push_number;

    #[test]
    fn a_number_is_written_in_decimal_digits() {
        for number in [0, 7, 10, 1_000_011, u64::MAX] {
            let mut row = Vec::new();
            push_number(&mut row, number);
            assert_eq!(row, number.to_string().into_bytes());
        }
    }
}
