//! Names that are nearly written like one that does not exist.
//!
//! Used for messages. It must not fail: a message without a suggestion is good enough.

use serde::Deserialize;
use serde_json::json;

use super::Source;
use crate::near;

/// Most names that are suggested.
const MOST: usize = 3;

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

/// The names that are most alike, and then those that contain it or are a part of it.
fn near<'a>(name: &str, all: &'a [String]) -> Vec<&'a str> {
    let lower = name.to_lowercase();
    let mut found = near::near(&lower, all.iter().map(String::as_str));
    let contains = |other: &&str| lower.len() > 1 && (other.contains(&lower) || lower.contains(*other));
    let parts: Vec<&str> = all.iter().map(String::as_str).filter(contains).filter(|it| !found.contains(it)).collect();
    found.extend(parts);
    found.truncate(MOST);
    found
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
