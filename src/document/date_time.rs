//! Validates values of the scalar `DateTime`.
//!
//! Used for variables and for literals. It must not accept a time that RFC 3339 cannot represent in UTC.

use std::ops::RangeInclusive;

use chrono::DateTime;

/// Microseconds from the beginning of the year 0 to the end of the year 9999, in UTC: years of RFC 3339 have four
/// digits.
const VALID_MICROS: RangeInclusive<i64> = -62_167_219_200_000_000..=253_402_300_799_999_999;

/// The error message for an invalid value; `None` if it is valid.
pub(super) fn validation_error(text: &str) -> Option<&'static str> {
    match DateTime::parse_from_rfc3339(text) {
        Err(_) => Some("is no moment such as \"2030-01-31T12:00:00Z\", as the type \"DateTime\" is."),
        // A leap second counts as the second after it, which is how it is stored.
        Ok(date_time) if !VALID_MICROS.contains(&date_time.timestamp_micros()) => {
            Some("is outside of the years 0000 to 9999 in UTC, which are all that RFC 3339 can write.")
        }
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_that_can_be_written_in_utc() {
        for fits in [
            "2030-01-31T12:00:00Z",
            "0000-01-01T00:00:00Z",
            "0000-01-01T01:00:00+01:00",
            "9999-12-31T23:59:59.999999Z",
            "9999-12-31T23:59:59+00:01",
            "2016-12-31T23:59:60Z",
        ] {
            assert_eq!(validation_error(fits), None, "{fits}");
        }
        for late in ["9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "0000-01-01T00:00:00+00:01"] {
            assert!(validation_error(late).is_some_and(|message| message.contains("years")), "{late}");
        }
        for none in ["", "2030-01-31", "10000-01-01T00:00:00Z", "+10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z"] {
            assert!(validation_error(none).is_some_and(|message| message.contains("no moment")), "{none}");
        }
    }
}
