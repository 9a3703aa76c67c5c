//! What an operation that is answered directly asks for: the fields of its answer, in order, each with where it comes
//! from.
//!
//! Made once for each document, followed for each request. It must never hold anything of a request.

use serde_json::{Map, Value};

use super::effective::EffectiveConfig;
use crate::{
    db::direct::{Column, Projection, RowSet},
    kinds::{Shape, plain::Form},
};

/// The fields of an object: what begins each (its key, as JSON, with the colon), and what it is.
pub(super) type Fields<F> = Vec<(Box<str>, F)>;

/// A whole operation.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) roots: Fields<Root>,
}

impl Plan {
    /// The name of the stack, if the answer depends on one only.
    pub(super) fn only_stack(&self) -> Option<&Argument> {
        let mut stacks = self.roots.iter().filter_map(|(_, root)| match root {
            Root::Typename(_) => None,
            Root::Stack(read, _) | Root::Instance(read, ..) => Some(&read.stack),
        });
        stacks.next().filter(|_| stacks.next().is_none())
    }
}

/// A field of the root.
#[derive(Debug)]
pub(super) enum Root {
    /// The name of the root's type.
    Typename(Box<str>),
    /// `stack`.
    Stack(Box<Read>, Fields<StackField>),
    /// `instance`, whose name is the argument.
    Instance(Box<Read>, Argument, Fields<InstanceField>),
}

/// What is read for a field of the root.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) wanted: Projection,
    /// The stack's name.
    pub(super) stack: Argument,
    /// Its list of instances, if it is asked for.
    pub(super) list: Option<ListArguments>,
}

/// The arguments of a list of instances.
#[derive(Debug)]
pub(super) struct ListArguments {
    pub(super) first: Argument,
    pub(super) after: Argument,
    pub(super) last: Argument,
    pub(super) before: Argument,
    pub(super) search: Argument,
    pub(super) enabled: Argument,
}

/// A field that holds one value.
#[derive(Clone, Debug)]
pub(super) enum Scalar {
    /// The name of the type, as JSON.
    Typename(Box<str>),
    /// A column of the row.
    Column(Column, Form),
}

#[derive(Debug)]
pub(super) enum StackField {
    Scalar(Scalar),
    Instances(Fields<ListField>),
}

#[derive(Debug)]
pub(super) enum ListField {
    Typename(Box<str>),
    TotalCount,
    PageInfo(Fields<PageField>),
    Nodes(Fields<InstanceField>),
    Edges(Fields<EdgeField>),
}

#[derive(Debug)]
pub(super) enum PageField {
    Typename(Box<str>),
    HasNext,
    HasPrevious,
    Start,
    End,
}

#[derive(Debug)]
pub(super) enum EdgeField {
    Typename(Box<str>),
    Cursor,
    Node(Fields<InstanceField>),
}

#[derive(Debug)]
pub(super) enum InstanceField {
    Scalar(Scalar),
    /// Columns of the same row.
    Template(Fields<Scalar>),
    /// Columns of the stack's row.
    Stack(Fields<Scalar>),
    Entries(RowSet, Shape, Fields<Scalar>),
    Effective(Box<EffectiveConfig>),
}

/// An argument: what stands in the document, or the variable that brings it.
#[derive(Clone, Debug)]
pub(super) enum Argument {
    Given(Value),
    Variable(Box<str>, Value),
}

impl Argument {
    /// Its value; null where nothing is said.
    pub(super) fn value<'a>(&'a self, variables: &'a Map<String, Value>) -> &'a Value {
        match self {
            Self::Given(value) => value,
            Self::Variable(name, default) => variables.get(&**name).unwrap_or(default),
        }
    }
}
