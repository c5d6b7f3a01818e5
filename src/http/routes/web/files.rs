//! Files of the catalog page. They are part of the program and are encoded once, when the server starts.

use bytes::Bytes;
use warp::http::HeaderValue;
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    cache::{Encoded, Encoding, etag},
    http::response::representation::Representation,
};

/// Files of the folder `web`, with their names.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/web/", $name)).as_slice())),*]
    };
}

/// All files except the style sheets. The first is the page itself.
const FILES: &[(&str, &[u8])] = files![
    "index.html",
    "announce.js",
    "api.js",
    "card.js",
    "categories.js",
    "choice.js",
    "dom.js",
    "format.js",
    "gallery.js",
    "icon.svg",
    "json-tree.js",
    "list-view.js",
    "main.js",
    "measure.js",
    "memory.js",
    "notice.js",
    "persist.js",
    "picture.js",
    "product-view.js",
    "request-detail.js",
    "request-log.js",
    "request-panel.js",
    "router.js",
    "routes.js",
    "search.js",
    "stock.js",
    "theme.js",
];

/// Style sheets in the order of the cascade. They are served as one file, which saves three requests.
const STYLES: (&str, &[u8]) = {
    let styles = concat!(
        include_str!("../../../../web/base.css"),
        include_str!("../../../../web/list.css"),
        include_str!("../../../../web/product.css"),
        include_str!("../../../../web/requests.css"),
    );
    ("style.css", styles.as_bytes())
};

/// File with its encodings.
pub(super) struct File {
    pub name: &'static str,
    pub content_type: HeaderValue,
    identity: Encoded,
    /// `None` where the encoding is not smaller.
    encoded: [Option<Encoded>; Encoding::ALL.len()],
}

impl File {
    /// Encodes all files.
    pub fn all() -> impl Iterator<Item = Self> {
        let files = FILES.iter().chain([&STYLES]);
        files.map(|&(name, body)| Self::new(name, body))
    }

    fn new(name: &'static str, body: &'static [u8]) -> Self {
        let hash = xxh3_64(body);
        let tagged = |body: Bytes, encoding| Encoded {
            body,
            etag: etag(hash, encoding).into(),
        };
        let encoded = |encoding: Encoding| {
            let body = encoding.compress(body)?;
            Some(tagged(body, Some(encoding)))
        };
        Self {
            name,
            content_type: HeaderValue::from_static(content_type(name)),
            identity: tagged(Bytes::from_static(body), None),
            encoded: Encoding::ALL.map(encoded),
        }
    }

    /// Returns the representation in `encoding`, or the identity.
    pub fn representation(&self, encoding: Option<Encoding>) -> Representation {
        let encoded = encoding.and_then(|encoding| self.encoded[encoding as usize].as_ref());
        match encoded {
            Some(encoded) => Representation::new(encoded, encoding),
            None => Representation::new(&self.identity, None),
        }
    }
}

/// Returns the media type of a file, by its extension.
fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::{FILES, STYLES, content_type};

    #[test]
    fn every_file_of_the_folder_is_served_with_a_known_type() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let body = fs::read(&path).unwrap();
            let is_style = STYLES.1.windows(body.len()).any(|part| part == body);
            assert!(is_style || FILES.contains(&(name, &body)), "{name}");
            assert_ne!(content_type(name), "application/octet-stream", "{name}");
        }
    }

    #[test]
    fn the_page_preloads_all_modules() {
        let (_, page) = FILES[0];
        let page = str::from_utf8(page).unwrap();
        let links = page.split("\"catalog/").skip(1);
        let links = links.filter_map(|rest| rest.split('"').next());
        let files = FILES.iter().skip(1).chain([&STYLES]);
        let files = files.map(|(name, _)| *name);
        assert_eq!(links.collect::<BTreeSet<_>>(), files.collect());
    }
}
