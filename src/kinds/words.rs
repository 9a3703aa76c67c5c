//! Splits a command line into words as Compose does: with quotes and backslashes, but without a shell.
//!
//! Used by the code that reads commands. It must not run or expand anything.

/// The words of a command line, and the rest after the point where Compose stops reading.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words<'a> {
    pub(super) words: Vec<String>,
    pub(super) rest: &'a str,
}

/// Splits a command line; `None` if a quote or bracket is not closed.
pub(super) fn split(line: &str) -> Option<Words<'_>> {
    let (mut words, mut word, mut begun) = (Vec::new(), String::new(), false);
    // The closing character before which other characters have no special meaning.
    let mut until: Option<char> = None;
    let mut chars = line.char_indices();
    let mut end = line.len();
    while let Some((at, c)) = chars.next() {
        match (until, c) {
            (Some('\''), '\'') | (Some('"'), '"') => until = None,
            (Some('\''), c) => word.push(c),
            (_, '\\') => {
                let (_, escaped) = chars.next()?;
                word.push(escaped);
                begun = true;
            }
            (Some(close @ ('`' | ')')), c) => {
                word.push(c);
                if c == close {
                    until = None;
                }
            }
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => {
                until = Some(c);
                begun = true;
            }
            (None, '`') => {
                until = Some(c);
                word.push(c);
            }
            (None, '(') if word.ends_with('$') => {
                until = Some(')');
                word.push(c);
            }
            (None, '(' | ')') => return None,
            (None, ' ' | '\t' | '\r' | '\n') => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (None, ';' | '&' | '|' | '<' | '>') => {
                // The file descriptor number of a redirection is part of the operator.
                if c == '>' && word.starts_with(|c: char| c.is_ascii_digit()) {
                    word.clear();
                }
                end = at;
                break;
            }
            (None, c) => word.push(c),
        }
    }
    if until.is_some() {
        return None;
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    Some(Words { words, rest: &line[end..] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_compose() {
        // Observed with Docker Compose 2.40.
        for (line, expected, rest) in [
            ("sh -c \"a && b\" c", vec!["sh", "-c", "a && b", "c"], ""),
            ("sh -c a && b", vec!["sh", "-c", "a"], "&& b"),
            ("echo #foo bar", vec!["echo", "#foo", "bar"], ""),
            ("echo \"a\\nb\" 'c\\d' e\\ f", vec!["echo", "anb", "c\\d", "e f"], ""),
            ("echo a;b", vec!["echo", "a"], ";b"),
            ("echo a2>b", vec!["echo", "a2"], ">b"),
            ("echo '' \"\" x", vec!["echo", "", "", "x"], ""),
            ("", vec![], ""),
            ("a \"b 'c' d\"e", vec!["a", "b 'c' de"], ""),
            ("a `b c` d", vec!["a", "`b c`", "d"], ""),
            ("a $(b c) d", vec!["a", "$(b c)", "d"], ""),
            ("a\tb\nc", vec!["a", "b", "c"], ""),
        ] {
            let words = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(split(line), Some(Words { words, rest }), "{line}");
        }
        for open in ["a (b", "a \"b", "a 'b", "a\\"] {
            assert_eq!(split(open), None, "{open}");
        }
    }
}
