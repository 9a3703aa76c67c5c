//! The end of the change log, for readers that follow it.
//!
//! Called by the feed of changes and for cursors. It must not decide who may see a change: it reads without a scope.

use std::collections::{BTreeMap, HashMap, VecDeque};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};

use super::{
    PART_OF_TEMPLATES,
    cursor::{END_OF_ALL, Head, LogCursor, LogEnd, Position, check_of},
    part_of,
};
use crate::{
    db::entities::{
        ChangeModel,
        change_log::change::{Column, Entity},
    },
    ids::StackId,
};

/// The end of the log.
pub async fn end(db: &impl ConnectionTrait) -> Result<LogEnd, DbErr> {
    let statement = Statement::from_string(db.get_database_backend(), format!("SELECT {END_OF_ALL} AS log_end"));
    let row = db.query_one_raw(statement).await?;
    let text = row.map(|row| row.try_get::<String>("", "log_end")).transpose()?;
    text.as_deref().and_then(LogEnd::read).ok_or_else(|| DbErr::RecordNotFound("the change log has no end".to_owned()))
}

/// The end of the log for some stacks until another end: that of the last change of each until then, of the last change
/// of the templates, and of what was dropped.
pub async fn end_of_stacks(
    db: &impl ConnectionTrait,
    until: &LogEnd,
    stacks: &[StackId],
) -> Result<HashMap<StackId, LogEnd>, DbErr> {
    let dropped = super::horizon::dropped(db).await?;
    let mut found = HashMap::new();
    let mut queries = Vec::new();
    for stack in stacks {
        let part = part_of(Some(*stack));
        let mut end = LogEnd::empty(until.epoch);
        for of in [PART_OF_TEMPLATES, part] {
            let seq = dropped.get(&of).copied().unwrap_or_default();
            end.heads.insert(of, Head { seq, change: 0 });
        }
        end.raise(PART_OF_TEMPLATES, until.head(PART_OF_TEMPLATES));
        found.insert(*stack, end);
        queries.push(format!(
            "SELECT * FROM (SELECT stack_id, part, seq, id FROM change_log WHERE stack_id = {} AND seq <= {} ORDER BY seq DESC \
             LIMIT 1) AS o{}",
            stack.0,
            until.head(part).seq,
            queries.len()
        ));
    }
    // SQLite limits the terms of a compound SELECT.
    for queries in queries.chunks(100) {
        let statement = Statement::from_string(db.get_database_backend(), queries.join(" UNION ALL "));
        for row in db.query_all_raw(statement).await? {
            let stack = StackId(row.try_get("", "stack_id")?);
            let head = Head { seq: row.try_get("", "seq")?, change: row.try_get("", "id")? };
            if let Some(end) = found.get_mut(&stack) {
                end.raise(row.try_get("", "part")?, head);
            }
        }
    }
    Ok(found)
}

/// A range of positions of a part, both ends included.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// The part.
    pub part: i32,
    /// The first position.
    pub first: i64,
    /// The last position; `None` for the newest.
    pub last: Option<i64>,
}

/// The first changes in ranges of positions. Those of a part are in the order of their commits; between parts, the one
/// that was begun first comes first. With a stack, only those of the stack and of templates.
pub async fn changes(
    db: &impl ConnectionTrait,
    ranges: &[Range],
    stack: Option<StackId>,
    limit: u64,
) -> Result<Vec<ChangeModel>, DbErr> {
    if ranges.is_empty() {
        return Ok(Vec::new());
    }
    let found = Entity::find().filter(within(ranges, stack));
    Ok(merged(found.order_by_asc(Column::Part).order_by_asc(Column::Seq).limit(limit).all(db).await?))
}

/// Merges the changes of all parts by their ids, which ascend with time. Within a part the order stays.
fn merged(rows: Vec<ChangeModel>) -> Vec<ChangeModel> {
    let mut parts: BTreeMap<i32, VecDeque<ChangeModel>> = BTreeMap::new();
    for row in rows {
        parts.entry(row.part).or_default().push_back(row);
    }
    let mut all = Vec::new();
    while let Some(first) = parts.values_mut().filter(|rows| !rows.is_empty()).min_by_key(|rows| rows[0].id) {
        all.extend(first.pop_front());
    }
    all
}

/// The condition that finds the changes in ranges through an index: that of the stack, or that of the parts.
fn within(ranges: &[Range], stack: Option<StackId>) -> Condition {
    let mut any = Condition::any();
    for range in ranges {
        let of = match stack.filter(|_| range.part != PART_OF_TEMPLATES) {
            Some(stack) => Column::StackId.eq(stack),
            None => Column::Part.eq(range.part),
        };
        let of = Condition::all().add(of).add(Column::Seq.gte(range.first));
        any = any.add(of.add_option(range.last.map(|last| Column::Seq.lte(last))));
    }
    any
}

/// Whether there are more changes in ranges than `most`.
pub async fn are_more_than(
    db: &impl ConnectionTrait,
    ranges: &[Range],
    stack: Option<StackId>,
    most: u64,
) -> Result<bool, DbErr> {
    if ranges.is_empty() {
        return Ok(false);
    }
    let found = Entity::find().select_only().column(Column::Id).filter(within(ranges, stack)).offset(most).limit(1);
    Ok(found.into_tuple::<i64>().one(db).await?.is_some())
}

/// Where a cursor stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is of this history.
    Current,
    /// It is of another history: of another database, or of one before a restore or a failover that lost changes.
    OfAnotherHistory,
    /// Changes behind it are no longer stored.
    TooOld,
}

/// Where a cursor stands, for a reader of some parts. The end of the log has been read after the cursor was made.
pub async fn standing(
    db: &impl ConnectionTrait,
    end: &LogEnd,
    cursor: &LogCursor,
    concerns: impl Fn(i32) -> bool,
) -> Result<Standing, DbErr> {
    if cursor.epoch != end.epoch {
        return Ok(Standing::OfAnotherHistory);
    }
    let mut to_check: BTreeMap<(i32, i64), u16> = BTreeMap::new();
    for Position { part, seq, check } in cursor.positions.iter().copied().filter(|position| concerns(position.part)) {
        let head = end.head(part);
        let differs = check != 0 && seq == head.seq && check != check_of(head.change);
        if seq > head.seq || differs {
            return Ok(Standing::OfAnotherHistory);
        }
        if check != 0 && seq < head.seq {
            to_check.insert((part, seq), check);
        }
    }
    let ranges: Vec<Range> =
        to_check.keys().map(|(part, seq)| Range { part: *part, first: *seq, last: Some(*seq) }).collect();
    for found in changes(db, &ranges, None, ranges.len() as u64).await? {
        if to_check.get(&(found.part, found.seq)).is_some_and(|check| *check != check_of(found.id.0)) {
            return Ok(Standing::OfAnotherHistory);
        }
    }
    let dropped = super::horizon::dropped(db).await?;
    let is_dropped = |(part, seq): (&i32, &i64)| concerns(*part) && cursor.seen(*part).is_some_and(|seen| seen < *seq);
    Ok(if dropped.iter().any(is_dropped) { Standing::TooOld } else { Standing::Current })
}
