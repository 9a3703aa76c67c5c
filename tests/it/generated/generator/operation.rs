//! `Operation`: a generated operation that can be written as a document, and from which parts can be removed.
//!
//! Made by the generator, sent by the comparison. It must not know the schema: what it writes may be invalid.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// The text of a value in a document, and the numbers of the variables in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::generated) struct Written {
    pub(in crate::generated) text: String,
    pub(in crate::generated) variables: Vec<usize>,
}

/// A declared variable. Its number is its name.
#[derive(Clone, Debug)]
pub(in crate::generated) struct Variable {
    pub(in crate::generated) of: String,
    pub(in crate::generated) default: Option<String>,
    /// What the request gives; `None` if it gives nothing.
    pub(in crate::generated) given: Option<Value>,
}

/// What a selection is.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::generated) enum Head {
    Field {
        /// The type that has the field.
        of: String,
        alias: Option<String>,
        name: String,
        arguments: Vec<(String, Written)>,
        /// Whether the field takes no selections.
        leaf: bool,
    },
    /// An inline fragment with its type, if it names one.
    Inline(Option<String>),
    /// The spread of the fragment with this number.
    Spread(usize),
}

/// A field or a fragment in a selection set.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::generated) struct Selection {
    pub(in crate::generated) head: Head,
    /// `skip` or `include`, with the condition.
    pub(in crate::generated) directives: Vec<(&'static str, Written)>,
    pub(in crate::generated) inside: Vec<Selection>,
}

impl Selection {
    /// A field without arguments.
    pub(in crate::generated) fn field(of: &str, name: &str, inside: Vec<Self>) -> Self {
        let leaf = inside.is_empty();
        let head = Head::Field { of: of.into(), alias: None, name: name.into(), arguments: Vec::new(), leaf };
        Self { head, directives: Vec::new(), inside }
    }

    /// The same field under another key.
    pub(in crate::generated) fn under(mut self, key: &str) -> Self {
        if let Head::Field { alias, .. } = &mut self.head {
            *alias = Some(key.to_owned());
        }
        self
    }

    /// The same field with one more argument.
    pub(in crate::generated) fn with(mut self, name: &str, value: Written) -> Self {
        if let Head::Field { arguments, .. } = &mut self.head {
            arguments.push((name.to_owned(), value));
        }
        self
    }
}

/// A named fragment.
#[derive(Clone, Debug)]
pub(in crate::generated) struct Fragment {
    pub(in crate::generated) on: String,
    pub(in crate::generated) set: Vec<Selection>,
}

/// An operation with its fragments and variables.
#[derive(Clone, Debug, Default)]
pub(in crate::generated) struct Operation {
    pub(in crate::generated) mutation: bool,
    pub(in crate::generated) name: Option<&'static str>,
    pub(in crate::generated) roots: Vec<Selection>,
    pub(in crate::generated) fragments: Vec<Fragment>,
    pub(in crate::generated) variables: Vec<Variable>,
    /// A mutation's variable `$input`: its type and its value.
    pub(in crate::generated) input: Option<(String, Value)>,
    /// Another operation in the same document, which does not run.
    pub(in crate::generated) beside: Option<&'static str>,
}

/// The fragments and variables that are used.
#[derive(Default)]
struct Used {
    fragments: BTreeSet<usize>,
    variables: BTreeSet<usize>,
}

impl Operation {
    /// The document: with the fragments and variables that are used, and no others.
    pub(in crate::generated) fn document(&self) -> String {
        let used = self.used();
        let mut declared = String::new();
        if let Some((of, _)) = &self.input {
            declared += &format!("$input: {of} ");
        }
        for number in &used.variables {
            let Variable { of, default, .. } = &self.variables[*number];
            let default = default.as_ref().map_or_else(String::new, |value| format!(" = {value}"));
            declared += &format!("$v{number}: {of}{default} ");
        }
        let declared = if declared.is_empty() { declared } else { format!("({})", declared.trim_end()) };
        let kind = if self.mutation { "mutation" } else { "query" };
        let mut text = format!("{kind} {}{declared} {}", self.name.unwrap_or_default(), braces(&self.roots));
        for number in &used.fragments {
            let Fragment { on, set } = &self.fragments[*number];
            text += &format!(" fragment F{number} on {on} {}", braces(set));
        }
        text + self.beside.unwrap_or_default()
    }

    /// The variables that are used and given.
    pub(in crate::generated) fn given(&self) -> Value {
        let mut given = Map::new();
        if let Some((_, value)) = &self.input {
            given.insert("input".to_owned(), value.clone());
        }
        for number in self.used().variables {
            if let Some(value) = &self.variables[number].given {
                given.insert(format!("v{number}"), value.clone());
            }
        }
        Value::Object(given)
    }

    /// The body of the request.
    pub(in crate::generated) fn body(&self) -> String {
        let mut body = json!({ "query": self.document(), "variables": self.given() });
        if let Some(name) = self.name.filter(|_| self.beside.is_some()) {
            body["operationName"] = json!(name);
        }
        body.to_string()
    }

    fn used(&self) -> Used {
        let mut used = Used::default();
        self.find_used(&self.roots, &mut used);
        used
    }

    fn find_used(&self, set: &[Selection], used: &mut Used) {
        for selection in set {
            used.variables.extend(selection.directives.iter().flat_map(|(_, written)| &written.variables));
            match &selection.head {
                Head::Field { arguments, .. } => {
                    used.variables.extend(arguments.iter().flat_map(|(_, written)| &written.variables));
                }
                Head::Inline(_) => {}
                Head::Spread(number) => {
                    if used.fragments.insert(*number) {
                        self.find_used(&self.fragments[*number].set, used);
                    }
                }
            }
            self.find_used(&selection.inside, used);
        }
    }

    /// Calls `look` for every selection that is used, once.
    pub(in crate::generated) fn each<'a>(&'a self, look: &mut dyn FnMut(&'a Selection)) {
        fn walk<'a>(set: &'a [Selection], look: &mut dyn FnMut(&'a Selection)) {
            for selection in set {
                look(selection);
                walk(&selection.inside, look);
            }
        }
        walk(&self.roots, look);
        for number in self.used_fragments() {
            walk(&self.fragments[number].set, look);
        }
    }

    /// The fields that an answer shows, as `Type.field`: those with a value that is not null, nor an empty list.
    pub(in crate::generated) fn shown(&self, data: &Value) -> BTreeSet<String> {
        let mut shown = BTreeSet::new();
        self.find_shown(&self.roots, data, &mut shown);
        shown
    }

    fn find_shown(&self, set: &[Selection], value: &Value, shown: &mut BTreeSet<String>) {
        if let Value::Array(items) = value {
            return items.iter().for_each(|item| self.find_shown(set, item, shown));
        }
        for selection in set {
            match &selection.head {
                Head::Field { of, alias, name, .. } => {
                    let value = &value[alias.as_ref().unwrap_or(name)];
                    if !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()) {
                        shown.insert(format!("{of}.{name}"));
                        self.find_shown(&selection.inside, value, shown);
                    }
                }
                Head::Inline(_) => self.find_shown(&selection.inside, value, shown),
                Head::Spread(number) => self.find_shown(&self.fragments[*number].set, value, shown),
            }
        }
    }

    /// The numbers of the used fragments.
    pub(in crate::generated) fn used_fragments(&self) -> BTreeSet<usize> {
        self.used().fragments
    }

    /// The used variables.
    pub(in crate::generated) fn used_variables(&self) -> impl Iterator<Item = &Variable> {
        self.used().variables.into_iter().map(|number| &self.variables[number])
    }
}

/// A selection set; an empty one asks for the type.
fn braces(set: &[Selection]) -> String {
    if set.is_empty() {
        return "{ __typename }".to_owned();
    }
    let each: Vec<String> = set.iter().map(written).collect();
    format!("{{ {} }}", each.join(" "))
}

fn written(selection: &Selection) -> String {
    let mut text = match &selection.head {
        Head::Field { alias, name, arguments, .. } => {
            let alias = alias.as_ref().map_or_else(String::new, |alias| format!("{alias}: "));
            let each: Vec<String> = arguments.iter().map(|(name, value)| format!("{name}: {}", value.text)).collect();
            let arguments = if each.is_empty() { String::new() } else { format!("({})", each.join(", ")) };
            format!("{alias}{name}{arguments}")
        }
        Head::Inline(on) => on.as_ref().map_or_else(|| "...".to_owned(), |on| format!("... on {on}")),
        Head::Spread(number) => format!("...F{number}"),
    };
    for (name, condition) in &selection.directives {
        text += &format!(" @{name}(if: {})", condition.text);
    }
    let without_braces = matches!(selection.head, Head::Field { leaf: true, .. } | Head::Spread(_));
    if without_braces { text } else { format!("{text} {}", braces(&selection.inside)) }
}
