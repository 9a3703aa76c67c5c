//! Writes YAML that readers of version 1.1 and 1.2 parse to the same tree.
//!
//! Called by the renderer with trees that it has built. It must not lose a byte of a text, nor write text that a reader
//! could parse as another type.

use super::{Map, Node, Tag, Value, scalar};

/// Writes a document without document markers.
pub fn write(map: &Map) -> String {
    let mut out = String::new();
    entries(&mut out, map, 0);
    out
}

/// Longest key, in bytes, that is written without a question mark. YAML allows 1024 characters.
const MAX_SIMPLE_KEY_BYTES: usize = 1000;

fn entries(out: &mut String, map: &Map, indent: usize) {
    for (key, node) in map.iter() {
        pad(out, indent);
        let mut written = String::new();
        text(&mut written, key, None);
        if written.len() > MAX_SIMPLE_KEY_BYTES {
            out.push_str("? ");
            out.push_str(&written);
            out.push('\n');
            pad(out, indent);
        } else {
            out.push_str(&written);
        }
        out.push(':');
        below(out, node, indent);
    }
}

/// Writes the value after `key:` or `-`.
fn below(out: &mut String, node: &Node, indent: usize) {
    match node.tag {
        Some(Tag::Reset) => out.push_str(" !reset"),
        Some(Tag::Override) => out.push_str(" !override"),
        None => {}
    }
    match &node.value {
        Value::Map(map) if !map.is_empty() => {
            out.push('\n');
            entries(out, map, indent + 2);
        }
        Value::List(list) if !list.is_empty() => {
            out.push('\n');
            for item in list {
                pad(out, indent + 2);
                out.push('-');
                match (&item.value, item.tag) {
                    // The first key is on the line of the dash.
                    (Value::Map(map), None) if !map.is_empty() => {
                        let mut inner = String::new();
                        entries(&mut inner, map, indent + 4);
                        out.push(' ');
                        out.push_str(inner.trim_start_matches(' '));
                    }
                    _ => below(out, item, indent + 2),
                }
            }
        }
        plain => {
            out.push(' ');
            match plain {
                Value::Null => out.push_str("null"),
                Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
                Value::Int(value) => out.push_str(&value.to_string()),
                Value::Float(value) => float(out, *value),
                Value::Text(value) => text(out, value, Some(indent)),
                Value::List(_) => out.push_str("[]"),
                Value::Map(_) => out.push_str("{}"),
            }
            if !out.ends_with('\n') {
                out.push('\n');
            }
        }
    }
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn float(out: &mut String, value: f64) {
    if value.is_nan() {
        out.push_str(".nan");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { ".inf" } else { "-.inf" });
    } else {
        let digits = scalar::float_text(value);
        out.push_str(&digits);
        // Without a point or an exponent it would be an integer.
        if !digits.contains(['.', 'e']) {
            out.push_str(".0");
        }
    }
}

/// Writes text: plain if it is unambiguous, as a block if it has several lines, quoted otherwise.
fn text(out: &mut String, text: &str, block_in: Option<usize>) {
    if is_plain(text) {
        out.push_str(text);
    } else if let Some(indent) = block_in.filter(|_| fits_block(text)) {
        block(out, text, indent + 2);
    } else {
        quoted(out, text);
    }
}

/// Words that a reader may parse as another type than text.
const WORDS: [&str; 14] =
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "none", "infinity", "nil"];

fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.len() <= 120
        // A colon inside is text if no space follows; at the end it would make a key.
        && !text.ends_with(':')
        && text.chars().all(|c| plain(c) || c == ':')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether every reader accepts a character in text.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn fits_block(text: &str) -> bool {
    let end = text.trim_end_matches('\n');
    end.contains('\n') && text.chars().all(|c| is_printable(c) || matches!(c, '\n' | '\t'))
        || (text.len() > end.len()
            && !end.is_empty()
            && text.chars().all(|c| is_printable(c) || matches!(c, '\n' | '\t')))
}

/// Writes a literal block that keeps every byte.
fn block(out: &mut String, text: &str, indent: usize) {
    out.push('|');
    // The indentation is written out if it cannot be detected from the first line.
    if text.starts_with([' ', '\n', '\t']) {
        out.push('2');
    }
    let body = text.trim_end_matches('\n');
    match text.len() - body.len() {
        0 => out.push('-'),
        1 => {}
        _ => out.push('+'),
    }
    out.push('\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            pad(out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) <= 0xff => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if u32::from(c) <= 0xffff => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::read, *};

    #[test]
    fn what_could_be_mistaken_is_quoted() {
        let plain = ["nginx:1.29", "/var/lib/data", "unless-stopped", "a.b_c"];
        let quoted = ["no", "0755", "1e3", "12:34:56", "", "~", "Null", "a: b", "- a", "#", "a:", "y", "5", "$$x", "é"];
        for (words, expected) in [(plain.as_slice(), true), (quoted.as_slice(), false)] {
            for word in words {
                assert_eq!(is_plain(word), expected, "{word}");
            }
        }
    }

    #[test]
    fn lines_become_a_block() {
        let mut map = Map::new();
        map.set("a", "x\n y\n");
        map.set("b", "x\ny");
        map.set("c", " x\n\n");
        map.set("d", "x\r\n");
        let text = write(&map);
        assert_eq!(text, "a: |\n  x\n   y\nb: |-\n  x\n  y\nc: |2+\n   x\n\nd: \"x\\r\\n\"\n");
    }

    #[test]
    fn keys_of_any_length_are_read_again() {
        for length in [900, 1000, 1001, 1023, 1024, 1025, 70_000] {
            for piece in ["k", "$ ", "\u{2028}"] {
                let (mut inner, mut map) = (Map::new(), Map::new());
                inner.set(piece.repeat(length), "x");
                map.set(piece.repeat(length), vec![Node::from(inner.clone()), Node::from(inner)]);
                let text = write(&map);
                let again = read(&text, 0).unwrap_or_else(|error| panic!("{length}: {error:?}"));
                assert_eq!(again.as_map(), Some(&map), "{length}");
            }
        }
    }

    fn tree() -> impl Strategy<Value = Node> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|n| Value::Int(n.into())),
            (-1e9..1e9f64).prop_map(Value::Float),
            "[ -~\n\t]{0,12}".prop_map(Value::Text),
            "\\PC{0,6}".prop_map(Value::Text),
            any::<String>().prop_map(Value::Text),
            proptest::sample::select(WORDS.as_slice()).prop_map(|word| Value::Text(word.to_owned())),
        ];
        scalar.prop_map(Node::new).prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Node::from),
                proptest::collection::btree_map("[ -~]{0,6}", inner, 0..4)
                    .prop_map(|map| Node::from(map.into_iter().collect::<Map>())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read_again(node in tree()) {
            let mut map = Map::new();
            map.set("top", node.clone());
            let text = write(&map);
            let again = read(&text, 0).map_err(|error| TestCaseError::fail(format!("{error:?}: {text}")))?;
            prop_assert_eq!(again.as_map().and_then(|map| map.get("top")), Some(&node), "{}", text);
        }
    }
}
