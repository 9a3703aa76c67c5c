//! The types of a direct plan: the fields of the response, in order, each with the column that it is read from.
//!
//! Compiled once for each document, and used for each request. A plan must not contain data of a request.

use serde_json::{Map, Value};

use super::effective::EffectiveConfig;
use crate::{
    db::direct::{Column, Projection, RowSet},
    kinds::{Shape, plain::Form},
};

/// The fields of an object: the response key of each, as JSON with the colon, and the field.
pub(super) type Fields<F> = Vec<(Box<str>, F)>;

/// The plan of an operation.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) roots: Fields<Root>,
}

impl Plan {
    /// The argument with the stack's name, if the response depends on exactly one stack.
    pub(super) fn only_stack(&self) -> Option<&Argument> {
        let mut stacks = self.roots.iter().filter_map(|(_, root)| match root {
            Root::Typename(_) => None,
            Root::Stack(read, _) | Root::Instance(read, ..) => Some(&read.stack),
        });
        stacks.next().filter(|_| stacks.next().is_none())
    }
}

/// A root field.
#[derive(Debug)]
pub(super) enum Root {
    /// `__typename`: the name of the root type, as JSON.
    Typename(Box<str>),
    /// `stack`.
    Stack(Box<Read>, Fields<StackField>),
    /// `instance`, whose name is the argument.
    Instance(Box<Read>, Argument, Fields<InstanceField>),
}

/// What is read from the database for a root field.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) projection: Projection,
    /// The stack's name.
    pub(super) stack: Argument,
    /// The list of its instances, if it is selected.
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

/// A field with a single value.
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

/// An argument: a literal, or a variable with its default.
#[derive(Clone, Debug)]
pub(super) enum Argument {
    Given(Value),
    Variable(Box<str>, Value),
}

impl Argument {
    /// Its value; null if it is absent.
    pub(super) fn value<'a>(&'a self, variables: &'a Map<String, Value>) -> &'a Value {
        match self {
            Self::Given(value) => value,
            Self::Variable(name, default) => variables.get(&**name).unwrap_or(default),
        }
    }
}
