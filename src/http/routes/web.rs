//! The catalogue page: the server in a browser, as a shop would use it.
//!
//! Its files are in the program and encoded once, when the server starts. They ask for nothing that other
//! frontends could not ask for.

use std::{collections::HashMap, pin::pin, sync::Arc};

use bytes::Bytes;
use warp::{
    Filter,
    filters::{BoxedFilter, path::FullPath},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header},
};
use xxhash_rust::xxh3::xxh3_64;

use crate::http::{
    observe::watched,
    request::head::RequestHead,
    response::Representation,
    state::{Context, with},
};
use crate::{
    cache::{Encoded, Encoding, Source, etag},
    metrics::{Metrics, RouteMetrics},
};

/// What the page may load: pictures from wherever the catalogue says, all else from here.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src * data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
);

/// Files of the folder `web` with their names.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/web/", $name)).as_slice())),*]
    };
}

/// The files. The first is the page itself.
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

/// The styles of all views in the order that they are read in: one request instead of four.
const STYLES: (&str, &[u8]) = {
    let styles = concat!(
        include_str!("../../../web/base.css"),
        include_str!("../../../web/list.css"),
        include_str!("../../../web/product.css"),
        include_str!("../../../web/requests.css"),
    );
    ("style.css", styles.as_bytes())
};

/// The files of the page by their paths.
pub(crate) struct CataloguePage(HashMap<String, Arc<File>>);

/// A file with its encodings.
struct File {
    content_type: HeaderValue,
    identity: Encoded,
    /// None where encoding would not make it smaller.
    encoded: [Option<Encoded>; Encoding::ALL.len()],
    metrics: RouteMetrics,
}

impl CataloguePage {
    /// Encodes the files.
    pub fn new(metrics: &Metrics) -> Self {
        let files = FILES.iter().chain([&STYLES]).map(|&(name, body)| {
            let (path, template) = match name {
                "index.html" => ("/".to_owned(), "/"),
                _ => (format!("/catalogue/{name}"), "/catalogue/{file}"),
            };
            let file = File::new(content_type(name), body, metrics.route(template));
            (path, Arc::new(file))
        });
        Self(files.collect())
    }
}

impl File {
    fn new(content_type: &'static str, body: &'static [u8], metrics: RouteMetrics) -> Self {
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
            content_type: HeaderValue::from_static(content_type),
            identity: tagged(Bytes::from_static(body), None),
            encoded: Encoding::ALL.map(encoded),
            metrics,
        }
    }

    fn representation(&self, encoding: Option<Encoding>) -> Representation {
        let encoded = encoding.and_then(|encoding| self.encoded[encoding as usize].as_ref());
        match encoded {
            Some(encoded) => Representation::new(encoded, encoding),
            None => Representation::new(&self.identity, None),
        }
    }

    fn answer<B: From<Bytes>>(&self, head: &RequestHead, context: &Context) -> Response<B> {
        let representation = self.representation(head.accept.0);
        let mut response = context.headers.answer(head, representation, Source::Hit);
        let is_whole = response.status() == StatusCode::OK;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
        // A 304 has no type, and browsers would hold this against it.
        if is_whole {
            headers.insert(header::CONTENT_TYPE, self.content_type.clone());
            let nosniff = HeaderValue::from_static("nosniff");
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
        }
        response
    }
}

/// What a file is, by the end of its name.
fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// The routes of the files. A rejection means: another path, or there is to be no page.
pub(crate) fn routes(context: &Arc<Context>) -> BoxedFilter<(warp::reply::Response,)> {
    let files = Arc::clone(context);
    let file = warp::path::full().and_then(move |path: FullPath| {
        let page = files.catalogue_page.as_ref();
        let file = page.and_then(|page| page.0.get(path.as_str())).cloned();
        async { file.ok_or_else(warp::reject::not_found) }
    });
    file.and(warp::method())
        .and(warp::header::headers_cloned())
        .and(with(context))
        .then(answer)
        .boxed()
}

async fn answer(
    file: Arc<File>,
    method: Method,
    headers: HeaderMap,
    context: Arc<Context>,
) -> warp::reply::Response {
    let head = RequestHead::new(&method, &headers);
    let answer = async { Ok(file.answer(&head, &context)) };
    watched(&file.metrics, &method, &headers, &context, pin!(answer)).await
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::{FILES, STYLES, content_type};

    #[test]
    fn every_file_of_the_folder_is_served_and_of_a_known_type() {
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
    fn the_page_names_all_modules_so_that_none_waits_for_another() {
        let (_, page) = FILES[0];
        let page = str::from_utf8(page).unwrap();
        let links = page.split("\"catalogue/").skip(1);
        let links = links.filter_map(|rest| rest.split('"').next());
        let files = FILES.iter().skip(1).chain([&STYLES]);
        let files = files.map(|(name, _)| *name);
        assert_eq!(links.collect::<BTreeSet<_>>(), files.collect());
    }
}
