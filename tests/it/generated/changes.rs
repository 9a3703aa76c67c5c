//! Payloads of mutations with generated selections: what a payload shows is what a query shows right afterwards.
//!
//! Called by the test of mutations. It must not send a mutation twice, except one that was refused.

use apollo_compiler::Node;
use devarch::db::change_log::cursor::LogCursor;
use serde_json::{Value, json};

use super::{
    compare::{around_difference, compared, send},
    generator::{Grower, Head, Operation, Scope, Selection, Written},
};
use crate::support::TestApp;

/// The key that every compared object has, with its id.
const PIN: &str = "pin";
/// How deep the selections of an object in a payload are.
const DEPTH: usize = 6;

/// An object in a payload whose selections are sent again: where it is, its type, and the selections.
struct Pinned {
    path: Vec<String>,
    of: String,
    set: Vec<Selection>,
}

/// A mutation, and what its payload shows.
pub(super) struct Change {
    operation: Operation,
    pinned: Vec<Pinned>,
}

/// What became of a mutation.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was done, and this many objects of its payload were compared.
    Done(usize),
    Refused,
}

impl Change {
    /// A mutation whose payload has generated selections.
    pub(super) fn new(mut grower: Grower<'_>, field: &str, input: &Value) -> Self {
        let definition = Node::clone(grower.types.field("Mutation", field).unwrap());
        let mut pinned = Vec::new();
        let inside = payload(&mut grower, definition.ty.inner_named_type(), &[], &mut pinned);
        let argument = Written { text: "$input".to_owned(), variables: Vec::new() };
        let root = Selection::field("Mutation", field, inside).under("done").with("input", argument);
        let input = Some((definition.arguments[0].ty.to_string(), input.clone()));
        let operation = grower.finish(Operation { mutation: true, roots: vec![root], input, ..Operation::default() });
        Self { operation, pinned }
    }

    pub(super) fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Sends the mutation, compares what it answers, and returns the answer. `what` is told on failure.
    pub(super) async fn make(&self, t: &TestApp, by_executor: bool, what: &str) -> (Outcome, Value) {
        let (first, _) = send(t, &self.operation, by_executor).await;
        let answer: Value = serde_json::from_str(&first.body).unwrap();
        let payload = &answer["data"]["done"];
        if payload["refused"] != json!([]) {
            assert_eq!(payload["refused"].as_array().map(Vec::is_empty), Some(false), "{what}: {answer}");
            let again = compared(t, &self.operation, false, what).await;
            assert_eq!(again.body, first.body, "{what}: {}", self.operation.document());
            return (Outcome::Refused, answer);
        }
        let mut count = 0;
        for pinned in &self.pinned {
            for shown in at(payload, &pinned.path) {
                count += usize::from(self.is_found(t, pinned, shown, what).await);
            }
        }
        (Outcome::Done(count), answer)
    }

    /// Compares an object of the payload with the answer to a query; false if no query finds it.
    async fn is_found(&self, t: &TestApp, pinned: &Pinned, shown: &Value, what: &str) -> bool {
        let id = Written { text: shown[PIN].to_string(), variables: Vec::new() };
        let inside = Selection {
            head: Head::Inline(Some(pinned.of.clone())),
            directives: Vec::new(),
            inside: pinned.set.clone(),
        };
        let live = Selection::field("Query", "node", vec![inside]).with("id", id);
        let found = self.ask(t, live, what).await["node"].take();
        let found = match (found, pinned.of.as_str()) {
            (Value::Null, "Template") => return false,
            (Value::Null, of) => {
                // The last that was deleted is the first in the trash.
                let (list, page, row) = match of {
                    "Stack" => ("stacks", "TrashedStackPage", "TrashedStack"),
                    _ => ("instances", "TrashedInstancePage", "TrashedInstance"),
                };
                let one = Written { text: "1".to_owned(), variables: Vec::new() };
                let object = Selection::field(row, &of.to_lowercase(), pinned.set.clone());
                let list_field = Selection::field("Trash", list, vec![Selection::field(page, "nodes", vec![object])]);
                let trash = Selection::field("Query", "trash", vec![list_field.with("first", one)]);
                self.ask(t, trash, what).await["trash"][list]["nodes"][0][of.to_lowercase()].take()
            }
            (found, _) => found,
        };
        let (shown, found) = (without_cursors(shown.clone()).to_string(), without_cursors(found).to_string());
        let (one, other) = around_difference(&shown, &found);
        let document = self.operation.document();
        assert!(shown == found, "{what}: {document}\nthe payload shows: {one}\nthe query: {other}");
        true
    }

    /// The data of a query with the fragments and variables of the mutation.
    async fn ask(&self, t: &TestApp, root: Selection, what: &str) -> Value {
        let query = Operation { mutation: false, input: None, roots: vec![root], ..self.operation.clone() };
        let mut answer = compared(t, &query, false, what).await.answer;
        answer["data"].take()
    }
}

/// A value with a word in place of each cursor of the change log: that of a payload can be of the moment before the change.
fn without_cursors(value: Value) -> Value {
    match value {
        Value::String(text) if LogCursor::decode(&text).is_some() => json!("cursor"),
        Value::Array(values) => values.into_iter().map(without_cursors).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, without_cursors(value))).collect(),
        plain => plain,
    }
}

/// The selections of a payload. Every object with an id is pinned.
fn payload(grower: &mut Grower<'_>, of: &str, path: &[String], pinned: &mut Vec<Pinned>) -> Vec<Selection> {
    let types = grower.types;
    let mut set = Vec::new();
    for field in types.fields(of) {
        let (name, inside) = (field.name.as_str(), field.ty.inner_named_type().as_str());
        let path = [path, &[name.to_owned()]].concat();
        if types.is_node(inside) {
            let mut scope = Scope::default();
            let mut selections = vec![Selection::field(inside, "id", Vec::new()).under(PIN)];
            selections.extend(grower.set(inside, DEPTH, &mut scope));
            set.push(Selection::field(of, name, selections.clone()));
            pinned.push(Pinned { path, of: inside.to_owned(), set: selections });
        } else if name == "userErrors" {
            let code = vec![Selection::field("UserError", "code", Vec::new())];
            set.push(Selection::field(of, name, code).under("refused"));
            set.push(Selection::field(of, name, grower.set(inside, DEPTH, &mut Scope::default())));
        } else if types.is_leaf(inside) {
            if grower.chance(2) {
                set.push(Selection::field(of, name, Vec::new()));
            }
        } else {
            let deeper = payload(grower, inside, &path, pinned);
            if !deeper.is_empty() {
                set.push(Selection::field(of, name, deeper));
            }
        }
    }
    set
}

/// The objects at a path, in lists as well.
fn at<'a>(value: &'a Value, path: &[String]) -> Vec<&'a Value> {
    match (value, path) {
        (Value::Null, _) => Vec::new(),
        (Value::Array(items), _) => items.iter().flat_map(|item| at(item, path)).collect(),
        (object, []) => vec![object],
        (object, [field, rest @ ..]) => at(&object[field], rest),
    }
}
