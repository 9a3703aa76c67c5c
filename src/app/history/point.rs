//! Points in time that clients refer to.
//!
//! Used by the reads of past states. It must not read a state itself.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    db::{
        Tx,
        change_log::{
            history,
            past::{self, Point},
        },
    },
    error::{Error, Result},
    fields::Time,
    ids::{ChangeId, StackId},
};

/// A point in time, as a client gives it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PointRef {
    /// Right after this change; `None` if the text is not the id of a change.
    Change(Option<ChangeId>),
    /// The positions of a cursor.
    Positions(Vec<(i32, i64)>),
    /// A time.
    Time(Time),
    /// So long ago.
    Ago(TimeDelta),
}

/// Resolves a point for a stack. Refuses one that the log does not reach.
pub(in crate::app) async fn resolve(tx: &Tx, now: Time, stack: StackId, at: &PointRef) -> Result<Point> {
    let time = match at {
        PointRef::Change(None) => return Err(no_change()),
        PointRef::Change(Some(id)) => {
            let found = history::load(tx, &[*id], false).await?.into_iter().next().ok_or_else(no_change)?;
            return Ok(past::point_of_change(tx, stack, &found).await?);
        }
        PointRef::Positions(positions) => {
            let part = crate::db::change_log::part_of(Some(stack));
            let of = |part| positions.iter().find(|(of, _)| *of == part).map(|(_, seq)| *seq);
            let of_stack = of(part).ok_or_else(|| {
                Error::bad_request("This cursor says nothing about the stack; take one from the stack itself.")
            })?;
            let templates = of(crate::db::change_log::PART_OF_TEMPLATES).unwrap_or_default();
            return Ok(Point { stack: of_stack, templates });
        }
        PointRef::Time(time) => *time,
        PointRef::Ago(span) => now.checked_sub_signed(*span).unwrap_or(DateTime::<Utc>::MIN_UTC),
    };
    Ok(past::point_of_time(tx, stack, time).await?)
}

/// Refuses a time before the beginning of the log, for something that is older.
pub(in crate::app) async fn expect_logged(tx: &Tx, now: Time, at: &PointRef, created_at: Time) -> Result<()> {
    let time = match at {
        PointRef::Time(time) => *time,
        PointRef::Ago(span) => now.checked_sub_signed(*span).unwrap_or(DateTime::<Utc>::MIN_UTC),
        PointRef::Change(_) | PointRef::Positions(_) => return Ok(()),
    };
    if time < created_at {
        return Ok(());
    }
    let begins_at = history::epoch(tx).await?.begins_at;
    if time >= begins_at {
        return Ok(());
    }
    let begins_at = begins_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    Err(Error::bad_request(format!("The history begins at {begins_at}; what was before is not known.")))
}

fn no_change() -> Error {
    Error::bad_request("No change has this id.")
}
