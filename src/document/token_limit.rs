//! Limits the length, tokens and nesting of a document before any parser runs: parsers recurse, and a few kilobytes of
//! open brackets would overflow the stack.
//!
//! Called by [`Documents`](super::Documents). It makes one pass over the bytes, and must not recurse or allocate.

use super::{Refusal, RejectionKind};
use crate::limits::Limits;

/// Refuses a document that is too long, has too many tokens or is nested too deeply. It does not check the syntax.
pub(super) fn token_limit(document: &str, limits: &Limits) -> Result<(), Refusal> {
    if document.len() > limits.max_document {
        return Err(Refusal::limit("document_bytes", "bytes", limits.max_document, "max-document"));
    }
    let max_nesting = usize::try_from(limits.max_nesting).unwrap_or(usize::MAX);
    let mut rest = document.as_bytes();
    let (mut depth, mut tokens) = (0usize, 0usize);
    while let Some((byte, tail)) = rest.split_first() {
        rest = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' | 0xEF | 0xBB | 0xBF => {
                rest = tail;
                continue;
            }
            b'#' => {
                rest = after_comment(tail);
                continue;
            }
            b'"' if tail.starts_with(b"\"\"") => match after_block_string(&tail[2..]) {
                Some(rest) => rest,
                // A parser that recovers differently would see other tokens after it.
                None => return Err(Refusal::one(RejectionKind::Parse, "parse", "A block string does not end.")),
            },
            b'"' => after_string(tail),
            b'{' | b'[' | b'(' => {
                depth += 1;
                if depth > max_nesting {
                    return Err(Refusal::limit("nesting", "nested brackets", max_nesting, "max-nesting"));
                }
                tail
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                tail
            }
            _ if is_word(*byte) => &tail[tail.iter().take_while(|byte| is_word(**byte)).count()..],
            _ => tail,
        };
        tokens += 1;
        if tokens > limits.max_tokens {
            return Err(Refusal::limit("tokens", "tokens", limits.max_tokens, "max-tokens"));
        }
    }
    Ok(())
}

/// Whether a byte is part of a name or a number.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+')
}

/// The text after a comment, which ends with its line.
fn after_comment(text: &[u8]) -> &[u8] {
    text.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(&[], |at| &text[at..])
}

/// The text after a string. It ends with its line at the latest, as for the parser.
fn after_string(text: &[u8]) -> &[u8] {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            // A line break ends the string, even after a backslash.
            b'\\' if !matches!(text.get(at + 1), Some(b'\n' | b'\r')) => at += 2,
            b'"' | b'\n' | b'\r' => return &text[at + 1..],
            _ => at += 1,
        }
    }
    &[]
}

fn after_block_string(text: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with(b"\\\"\"\"") {
            at += 4;
        } else if text[at..].starts_with(b"\"\"\"") {
            return Some(&text[at + 3..]);
        } else {
            at += 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nesting(document: &str) -> Result<(), &'static str> {
        token_limit(document, &Limits::default()).map_err(|refusal| refusal.reason)
    }

    #[test]
    fn only_brackets_that_the_parser_sees_are_counted() {
        let nested = |n: usize| format!("{}a{}", "{".repeat(n), "}".repeat(n));
        assert_eq!(nesting(&nested(40)), Ok(()));
        assert_eq!(nesting(&nested(41)), Err("nesting"));
        assert_eq!(nesting(&"[(".repeat(21)), Err("nesting"));
        assert_eq!(nesting(&"{a}".repeat(1000)), Ok(()));
        let many = "[".repeat(100);
        for harmless in [
            format!("{{ a(b: \"{many}\") }}"),
            format!("{{ a(b: \"\\\"{many}\") }}"),
            format!("{{ a(b: \"\"\"{many} \\\"\"\" {many} \"\"\") }}"),
            format!("# {many}\n{{ a }}"),
            format!("# {many}\r{{ a }}"),
        ] {
            assert_eq!(nesting(&harmless), Ok(()), "{harmless}");
        }
        for deadly in [
            format!("{{ a(b: \"\\\\\" c: {many}) }}"),
            format!("\"\n{many}"),
            format!("\"\\\n{many}"),
            format!("\"\\\r{many}"),
            format!("{{ a(b: \"\" c: {many}) }}"),
            format!("# x\r{many}"),
        ] {
            assert_eq!(nesting(&deadly), Err("nesting"), "{deadly}");
        }
    }

    #[test]
    fn tokens_are_words_strings_and_punctuation() {
        let limits = Limits { max_tokens: 9, ..Limits::default() };
        // { a ( b : "x y" ) , } and a comment
        assert!(token_limit("{ a(b: \"x y\"), c } # d e f", &limits).is_ok());
        assert!(token_limit("{ a(b: \"x y\"), c d }", &limits).is_err());
        assert!(token_limit("...on A@b", &Limits { max_tokens: 6, ..Limits::default() }).is_err());
    }

    #[test]
    fn the_length_is_counted_in_bytes() {
        let limits = Limits { max_document: 4, ..Limits::default() };
        assert!(token_limit("{ä}", &limits).is_ok());
        assert!(token_limit("{ää}", &limits).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}()\"\\\\#\n\r a\u{feff}é]{0,200}") {
            drop(token_limit(&text, &Limits::default()));
        }
    }
}
