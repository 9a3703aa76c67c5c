//! Replaces descriptions on operations, fragments and variables by spaces: the specification of September 2025 allows
//! them, but apollo-compiler does not support them yet.
//!
//! Called by [`Documents`](super::Documents) after `token_limit`. It makes one pass over the text, and keeps every line
//! and column. It must not change a string that is a value.

use std::{borrow::Cow, ops::Range};

use super::{Refusal, RejectionKind, ValidationError};

/// A token, in as much detail as needed to find descriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Text,
    Sign(u8),
}

/// The document without descriptions. Refused if a string is not terminated in its line, because what follows it is
/// then ambiguous.
pub(super) fn without(document: &str) -> Result<Cow<'_, str>, Refusal> {
    if !document.contains('"') {
        return Ok(Cow::Borrowed(document));
    }
    let found = find(document)?;
    if found.is_empty() {
        return Ok(Cow::Borrowed(document));
    }
    let mut blanked = String::with_capacity(document.len());
    let mut done = 0;
    for Range { start, end } in found {
        blanked.push_str(&document[done..start]);
        // Columns are counted in characters.
        blanked.extend(document[start..end].chars().map(|c| if matches!(c, '\n' | '\r') { c } else { ' ' }));
        done = end;
    }
    blanked.push_str(&document[done..]);
    Ok(Cow::Owned(blanked))
}

/// Finds the descriptions: strings before a keyword outside of all brackets, and strings before the definition of a
/// variable.
fn find(document: &str) -> Result<Vec<Range<usize>>, Refusal> {
    let mut found = Vec::new();
    let mut last_text = 0..0;
    let mut depth = 0usize;
    // Whether an operation has begun, and whether its variable definitions have.
    let (mut in_head, mut in_variables) = (false, false);
    // The last two tokens.
    let mut before: [Option<Token<'_>>; 2] = [None, None];
    let mut at = 0;
    while let Some((token, range)) = next(document, at)? {
        at = range.end;
        let behind_text = before[1] == Some(Token::Text);
        match token {
            Token::Word(word) if depth == 0 => {
                let operation = matches!(word, "query" | "mutation" | "subscription");
                // A word after a keyword is the name of the operation.
                let begins =
                    !(in_head && matches!(before[1], Some(Token::Word("query" | "mutation" | "subscription"))));
                // A definition is the first of the document, or follows another one.
                let first = matches!(before[0], None | Some(Token::Sign(b'}')));
                if begins && behind_text && first && (operation || word == "fragment") {
                    found.push(last_text.clone());
                }
                in_head = if begins { operation } else { in_head };
            }
            // Brackets from here on belong to directives, not to variable definitions.
            Token::Sign(b'@') if depth == 0 => in_head = false,
            // A string after `=` is a default.
            Token::Sign(b'$') if in_variables && depth == 1 && behind_text && before[0] != Some(Token::Sign(b'=')) => {
                found.push(last_text.clone());
            }
            Token::Sign(b'(' | b'[' | b'{') => {
                if depth == 0 {
                    let named = matches!(before[1], Some(Token::Word(_)));
                    in_variables = token == Token::Sign(b'(') && in_head && named;
                    in_head = false;
                }
                depth += 1;
            }
            Token::Sign(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if token == Token::Text {
            last_text = range;
        }
        before = [before[1], Some(token)];
    }
    Ok(found)
}

/// The next token from a position on, and its range.
fn next(document: &str, mut at: usize) -> Result<Option<(Token<'_>, Range<usize>)>, Refusal> {
    let bytes = document.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => at += 1,
            b'#' => at += bytes[at..].iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count(),
            b'"' => {
                let length = match document[at..].strip_prefix("\"\"\"") {
                    Some(block) => 3 + block_length(block),
                    None => string_length(document, at)?,
                };
                return Ok(Some((Token::Text, at..at + length)));
            }
            byte if byte.is_ascii_alphanumeric() || *byte == b'_' => {
                let end =
                    at + bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                return Ok(Some((Token::Word(&document[at..end]), at..end)));
            }
            // Part of a byte order mark, or of an invalid token, which the parser refuses.
            byte if !byte.is_ascii() => at += 1,
            sign => return Ok(Some((Token::Sign(*sign), at..at + 1))),
        }
    }
    Ok(None)
}

/// The length of a string with its quotes, in bytes.
fn string_length(document: &str, start: usize) -> Result<usize, Refusal> {
    let bytes = document.as_bytes();
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1 - start),
            Some(b'\\') if !matches!(bytes.get(at + 1), None | Some(b'\n' | b'\r')) => at += 2,
            Some(b'\n' | b'\r') | None => return Err(unterminated(document, start)),
            Some(_) => at += 1,
        }
    }
}

/// The length of the rest of a block string with its quotes, in bytes. `token_limit` has checked that it is terminated.
fn block_length(block: &str) -> usize {
    let mut at = 0;
    while let Some(quotes) = block[at..].find("\"\"\"") {
        at += quotes;
        if !block[..at].ends_with('\\') {
            return at + 3;
        }
        at += 3;
    }
    block.len()
}

fn unterminated(document: &str, start: usize) -> Refusal {
    let before = &document[..start];
    let line_start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let lines = before.replace("\r\n", "\n").matches(['\n', '\r']).count();
    let location = Some((lines + 1, before[line_start..].chars().count() + 1));
    let message = "A string does not end with its line.".to_owned();
    Refusal { kind: RejectionKind::Parse, reason: "parse", mistakes: vec![ValidationError { message, location }] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanked(document: &str) -> String {
        without(document).unwrap().into_owned()
    }

    #[test]
    fn descriptions_are_blanked() {
        for (document, expected) in [
            ("\"a\" query { b }", "    query { b }"),
            ("\"é😀\" query Q { b }", "     query Q { b }"),
            ("\"\"\"a\n\"b\" \\\"\"\" c\r\n\"\"\"\nmutation { b }", "    \n          \r\n   \nmutation { b }"),
            ("\"\" fragment f on Query { b }", "   fragment f on Query { b }"),
            ("{ b } \"x\" fragment f on Query { b }", "{ b }     fragment f on Query { b }"),
            ("query Q(\"a\" $a: Int, \"\"\"b\"\"\" $b: Int) { b }", "query Q(    $a: Int,         $b: Int) { b }"),
            ("query (\"a\" $a: T = \"x\", \"b\" $b: T) { b }", "query (    $a: T = \"x\",     $b: T) { b }"),
            ("\"a\" # \"b\" query\nquery { b }", "    # \"b\" query\nquery { b }"),
            ("\"a\" query query { b }", "    query query { b }"),
            ("query query(\"a\" $a: Int) { b }", "query query(    $a: Int) { b }"),
            ("\"a\\\"\" query { b }", "      query { b }"),
            ("\"a\\\\\" query { b }", "      query { b }"),
        ] {
            assert_eq!(blanked(document), expected, "{document}");
            assert_eq!(blanked(document).chars().count(), document.chars().count());
        }
    }

    #[test]
    fn what_is_no_description_is_left() {
        for document in [
            "{ b(c: \"x\") }",
            "\"a\" { b }",
            "\"a\" \"b\" { c }",
            "\"a\" \"b\" query { c }",
            "query \"a\" fragment { b }",
            "fragment f on \"a\" query { b }",
            "\"a\" type A { b: Int }",
            "query ($a: T = \"x\" $b: T) { b(c: \"query\") }",
            "query ($a: [T] = [\"x\"] $b: T @d(e: \"x\")) { b }",
            "query Q @d(a: \"x\" $b) { c }",
            "{ b(c: \"x\" d: \"fragment\") { query } }",
            "{ b(c: \"\"\"\n query \\\"\"\" \"\"\" d: $e) }",
            "fragment f on T @d(a: \"x\" $b) { c }",
            "\u{feff}{ b }",
            "# \"query\n{ b(c: \"x\") }",
        ] {
            assert_eq!(blanked(document), document);
        }
    }

    #[test]
    fn strings_end_with_their_line() {
        for (document, place) in [
            ("{ a(b: \"\nx\") }", (1, 8)),
            ("{\r\n a(é: \"x\r\") }", (2, 7)),
            ("{ a(b: \"x\\\n\") }", (1, 8)),
            ("{ a(b: \"x", (1, 8)),
            ("{ a(b: \"x\\", (1, 8)),
        ] {
            let refusal = without(document).unwrap_err();
            assert_eq!(refusal.kind, RejectionKind::Parse);
            assert_eq!(refusal.mistakes[0].location, Some(place), "{document}");
        }
    }
}
