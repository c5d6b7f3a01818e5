//! CORS (Fetch standard): the origins whose pages may read responses.

use warp::http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::methods::METHODS;

/// Response headers that a page may read.
const EXPOSED: HeaderValue =
    HeaderValue::from_static("ETag, Link, X-Total-Count, Cache-Status, Retry-After, X-Request-Id");

/// Request headers that a page may send if its preflight names none.
const DEFAULT_HEADERS: HeaderValue = HeaderValue::from_static(
    "Authorization, Accept, Cache-Control, Content-Type, If-None-Match, X-Requested-With",
);

/// Seconds for which a browser may cache the response to a preflight.
const MAX_AGE: HeaderValue = HeaderValue::from_static("86400");

const ANY: HeaderValue = HeaderValue::from_static("*");

/// The allowed origins.
#[derive(Clone, Debug)]
pub(crate) struct Cors {
    /// `None` allows all origins.
    origins: Option<Vec<HeaderValue>>,
}

impl Cors {
    /// Allows `origins`, or all if one of them is `*`. Ignores text that no header can contain.
    pub fn new(origins: &[String]) -> Self {
        let is_any = origins.iter().any(|origin| origin.trim() == "*");
        let parse = |origin: &String| origin.trim().parse().ok();
        Self {
            origins: (!is_any).then(|| origins.iter().filter_map(parse).collect()),
        }
    }

    /// Returns whether responses are the same for all origins.
    pub fn allows_all(&self) -> bool {
        self.origins.is_none()
    }

    /// Adds CORS headers to the response to a request with the headers `request`.
    pub fn decorate<B>(&self, request: &HeaderMap, response: &mut Response<B>) {
        let is_preflight = response.status() == StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        if let Some(vary) = self.vary(is_preflight, headers) {
            headers.insert(header::VARY, vary);
        }
        let Some(allowed) = self.allowed(request) else {
            return;
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if is_preflight {
            let requested = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
            let requested = requested.cloned().unwrap_or(DEFAULT_HEADERS);
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, requested);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        } else {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }

    /// Returns the value of `Access-Control-Allow-Origin`, if the origin of the request is allowed.
    fn allowed(&self, request: &HeaderMap) -> Option<HeaderValue> {
        match &self.origins {
            None => Some(ANY),
            Some(origins) => {
                let origin = request.get(header::ORIGIN)?;
                origins.contains(origin).then(|| origin.clone())
            }
        }
    }

    /// Returns the value of `Vary`, if it must change. One line: some caches read only the first.
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
    use proptest::prelude::*;
    use warp::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

    use super::Cors;

    fn request(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    fn header(response: &Response<()>, name: &str) -> Option<String> {
        let value: Option<&HeaderValue> = response.headers().get(name);
        value.map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn all_origins_or_listed_ones_are_allowed() {
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
            let mut response = Response::new(());
            Cors::new(allowed).decorate(&request(header::ORIGIN, origin), &mut response);
            let allow = header(&response, "access-control-allow-origin");
            assert_eq!(allow.as_deref(), answer, "{origin}");
            assert_eq!(header(&response, "vary").as_deref(), vary, "{origin}");
        }
    }

    #[test]
    fn a_preflight_may_request_any_header() {
        let preflight = |request: &HeaderMap| {
            let mut response = Response::new(());
            *response.status_mut() = StatusCode::NO_CONTENT;
            Cors::new(&["*".to_owned()]).decorate(request, &mut response);
            assert_eq!(
                header(&response, "access-control-max-age").as_deref(),
                Some("86400")
            );
            header(&response, "access-control-allow-headers").unwrap()
        };
        let name = header::ACCESS_CONTROL_REQUEST_HEADERS;
        assert_eq!(
            preflight(&request(name, "authorization,x-own")),
            "authorization,x-own"
        );
        assert!(preflight(&HeaderMap::new()).contains("Authorization"));
    }

    proptest! {
        #[test]
        fn only_a_listed_origin_is_ever_returned(
            origin in proptest::collection::vec(any::<u8>(), 0..40),
            requested in proptest::collection::vec(any::<u8>(), 0..40),
            is_preflight: bool,
        ) {
            let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).ok();
            let request = [
                (header::ORIGIN, value(&origin)),
                (header::ACCESS_CONTROL_REQUEST_HEADERS, value(&requested)),
            ];
            let said = request.into_iter().filter_map(|(name, value)| Some((name, value?)));
            let request: HeaderMap = said.collect();
            let mut response = Response::new(());
            if is_preflight {
                *response.status_mut() = StatusCode::NO_CONTENT;
            }
            Cors::new(&["https://a.example".to_owned()]).decorate(&request, &mut response);
            let allowed = response.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
            prop_assert_eq!(allowed.is_some(), origin == b"https://a.example");
        }
    }
}
