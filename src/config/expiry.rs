//! The expiry of an API key: after a duration, or at a time.
//!
//! An argument of `devarch key create`. It must not read the clock.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// When a key expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// After this duration from now.
    After(TimeDelta),
    /// At this time.
    At(DateTime<Utc>),
}

impl Expiry {
    /// The time at which the key expires, if it is created at `now`.
    pub fn moment(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::After(time) => now + time,
            Self::At(moment) => moment,
        }
    }
}

impl FromStr for Expiry {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a time such as 12h, 30d or 8w, or a moment such as 2030-01-31 or 2030-01-31T12:00:00Z";
        if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::At(moment.to_utc()));
        }
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Ok(Self::At(day.and_time(NaiveTime::MIN).and_utc()));
        }
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(wrong)?;
        let hours = match unit {
            "h" => 1,
            "d" => 24,
            "w" => 24 * 7,
            _ => return Err(wrong),
        };
        // At most a hundred years, so that the date can be represented.
        let hours = number.parse::<i64>().ok().and_then(|number| number.checked_mul(hours));
        hours
            .filter(|hours| (1..=876_000).contains(hours))
            .map(|hours| Self::After(TimeDelta::hours(hours)))
            .ok_or(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_after_a_time_or_at_a_moment() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        for (text, expected) in [
            ("12h", now + TimeDelta::hours(12)),
            ("30d", now + TimeDelta::days(30)),
            ("8w", now + TimeDelta::weeks(8)),
            ("2030-01-31", "2030-01-31T00:00:00Z".parse().unwrap()),
            ("2030-01-31T12:00:00+02:00", "2030-01-31T10:00:00Z".parse().unwrap()),
        ] {
            assert_eq!(text.parse::<Expiry>().map(|expiry| expiry.moment(now)), Ok(expected), "{text}");
        }
        for wrong in ["", "d", "0d", "-1d", "30", "30x", "30ü", "99999999999999999999d", "2030-02-31", "tomorrow"] {
            assert!(wrong.parse::<Expiry>().is_err(), "{wrong}");
        }
    }
}
