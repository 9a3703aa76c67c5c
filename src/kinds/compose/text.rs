//! Escaping of text for Compose, in which `$` starts a variable unless it is doubled.
//!
//! Used by the kinds when they render and read. It must not know what a text is for.

use crate::yaml::{Map, Node, Value};

/// Escapes a text, so that Compose takes it literally.
pub fn literal(text: &str) -> Node {
    Node::text(text.replace('$', "$$"))
}

/// Escapes every text in a tree.
pub fn literal_tree(node: &Node) -> Node {
    let value = match &node.value {
        Value::Text(text) => return literal(text),
        Value::List(list) => Value::List(list.iter().map(literal_tree).collect()),
        Value::Map(map) => Value::Map(map.iter().map(|(key, node)| (key.to_owned(), literal_tree(node))).collect()),
        plain => plain.clone(),
    };
    Node::new(value)
}

/// Labels as a mapping of texts, whichever form the file has. A label without a value is empty.
pub fn labels(node: &Node) -> Node {
    let text = |node: &Node| Node { at: node.at, ..Node::text(node.scalar().unwrap_or_default()) };
    let map: Map = match &node.value {
        Value::Map(map) => map.iter().map(|(key, node)| (key.to_owned(), text(node))).collect(),
        Value::List(list) => {
            let pair = |item: &Node| {
                let line = item.scalar()?;
                let (key, value) = line.split_once('=').unwrap_or((&line, ""));
                Some((key.to_owned(), Node { at: item.at, ..Node::text(value) }))
            };
            list.iter().filter_map(pair).collect()
        }
        _ => return node.clone(),
    };
    Node { at: node.at, ..Node::from(map) }
}

/// Undoes the escaping of `$`.
pub fn unescaped(text: &str) -> String {
    text.replace("$$", "$")
}

/// Whether Compose would interpolate variables in a text.
pub fn has_variables(text: &str) -> bool {
    let plain = text.replace("$$", "");
    let starts = |rest: &str| rest.starts_with(|c: char| c == '{' || c == '_' || c.is_ascii_alphabetic());
    plain.split('$').skip(1).any(starts)
}

/// Whether Compose can interpolate a text: every `${` is followed by a valid name and has an end.
pub fn is_interpolable(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('$') {
        rest = behind;
        if let Some(behind) = rest.strip_prefix('$') {
            rest = behind;
        } else if let Some(braced) = rest.strip_prefix('{') {
            let named = braced.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
            let behind = braced.trim_start_matches(|c: char| c == '_' || c.is_ascii_alphanumeric());
            let operator = behind.strip_prefix(':').unwrap_or(behind).starts_with(['-', '?', '+']);
            if !named || !(behind.starts_with('}') || operator && behind.contains('}')) {
                return false;
            }
            rest = braced;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brace_behind_a_dollar_names_a_variable() {
        // Observed with Docker Compose 2.40.
        for text in ["", "$$", "$$$", "$a", "${a}", "${A:-x}", "${A-}", "${A:?no}", "a${b:-${c}}$d$$e", "$ $1 $(a) $"] {
            assert!(is_interpolable(text), "{text}");
        }
        for text in ["${", "${}", "${1}", "${a", "${a b}", "${a.b}", "${a:b}", "${a:-${}}", "${a:-b"] {
            assert!(!is_interpolable(text), "{text}");
        }
    }
}
