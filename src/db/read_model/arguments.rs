//! The arguments of the nodes of a read: names, ids and pages.
//!
//! Made for each request from the variables. They must not contain SQL.

use crate::db::queries::{
    instances::{ByAge, InstanceFilter},
    page::Slice,
    stacks::{ByName, StackFilter},
    templates::TemplateFilter,
    trash::ByDeletion,
};

/// The argument of a node.
#[derive(Clone, Debug)]
pub enum NodeArgument {
    /// None: the objects follow from the parent.
    None,
    /// The objects cannot be found, whatever is stored.
    Nothing,
    /// A name.
    Name(String),
    /// Ids.
    Ids(Vec<i64>),
    /// A page of instances; without a filter no instance matches.
    Instances(Option<InstanceFilter>, Slice<ByAge>),
    /// A page of stacks; without a filter no stack matches.
    Stacks(Option<StackFilter>, Slice<ByName>),
    /// A page of templates; without a filter no template matches.
    Templates(Option<TemplateFilter>, Slice<ByName>),
    /// A page of trashed objects.
    Trash(Slice<ByDeletion>),
}

impl NodeArgument {
    /// Whether no object can match.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing | Self::Instances(None, _) | Self::Stacks(None, _) | Self::Templates(None, _))
    }

    /// Whether the page is read from its end.
    pub fn is_backwards(&self) -> bool {
        match self {
            Self::Instances(_, slice) => slice.backwards,
            Self::Stacks(_, slice) | Self::Templates(_, slice) => slice.backwards,
            Self::Trash(slice) => slice.backwards,
            _ => false,
        }
    }
}
