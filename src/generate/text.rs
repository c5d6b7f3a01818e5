//! Texts and URLs of generated rows, appended to a buffer without allocating.

use super::{
    file::push_number,
    kinds::Kind,
    plan::ProductPlan,
    rng::Random,
    words::{LINES, PLACES, QUALITIES, SENTENCES, SLOGANS, sentences},
};

const WIDTHS: [u64; 6] = [1650, 668, 1567, 1651, 2734, 1000];
const THUMBNAIL_WIDTH: u64 = 300;

/// Appends a product's name, for example `Harbor Merino Wool Cardigan` or `Camden Runners 250`.
pub(super) fn push_name(bytes: &mut Vec<u8>, random: &mut Random, product: &ProductPlan) {
    bytes.extend_from_slice(random.pick(LINES).as_bytes());
    bytes.push(b' ');
    // One of the traits, or none.
    if let Some(word) = product.traits.get(random.index(3)) {
        bytes.extend_from_slice(word.as_bytes());
        bytes.push(b' ');
    }
    bytes.extend_from_slice(product.article.noun.as_bytes());
    if product.kind == Kind::Shoes && random.one_in(4) {
        bytes.push(b' ');
        push_number(bytes, 50 * (1 + random.below(19)));
    }
}

/// Appends a slogan of one line.
pub(super) fn push_slogan(bytes: &mut Vec<u8>, random: &mut Random, product: &ProductPlan) {
    let slogan = random.pick(SLOGANS);
    push_filled(bytes, random, slogan, product);
}

/// Appends one to four sentences, of which the first suits the kind of product.
pub(super) fn push_description(bytes: &mut Vec<u8>, random: &mut Random, product: &ProductPlan) {
    let n_more = random.index(4);
    let first = random.pick(sentences(product.kind));
    push_filled(bytes, random, first, product);
    let more = random.index(SENTENCES.len());
    for position in more..more + n_more {
        bytes.push(b' ');
        // Neighbors in the list, so that no sentence comes twice.
        let sentence = SENTENCES[position % SENTENCES.len()];
        push_filled(bytes, random, sentence, product);
    }
}

/// Appends a text with its markers filled (see [`SENTENCES`]).
fn push_filled(bytes: &mut Vec<u8>, random: &mut Random, text: &str, product: &ProductPlan) {
    for &byte in text.as_bytes() {
        match byte {
            b'@' => bytes.extend_from_slice(random.pick(QUALITIES).as_bytes()),
            b'%' => bytes.extend_from_slice(random.pick(PLACES).as_bytes()),
            b'#' => push_lowercase(bytes, product.traits[0]),
            b'$' => push_lowercase(bytes, product.article.noun),
            _ => bytes.push(byte),
        }
    }
}

fn push_lowercase(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(text.bytes().map(|byte| byte.to_ascii_lowercase()));
}

/// A photo with its two URLs.
pub(super) struct Photo<'a> {
    picture: &'a str,
    options: &'static str,
    width: u64,
}

impl<'a> Photo<'a> {
    /// Creates a photo that shows one of the pictures.
    pub(super) fn any(pictures: &[&'a str], random: &mut Random) -> Self {
        // The two long forms are those of the first rows of the real export. Its size implies that later photos have
        // shorter URLs on average.
        let options = match random.below(100) {
            0..25 => "ixlib=rb-1.2.1&ixid=eyJhcHBfaWQiOjEyMDd9&auto=format&fit=crop&",
            25..85 => "ixlib=rb-1.2.1&auto=format&fit=crop&",
            _ => "",
        };
        Self {
            picture: random.pick(pictures),
            options,
            width: WIDTHS[random.index(WIDTHS.len())],
        }
    }

    /// Appends the URL of the photo.
    pub(super) fn push_url(&self, bytes: &mut Vec<u8>) {
        self.push(bytes, self.width);
    }

    /// Appends the URL of the thumbnail.
    pub(super) fn push_thumbnail_url(&self, bytes: &mut Vec<u8>) {
        self.push(bytes, THUMBNAIL_WIDTH);
    }

    fn push(&self, bytes: &mut Vec<u8>, width: u64) {
        bytes.extend_from_slice(b"https://images.unsplash.com/photo-");
        bytes.extend_from_slice(self.picture.as_bytes());
        bytes.push(b'?');
        bytes.extend_from_slice(self.options.as_bytes());
        bytes.extend_from_slice(b"w=");
        push_number(bytes, width);
        bytes.extend_from_slice(b"&q=80");
    }
}
