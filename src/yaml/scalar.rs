//! Resolves plain scalars by the rules of Go's YAML library, which Compose uses.
//!
//! Used by the reader. It must not be called for quoted scalars, which are text.

use super::Value;

/// Resolves a plain scalar to its value.
pub(super) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Value::Text(text.to_owned());
    }
    let plain = text.replace('_', "");
    if let Some(number) = integer(&plain) {
        return Value::Int(number);
    }
    if is_float(&plain)
        && let Ok(number) = plain.parse()
    {
        return Value::Float(number);
    }
    Value::Text(text.to_owned())
}

/// Parses an integer of 64 bits: decimal, `0x`, `0o`, `0b`, or octal with a leading zero.
fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (&lower[2..], 16),
        [b'0', b'o', ..] => (&lower[2..], 8),
        [b'0', b'b', ..] => (&lower[2..], 2),
        [b'0', _, ..] => (&lower[1..], 8),
        _ => (lower.as_str(), 10),
    };
    if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let number = sign * i128::from_str_radix(digits, radix).ok()?;
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&number).then_some(number)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let before = digits(rest);
    let rest = &rest[before..];
    let rest = match rest.strip_prefix('.') {
        Some(rest) => {
            let after = digits(rest);
            if before + after == 0 {
                return false;
            }
            &rest[after..]
        }
        None if before == 0 => return false,
        None => rest,
    };
    match rest.strip_prefix(['e', 'E']) {
        None => rest.is_empty(),
        Some(exponent) => {
            let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
    }
}

/// From this exponent on Go writes a number with it.
const EXPONENT_FROM: i32 = 6;

/// Formats a number as Go does.
pub(super) fn float_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return number.to_string() };
    match exponent.parse::<i32>() {
        Ok(exponent) if (-4..EXPONENT_FROM).contains(&exponent) => number.to_string(),
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        Err(_) => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_what_compose_takes_them_for() {
        // Checked with Docker Compose 2.40: environment values, as `config` prints them.
        for (plain, text) in [
            ("0755", "493"),
            ("1e3", "1000"),
            ("100000.0", "100000"),
            ("123456.7", "123456.7"),
            ("1000000.0", "1e+06"),
            ("1234567.5", "1.2345675e+06"),
            ("1.5e7", "1.5e+07"),
            ("1.10", "1.1"),
            ("0x1F", "31"),
            ("1_000", "1000"),
            ("true", "true"),
            ("yes", "yes"),
            ("12:34:56", "12:34:56"),
            ("08", "8"),
            ("0o17", "15"),
            ("-12", "-12"),
            ("1e21", "1e+21"),
            ("0.00001", "1e-05"),
            ("1.2.3", "1.2.3"),
            ("-", "-"),
            (".", "."),
            ("18446744073709551615", "18446744073709551615"),
        ] {
            let node = super::super::Node::new(resolve(plain));
            assert_eq!(node.scalar().as_deref(), Some(text), "{plain}");
        }
        for null in ["", "~", "null", "Null"] {
            assert_eq!(resolve(null), Value::Null);
        }
    }
}
