//! Writes the changes of a transaction to the log, as its last statement before the commit.
//!
//! Called by [`Db`](crate::db::Db). Nothing may be locked after the positions in the log, or two transactions could wait
//! for each other.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value, sea_query::ArrayType};

use serde_json::{Value as Json, json};

use crate::{
    access::change::{Author, ChangeAction, Subject},
    db::{
        Tx,
        change_log::{
            Form, PART_OF_KEYS, PARTS_OF_STACKS, part_of,
            recorder::{NewChange, NewEntry, Recorded, Side},
            versions::{NewVersions, RAISE_SQL},
        },
        pool::pinned::Parameter,
    },
    ids::{self, ChangeId},
};

/// A change with its place.
struct Placed {
    id: i64,
    part: i32,
    /// How many changes of the transaction follow in the same part.
    back: i64,
    cause: Option<i64>,
    change: NewChange,
    entries: Vec<NewEntry>,
}

/// The changes of a transaction in the order in which they get their positions.
fn placed(tx: &Tx, recorded: Recorded, now: DateTime<Utc>) -> Vec<Placed> {
    let Recorded { mut changes, mut entries, .. } = recorded;
    // The change of a stack is the cause of those of its instances, the new name of an instance that of what refers to it, also
    // in the variables of its stack, and a purge that of what it takes along.
    let is_stack = |change: &NewChange| matches!(change.subject, Subject::Stack(_));
    let acts = |change: &NewChange| is_stack(change) && change.action != ChangeAction::Update;
    let is_renamed = |change: &NewChange| {
        let mut fields = entries.get(&change.subject).into_iter().flatten().filter(|entry| entry.form == Form::Field);
        !change.is_new
            && matches!(change.subject, Subject::Instance(_))
            && fields.any(|entry| entry.key.as_deref() == Some("instance_id"))
    };
    let is_purge = |change: &NewChange| change.action == ChangeAction::Purge;
    let cause = (changes.iter().position(acts))
        .or_else(|| changes.iter().position(is_renamed))
        .or_else(|| changes.iter().position(is_stack))
        .or_else(|| changes.iter().position(is_purge));
    // Ids ascend, so the cause comes first.
    if let Some(cause) = cause {
        changes[..=cause].rotate_right(1);
    }
    let ids: Vec<i64> = changes.iter().map(|_| ids::fresh::<ChangeId>(tx.random(), now).0).collect();
    let cause_id = cause.and(ids.first().copied());
    let mut placed: Vec<Placed> = changes
        .into_iter()
        .zip(ids)
        .map(|(change, id)| {
            let entries = if change.is_new { Vec::new() } else { entries.remove(&change.subject).unwrap_or_default() };
            let entries = entries.into_iter().filter(|entry| entry.before != entry.after).collect();
            let part = if matches!(change.subject, Subject::Key(_)) { PART_OF_KEYS } else { part_of(change.stack) };
            Placed { id, part, back: 0, cause: cause_id.filter(|cause| *cause != id), change, entries }
        })
        .collect();
    placed.sort_by_key(|placed| (placed.part, placed.id));
    let mut following: Option<(i32, i64)> = None;
    for change in placed.iter_mut().rev() {
        change.back = match following {
            Some((part, back)) if part == change.part => back + 1,
            _ => 0,
        };
        following = Some((change.part, change.back));
    }
    placed
}

/// Stores new versions of what has changed, and the changes.
pub(in crate::db) async fn store(tx: &Tx, now: DateTime<Utc>) -> Result<(), DbErr> {
    let versions = tx.changed().take(tx.random())?;
    let placed = placed(tx, tx.log().take(), now);
    if placed.is_empty() {
        return versions.raise(tx).await;
    }
    for change in placed.iter().filter(|change| change.change.action == ChangeAction::Purge) {
        forget(tx, change.change.subject).await?;
    }
    match tx.get_database_backend() {
        DbBackend::Sqlite => {
            versions.raise(tx).await?;
            store_in_steps(tx, placed, now).await
        }
        _ => store_at_once(tx, versions, placed, now).await,
    }
}

/// Deletes the changes of an object that is purged, and of everything in it.
async fn forget(tx: &Tx, subject: Subject) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let (sql, values) = match subject {
        Subject::Stack(id) => ("DELETE FROM change_log WHERE stack_id = $1", vec![Value::from(id.0)]),
        other => (
            "DELETE FROM change_log WHERE subject_id = $1 AND subject_kind = $2",
            vec![other.number().into(), other.kind().into()],
        ),
    };
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map(drop)
}

/// The columns of the log, without those that the statement computes.
const LOG_COLUMNS: &str = "id, part, seq, templates_seq, at, actor_kind, actor_name, message, request_id, action, \
                           cause_id, subject_kind, subject_id, subject_name, stack_id, revision, source_id, source_name";
const ENTRY_COLUMNS: &str = "change_id, position, owner_kind, owner_id, seq, form, kind, entry_key, identity, row_before, \
                             value_before, secret_before, value_after, secret_after";

/// Raises the last position of a part, and returns it.
const HEAD_SQL: &str = "ON CONFLICT (part) DO UPDATE SET seq = change_heads.seq + excluded.seq, \
                        last_change = excluded.last_change RETURNING part, seq";

fn sql_of_one_statement(with_entries: bool) -> String {
    let log = format!(
        "INSERT INTO change_log ({LOG_COLUMNS}) SELECT u.id, u.part, h.seq - u.back, \
         COALESCE((SELECT seq FROM h WHERE part = 0), (SELECT seq FROM change_heads WHERE part = 0), 0), \
         $7, $8, $9, $10, $11, u.action, NULLIF(u.cause_id, 0), u.subject_kind, u.subject_id, u.subject_name, \
         NULLIF(u.stack_id, 0), NULLIF(u.revision, 0), NULLIF(u.source_id, 0), NULLIF(u.source_name, '') FROM unnest($12::bigint[], $13::int[], $14::bigint[], $15::text[], \
         $16::bigint[], $17::text[], $18::bigint[], $19::text[], $20::bigint[], $21::bigint[], $22::bigint[], \
         $23::text[]) AS u(id, part, back, action, cause_id, subject_kind, subject_id, subject_name, stack_id, revision, \
         source_id, source_name) JOIN h ON h.part = u.part"
    );
    let begin = format!(
        "WITH c AS ({RAISE_SQL} RETURNING 1), h AS (INSERT INTO change_heads (part, seq, last_change) \
         SELECT p.part, p.more, p.last FROM unnest($4::int[], $5::bigint[], $6::bigint[]) AS p(part, more, last), \
         (SELECT count(*) FROM c) AS raised ORDER BY p.part {HEAD_SQL})"
    );
    if !with_entries {
        return format!("{begin} {log}");
    }
    format!(
        "{begin}, l AS ({log} RETURNING id, seq, subject_kind, subject_id) INSERT INTO change_entries ({ENTRY_COLUMNS}) \
         SELECT e.change_id, e.position, l.subject_kind, l.subject_id, l.seq, e.form, e.kind, NULLIF(e.entry_key, ''), \
         NULLIF(e.identity, ''), NULLIF(e.row_before, 0), NULLIF(e.value_before, ''), NULLIF(e.secret_before, ''), \
         NULLIF(e.value_after, ''), NULLIF(e.secret_after, '') FROM unnest($24::bigint[], \
         $25::int[], $26::text[], $27::text[], $28::text[], $29::text[], $30::bigint[], $31::text[], $32::text[], \
         $33::text[], $34::text[]) AS e(change_id, position, form, kind, entry_key, identity, row_before, value_before, \
         secret_before, value_after, secret_after) JOIN l ON l.id = e.change_id"
    )
}

fn longs(values: impl Iterator<Item = i64>) -> Value {
    Value::Array(ArrayType::BigInt, Some(Box::new(values.map(Value::from).collect())))
}

/// Numbers of which some are missing. The driver takes no null in an array, so a missing one is 0.
fn optional_longs(values: impl Iterator<Item = Option<i64>>) -> Value {
    longs(values.map(Option::unwrap_or_default))
}

fn ints(values: impl Iterator<Item = i32>) -> Value {
    Value::Array(ArrayType::Int, Some(Box::new(values.map(Value::from).collect())))
}

/// Texts of which some are missing. The driver takes no null in an array, so a missing one is empty.
fn texts<'t>(values: impl Iterator<Item = Option<&'t str>>) -> Value {
    let texts = values.map(|text| Value::from(text.unwrap_or_default()));
    Value::Array(ArrayType::String, Some(Box::new(texts.collect())))
}

/// The parts of the changes in ascending order, each with the number of its changes and the last of them.
fn heads(placed: &[Placed]) -> Vec<(i32, i64, i64)> {
    placed
        .iter()
        .filter(|change| change.back == 0)
        .map(|last| {
            let more = placed.iter().filter(|change| change.part == last.part).count();
            (last.part, i64::try_from(more).unwrap_or_default(), last.id)
        })
        .collect()
}

fn author_values(author: &Author, now: DateTime<Utc>) -> [Value; 5] {
    let text = |text: &Option<std::sync::Arc<str>>| Value::from(text.as_deref().map(str::to_owned));
    [now.into(), author.kind.as_str().into(), text(&author.name), text(&author.message), text(&author.request_id)]
}

/// Everything in one statement, because each round trip would lengthen the time for which the positions are locked.
async fn store_at_once(tx: &Tx, versions: NewVersions, placed: Vec<Placed>, now: DateTime<Utc>) -> Result<(), DbErr> {
    let heads = heads(&placed);
    let mut values = versions.values().to_vec();
    values.push(ints(heads.iter().map(|head| head.0)));
    values.push(longs(heads.iter().map(|head| head.1)));
    values.push(longs(heads.iter().map(|head| head.2)));
    values.extend(author_values(tx.log().author(), now));
    let changes: Vec<&NewChange> = placed.iter().map(|placed| &placed.change).collect();
    values.push(longs(placed.iter().map(|change| change.id)));
    values.push(ints(placed.iter().map(|change| change.part)));
    values.push(longs(placed.iter().map(|change| change.back)));
    values.push(texts(changes.iter().map(|change| Some(change.action.as_str()))));
    values.push(optional_longs(placed.iter().map(|change| change.cause)));
    values.push(texts(changes.iter().map(|change| Some(change.subject.kind()))));
    values.push(longs(changes.iter().map(|change| change.subject.number())));
    values.push(texts(changes.iter().map(|change| Some(change.name.as_str()))));
    values.push(optional_longs(changes.iter().map(|change| change.stack.map(|stack| stack.0))));
    values.push(optional_longs(changes.iter().map(|change| change.revision)));
    values.push(optional_longs(changes.iter().map(|change| change.source.as_ref().map(|source| source.0))));
    values.push(texts(changes.iter().map(|change| change.source.as_ref().map(|source| source.1.as_str()))));
    let entries: Vec<(i64, i32, &NewEntry)> = numbered(&placed).collect();
    let with_entries = !entries.is_empty();
    if with_entries {
        values.push(longs(entries.iter().map(|entry| entry.0)));
        values.push(ints(entries.iter().map(|entry| entry.1)));
        values.push(texts(entries.iter().map(|entry| Some(entry.2.form.as_str()))));
        values.push(texts(entries.iter().map(|entry| Some(entry.2.kind))));
        values.push(texts(entries.iter().map(|entry| entry.2.key.as_deref())));
        values.push(texts(entries.iter().map(|entry| entry.2.identity.as_deref())));
        values.push(optional_longs(entries.iter().map(|entry| entry.2.side_before().and_then(|side| side.row))));
        for side in [NewEntry::side_before, NewEntry::side_after] {
            values.push(texts(entries.iter().map(|entry| side(entry.2).map(|side| side.value.as_str()))));
            values.push(texts(entries.iter().map(|entry| side(entry.2).and_then(|side| side.secret.as_deref()))));
        }
    }
    let sql = sql_of_one_statement(with_entries);
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await.map(drop)
}

/// The entries of all changes, each with its change and its number there.
fn numbered(placed: &[Placed]) -> impl Iterator<Item = (i64, i32, &NewEntry)> {
    placed.iter().flat_map(|change| (0..).zip(&change.entries).map(|(position, entry)| (change.id, position, entry)))
}

/// A few statements one after another, which cost nothing inside SQLite.
async fn store_in_steps(tx: &Tx, placed: Vec<Placed>, now: DateTime<Utc>) -> Result<(), DbErr> {
    let run = |sql: &str, values: Vec<Value>| {
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        async move { tx.query_one_raw(statement).await }
    };
    let head = format!("INSERT INTO change_heads (part, seq, last_change) VALUES (?1, ?2, ?3) {HEAD_SQL}");
    let mut last_of_part = std::collections::HashMap::new();
    for (part, more, last) in heads(&placed) {
        let row = run(&head, vec![part.into(), more.into(), last.into()]).await?;
        let seq: i64 = row.ok_or_else(|| DbErr::Custom("the log has no position".to_owned()))?.try_get("", "seq")?;
        last_of_part.insert(part, seq);
    }
    let templates = run("SELECT COALESCE((SELECT seq FROM change_heads WHERE part = 0), 0) AS seq", Vec::new()).await?;
    let templates: i64 = templates.map_or(Ok(0), |row| row.try_get("", "seq"))?;
    let (mut log, mut entries) = (Vec::new(), Vec::new());
    for Placed { id, part, back, cause, change, entries: changed } in placed {
        let seq = last_of_part.get(&part).copied().unwrap_or_default() - back;
        let (source_id, source_name) = change.source.unzip();
        let (kind, subject) = (change.subject.kind(), change.subject.number());
        log.push(json!([
            id,
            part,
            seq,
            change.action.as_str(),
            cause,
            kind,
            subject,
            change.name,
            change.stack.map(|stack| stack.0),
            change.revision,
            source_id,
            source_name,
        ]));
        for (position, new) in (0_i32..).zip(changed) {
            let row = new.before.as_ref().and_then(|side| side.row);
            let (before, secret_before) = new.before.map(|side| (side.value, side.secret)).unzip();
            let (after, secret_after) = new.after.map(|side| (side.value, side.secret)).unzip();
            entries.push(json!([
                id,
                position,
                kind,
                subject,
                seq,
                new.form.as_str(),
                new.kind,
                new.key,
                new.identity,
                row,
                before,
                secret_before.flatten(),
                after,
                secret_after.flatten(),
            ]));
        }
    }
    let columns = |numbers: std::ops::Range<usize>| {
        let columns: Vec<String> = numbers.map(|n| format!("json_extract(j.value, '$[{n}]')")).collect();
        columns.join(", ")
    };
    let sql = format!(
        "INSERT INTO change_log ({LOG_COLUMNS}) SELECT {}, ?2, ?3, ?4, ?5, ?6, ?7, {} FROM json_each(?1) AS j",
        columns(0..3),
        columns(3..12)
    );
    let values = [Json::Array(log).to_string().into(), templates.into()].into_iter();
    let values = values.chain(author_values(tx.log().author(), now));
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
    if !entries.is_empty() {
        let columns = columns(0..14);
        let sql = format!("INSERT INTO change_entries ({ENTRY_COLUMNS}) SELECT {columns} FROM json_each(?1) AS j");
        let values = [Json::Array(entries).to_string().into()];
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
    }
    Ok(())
}

/// The parts of a statement on PostgreSQL that creates an instance in the common table expression `i` and raises its
/// versions in `c`: the expressions that log it, and their parameters, which follow `used` others.
pub(in crate::db) fn stored_single<'a>(
    id: i64,
    author: &'a Author,
    now: DateTime<Utc>,
    used: usize,
) -> (String, Vec<Parameter<'a>>) {
    let text = |text: &'a Option<std::sync::Arc<str>>| match text {
        Some(text) => Parameter::Text((&**text).into()),
        None => Parameter::NoText,
    };
    let parameters = vec![
        Parameter::Number(id),
        Parameter::Time(now),
        Parameter::Text(author.kind.as_str().into()),
        text(&author.name),
        text(&author.message),
        text(&author.request_id),
    ];
    let n = |at: usize| format!("${}", used + at);
    let (id, at, kind, name, message, request) = (n(1), n(2), n(3), n(4), n(5), n(6));
    let sql = format!(
        "h AS (INSERT INTO change_heads (part, seq, last_change) SELECT (1 + mod(i.stack_id, {PARTS_OF_STACKS}))::int, 1, {id} \
         FROM i, (SELECT count(*) FROM c) AS raised {HEAD_SQL}), \
         l AS (INSERT INTO change_log ({LOG_COLUMNS}) SELECT {id}, h.part, h.seq, \
         COALESCE((SELECT seq FROM change_heads WHERE part = 0), 0), {at}, {kind}, {name}, {message}, {request}, \
         'CREATE', NULL, 'INSTANCE', i.id, i.instance_id, i.stack_id, i.revision, NULL, NULL FROM i, h)"
    );
    (sql, parameters)
}

impl NewEntry {
    fn side_before(&self) -> Option<&Side> {
        self.before.as_ref()
    }

    fn side_after(&self) -> Option<&Side> {
        self.after.as_ref()
    }
}
