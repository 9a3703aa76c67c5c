//! Content negotiation: chooses the media type of a GraphQL response by the header `Accept`.
//!
//! Used by the handler. It must not choose a type for a client that accepts neither.

use axum::http::{HeaderMap, header::ACCEPT};

/// The media types of a GraphQL response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status code says whether the request ran.
    GraphqlResponse,
    /// `application/json`, for older clients: every well-formed request is answered with 200.
    Json,
}

impl MediaType {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json",
            Self::Json => "application/json",
        }
    }

    /// The media type with its charset, as in `Content-Type`.
    pub(super) fn with_charset(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// How a media range matches a media type: how exactly, and with what quality in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    exactness: u8,
    quality: u16,
}

/// The media type of server-sent events.
pub(super) const EVENT_STREAM: &str = "text/event-stream";

/// What a client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    /// The media type of a single response; `None` when the client accepts neither.
    pub(super) media_type: Option<MediaType>,
    /// Whether it accepts a stream of events, as the response to a subscription.
    pub(super) events: bool,
    /// Whether it wants a stream of events in any case.
    pub(super) only_events: bool,
}

/// What the client accepts.
pub(super) fn accepted(headers: &HeaderMap) -> Accepted {
    let values = headers.get_all(ACCEPT);
    let ranges = values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let ranges: Vec<&str> = ranges.map(str::trim).filter(|range| !range.is_empty()).collect();
    if ranges.is_empty() {
        return Accepted { media_type: Some(MediaType::Json), events: true, only_events: false };
    }
    let (media_type, events) = (single(&ranges), best(&ranges, EVENT_STREAM));
    let single = media_type.and_then(|media_type| best(&ranges, media_type.as_str()));
    let only_events = events.is_some_and(|events| match single {
        None => true,
        Some(single) if events.quality == single.quality => events.exactness == 2 && single.exactness < 2,
        Some(single) => events.quality > single.quality,
    });
    Accepted { media_type, events: events.is_some(), only_events }
}

/// The media type of a single response; `None` when the client accepts neither. It is `application/json` without the
/// header or for wildcards. If the header names both types with the same quality, it is
/// `application/graphql-response+json`.
fn single(ranges: &[&str]) -> Option<MediaType> {
    let newer = best(ranges, MediaType::GraphqlResponse.as_str());
    let plain = best(ranges, MediaType::Json.as_str());
    match (newer, plain) {
        (Some(newer), Some(plain)) if newer.quality == plain.quality && newer.exactness == 2 => {
            Some(MediaType::GraphqlResponse)
        }
        (Some(newer), Some(plain)) if newer.quality > plain.quality => Some(MediaType::GraphqlResponse),
        (Some(_), None) => Some(MediaType::GraphqlResponse),
        (_, Some(_)) => Some(MediaType::Json),
        (None, None) => None,
    }
}

/// The most exact match for a media type; `None` when the client does not accept it.
fn best(ranges: &[&str], media_type: &str) -> Option<Match> {
    let found = ranges.iter().filter_map(|range| matches(range, media_type)).max_by_key(|found| found.exactness)?;
    (found.quality > 0).then_some(found)
}

/// Matches a media range with its parameters against a media type.
fn matches(range: &str, media_type: &str) -> Option<Match> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let exactness = match name.as_str() {
        "*/*" => 0,
        name if name == media_type => 2,
        name if name.strip_suffix('*').is_some_and(|kind| kind.ends_with('/') && media_type.starts_with(kind)) => 1,
        _ => return None,
    };
    let mut quality = 1000;
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim().trim_matches('"');
        match key.trim().to_ascii_lowercase().as_str() {
            "q" => quality = thousandths(value)?,
            "charset" if !value.eq_ignore_ascii_case("utf-8") => return None,
            _ => {}
        }
    }
    Some(Match { exactness, quality })
}

/// Parses a quality value such as `0.75` to thousandths.
fn thousandths(weight: &str) -> Option<u16> {
    let weight: f32 = weight.parse().ok().filter(|weight| (0.0..=1.0).contains(weight))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 1000")]
    Some((weight * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn negotiated(accept: &str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
        accepted(&headers).media_type.map(MediaType::as_str)
    }

    #[test]
    fn the_most_wanted_type_is_answered() {
        const NEWER: Option<&str> = Some("application/graphql-response+json");
        const PLAIN: Option<&str> = Some("application/json");
        for (accept, expected) in [
            ("", PLAIN),
            ("*/*", PLAIN),
            ("application/*", PLAIN),
            ("application/json", PLAIN),
            ("APPLICATION/JSON; Charset=\"UTF-8\"", PLAIN),
            ("application/graphql-response+json", NEWER),
            ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", NEWER),
            ("application/json, application/graphql-response+json", NEWER),
            ("application/json, application/graphql-response+json;q=0.9", PLAIN),
            ("application/graphql-response+json, application/json;q=0.9", NEWER),
            ("application/graphql-response+json;q=0, */*", PLAIN),
            ("application/json;q=0, */*;q=0.1", NEWER),
            ("text/html, application/xhtml+xml, */*;q=0.8", PLAIN),
            ("application/json;q=0", None),
            ("text/html", None),
            ("application/json;charset=latin1", None),
            ("application/json;q=2", None),
        ] {
            assert_eq!(negotiated(accept), expected, "{accept}");
        }
        assert_eq!(accepted(&HeaderMap::new()).media_type, Some(MediaType::Json));
    }

    #[test]
    fn events_are_sent_to_those_that_accept_them() {
        for (accept, events, only_events) in [
            ("text/event-stream", true, true),
            ("TEXT/Event-Stream;q=0.5", true, true),
            ("text/event-stream, application/json;q=0.9", true, true),
            ("text/event-stream, */*", true, true),
            ("application/graphql-response+json, application/json, text/event-stream, multipart/mixed", true, false),
            ("application/json, text/event-stream;q=0.5", true, false),
            ("text/*", true, true),
            ("*/*", true, false),
            ("", true, false),
            ("text/event-stream;q=0, */*", false, false),
            ("application/json", false, false),
            ("text/html", false, false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_str(accept).unwrap())]);
            let accepted = accepted(&headers);
            assert_eq!((accepted.events, accepted.only_events), (events, only_events), "{accept}");
        }
    }
}
