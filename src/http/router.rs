//! Everything that is answered to clients.

use std::{convert::Infallible, sync::Arc};

use warp::{
    Filter,
    http::{HeaderMap, Method},
    reply::Response,
};

use crate::http::{
    observe::{Answered, Watch},
    response::problem::ApiError,
    routes::openapi,
    routes::product,
    routes::web,
    state::Context,
};

/// All routes, with an answer for whatever is none.
pub(super) fn routes(
    context: &Arc<Context>,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + Send + Sync + use<> {
    let known = product::routes(context)
        .or(openapi::routes(context))
        .unify()
        .or(web::routes(context))
        .unify();
    let unknown = {
        let context = Arc::clone(context);
        warp::method()
            .and(warp::header::headers_cloned())
            .map(move |method, headers| unknown_path(&method, &headers, &context))
    };
    let context = Arc::clone(context);
    warp::header::headers_cloned()
        .and(known.or(unknown).unify())
        .map(move |request: HeaderMap, mut response: Response| {
            context.cors.decorate(&request, &mut response);
            response
        })
}

fn unknown_path(method: &Method, headers: &HeaderMap, context: &Context) -> Response {
    let watch = Watch::begin(headers, context);
    let response = ApiError::UnknownPath.into_response(headers, context);
    let answered = Answered {
        method,
        headers,
        response: &response,
    };
    watch.end(&context.unknown, &answered, context);
    response
}
