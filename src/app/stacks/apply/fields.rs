//! Decides what an apply makes of the fields of a stack or an instance.
//!
//! Used by the use case. It must not write.

use serde_json::Value as Json;

use super::ownership::{FIELD, Ownership};
use crate::{db::entries::owned::EntryRef, fields::Editable, ids::InstanceId, stack_document::Field};

/// The fields that change. `stored` has the value and the initial value of a column. A field that the owner has applied
/// before and that the source does not have any more gets its initial value.
pub(super) fn decide(
    instance: Option<InstanceId>,
    editable: &[Editable],
    desired: &[Field],
    stored: impl Fn(&str) -> (Option<Json>, Option<Json>),
    ownership: &mut Ownership<'_>,
) -> Vec<Field> {
    let entry = |column: &str| EntryRef { instance, kind: FIELD, key: column.to_owned() };
    let mut edits = Vec::new();
    for (column, value) in desired {
        let (now, _) = stored(column);
        if ownership.writes(entry(column), now.as_ref() == Some(value)) {
            edits.push((*column, value.clone()));
        }
    }
    for field in editable.iter().filter(|field| !desired.iter().any(|(column, _)| *column == field.column)) {
        let entry = entry(field.column);
        if !ownership.is_prunable(&entry) {
            continue;
        }
        if let (now, Some(initial)) = stored(field.column)
            && now.as_ref() != Some(&initial)
        {
            edits.push((field.column, initial));
        }
        ownership.release(&entry);
    }
    edits
}
