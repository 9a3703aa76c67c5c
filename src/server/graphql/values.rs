//! How many values a JSON text has, before anything is made of them: each takes some hundred times its two bytes.
//!
//! Used where requests are read. One pass over the bytes; it must never care whether the text is JSON at all.

/// The values of a text, at least: everything that stands behind a comma or a bracket.
pub(super) fn count(text: &str) -> usize {
    let mut rest = text.bytes();
    let mut values = 1usize;
    while let Some(byte) = rest.next() {
        match byte {
            b',' | b'[' | b'{' => values += 1,
            b'"' => {
                while let Some(inside) = rest.next() {
                    match inside {
                        b'"' => break,
                        b'\\' => drop(rest.next()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_strings_is_no_value() {
        for (text, values) in [
            ("", 1),
            ("1", 1),
            ("[1,2,3]", 4),
            ("{\"a\":[],\"b\":{\"c\":\"[[,,\\\",{\\\\\"}}", 5),
            ("\"[[[", 1),
            ("\"\\", 1),
        ] {
            assert_eq!(count(text), values, "{text}");
        }
    }
}
