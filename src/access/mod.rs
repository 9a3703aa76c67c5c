//! Access control: API keys, the role of a caller and the stacks that it may see.
//!
//! [`App`](crate::app::App) finds the access of a key, checks it before each command, and limits every query to its
//! scope. It must not access the database.

pub mod api_key;
pub mod change;
use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::ids::StackId;

/// What a key lets its holder do. Each role may do all that those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, async_graphql::Enum, Serialize, Deserialize)]
pub enum Role {
    /// Reads; secrets are masked.
    Reader,
    /// Also changes stacks and instances.
    Editor,
    /// Also changes templates, purges, reveals secrets and manages keys.
    Admin,
}

impl Role {
    /// All roles, in ascending order.
    pub const ALL: [Self; 3] = [Self::Reader, Self::Editor, Self::Admin];

    /// The name on the command line and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| "a role is reader, editor or admin".to_owned())
    }
}

/// The stacks that a caller may see. All others do not exist for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All stacks.
    Everything,
    /// These stacks only. An empty list allows none.
    Stacks(Arc<[StackId]>),
}

impl Scope {
    /// Whether the scope contains a stack.
    pub fn sees(&self, stack: StackId) -> bool {
        match self {
            Self::Everything => true,
            Self::Stacks(stacks) => stacks.contains(&stack),
        }
    }

    /// SQL condition that the stack in `column` is in the scope; `None` if all stacks are.
    pub fn condition(&self, column: &str) -> Option<String> {
        match self {
            Self::Everything => None,
            Self::Stacks(stacks) if stacks.is_empty() => Some("1 = 0".to_owned()),
            Self::Stacks(stacks) => {
                let keys: Vec<String> = stacks.iter().map(|id| id.0.to_string()).collect();
                Some(format!("{column} IN ({})", keys.join(", ")))
            }
        }
    }

    /// The condition with a leading ` AND`, for hand-written SQL; empty if all stacks are in the scope.
    pub fn and(&self, column: &str) -> String {
        self.condition(column).map_or_else(String::new, |condition| format!(" AND {condition}"))
    }
}

/// What an operation requires of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The minimum role.
    pub role: Role,
    /// Whether the scope must contain all stacks, because the operation creates a stack or changes what all stacks
    /// share.
    pub everywhere: bool,
}

impl Permission {
    /// Reading.
    pub const READ: Self = Self { role: Role::Reader, everywhere: false };
    /// Changing a stack or anything in it.
    pub const CHANGE: Self = Self { role: Role::Editor, everywhere: false };
    /// Creating a stack.
    pub const NEW_STACK: Self = Self { role: Role::Editor, everywhere: true };
    /// Purging, and revealing secrets.
    pub const ADMINISTER: Self = Self { role: Role::Admin, everywhere: false };
    /// Changing templates, which all stacks share, and managing keys.
    pub const ADMINISTER_ALL: Self = Self { role: Role::Admin, everywhere: true };
}

/// The identity and the access of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The role.
    pub role: Role,
    /// The scope.
    pub scope: Scope,
    /// The name of the key, for the log; `None` for the service itself, and when authentication is off.
    pub key: Option<Arc<str>>,
    /// The id of the key. Unlike a name, it is never reused.
    pub key_id: Option<i64>,
    /// Whether changes that can destroy something need the token of a plan.
    pub requires_plan: bool,
}

impl Access {
    /// Full access: for the service itself, for its command line, and for everyone when authentication is off.
    pub fn full() -> Self {
        Self { role: Role::Admin, scope: Scope::Everything, key: None, key_id: None, requires_plan: false }
    }

    /// Returns the reason why the caller may not do this; `None` if it may.
    pub fn lacks(&self, need: Permission) -> Option<String> {
        if self.role < need.role {
            return Some(format!("This takes the role {}; the key has the role {}.", need.role, self.role));
        }
        if need.everywhere && self.scope != Scope::Everything {
            return Some("This takes a key that is not limited to some stacks.".to_owned());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(role: Role, scope: Scope) -> Access {
        Access { role, scope, ..Access::full() }
    }

    #[test]
    fn a_role_may_do_what_those_before_it_may() {
        for (need, least) in [
            (Permission::READ, Role::Reader),
            (Permission::CHANGE, Role::Editor),
            (Permission::ADMINISTER, Role::Admin),
        ] {
            for role in Role::ALL {
                assert_eq!(access(role, Scope::Everything).lacks(need).is_none(), role >= least, "{role} {need:?}");
            }
        }
    }

    #[test]
    fn what_all_stacks_share_takes_all_stacks() {
        let some = access(Role::Admin, Scope::Stacks([StackId(1)].into()));
        assert!(some.lacks(Permission::ADMINISTER).is_none() && some.lacks(Permission::CHANGE).is_none());
        assert!(some.lacks(Permission::ADMINISTER_ALL).is_some() && some.lacks(Permission::NEW_STACK).is_some());
    }

    #[test]
    fn a_list_that_became_empty_reaches_nothing() {
        let none = Scope::Stacks([].into());
        assert!(!none.sees(StackId(1)));
        assert_eq!(none.and("i.stack_id"), " AND 1 = 0");
        assert_eq!(Scope::Stacks([StackId(4), StackId(9)].into()).and("id"), " AND id IN (4, 9)");
        assert_eq!(Scope::Everything.and("id"), "");
    }
}
