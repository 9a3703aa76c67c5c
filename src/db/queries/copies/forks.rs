//! Queries on forks: their rows, and what they must not have in common with anything live.
//!
//! Called by the use cases that fork a stack and look after leases, and by the queries that move a stack to the trash or
//! out of it. They must not decide which ports or domains a fork gets.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, Iterable,
    QueryFilter, QueryOrder, QuerySelect, Statement,
    sea_query::{Alias, Expr, ExprTrait, Order, Query, WindowStatement},
};
use sha2::{Digest, Sha256};

use crate::{
    db::{
        Session, Tx,
        entities::{
            ForkModel, StackModel,
            fork::{self, Column, Entity},
            stack,
        },
        queries::{
            claims::kept::DISABLED,
            in_list::{one_of, texts},
            page::{Cursor, ListFilter, Page, STACKS, Slice},
            stacks::ByName,
        },
    },
    ids::StackId,
};

/// The lease of a fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseTerm {
    /// The span for which it is given.
    pub span: TimeDelta,
    /// When it ends.
    pub ends: DateTime<Utc>,
}

/// A fork to record.
#[derive(Clone, Debug)]
pub struct NewFork<'f> {
    /// The new stack.
    pub stack: StackId,
    /// What it was copied from.
    pub source: StackId,
    /// The key by which clients find it again.
    pub key: Option<&'f str>,
    /// Its lease.
    pub lease: Option<LeaseTerm>,
    /// The first and the last host port of its block.
    pub block: Option<(i32, i32)>,
}

/// Locks out all other transactions that make forks, until the transaction ends. SQLite has one writer anyway.
pub async fn lock(tx: &Tx) -> Result<(), DbErr> {
    fork::lock::Entity::find().lock_exclusive().one(tx).await.map(drop)
}

fn hash(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The live fork of a stack under this key.
pub async fn by_key(tx: &Tx, source: StackId, key: &str) -> Result<Option<ForkModel>, DbErr> {
    let of_key = Entity::find().filter(Column::SourceId.eq(source)).filter(Column::KeyHash.eq(hash(key)));
    of_key.filter(Column::IsLive.eq(true)).one(tx).await
}

/// Records a fork. The unique index refuses a second live one under the same key.
pub async fn insert(tx: &Tx, new: NewFork<'_>, now: DateTime<Utc>) -> Result<(), DbErr> {
    let row = ForkModel {
        stack_id: new.stack,
        source_id: Some(new.source),
        fork_key: new.key.map(str::to_owned),
        key_hash: new.key.map(hash),
        is_live: true,
        lease_seconds: new.lease.map(|lease| lease.span.num_seconds()),
        expires_at: new.lease.map(|lease| lease.ends),
        block_first: new.block.map(|block| block.0),
        block_last: new.block.map(|block| block.1),
        created_at: now,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await.map(drop)
}

/// The row of a fork; `None` if the stack is no fork.
pub async fn find(db: &impl ConnectionTrait, stack: StackId) -> Result<Option<ForkModel>, DbErr> {
    Entity::find_by_id(stack).one(db).await
}

/// The rows of those of the stacks that are forks.
pub async fn load(db: &impl Session, stacks: &[StackId]) -> Result<HashMap<StackId, ForkModel>, DbErr> {
    let these = one_of(db.get_database_backend(), "stack_id", stacks.iter().map(|id| id.0));
    let rows = Entity::find().filter(these).filter(db.within("stack_id")).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.stack_id, row)).collect())
}

/// Gives a fork another lease.
pub async fn set_lease(tx: &Tx, stack: StackId, lease: LeaseTerm) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::LeaseSeconds, Expr::value(lease.span.num_seconds()))
        .col_expr(Column::ExpiresAt, Expr::value(lease.ends))
        .filter(Column::StackId.eq(stack))
        .exec(tx)
        .await
        .map(drop)
}

/// The live forks whose leases have ended, those first that ended first.
pub async fn expired(db: &impl Session, now: DateTime<Utc>, most: u64) -> Result<Vec<StackId>, DbErr> {
    Entity::find()
        .filter(Column::IsLive.eq(true))
        .filter(Column::ExpiresAt.lte(now))
        .filter(db.within("stack_id"))
        .order_by_asc(Column::ExpiresAt)
        .limit(most)
        .select_only()
        .column(Column::StackId)
        .into_tuple()
        .all(db)
        .await
}

/// Notes that a stack is in the trash. If it is a fork, its key and its block are free.
pub async fn trashed(tx: &Tx, stack: StackId) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::IsLive, Expr::value(false));
    update.filter(Column::StackId.eq(stack)).exec(tx).await.map(drop)
}

/// Notes that a stack is out of the trash. A fork does without its key if another one has it by now, and without its
/// block; a lease that has ended begins anew.
pub async fn restored(tx: &Tx, stack: StackId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let Some(fork) = find(tx, stack).await? else { return Ok(()) };
    let holder = match (fork.source_id, &fork.fork_key) {
        (Some(source), Some(key)) => by_key(tx, source, key).await?,
        _ => None,
    };
    let span = fork.lease_seconds.and_then(TimeDelta::try_seconds);
    let is_over = fork.expires_at.is_some_and(|end| end <= now);
    let mut row = fork.into_active_model();
    row.is_live = Set(true);
    (row.block_first, row.block_last) = (Set(None), Set(None));
    if holder.is_some() {
        (row.fork_key, row.key_hash) = (Set(None), Set(None));
    }
    if let Some(span) = span.filter(|_| is_over) {
        row.expires_at = Set(now.checked_add_signed(span));
    }
    Entity::update(row).exec(tx).await.map(drop)
}

/// The blocks of live forks.
pub async fn blocks(db: &impl ConnectionTrait) -> Result<Vec<(i32, i32)>, DbErr> {
    let blocks: Vec<(Option<i32>, Option<i32>)> = Entity::find()
        .filter(Column::IsLive.eq(true))
        .filter(Column::BlockFirst.is_not_null())
        .select_only()
        .column(Column::BlockFirst)
        .column(Column::BlockLast)
        .into_tuple()
        .all(db)
        .await?;
    Ok(blocks.into_iter().filter_map(|(first, last)| first.zip(last)).collect())
}

/// Those of the domains that a live instance claims by overrides of its own, or that a template names, without regard to
/// scope.
pub async fn named_domains(db: &impl ConnectionTrait, domains: &[String]) -> Result<Vec<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Named {
        domain: String,
    }
    let backend = db.get_database_backend();
    let from = match backend {
        DbBackend::Sqlite => "(SELECT value AS domain FROM json_each(?1)) AS w",
        _ => "unnest($1::text[]) AS w(domain)",
    };
    let sql = format!(
        "SELECT DISTINCT w.domain FROM {from} WHERE EXISTS (SELECT 1 FROM instance_claims AS c WHERE c.kind = 'domains' \
         AND c.resource = w.domain AND c.state >= {DISABLED}) \
         OR EXISTS (SELECT 1 FROM service_domains AS c WHERE c.domain = w.domain)"
    );
    let statement = Statement::from_sql_and_values(backend, sql, [texts(backend, domains)]);
    Ok(Named::find_by_statement(statement).all(db).await?.into_iter().map(|row| row.domain).collect())
}

/// The condition of the live forks of some stacks.
fn of_sources(db: &impl Session, sources: &[StackId]) -> Condition {
    let backend = db.get_database_backend();
    let these = one_of(backend, "source_id", sources.iter().map(|id| id.0));
    Condition::all().add(these).add(STACKS.matching(db, ListFilter::default()))
}

/// A page of the live forks of each stack, sorted by name, in one statement.
pub async fn pages(
    db: &impl Session,
    sources: &[StackId],
    slice: &Slice<ByName>,
) -> Result<HashMap<StackId, Page<StackModel>>, DbErr> {
    let mut window = WindowStatement::partition_by(Column::SourceId);
    for column in ByName::COLUMNS {
        sea_orm::sea_query::OrderedStatement::order_by(&mut window, Alias::new(*column), slice.order());
    }
    let mut numbered = Query::select();
    numbered
        .columns(stack::Column::iter().map(|column| (stack::Entity, column)))
        .column(Column::SourceId)
        .expr_window_as(Expr::cust("ROW_NUMBER()"), window, Alias::new("place"))
        .from(stack::Entity)
        .inner_join(Entity, Expr::col(Column::StackId).equals(stack::Column::Id))
        .cond_where(of_sources(db, sources));
    for bound in slice.bounds() {
        numbered.and_where(bound);
    }
    let query = Query::select()
        .columns(stack::Column::iter())
        .column(Column::SourceId)
        .from_subquery(numbered.take(), Alias::new("numbered"))
        .and_where(Expr::col(Alias::new("place")).lte(slice.fetch()))
        .order_by(Alias::new("place"), Order::Asc)
        .take();
    let mut of_source: HashMap<StackId, Vec<StackModel>> = sources.iter().map(|id| (*id, Vec::new())).collect();
    for row in db.query_all(&query).await? {
        let source = StackId(row.try_get("", "source_id")?);
        of_source.entry(source).or_default().push(StackModel::from_query_result(&row, "")?);
    }
    Ok(of_source.into_iter().map(|(source, rows)| (source, slice.page(rows))).collect())
}

/// The number of live forks of each stack. Stacks without any are missing.
pub async fn counts(db: &impl Session, sources: &[StackId]) -> Result<HashMap<StackId, i64>, DbErr> {
    let query = Query::select()
        .column(Column::SourceId)
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("forks"))
        .from(stack::Entity)
        .inner_join(Entity, Expr::col(Column::StackId).equals(stack::Column::Id))
        .cond_where(of_sources(db, sources))
        .group_by_col(Column::SourceId)
        .take();
    let mut counts = HashMap::new();
    for row in db.query_all(&query).await? {
        counts.insert(StackId(row.try_get("", "source_id")?), row.try_get("", "forks")?);
    }
    Ok(counts)
}
