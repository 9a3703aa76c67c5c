//! Durations in the format of Go, which Compose uses.
//!
//! Used by kinds with durations. It must not know what a duration is for.

use crate::yaml::Node;

/// Parses a duration into whole seconds, rounded up, and whether that is exact.
pub fn seconds(text: &str) -> Option<(i32, bool)> {
    let (mut nanos, mut rest) = (0u128, text.trim());
    if rest == "0" {
        return Some((0, true));
    }
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, behind) = rest.split_at(number);
        let unit = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit);
        let nanos_each: u128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            // Compose accepts days and weeks too.
            "d" => 86_400_000_000_000,
            "w" => 604_800_000_000_000,
            _ => return None,
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && decimals.is_empty() || whole.len() > 12 || decimals.len() > 12 {
            return None;
        }
        let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let scale = 10u128.pow(u32::try_from(decimals.len()).ok()?);
        let part: u128 = if decimals.is_empty() { 0 } else { decimals.parse().ok()? };
        nanos = nanos.checked_add(whole.checked_mul(nanos_each)?)?.checked_add(part * nanos_each / scale)?;
        rest = behind;
    }
    let second = 1_000_000_000;
    Some((i32::try_from(nanos.div_ceil(second)).ok()?, nanos.is_multiple_of(second)))
}

/// Formats seconds as Compose prints a duration.
pub fn duration(seconds: i32) -> Node {
    let (hours, minutes, rest) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    Node::text(match (hours, minutes) {
        (0, 0) => format!("{rest}s"),
        (0, _) => format!("{minutes}m{rest}s"),
        _ => format!("{hours}h{minutes}m{rest}s"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for (text, expected) in [
            ("1m30s", Some((90, true))),
            ("90s", Some((90, true))),
            ("1.5s", Some((2, false))),
            ("500ms", Some((1, false))),
            ("1h", Some((3600, true))),
            ("0s", Some((0, true))),
            ("0", Some((0, true))),
            ("1500ms500ms", Some((2, true))),
            ("", None),
            ("10", None),
            ("s", None),
            ("99999999999s", None),
            (".s", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
        assert_eq!(duration(5400 + 5), Node::text("1h30m5s"));
        assert_eq!(duration(90), Node::text("1m30s"));
        assert_eq!(duration(0), Node::text("0s"));
    }
}
