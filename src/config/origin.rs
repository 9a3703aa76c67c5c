//! Origins of web pages, as browsers write them.
//!
//! A setting, which the server compares with the header `Origin`. It must not accept an origin that no browser sends.

use std::str::FromStr;

use http::{HeaderValue, Uri};

/// An origin whose pages may send requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Any origin.
    Any,
    /// This origin, in the form in which browsers send it.
    Site(HeaderValue),
}

impl FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "an origin is * or like https://dashboard.example:8443, without a path";
        if text == "*" {
            return Ok(Self::Any);
        }
        let uri: Uri = text.parse().map_err(|_| wrong)?;
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https")).ok_or(wrong)?;
        let host = uri.authority().filter(|host| !host.as_str().contains('@')).ok_or(wrong)?;
        // Browsers send the host in lower case, and no trailing slash.
        let origin = format!("{scheme}://{}", host.as_str().to_ascii_lowercase());
        if text.to_ascii_lowercase() != origin {
            return Err(wrong);
        }
        HeaderValue::from_str(&origin).map(Self::Site).map_err(|_| wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        let site = |text| Ok(Origin::Site(HeaderValue::from_static(text)));
        assert_eq!("*".parse(), Ok(Origin::Any));
        assert_eq!("https://a.example".parse(), site("https://a.example"));
        assert_eq!("http://LOCALHOST:3000".parse(), site("http://localhost:3000"));
        for wrong in [
            "",
            "a.example",
            "https://",
            "https://a.example/",
            "https://a.example/x",
            "ftp://a.example",
            "https://me@a.example",
            "null",
            "https://*.example/",
        ] {
            assert!(wrong.parse::<Origin>().is_err(), "{wrong}");
        }
    }
}
