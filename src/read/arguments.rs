//! Arguments of a plan: evaluates them with the variables of a request.
//!
//! Used for each request. An invalid argument must be left to the executor, which reports it.

use apollo_compiler::{
    Node,
    ast::{Type, Value as Literal},
};
use serde_json::Value;

use super::{
    cursor::{OpaqueCursor, PageArgs, searchable},
    plan::{IdsOf, NodeArguments, PageArguments, Plan},
};
use crate::{
    db::{
        queries::{instances::InstanceFilter, page::Slice, stacks::StackFilter, templates::TemplateFilter},
        read_model::NodeArgument,
    },
    document::Inputs,
    ids::{AnyId, ChangeId, GlobalId, VersionId},
};

/// An argument, or a field of an input object in it.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    /// As the document has it; `None` if it is absent.
    pub(super) given: Option<(Type, Node<Literal>)>,
    /// The names of the fields that lead to the value.
    pub(super) fields: &'static [&'static str],
}

impl Argument {
    /// The same argument, and a field of the input object in it.
    pub(super) fn field(&self, fields: &'static [&'static str]) -> Self {
        Self { given: self.given.clone(), fields }
    }

    /// Its value; null if it is absent.
    pub(super) fn value(&self, inputs: &Inputs<'_>) -> Value {
        let given = self.given.as_ref().and_then(|(expected, literal)| inputs.value(expected, literal));
        self.fields.iter().fold(given.unwrap_or_default(), |mut value, name| value[*name].take())
    }

    fn text(&self, inputs: &Inputs<'_>) -> Option<Option<String>> {
        match self.value(inputs) {
            Value::Null => Some(None),
            Value::String(text) => Some(Some(text)),
            _ => None,
        }
    }

    fn number(&self, inputs: &Inputs<'_>) -> Option<Option<i32>> {
        match self.value(inputs) {
            Value::Null => Some(None),
            value => Some(Some(i32::try_from(value.as_i64()?).ok()?)),
        }
    }

    fn flag(&self, inputs: &Inputs<'_>) -> Option<Option<bool>> {
        match self.value(inputs) {
            Value::Null => Some(None),
            value => Some(Some(value.as_bool()?)),
        }
    }

    /// The ids of a list, each in its place; `None` for a text that is no id. Returns `None` for ids of changes and of past
    /// states, which only the executor reads.
    pub(super) fn ids(&self, inputs: &Inputs<'_>) -> Option<Vec<Option<AnyId>>> {
        let id = |value: &Value| {
            let text = value.as_str()?;
            let is_of_history = ChangeId::decode(text).is_some() || VersionId::decode(text).is_some();
            (!is_of_history).then(|| AnyId::decode(text))
        };
        match self.value(inputs) {
            Value::Array(items) => items.iter().map(id).collect(),
            // A reference by name.
            Value::Null => Some(Vec::new()),
            one => Some(vec![id(&one)?]),
        }
    }
}

impl PageArguments {
    fn slice<C: OpaqueCursor>(&self, inputs: &Inputs<'_>) -> Option<Slice<C>> {
        let page = PageArgs {
            first: self.first.number(inputs)?,
            after: self.after.text(inputs)?,
            last: self.last.number(inputs)?,
            before: self.before.text(inputs)?,
        };
        page.slice().ok()
    }
}

/// PostgreSQL refuses NUL characters even in comparisons.
fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

impl NodeArguments {
    fn evaluate(&self, inputs: &Inputs<'_>) -> Option<NodeArgument> {
        Some(match self {
            Self::None => NodeArgument::None,
            Self::Name(name) => match name.text(inputs)? {
                Some(name) if is_storable(&name) => NodeArgument::Name(name),
                _ => NodeArgument::Nothing,
            },
            Self::Ids(ids, of) => {
                let ids = ids.ids(inputs)?;
                if ids.len() > super::cursor::MAX_PAGE.unsigned_abs() as usize {
                    return None;
                }
                let ids: Vec<i64> = ids.into_iter().flatten().filter_map(|id| of.of_type(id)).collect();
                if ids.is_empty() { NodeArgument::Nothing } else { NodeArgument::Ids(ids) }
            }
            Self::Instances(page, enabled) => {
                let (slice, enabled) = (page.slice(inputs)?, enabled.flag(inputs)?);
                let search = searchable(page.search.text(inputs)?);
                NodeArgument::Instances(search.map(|search| InstanceFilter { search, enabled }), slice)
            }
            Self::Stacks(page, enabled) => {
                let (slice, enabled) = (page.slice(inputs)?, enabled.flag(inputs)?);
                let search = searchable(page.search.text(inputs)?);
                NodeArgument::Stacks(search.map(|search| StackFilter { search, enabled }), slice)
            }
            Self::Templates(page, category) => {
                let (slice, category) = (page.slice(inputs)?, category.text(inputs)?);
                let storable = category.as_deref().is_none_or(is_storable);
                let search = searchable(page.search.text(inputs)?).filter(|_| storable);
                NodeArgument::Templates(search.map(|search| TemplateFilter { search, category }), slice)
            }
            Self::Trash(page) => NodeArgument::Trash(page.slice(inputs)?),
        })
    }
}

impl IdsOf {
    /// The number of an id of this type.
    pub(super) fn of_type(self, id: AnyId) -> Option<i64> {
        match (self, id) {
            (Self::Stack, AnyId::Stack(id)) => Some(id.0),
            (Self::Instance, AnyId::Instance(id)) => Some(id.0),
            (Self::Template, AnyId::Template(id)) => Some(id.0),
            _ => None,
        }
    }
}

/// The arguments of a plan, evaluated.
#[derive(Debug)]
pub(super) struct Evaluated {
    /// The argument of each node.
    pub(super) nodes: Vec<NodeArgument>,
    /// The ids of the root fields `node` and `nodes`.
    pub(super) ids: Vec<Vec<Option<AnyId>>>,
}

impl Plan {
    /// Evaluates all arguments; `None` if one is invalid, which the executor reports.
    pub(super) fn evaluate(&self, inputs: &Inputs<'_>) -> Option<Evaluated> {
        Some(Evaluated {
            nodes: self.arguments.iter().map(|argument| argument.evaluate(inputs)).collect::<Option<_>>()?,
            ids: self.ids.iter().map(|ids| ids.ids(inputs)).collect::<Option<_>>()?,
        })
    }
}
