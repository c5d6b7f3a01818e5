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

use super::{context::Context, routes::routes, short_way};

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

/// Answers requests: the short way if it leads anywhere, otherwise by the routes. Cheap to clone.
#[derive(Clone)]
pub struct ClientService {
    context: Arc<Context>,
    routes: BoxedFilter<(warp::reply::Response,)>,
}

impl ClientService {
    /// Answers with what `context` has.
    #[must_use]
    pub fn new(context: Context) -> Self {
        let context = Arc::new(context);
        Self {
            routes: routes(&context).boxed(),
            context,
        }
    }
}

impl Service<Request<Incoming>> for ClientService {
    type Response = Response<EitherBody<Full<Bytes>, RouteBody>>;
    type Error = Infallible;
    type Future = Either<Ready<Answer>, Pin<Box<dyn Future<Output = Answer> + Send>>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        if let Some(response) = short_way::answer(&request, &self.context) {
            return Either::Left(ready(Ok(response.map(EitherBody::Left))));
        }
        let routes = TowerToHyperService::new(warp::service(self.routes.clone()));
        let answer = routes.call(request);
        // In a box: what is as large as all routes together is not moved about for each hit.
        Either::Right(Box::pin(async move {
            let response = answer.await?;
            Ok(response.map(EitherBody::Right))
        }))
    }
}
