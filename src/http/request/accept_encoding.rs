//! `Accept-Encoding` (RFC 9110, section 12.5.3).

use crate::cache::Encoding;

/// Weight 1 in thousandths. Weights have at most three decimals.
const FULL_WEIGHT: u16 = 1_000;

/// Encoding that suits a client best, or `None` for the identity.
///
/// Invalid elements are ignored, so that an invalid header leads to the identity. So does `identity;q=0` without an
/// alternative: a body is more useful than a 406.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AcceptEncoding(pub Option<Encoding>);

impl AcceptEncoding {
    /// Parses the value of the header.
    pub fn parse(header: &str) -> Self {
        let mut weights = [None; Encoding::ALL.len()];
        let mut identity = None;
        let mut others = None;
        for (coding, weight) in header.split(',').filter_map(parse_element) {
            let slot = match coding {
                "*" => &mut others,
                coding if coding.eq_ignore_ascii_case("identity") => &mut identity,
                coding => match Encoding::ALL.into_iter().position(|e| is_name(e, coding)) {
                    Some(n) => &mut weights[n],
                    None => continue,
                },
            };
            *slot = Some(weight);
        }
        // Without an explicit weight, the identity is acceptable, but the last choice.
        let identity = identity.unwrap_or(0);
        let mut best = None;
        for (encoding, weight) in Encoding::ALL.into_iter().zip(weights) {
            let weight = weight.or(others).unwrap_or(0);
            // Only a higher weight beats an encoding that the server prefers.
            let is_better = best.is_none_or(|(_, best)| weight > best);
            if weight > 0 && weight >= identity && is_better {
                best = Some((encoding, weight));
            }
        }
        Self(best.map(|(encoding, _)| encoding))
    }
}

fn is_name(encoding: Encoding, coding: &str) -> bool {
    coding.eq_ignore_ascii_case(encoding.name())
        || encoding == Encoding::Gzip && coding.eq_ignore_ascii_case("x-gzip")
}

/// Parses a coding and its weight in thousandths.
fn parse_element(element: &str) -> Option<(&str, u16)> {
    let Some((coding, parameter)) = element.split_once(';') else {
        return Some((element.trim(), FULL_WEIGHT));
    };
    let (name, weight) = parameter.split_once('=')?;
    name.trim()
        .eq_ignore_ascii_case("q")
        .then_some((coding.trim(), parse_weight(weight.trim())?))
}

fn parse_weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_weight = matches!(whole, "0" | "1")
        && decimals.len() <= 3
        && decimals.bytes().all(|byte| byte.is_ascii_digit());
    if !is_weight {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    let weight = if whole == "1" { FULL_WEIGHT } else { 0 } + thousandths;
    (weight <= FULL_WEIGHT).then_some(weight)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::AcceptEncoding;
    use crate::cache::Encoding::{self, Brotli, Gzip, Zstd};

    fn choose(header: &str) -> Option<Encoding> {
        AcceptEncoding::parse(header).0
    }

    #[test]
    fn the_client_weighs_and_the_server_breaks_ties() {
        for (header, chosen) in [
            ("gzip, deflate, br, zstd", Some(Brotli)),
            ("gzip, zstd", Some(Zstd)),
            ("GZIP", Some(Gzip)),
            ("x-gzip", Some(Gzip)),
            ("br;q=0.5, gzip;q=0.8", Some(Gzip)),
            ("br;q=0.5,zstd;q=0.50,gzip;q=0.500", Some(Brotli)),
            ("br;q=0, *", Some(Zstd)),
            ("*", Some(Brotli)),
            ("*;q=0.1, gzip", Some(Gzip)),
            ("gzip ; q=1.000", Some(Gzip)),
            ("identity;q=0, gzip;q=0.001", Some(Gzip)),
            ("identity;q=0.5, gzip;q=0.5", Some(Gzip)),
        ] {
            assert_eq!(choose(header), chosen, "{header}");
        }
    }

    #[test]
    fn otherwise_the_identity_is_sent() {
        for header in [
            "",
            ",",
            "identity",
            "deflate, compress",
            "br;q=0, gzip;q=0.000, zstd;q=0.0",
            "*;q=0",
            "identity;q=0",
            "identity, gzip;q=0.9",
            "br;q=2",
            "br;q=0.1234",
            "br;q=-1",
            "br;q=",
            "br;level=3",
            "br;q=1.001",
            "brotli",
        ] {
            assert_eq!(choose(header), None, "{header}");
        }
    }

    proptest! {
        #[test]
        fn only_requested_encodings_are_chosen(
            header in "((br|zstd|gzip|x-gzip|identity|\\*|deflate)( ?; ?q=[01](\\.[0-9]{0,4})?)?, ?){0,6}|.{0,60}",
        ) {
            if let Some(encoding) = choose(&header) {
                let lower = header.to_ascii_lowercase();
                prop_assert!(lower.contains(encoding.name()) || lower.contains('*'), "{encoding:?}");
            }
        }
    }
}
