//! What a subscriber follows, and what it may see of that.
//!
//! Used by the stream of a subscriber. It must not access the database.

use super::LoggedChange;
use crate::{
    access::{Access, Permission, Scope, change::Subject},
    db::change_log::{PART_OF_KEYS, PART_OF_TEMPLATES, part_of},
    ids::StackId,
};

/// What a subscriber follows, and what it may see of that.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) stack: Option<StackId>,
    pub(super) scope: Scope,
    /// Whether it sees the changes of API keys.
    pub(super) keys: bool,
}

impl View {
    pub(super) fn new(stack: Option<StackId>, access: &Access) -> Self {
        let keys = access.lacks(Permission::ADMINISTER_ALL).is_none();
        Self { stack, scope: access.scope.clone(), keys }
    }

    /// Whether a change belongs to the stream.
    pub(super) fn shows(&self, change: &LoggedChange) -> bool {
        match (change.stack, change.subject) {
            (Some(of), _) => self.stack.is_none_or(|stack| stack == of) && self.scope.sees(of),
            (None, Some(Subject::Template(_))) => true,
            (None, _) => self.stack.is_none() && self.keys,
        }
    }

    /// Whether changes of the stream can be in a part of the log.
    pub(super) fn concerns(&self, part: i32) -> bool {
        match self.stack {
            None if part == PART_OF_TEMPLATES => true,
            None if part == PART_OF_KEYS => self.keys,
            None => match &self.scope {
                Scope::Everything => true,
                Scope::Stacks(stacks) => stacks.iter().any(|stack| part_of(Some(*stack)) == part),
            },
            Some(stack) => [PART_OF_TEMPLATES, part_of(Some(stack))].contains(&part),
        }
    }
}
