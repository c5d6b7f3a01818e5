//! Which pages of other origins may read the answers (the Fetch standard's CORS protocol).

use std::str::FromStr;

use warp::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    reply::Response,
};

use super::error::METHODS;

/// What a page may read besides the body.
const EXPOSED: HeaderValue =
    HeaderValue::from_static("ETag, Link, X-Total-Count, Cache-Status, Retry-After");

/// What a page may send, unless it says what it wants to.
const DEFAULT_HEADERS: HeaderValue = HeaderValue::from_static(
    "Authorization, Accept, Cache-Control, Content-Type, If-None-Match, X-Requested-With",
);

/// Seconds for which a browser remembers a preflight.
const MAX_AGE: HeaderValue = HeaderValue::from_static("86400");

const ANY: HeaderValue = HeaderValue::from_static("*");

/// The value of a request's header, to be sent back.
#[derive(Clone, Debug)]
pub(super) struct Echo(HeaderValue);

impl FromStr for Echo {
    type Err = header::InvalidHeaderValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The allowed origins.
#[derive(Clone, Debug)]
pub(super) struct Cors {
    /// `None` if all are.
    origins: Option<Vec<HeaderValue>>,
}

impl Cors {
    /// Allows `origins`, or all if one of them is `*`. What cannot stand in a header is no origin.
    pub fn new(origins: &[String]) -> Self {
        let is_any = origins.iter().any(|origin| origin.trim() == "*");
        let parse = |origin: &String| origin.trim().parse().ok();
        Self {
            origins: (!is_any).then(|| origins.iter().filter_map(parse).collect()),
        }
    }

    /// Adds what a browser needs to know. `requested` are the headers that a preflight asks for.
    pub fn decorate(
        &self,
        origin: Option<Echo>,
        requested: Option<Echo>,
        mut response: Response,
    ) -> Response {
        let is_preflight = response.status() == StatusCode::NO_CONTENT;
        if let Some(vary) = self.vary(is_preflight, response.headers()) {
            response.headers_mut().insert(header::VARY, vary);
        }
        let headers = response.headers_mut();
        let allowed = match &self.origins {
            None => Some(ANY),
            Some(origins) => {
                let is_allowed = |Echo(origin): &Echo| origins.contains(origin);
                origin.filter(is_allowed).map(|Echo(origin)| origin)
            }
        };
        let Some(allowed) = allowed else {
            return response;
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if is_preflight {
            let requested = requested.map_or(DEFAULT_HEADERS, |Echo(names)| names);
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, requested);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        } else {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
        response
    }

    /// What the answer depends on, if that is more than it says itself. One line: not all caches read several.
    fn vary(&self, is_preflight: bool, headers: &HeaderMap) -> Option<HeaderValue> {
        let encoded = headers.contains_key(header::VARY);
        let vary = match (self.origins.is_some(), is_preflight, encoded) {
            (true, true, _) => "Origin, Access-Control-Request-Headers",
            (true, false, true) => "Accept-Encoding, Origin",
            (true, false, false) => "Origin",
            (false, true, _) => "Access-Control-Request-Headers",
            (false, false, _) => return None,
        };
        Some(HeaderValue::from_static(vary))
    }
}

#[cfg(test)]
mod tests {
    use warp::{
        http::{HeaderValue, StatusCode},
        reply::Response,
    };

    use super::{Cors, Echo};

    fn header(response: &Response, name: &str) -> Option<String> {
        let value: Option<&HeaderValue> = response.headers().get(name);
        value.map(|value| value.to_str().unwrap().to_owned())
    }

    fn echo(text: &str) -> Echo {
        text.parse().unwrap()
    }

    #[test]
    fn all_origins_or_those_of_the_list_are_allowed() {
        let list = [
            "https://a.example".to_owned(),
            " https://b.example".to_owned(),
        ];
        for (allowed, origin, answer, vary) in [
            (&["*".to_owned()][..], "https://c.example", Some("*"), None),
            (
                &list,
                "https://b.example",
                Some("https://b.example"),
                Some("Origin"),
            ),
            (&list, "https://c.example", None, Some("Origin")),
        ] {
            let response =
                Cors::new(allowed).decorate(Some(echo(origin)), None, Response::default());
            let allow = header(&response, "access-control-allow-origin");
            assert_eq!(allow.as_deref(), answer, "{origin}");
            assert_eq!(header(&response, "vary").as_deref(), vary, "{origin}");
        }
    }

    #[test]
    fn a_preflight_may_ask_for_any_header() {
        let preflight = |requested| {
            let mut response = Response::default();
            *response.status_mut() = StatusCode::NO_CONTENT;
            let cors = Cors::new(&["*".to_owned()]);
            let response = cors.decorate(Some(echo("https://a.example")), requested, response);
            assert_eq!(
                header(&response, "access-control-max-age").as_deref(),
                Some("86400")
            );
            header(&response, "access-control-allow-headers").unwrap()
        };
        assert_eq!(
            preflight(Some(echo("authorization,x-own"))),
            "authorization,x-own"
        );
        assert!(preflight(None).contains("Authorization"));
    }
}
