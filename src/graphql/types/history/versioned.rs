//! `Versioned`: the interface of objects with a history.
//!
//! Implemented by stacks, instances and templates, whose fields are flattened from `History`. It must not read itself.

use async_graphql::{Context, Interface, Result};

use crate::{
    access::change::{ChangeAction, Subject},
    db::change_log::history::Whose,
    graphql::types::{
        history::fields::{ChangeConnection, History},
        instance::Instance,
        stack::Stack,
        template::Template,
    },
    kinds::OverrideKind,
};

/// Anything with a history.
#[expect(clippy::duplicated_attributes, reason = "each argument has a type and a description")]
#[derive(Interface)]
#[graphql(field(
    name = "history",
    ty = "ChangeConnection",
    desc = "Its changes, latest first. For a stack also those of its instances. Pages have 1 to 100 rows, 20 when nothing is said. The history of a database that is older than the change log begins with the log.",
    arg(name = "first", ty = "Option<i32>", desc = "The first so many rows, 1 to 100."),
    arg(name = "after", ty = "Option<String>", desc = "Only rows behind this cursor."),
    arg(name = "last", ty = "Option<i32>", desc = "The last so many rows, 1 to 100."),
    arg(name = "before", ty = "Option<String>", desc = "Only rows before this cursor."),
    arg(name = "kinds", ty = "Option<Vec<OverrideKind>>", desc = "Only changes of entries of these kinds."),
    arg(
        name = "key",
        ty = "Option<String>",
        desc = "Only changes of entries with this key, such as `5432/tcp` or the name of a variable."
    ),
    arg(name = "actions", ty = "Option<Vec<ChangeAction>>", desc = "Only these actions."),
    arg(name = "actor", ty = "Option<String>", desc = "Only changes made with the API key of this name.")
))]
pub(in crate::graphql) enum Versioned {
    Stack(Stack),
    Instance(Instance),
    Template(Template),
}

macro_rules! history_of {
    ($( $object:ident, |$row:ident| $whose:expr; )+) => { $(
        impl $object {
            /// The field of the interface.
            #[expect(clippy::too_many_arguments, reason = "the page arguments of Relay and four filters")]
            pub(in crate::graphql) async fn history(
                &self,
                ctx: &Context<'_>,
                first: Option<i32>,
                after: Option<String>,
                last: Option<i32>,
                before: Option<String>,
                kinds: Option<Vec<OverrideKind>>,
                key: Option<String>,
                actions: Option<Vec<ChangeAction>>,
                actor: Option<String>,
            ) -> Result<ChangeConnection> {
                let $row = &self.0;
                History($whose).page(ctx, [after, before], [first, last], (kinds, key, actions, actor)).await
            }
        }
    )+ };
}
history_of! {
    Stack, |row| Whose::Stack(row.id);
    Instance, |row| Whose::Subject(Subject::Instance(row.id));
    Template, |row| Whose::Subject(Subject::Template(row.id));
}
