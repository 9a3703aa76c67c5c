//! Reads a document: checks every key, type and entry, and reports all problems together, each with its line.
//!
//! Called by the use cases with untrusted text. It must not read more than its budget allows.

use serde_json::Value as Json;

use super::{DocumentError, DocumentInstance, Field, MAX_INSTANCES, StackDocument, VERSION, VERSION_KEY};
use crate::{
    budget::import::ReadBudget,
    error::{Code, Error, Problem, Problems},
    fields::{Editable, InstanceValues, StackValues},
    kinds::{
        Kind, SharedVar,
        plain::document::{read_overrides, read_shared_vars},
    },
    name::{Name, NameOf},
    yaml::{self, Map, Node, Value},
};

/// The most text of a document, in bytes: 16 MiB, as for an import.
const MAX_BYTES: usize = 16 << 20;
/// The keys of an instance beside its fields.
const INSTANCE_KEYS: [&str; 4] = ["template", "overrides", "removed", "replaced"];
/// The keys of a document beside the fields of a stack.
const STACK_KEYS: [&str; 4] = [VERSION_KEY, "stack", SharedVar::FIELD, "instances"];

/// Whether a text is meant to be a document of a stack: its top level has the key `devarch`.
pub fn is_document(text: &str) -> bool {
    let is_one = |node: &Node| node.as_map().is_some_and(|map| map.get(VERSION_KEY).is_some());
    parse(text, &ReadBudget::default()).is_ok_and(|node| is_one(&node))
}

/// The name of the stack that a document is about, if it can be read and has one.
pub fn stack_name(text: &str) -> Option<String> {
    match &parse(text, &ReadBudget::default()).ok()?.as_map()?.get("stack")?.value {
        Value::Text(name) => Some(name.clone()),
        _ => None,
    }
}

/// Reads a document within a budget.
pub fn read(text: &str, budget: &ReadBudget) -> Result<StackDocument, Vec<DocumentError>> {
    let limit = |message: String| vec![DocumentError { line: 0, code: Code::LimitExceeded, message }];
    if text.len() > MAX_BYTES {
        return Err(limit(format!("The document has {} bytes; at most {MAX_BYTES} are allowed.", text.len())));
    }
    let root = parse(text, budget).map_err(|error| vec![error])?;
    let (values, bytes) = root.weight();
    // What is read from it is held beside it.
    if !budget.charge(values, bytes) {
        let why = budget.exceeded().map_or_else(String::new, |why| format!(": {why}"));
        return Err(limit(format!("The document is too large{why}.")));
    }
    let mut problems = Problems::at(&[]);
    let document = stack(&root, &mut problems);
    match problems.finish() {
        Ok(()) => Ok(document),
        Err(Error::Refused(problems)) => Err(problems.iter().map(|problem| located(&root, problem)).collect()),
        Err(_) => Err(limit("The document cannot be read.".to_owned())),
    }
}

fn parse(text: &str, budget: &ReadBudget) -> Result<Node, DocumentError> {
    let code = |is_limit: bool| if is_limit { Code::LimitExceeded } else { Code::InvalidValue };
    match yaml::read_documents(text, 0, budget) {
        Ok(mut documents) => match documents.get(1) {
            Some(second) => {
                let message = "A document ends before the next `---`.".to_owned();
                Err(DocumentError { line: second.at.line, code: Code::InvalidValue, message })
            }
            None => Ok(documents.pop().unwrap_or_else(Node::null)),
        },
        // Not all JSON is YAML: a character outside the basic plane may be written as two escapes.
        Err(error) if !error.is_limit && text.trim_start().starts_with('{') => match serde_json::from_str::<Json>(text)
        {
            Ok(json) => Ok(Node::from(&json)),
            Err(_) => Err(DocumentError { line: error.line, code: code(false), message: error.message }),
        },
        Err(error) => Err(DocumentError { line: error.line, code: code(error.is_limit), message: error.message }),
    }
}

/// A problem with its line: that of the deepest value on its way that exists.
fn located(root: &Node, problem: &Problem) -> DocumentError {
    let mut node = root;
    for part in &problem.path {
        let next = match &node.value {
            Value::Map(map) => map.get(part),
            Value::List(list) => part.parse().ok().and_then(|index: usize| list.get(index)),
            _ => None,
        };
        let Some(next) = next else { break };
        node = next;
    }
    let path = problem.path.join(".");
    let message = match (path.is_empty(), &problem.suggestion) {
        (true, _) => problem.message.clone(),
        (false, None) => format!("{path}: {}", problem.message),
        (false, Some(suggestion)) => format!("{path}: {} Try `{suggestion}`.", problem.message),
    };
    DocumentError { line: node.at.line, code: problem.code, message }
}

fn stack(root: &Node, at: &mut Problems) -> StackDocument {
    let mut document = StackDocument::default();
    let Some(map) = root.as_map() else {
        at.note(Code::InvalidValue, format!("A document is a mapping, and this is {}.", root.what()), None);
        return document;
    };
    match map.get(VERSION_KEY).map(|node| &node.value) {
        Some(Value::Int(version)) if *version == i128::from(VERSION) => {}
        Some(_) => {
            at.invalid(VERSION_KEY, "This is not a version that this service reads.", Some(VERSION.to_string()));
            return document;
        }
        None => {
            let message = format!("A document begins with its version: `{VERSION_KEY}: {VERSION}`.");
            at.note(Code::InvalidValue, message, None);
            return document;
        }
    }
    document.stack = map.get("stack").and_then(|node| text(node, "stack", at));
    let initial = StackValues::default();
    let set = |column: &str, value: &Json| initial.clone().set(column, value);
    document.fields = fields(map, StackValues::EDITABLE, set, at);
    known_keys(map, &STACK_KEYS, StackValues::EDITABLE, at);
    if let Some(node) = map.get(SharedVar::FIELD) {
        document.shared_vars = read_shared_vars(node, at);
    }
    let Some(node) = map.get("instances") else { return document };
    at.enter("instances", |at| match &node.value {
        Value::Null => {}
        Value::Map(instances) if instances.len() > MAX_INSTANCES => {
            let message = format!("{} instances are too many; at most {MAX_INSTANCES} are allowed.", instances.len());
            at.note(Code::LimitExceeded, message, None);
        }
        Value::Map(instances) => {
            for (name, node) in instances.iter() {
                at.enter(name, |at| document.instances.extend(instance(name, node, at)));
            }
        }
        _ => at.note(Code::InvalidValue, "This has to be a mapping with the name of each instance.", None),
    });
    document
}

fn instance(name: &str, node: &Node, at: &mut Problems) -> Option<DocumentInstance> {
    if let Err(error) = Name::parse(NameOf::Instance, name) {
        let problem = Problem::name(&[], error);
        at.note(problem.code, problem.message, problem.suggestion);
    }
    let Some(map) = node.as_map() else {
        at.note(Code::InvalidValue, format!("An instance is a mapping, and this is {}.", node.what()), None);
        return None;
    };
    let template = match map.get("template") {
        Some(node) => text(node, "template", at),
        None => {
            at.invalid("template", "This is missing: the name of the template.", None);
            None
        }
    };
    let initial = InstanceValues::default();
    let set = |column: &str, value: &Json| initial.clone().set(column, value);
    let fields = fields(map, InstanceValues::EDITABLE, set, at);
    known_keys(map, &INSTANCE_KEYS, InstanceValues::EDITABLE, at);
    let overrides = read_overrides(["overrides", "removed", "replaced"].map(|key| map.get(key)), at);
    let (name, line) = (name.to_owned(), node.at.line);
    Some(DocumentInstance { name, line, template: template.unwrap_or_default(), fields, overrides })
}

/// The fields that clients set.
fn fields(map: &Map, editable: &[Editable], set: impl Fn(&str, &Json) -> bool, at: &mut Problems) -> Vec<Field> {
    let mut found = Vec::new();
    for field in editable {
        let Some(node) = map.get(field.field) else { continue };
        let value = node.to_json();
        if set(field.column, &value) {
            found.push((field.column, value));
        } else {
            at.invalid(field.field, format!("The field is not of this type: this is {}.", node.what()), None);
        }
    }
    found
}

fn known_keys(map: &Map, keys: &[&str], editable: &[Editable], at: &mut Problems) {
    let known: Vec<&str> = keys.iter().copied().chain(editable.iter().map(|field| field.field)).collect();
    for (key, _) in map.iter().filter(|(key, _)| !known.contains(key)) {
        at.invalid(key, format!("There is no such key here; it is one of {}.", known.join(", ")), None);
    }
}

fn text(node: &Node, field: &str, at: &mut Problems) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        _ => {
            at.invalid(field, format!("This has to be text, and is {}.", node.what()), None);
            None
        }
    }
}
