//! Signs and codes of currencies around a price.

/// Signs, each with the code that it stands for, or with itself if several currencies have it. Longer ones come before
/// those that they end or begin with.
const SIGNS: &[(&str, &str)] = &[
    ("US$", "USD"),
    ("CA$", "CAD"),
    ("AU$", "AUD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("MX$", "MXN"),
    ("R$", "BRL"),
    ("S$", "SGD"),
    ("C$", "CAD"),
    ("A$", "AUD"),
    ("$", "$"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "¥"),
    ("￥", "¥"),
    ("₹", "INR"),
    ("₽", "RUB"),
    ("₩", "KRW"),
    ("₺", "TRY"),
    ("₪", "ILS"),
    ("₫", "VND"),
    ("฿", "THB"),
    ("₴", "UAH"),
    ("₦", "NGN"),
    ("₱", "PHP"),
    ("₡", "CRC"),
    ("₵", "GHS"),
    ("₸", "KZT"),
    ("₼", "AZN"),
    ("₾", "GEL"),
    ("Kč", "CZK"),
    ("zł", "PLN"),
    ("Ft", "HUF"),
    ("lei", "RON"),
    ("лв.", "BGN"),
    ("лв", "BGN"),
    ("руб.", "RUB"),
    ("руб", "RUB"),
    ("kr.", "kr"),
    ("kr", "kr"),
    ("Rs.", "Rs"),
    ("Rs", "Rs"),
    ("Fr.", "CHF"),
];

/// Codes of ISO 4217 of money that is in use.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN \
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ \
    GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD \
    LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR \
    PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP \
    TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

/// Takes a currency from the start of a text, and returns its name and the rest.
pub(super) fn at_start(text: &str) -> Option<(&'static str, &str)> {
    let sign = SIGNS
        .iter()
        .find_map(|(sign, name)| Some((*name, text.strip_prefix(sign)?)));
    sign.or_else(|| {
        let (code, rest) = text.split_at_checked(3)?;
        Some((code_named(code)?, rest))
    })
}

/// Takes a currency from the end of a text, and returns its name and the rest.
pub(super) fn at_end(text: &str) -> Option<(&'static str, &str)> {
    let sign = SIGNS
        .iter()
        .find_map(|(sign, name)| Some((*name, text.strip_suffix(sign)?)));
    sign.or_else(|| {
        let (rest, code) = text.split_at_checked(text.len().checked_sub(3)?)?;
        Some((code_named(code)?, rest))
    })
}

/// Finds a code in any letter case.
fn code_named(text: &str) -> Option<&'static str> {
    CODES
        .split_ascii_whitespace()
        .find(|code| code.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::{CODES, SIGNS, at_end, at_start};

    #[test]
    fn signs_and_codes_are_found_at_both_ends() {
        for (text, expected) in [
            ("$20", Some(("$", "20"))),
            ("US$20", Some(("USD", "20"))),
            ("usd 20", Some(("USD", " 20"))),
            ("€20", Some(("EUR", "20"))),
            ("kr. 20", Some(("kr", " 20"))),
            ("ABC 20", None),
            ("20", None),
            ("é", None),
        ] {
            assert_eq!(at_start(text), expected, "{text}");
        }
        for (text, expected) in [
            ("20 €", Some(("EUR", "20 "))),
            ("20US$", Some(("USD", "20"))),
            ("20zł", Some(("PLN", "20"))),
            ("20 chf", Some(("CHF", "20 "))),
            ("20 each", None),
            ("20", None),
        ] {
            assert_eq!(at_end(text), expected, "{text}");
        }
    }

    #[test]
    fn no_sign_hides_a_longer_one() {
        for (place, (sign, _)) in SIGNS.iter().enumerate() {
            for (longer, _) in &SIGNS[place + 1..] {
                assert!(!longer.starts_with(sign), "{sign} hides {longer}");
                assert!(!longer.ends_with(sign), "{sign} hides {longer}");
            }
        }
        assert!(CODES.split_ascii_whitespace().all(|code| code.len() == 3));
    }
}
