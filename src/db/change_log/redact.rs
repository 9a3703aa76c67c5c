//! Removes the values of a change from the log.
//!
//! Called by the use case. It must not change what is stored now.

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, sea_query::Expr};

use crate::{
    access::change::{ChangeAction, Subject},
    db::{
        Tx,
        change_log::NewChange,
        entities::{
            ChangeModel,
            change_log::{change, entry},
        },
    },
    ids::ChangeId,
};

/// A change whose values were removed, and what that is in the log.
#[derive(Clone, Copy, Debug)]
pub struct Redaction<'r> {
    /// The change.
    pub change: &'r ChangeModel,
    /// The action of the redaction.
    pub action: ChangeAction,
}

/// Removes the message and all values of a change.
pub async fn redact(tx: &Tx, id: ChangeId) -> Result<(), DbErr> {
    let nothing = || Expr::value(None::<String>);
    change::Entity::update_many()
        .col_expr(change::Column::Redacted, Expr::value(true))
        .col_expr(change::Column::Message, nothing())
        .filter(change::Column::Id.eq(id))
        .exec(tx)
        .await?;
    entry::Entity::update_many()
        .col_expr(entry::Column::ValueBefore, nothing())
        .col_expr(entry::Column::SecretBefore, nothing())
        .col_expr(entry::Column::ValueAfter, nothing())
        .col_expr(entry::Column::SecretAfter, nothing())
        .filter(entry::Column::ChangeId.eq(id))
        .exec(tx)
        .await
        .map(drop)
}

/// Records the redaction as a change of the same subject.
pub fn log(tx: &Tx, Redaction { change, action }: Redaction<'_>) {
    let Some(subject) = Subject::read(&change.subject_kind, change.subject_id) else { return };
    match change.stack_id {
        Some(stack) => tx.changed().stack(stack),
        None => tx.changed().templates(),
    }
    tx.log().change(NewChange {
        subject,
        stack: change.stack_id,
        name: change.subject_name.clone(),
        action,
        revision: None,
        source: None,
        is_new: false,
    });
}
