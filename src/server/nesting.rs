//! A look at a document before the parser runs: the parser recurses, and a few kilobytes of open brackets would end
//! the process.
//!
//! Called by the GraphQL handler. One pass over the bytes, without recursion.

/// Deepest nesting of `{`, `[` and `(` that a document may have.
pub(super) const MAX_NESTING: usize = 40;

/// True when the brackets of a document, outside strings and comments, nest deeper than allowed.
pub(super) fn too_deep(document: &str) -> bool {
    let mut rest = document.as_bytes();
    let mut depth = 0usize;
    while let Some((byte, tail)) = rest.split_first() {
        rest = match byte {
            b'#' => after(tail, b"\n"),
            b'"' if tail.starts_with(b"\"\"") => after_block_string(&tail[2..]),
            b'"' => after_string(tail),
            b'{' | b'[' | b'(' => {
                depth += 1;
                if depth > MAX_NESTING {
                    return true;
                }
                tail
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                tail
            }
            _ => tail,
        };
    }
    false
}

/// What follows the first occurrence of `end`.
fn after<'a>(text: &'a [u8], end: &[u8]) -> &'a [u8] {
    text.windows(end.len()).position(|window| window == end).map_or(&[], |at| &text[at + end.len()..])
}

/// A string ends with its line at the latest, as the parser sees it too.
fn after_string(text: &[u8]) -> &[u8] {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' | b'\n' => return &text[at + 1..],
            _ => at += 1,
        }
    }
    &[]
}

fn after_block_string(text: &[u8]) -> &[u8] {
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with(b"\\\"\"\"") {
            at += 4;
        } else if text[at..].starts_with(b"\"\"\"") {
            return &text[at + 3..];
        } else {
            at += 1;
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_brackets_that_the_parser_sees_are_counted() {
        let nested = |n: usize| format!("{}a{}", "{".repeat(n), "}".repeat(n));
        assert!(!too_deep(&nested(MAX_NESTING)));
        assert!(too_deep(&nested(MAX_NESTING + 1)));
        assert!(too_deep(&"[(".repeat(21)));
        assert!(!too_deep(&"{a}".repeat(1000)));
        let many = "[".repeat(100);
        for harmless in [
            format!("{{ a(b: \"{many}\") }}"),
            format!("{{ a(b: \"\\\"{many}\") }}"),
            format!("{{ a(b: \"\"\"{many} \\\"\"\" {many} \"\"\") }}"),
            format!("# {many}\n{{ a }}"),
        ] {
            assert!(!too_deep(&harmless), "{harmless}");
        }
        assert!(too_deep(&format!("{{ a(b: \"\\\\\" c: {many}) }}")));
        assert!(too_deep(&format!("\"\n{many}")));
        assert!(too_deep(&format!("{{ a(b: \"\" c: {many}) }}")));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}()\"\\\\#\n a]{0,200}") {
            too_deep(&text);
        }
    }
}
