//! Counts the values of a JSON text before it is parsed: a parsed value takes some hundred times its two bytes of text.
//!
//! Used to read requests. It makes one pass over the bytes, and must not fail for text that is not JSON.

/// An upper bound of the number of values: everything after a comma or an opening bracket, outside strings, is one.
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
