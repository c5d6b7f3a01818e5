//! `traceparent` (W3C Trace Context): the trace that a request belongs to.

use std::str;

use hyper::HeaderMap;
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

/// Name of the header.
const NAME: &str = "traceparent";

/// Length of version 0. Later versions may continue after a hyphen.
const LENGTH: usize = 55;

/// Returns the trace in `headers`, if there is exactly one valid header.
#[must_use]
pub fn of(headers: &HeaderMap) -> Option<SpanContext> {
    let mut values = headers.get_all(NAME).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    parse(value.as_bytes())
}

/// Parses the header's value. The SDK's propagator accepts numbers with signs and of any length.
fn parse(value: &[u8]) -> Option<SpanContext> {
    let (known, rest) = value.split_at_checked(LENGTH)?;
    let mut parts = known.split(|byte| *byte == b'-');
    let mut part = |digits: usize| -> Option<&str> {
        let part = parts.next().filter(|part| part.len() == digits)?;
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        part.iter()
            .all(is_digit)
            .then(|| str::from_utf8(part).ok())?
    };
    let (version, trace, span, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
    let is_later = version != "00" && version != "ff";
    if !(rest.is_empty() && version != "ff" || is_later && rest.starts_with(b"-")) {
        return None;
    }
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        flags,
        true,
        TraceState::default(),
    );
    // Neither id may be zero.
    context.is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use hyper::{HeaderMap, header::HeaderValue};
    use proptest::prelude::*;

    use super::{NAME, of, parse};

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    #[test]
    fn only_the_standard_form_is_accepted() {
        let good = format!("00-{TRACE}-b7ad6b7169203331-01");
        let context = parse(good.as_bytes()).unwrap();
        assert_eq!(context.trace_id().to_string(), TRACE);
        assert_eq!(context.span_id().to_string(), "b7ad6b7169203331");
        assert!(context.is_sampled() && context.is_remote());
        for (text, is_sampled) in [
            (format!("00-{TRACE}-b7ad6b7169203331-00"), Some(false)),
            (format!("00-{TRACE}-b7ad6b7169203331-fe"), Some(false)),
            (format!("00-{TRACE}-b7ad6b7169203331-03"), Some(true)),
            (format!("cc-{TRACE}-b7ad6b7169203331-01"), Some(true)),
            (format!("cc-{TRACE}-b7ad6b7169203331-01-what"), Some(true)),
            (format!("cc-{TRACE}-b7ad6b7169203331-01x"), None),
            (format!("ff-{TRACE}-b7ad6b7169203331-01"), None),
            (format!("{good}-"), None),
            (format!("{good} "), None),
            (good.to_uppercase(), None),
            (good.replace('-', "_"), None),
            (format!("00-{TRACE}-0000000000000000-01"), None),
            (format!("00-{:032}-b7ad6b7169203331-01", 0), None),
            (format!("00-+{}-b7ad6b7169203331-01", &TRACE[1..]), None),
            (format!("00-{}--b7ad6b7169203331-01", &TRACE[1..]), None),
            (String::new(), None),
        ] {
            let context = parse(text.as_bytes());
            assert_eq!(context.map(|of| of.is_sampled()), is_sampled, "{text}");
        }
    }

    #[test]
    fn repeated_headers_are_ignored() {
        let value = format!("00-{TRACE}-b7ad6b7169203331-01");
        let value = HeaderValue::try_from(value).unwrap();
        let mut headers = HeaderMap::new();
        headers.append(NAME, value.clone());
        assert!(of(&headers).is_some());
        headers.append(NAME, value);
        assert!(of(&headers).is_none());
    }

    proptest! {
        #[test]
        fn an_accepted_header_has_its_ids_and_flag(bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..80),
            "[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.{0,9})?".prop_map(String::into_bytes),
            "[0-9a-f+-]{50,60}".prop_map(String::into_bytes),
        ]) {
            if let Some(context) = parse(&bytes) {
                let text = format!("{}-{}", context.trace_id(), context.span_id());
                prop_assert_eq!(&bytes[3..52], text.as_bytes());
            }
        }
    }
}
