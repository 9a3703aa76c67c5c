//! Finds the stacks whose values are needed to resolve the references in the rows of a read, and loads these values.
//!
//! Used for each request that a plan answers. It must not resolve references.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::plan::{Plan, Referring};
use crate::{
    app::App,
    db::read_model::Row,
    error::Result,
    ids::StackId,
    references::{StackValues, has_references},
};

/// What the stacks offer whose instances have references among the rows. They are read after the rows, so they are at least
/// as new. Where there is no reference, runs no statement.
pub(super) async fn values(app: &App, plan: &Plan, rows: &[Row]) -> Result<HashMap<StackId, Arc<StackValues>>> {
    let mut stacks = BTreeSet::new();
    for referring in &plan.referring {
        if refer(plan, referring, rows)? {
            stacks.extend(self::stacks(plan, referring, rows)?);
        }
    }
    match stacks.is_empty() {
        true => Ok(HashMap::new()),
        false => app.stack_values(&stacks.into_iter().collect::<Vec<_>>()).await,
    }
}

/// Whether a row has a reference, or a secret that may have one.
fn refer(plan: &Plan, referring: &Referring, rows: &[Row]) -> Result<bool> {
    let columns = plan.tree.columns();
    for row in rows {
        for column in referring.texts.iter().filter(|column| columns.has(row, **column)) {
            if row.text(columns.place(*column))?.is_some_and(has_references) {
                return Ok(true);
            }
        }
        for column in referring.secrets.iter().filter(|column| columns.has(row, **column)) {
            if row.flag(columns.place(*column))? == Some(true) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The stacks of the instances.
fn stacks(plan: &Plan, referring: &Referring, rows: &[Row]) -> Result<BTreeSet<StackId>> {
    let (columns, mut found) = (plan.tree.columns(), BTreeSet::new());
    for row in rows.iter().filter(|row| columns.has(row, referring.stack_id)) {
        found.extend(row.number(columns.place(referring.stack_id))?.map(StackId));
    }
    Ok(found)
}
