//! The arguments of the commands that make and list forks, and ranges of ports.
//!
//! Part of the settings, used by `cli`. It must not know which ports are free.

use std::{fmt, ops::RangeInclusive, path::PathBuf, str::FromStr};

use chrono::TimeDelta;
use clap::{Args, ValueEnum};

use super::Place;

/// A port, or a range of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortSpan {
    /// The first port.
    pub first: u16,
    /// The last port.
    pub last: u16,
}

impl PortSpan {
    /// The ports.
    pub fn range(self) -> RangeInclusive<u16> {
        self.first..=self.last
    }
}

impl FromStr for PortSpan {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a port such as 5432, or a range such as 8000-8099, from 1 to 65535";
        let port = |text: &str| {
            let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            digits.and_then(|text| text.parse().ok()).filter(|port| *port > 0).ok_or(wrong)
        };
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last) = (port(first.trim())?, port(last.trim())?);
        if first > last {
            return Err(wrong);
        }
        Ok(Self { first, last })
    }
}

impl fmt::Display for PortSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => write!(f, "{}", self.first),
            false => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

/// A span of time, such as `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub TimeDelta);

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a time such as 30m, 12h, 7d or 2w";
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(wrong)?;
        let minutes = match unit {
            "m" => 1,
            "h" => 60,
            "d" => 60 * 24,
            "w" => 60 * 24 * 7,
            _ => return Err(wrong),
        };
        let digits = Some(number).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let minutes = digits.and_then(|number| number.parse::<i64>().ok()?.checked_mul(minutes));
        // At most ten years, as for every lease.
        let minutes = minutes.filter(|minutes| (1..=3650 * 24 * 60).contains(minutes)).ok_or(wrong)?;
        Ok(Self(TimeDelta::minutes(minutes)))
    }
}

/// What happens to secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Secrecy {
    /// The fork has the same ones.
    Copy,
    /// The fork gets new random ones.
    Generate,
    /// The fork has none.
    Unset,
}

/// Which fork is made.
#[derive(Clone, Debug, Args)]
pub struct Fork {
    /// The stack's name.
    pub stack: String,
    /// What the fork is for, such as the path of a worktree. While the stack has a live fork under this key, that one is
    /// the answer.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// The fork's name. Without it, it is made of the stack's name and the last part of the key.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The ports of the host that the fork may get. Without it they are near those of the stack.
    #[arg(long, value_name = "FROM-TO")]
    pub ports: Option<PortSpan>,
    /// Take one contiguous block of so many ports, 1 to 10000, and keep other forks off it.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub block: Option<u16>,
    /// What is put behind the first label of each domain. Without it, it is made of the fork's name.
    #[arg(long, value_name = "LABEL")]
    pub domain_suffix: Option<String>,
    /// What happens to secrets.
    #[arg(long, value_name = "WHAT", default_value = "copy")]
    pub secrets: Secrecy,
    /// When the fork goes into the trash by itself, such as 12h or 7d from now. Asked again, a fork that has a lease
    /// gets at least this one.
    #[arg(long, value_name = "TIME")]
    pub expires: Option<Span>,
    /// Write the host ports into this file, as lines such as `WEB_80_TCP=8081`, and print the fork's name. Without it the
    /// lines are printed.
    #[arg(long, value_name = "FILE")]
    pub write_env: Option<PathBuf>,
    /// Overwrite a file that DevArch has not written.
    #[arg(long, requires = "write_env")]
    pub force: bool,
    /// Where the stacks are.
    #[command(flatten)]
    pub place: Place,
}

/// Which forks are listed.
#[derive(Clone, Debug, Args)]
pub struct Forks {
    /// Only those of the stack of this name.
    pub stack: Option<String>,
    /// Where the stacks are.
    #[command(flatten)]
    pub place: Place,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_one_or_a_range() {
        for (text, first, last) in [("22", 22, 22), ("8000-8099", 8000, 8099), ("1-65535", 1, 65535), (" 5 - 6 ", 5, 6)]
        {
            assert_eq!(text.parse(), Ok(PortSpan { first, last }), "{text}");
        }
        for wrong in ["", "0", "65536", "9-8", "-1", "1-", "a", "+1", "1-2-3", "1,2"] {
            assert!(wrong.parse::<PortSpan>().is_err(), "{wrong}");
        }
        assert_eq!(PortSpan { first: 8000, last: 8099 }.to_string(), "8000-8099");
        assert_eq!(PortSpan { first: 22, last: 22 }.to_string(), "22");
    }

    #[test]
    fn a_span_has_a_unit() {
        for (text, span) in [
            ("30m", TimeDelta::minutes(30)),
            ("12h", TimeDelta::hours(12)),
            ("7d", TimeDelta::days(7)),
            ("2w", TimeDelta::weeks(2)),
        ] {
            assert_eq!(text.parse(), Ok(Span(span)), "{text}");
        }
        for wrong in ["", "d", "0d", "-1d", "7", "7x", "7ü", "+7d", "99999999999999999999d", "3651d"] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
    }
}
