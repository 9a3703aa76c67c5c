//! What a Compose file asks for to be generated, in `x-devarch.generate`.
//!
//! Used by the kind. It must not decide whether a value of the file goes before it.

use std::collections::BTreeMap;

use crate::{
    error::Problems,
    kinds::{Generated, compose::Reading},
    yaml::{Map, Node, Value},
};

/// What is asked for, as `x-devarch.generate` has it.
pub(super) fn to_node(asked: &Generated) -> Node {
    let (mut node, usual) = (Map::new(), Generated::default());
    if asked.length != usual.length {
        node.set("length", Node::new(Value::Int(asked.length.into())));
    }
    if asked.alphabet != usual.alphabet {
        node.set("alphabet", Node::text(asked.alphabet.as_str()));
    }
    node.into()
}

/// Takes `x-devarch.generate`: what is asked for by the names of variables. Notes what cannot be.
pub(super) fn read_generated(from: &mut Reading<'_>) -> BTreeMap<String, Generated> {
    let mut found = BTreeMap::new();
    let Some(listed) = from.extension.take("generate") else { return found };
    let Some(map) = listed.as_map() else {
        from.lose("x-devarch.generate", listed.at, "This is a mapping of variables to what is generated for them.");
        return found;
    };
    for (key, node) in map.iter() {
        let mut asked = Generated::default();
        let mut at = Problems::default();
        if node.as_map().is_none() && node.value != Value::Null {
            at.invalid("generate", "This is no mapping.", None);
        }
        for (part, value) in node.as_map().into_iter().flat_map(Map::iter) {
            match (part, value.scalar()) {
                ("length", Some(text)) => asked.length = text.parse().unwrap_or_default(),
                ("alphabet", Some(text)) => asked.alphabet = text,
                _ => at.invalid(part, "Only `length` and `alphabet` can be given.", None),
            }
        }
        asked.check(&mut at);
        match at.finish() {
            Ok(()) => drop(found.insert(key.to_owned(), asked)),
            Err(_) => {
                let reason = "A secret is generated with `length`, 8 to 128, and `alphabet`, printable ASCII.";
                from.lose(&format!("x-devarch.generate.{key}"), node.at, reason);
            }
        }
    }
    found
}
