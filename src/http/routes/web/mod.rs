//! The catalog page: a shop frontend in the browser.
//!
//! It uses the public API only, like any other frontend.

mod files;

use std::{collections::HashMap, pin::pin, sync::Arc};

use bytes::Bytes;
use warp::{
    Filter as _,
    filters::{BoxedFilter, path::FullPath},
    http::{HeaderValue, Response, StatusCode, header},
};

use self::files::File;
use super::endpoint::{Endpoint, EndpointRequest, request};
use crate::{
    cache::Source,
    http::{request::head::RequestHead, response::responder::Responder, state::State},
    metrics::Metrics,
};

/// Content security policy of the page: pictures from any host, everything else from this server.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src * data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
);

/// The files by their paths.
#[derive(Default)]
pub(crate) struct Web(HashMap<String, Arc<ServedFile>>);

struct ServedFile {
    file: File,
    endpoint: Arc<Endpoint>,
}

impl Web {
    /// Encodes the files.
    pub fn new(state: &Arc<State>, metrics: &Metrics) -> Self {
        let page = Endpoint::new(state, metrics, "/");
        let other = Endpoint::new(state, metrics, "/catalog/{file}");
        let files = File::all().map(|file| {
            let (path, endpoint) = match file.name {
                "index.html" => ("/".to_owned(), &page),
                name => (format!("/catalog/{name}"), &other),
            };
            let endpoint = Arc::clone(endpoint);
            (path, Arc::new(ServedFile { file, endpoint }))
        });
        Self(files.collect())
    }
}

/// Routes of the files. Reject other paths.
pub(crate) fn routes(web: Web) -> BoxedFilter<(warp::reply::Response,)> {
    let web = Arc::new(web);
    warp::path::full()
        .and_then(move |path: FullPath| {
            let file = web.0.get(path.as_str()).cloned();
            async { file.ok_or_else(warp::reject::not_found) }
        })
        .and(request())
        .then(file)
        .boxed()
}

async fn file(served: Arc<ServedFile>, request: EndpointRequest) -> warp::reply::Response {
    let endpoint = &served.endpoint;
    let responder = &endpoint.state.responder;
    let response = async { Ok(get_file(&served.file, &request.head, responder)) };
    endpoint.respond(&request, pin!(response)).await
}

fn get_file<B: From<Bytes>>(file: &File, head: &RequestHead, responder: &Responder) -> Response<B> {
    let representation = file.representation(head.accept.0);
    let mut response = responder.document(head, representation, Source::Hit);
    let is_whole = response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    // A 304 has no media type. Browsers would apply `nosniff` to that.
    if is_whole {
        headers.insert(header::CONTENT_TYPE, file.content_type.clone());
        let nosniff = HeaderValue::from_static("nosniff");
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    }
    response
}
