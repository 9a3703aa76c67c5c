//! Points in time that clients refer to.
//!
//! Used by the reads of past states. It must not read a state itself.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    db::{
        Tx,
        change_log::{
            PART_OF_TEMPLATES,
            cursor::LogCursor,
            history, part_of,
            past::{self, Point},
            tail::{self, Standing},
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
    Cursor(LogCursor),
    /// These positions.
    Positions(Point),
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
        PointRef::Cursor(cursor) => return point_of_cursor(tx, stack, cursor).await,
        PointRef::Positions(point) => return Ok(*point),
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
        PointRef::Change(_) | PointRef::Cursor(_) | PointRef::Positions(_) => return Ok(()),
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

/// The point of a cursor. Refuses one of another history, or without the stack.
async fn point_of_cursor(tx: &Tx, stack: StackId, cursor: &LogCursor) -> Result<Point> {
    let part = part_of(Some(stack));
    let end = tail::end(tx).await?;
    match tail::standing(tx, &end, cursor, |of| [PART_OF_TEMPLATES, part].contains(&of)).await? {
        Standing::Current => {}
        Standing::OfAnotherHistory => {
            return Err(Error::bad_request("This cursor is of a history that the database does not have."));
        }
        Standing::TooOld => {
            return Err(Error::bad_request("The changes behind this cursor are no longer stored."));
        }
    }
    let of_stack = cursor
        .seen(part)
        .ok_or_else(|| Error::bad_request("This cursor says nothing about the stack; take one from a change of it."))?;
    let point = Point { stack: of_stack, templates: cursor.seen(PART_OF_TEMPLATES).unwrap_or_default() };
    Ok(past::point_of_position(tx, part, point).await?)
}

fn no_change() -> Error {
    Error::bad_request("No change has this id.")
}
