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
};

/// Removes the message and all values of a change, and records that as a change of the same subject.
pub async fn redact(tx: &Tx, change: &ChangeModel) -> Result<(), DbErr> {
    let nothing = || Expr::value(None::<String>);
    change::Entity::update_many()
        .col_expr(change::Column::Redacted, Expr::value(true))
        .col_expr(change::Column::Message, nothing())
        .filter(change::Column::Id.eq(change.id))
        .exec(tx)
        .await?;
    entry::Entity::update_many()
        .col_expr(entry::Column::ValueBefore, nothing())
        .col_expr(entry::Column::SecretBefore, nothing())
        .col_expr(entry::Column::ValueAfter, nothing())
        .col_expr(entry::Column::SecretAfter, nothing())
        .filter(entry::Column::ChangeId.eq(change.id))
        .exec(tx)
        .await?;
    log(tx, change);
    Ok(())
}

fn log(tx: &Tx, change: &ChangeModel) {
    let Some(subject) = Subject::read(&change.subject_kind, change.subject_id) else { return };
    match change.stack_id {
        Some(stack) => tx.changed().stack(stack),
        None => tx.changed().templates(),
    }
    tx.log().change(NewChange {
        subject,
        stack: change.stack_id,
        name: change.subject_name.clone(),
        action: ChangeAction::Redact,
        revision: None,
        source: None,
        is_new: false,
    });
}
