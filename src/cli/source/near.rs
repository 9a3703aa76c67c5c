//! Names that are nearly written like one that does not exist.
//!
//! Used for messages. It must not fail: a message without a suggestion is good enough.

use serde::Deserialize;
use serde_json::json;
use similar::TextDiff;

use super::Source;

/// Most names that are suggested.
const MOST: usize = 3;
/// How alike two names are at least, from 0 to 1.
const LIKENESS: f32 = 0.6;

#[derive(Deserialize)]
struct Names {
    nodes: Vec<Name>,
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

/// The names of the first stacks.
pub(super) async fn stacks(source: &Source) -> Vec<String> {
    #[derive(Deserialize)]
    struct Data {
        stacks: Names,
    }
    let query = "{ stacks(first: 100) { nodes { name } } }";
    source.ask::<Data>(query.to_owned(), json!({})).await.map_or_else(|_| Vec::new(), |data| names(data.stacks))
}

/// The names of the first instances of a stack.
pub(super) async fn instances(source: &Source, stack: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Data {
        stack: Option<Stack>,
    }
    #[derive(Deserialize)]
    struct Stack {
        instances: Names,
    }
    let query = "query ($stack: String!) { stack(name: $stack) { instances(first: 100) { nodes { name } } } }";
    let data = source.ask::<Data>(query.to_owned(), json!({ "stack": stack })).await;
    data.ok().and_then(|data| data.stack).map_or_else(Vec::new, |stack| names(stack.instances))
}

fn names(names: Names) -> Vec<String> {
    names.nodes.into_iter().map(|node| node.name).collect()
}

/// The message that there is no such thing, with those that are nearly called so.
pub(super) fn message(what: &str, name: &str, all: &[String]) -> String {
    let near: Vec<String> = near(name, all).into_iter().map(|name| format!("`{name}`")).collect();
    let name = name.escape_debug();
    match near.is_empty() {
        true => format!("there is no {what} `{name}`"),
        false => format!("there is no {what} `{name}`; did you mean {}?", near.join(" or ")),
    }
}

/// The names that are most alike.
fn near<'a>(name: &str, all: &'a [String]) -> Vec<&'a str> {
    let lower = name.to_lowercase();
    let likeness = |other: &str| {
        let contains = lower.len() > 1 && (other.contains(&lower) || lower.contains(other));
        let ratio = TextDiff::from_chars(lower.as_str(), other).ratio();
        if contains { ratio.max(LIKENESS) } else { ratio }
    };
    let mut found: Vec<(f32, &str)> = all.iter().map(|other| (likeness(other), other.as_str())).collect();
    found.retain(|(likeness, _)| *likeness >= LIKENESS);
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    found.into_iter().take(MOST).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_written_so_is_suggested() {
        let all = ["shop", "shop-login", "blog"].map(str::to_owned);
        for (name, expected) in [("sohp", &["shop"][..]), ("Shop", &["shop", "shop-login"]), ("wiki", &[]), ("", &[])] {
            assert_eq!(near(name, &all), expected, "{name}");
        }
        assert_eq!(message("stack", "sohp", &all), "there is no stack `sohp`; did you mean `shop`?");
        assert_eq!(message("stack", "wiki", &all), "there is no stack `wiki`");
    }
}
