//! What a connection gives its requests to.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    sync::Arc,
};

use bytes::Bytes;
use futures_util::future::Either;
use http_body_util::{Either as EitherBody, Full};
use hyper::{body::Incoming, service::Service};
use hyper_util::service::TowerToHyperService;
use warp::{
    Filter as _,
    filters::BoxedFilter,
    http::{Request, Response},
};

use crate::http::{fast_path::DocumentRequest, router::routes, state::Context};

/// Names the body of a [`Response`] whose type is not to be named otherwise.
pub trait HasBody {
    /// The type of the body.
    type Body;
}

impl<B> HasBody for Response<B> {
    type Body = B;
}

type RouteBody = <warp::reply::Response as HasBody>::Body;
type Answer = Result<Response<EitherBody<Full<Bytes>, RouteBody>>, Infallible>;

/// An answer that is not there yet. In a box: what is as large as all routes is not to be moved for each hit.
type Waiting = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Answers requests: the short way if it leads anywhere, otherwise by the routes. Cheap to clone.
#[derive(Clone)]
pub struct ClientService {
    context: Arc<Context>,
    routes: BoxedFilter<(warp::reply::Response,)>,
}

impl ClientService {
    /// Answers with what `context` has.
    #[must_use]
    pub fn new(context: Arc<Context>) -> Self {
        Self {
            routes: routes(&context).boxed(),
            context,
        }
    }

    fn call_routes(&self, request: Request<Incoming>) -> Waiting {
        let routes = TowerToHyperService::new(warp::service(self.routes.clone()));
        let answer = routes.call(request);
        Box::pin(async move {
            let response = answer.await?;
            Ok(response.map(EitherBody::Right))
        })
    }
}

impl Service<Request<Incoming>> for ClientService {
    type Response = Response<EitherBody<Full<Bytes>, RouteBody>>;
    type Error = Infallible;
    type Future = Either<Ready<Answer>, Waiting>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let context = &self.context;
        let Some(document) = DocumentRequest::new(&request, context) else {
            return Either::Right(self.call_routes(request));
        };
        if let Some(response) = document.answer_at_once(request.headers(), context) {
            return Either::Left(ready(Ok(response.map(EitherBody::Left))));
        }
        let context = Arc::clone(context);
        Either::Right(Box::pin(async move {
            let headers = request.into_parts().0.headers;
            let response = document.answer(headers, &context).await;
            Ok(response.map(EitherBody::Left))
        }))
    }
}
