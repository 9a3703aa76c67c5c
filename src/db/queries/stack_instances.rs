//! Statements on all instances of a stack at once: one does it, however many instances there are.
//!
//! Called by the use cases that give a stack a name. They must never decide which name a stack may have.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, Statement, Value,
    sea_query::{BinOper, Expr, ExprTrait, Order, Query, SimpleExpr},
};

use crate::{
    db::{
        Session, Tx,
        entities::{
            InstanceModel,
            instance::{Column, Entity},
        },
        queries::{copies, in_list::parameter},
    },
    ids::{self, InstanceId, StackId},
    name::container_name,
};

/// Which instances of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Members {
    /// The live ones.
    Live,
    /// Those that went into the trash with it.
    TrashedWithStack,
}

impl Members {
    fn of(self, stack: StackId) -> Condition {
        let members = Condition::all().add(Column::StackId.eq(stack));
        match self {
            Self::Live => members.add(Column::DeletedAt.is_null()),
            Self::TrashedWithStack => {
                members.add(Column::DeletedAt.is_not_null()).add(Column::DeletedWithStack.eq(true))
            }
        }
    }

    /// The same for hand-written SQL, in which `m` is the instance.
    fn sql(self) -> &'static str {
        match self {
            Self::Live => "m.deleted_at IS NULL",
            Self::TrashedWithStack => "m.deleted_at IS NOT NULL AND m.deleted_with_stack",
        }
    }
}

/// The container name that follows from a stack's name, for the instance in hand.
fn follows(stack: &str) -> SimpleExpr {
    Expr::val(container_name(stack, "")).binary(BinOper::Custom("||"), Expr::col(Column::InstanceId))
}

/// The names of a stack's instances, oldest first.
pub async fn names(db: &impl Session, stack: StackId, which: Members) -> Result<Vec<String>, DbErr> {
    Entity::find()
        .filter(which.of(stack))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .select_only()
        .column(Column::InstanceId)
        .into_tuple()
        .all(db)
        .await
}

/// The live instances of a stack, oldest first.
pub async fn live(db: &impl Session, stack: StackId) -> Result<Vec<InstanceModel>, DbErr> {
    Entity::find()
        .filter(Members::Live.of(stack))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(db)
        .await
}

/// The container names of live instances, of those outside `except` only, that start with `prefix` (which has no
/// wildcard characters); of all instances, because a container name can be used once, whoever reaches it.
pub async fn container_names(
    db: &impl ConnectionTrait,
    prefix: &str,
    except: Option<StackId>,
) -> Result<HashSet<String>, DbErr> {
    let names: Vec<String> = Entity::live()
        .filter(Column::ContainerName.like(format!("{prefix}%")))
        .filter(Condition::all().add_option(except.map(|stack| Column::StackId.ne(stack))))
        .select_only()
        .column(Column::ContainerName)
        .into_tuple()
        .all(db)
        .await?;
    Ok(names.into_iter().collect())
}

/// Lets the container names of a stack's live instances follow its name, and raises their revisions.
pub async fn rename(tx: &Tx, stack: StackId, name: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    tx.changed().stack(stack);
    // The index looks at every row as it is written, when a sibling may still have the name that it is about to give
    // up. So all of them give up theirs first, for names that no container has.
    Entity::update_many()
        .col_expr(Column::ContainerName, Expr::cust("'~' || id"))
        .filter(Members::Live.of(stack))
        .exec(tx)
        .await?;
    Entity::update_many()
        .col_expr(Column::ContainerName, follows(name))
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Members::Live.of(stack))
        .exec(tx)
        .await
        .map(drop)
}

/// Brings back the instances that went into the trash with their stack, with container names that follow its name.
pub async fn restore(tx: &Tx, stack: StackId, name: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    tx.changed().stack(stack);
    Entity::update_many()
        .col_expr(Column::ContainerName, follows(name))
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::DeletedAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::DeletedWithStack, Expr::value(false))
        .filter(Members::TrashedWithStack.of(stack))
        .exec(tx)
        .await
        .map(drop)
}

/// Copies the live instances of a stack into a new one, of this name. Their overrides are counted already, and are copied
/// by [`copies::copy`].
pub async fn copy(tx: &Tx, from: StackId, to: StackId, name: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    tx.changed().stack(to);
    let same = [Column::InstanceId, Column::TemplateServiceId, Column::Description, Column::Enabled];
    let mut source = Query::select();
    source
        // Rows get their ids in the order of their sources, and lists sort equal times by id.
        .expr(Expr::val(ids::fresh_block(now)).add(Expr::cust("ROW_NUMBER() OVER (ORDER BY created_at, id)")))
        .expr(Expr::val(to))
        .expr(follows(name))
        .expr(Expr::val(now))
        .expr(Expr::val(now))
        .expr(copies::entries_copied(from))
        .columns(same)
        .from(Entity)
        .cond_where(Members::Live.of(from))
        .order_by(Column::CreatedAt, Order::Asc)
        .order_by(Column::Id, Order::Asc);
    let mut insert = Query::insert();
    let new = [
        Column::Id,
        Column::StackId,
        Column::ContainerName,
        Column::CreatedAt,
        Column::UpdatedAt,
        Column::OverrideCount,
    ];
    insert.into_table(Entity).columns(new.into_iter().chain(same));
    insert.select_from(source).map_err(|cause| DbErr::Custom(format!("copying instances: {cause}")))?;
    tx.execute(&insert).await.map(drop)
}

/// An instance whose container name under another name of its stack belongs to a live instance.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Clash {
    /// The stack.
    pub stack: StackId,
    /// The container name.
    pub container: String,
    /// Who has it.
    pub holder: InstanceId,
    /// The holder's name.
    pub holder_name: String,
    /// The name of the holder's stack.
    pub holder_stack: String,
    /// The holder's stack.
    pub holder_stack_id: StackId,
}

/// Most clashes that are told of one stack.
const MOST_CLASHES: usize = 20;

/// Where the container names of stacks' instances meet those of live instances, at most 20 times a stack, oldest
/// instances first. The name is the one that the stacks would get; without it their own. With `outside` the stack's
/// own instances are not in its way.
pub async fn clashes(
    db: &impl Session,
    stacks: &[StackId],
    which: Members,
    name: Option<&str>,
    outside: bool,
) -> Result<Vec<Clash>, DbErr> {
    let backend = db.get_database_backend();
    let (one_of_them, ids) = parameter(backend, stacks.iter().map(|id| id.0));
    let mut values: Vec<Value> = vec![ids];
    let stack = match name {
        Some(name) => {
            values.push(name.into());
            if backend == DatabaseBackend::Sqlite { "?2" } else { "$2" }
        }
        None => "s.name",
    };
    let container = container_sql(stack, "m.instance_id");
    let (members, outside) = (which.sql(), if outside { "AND h.stack_id <> m.stack_id" } else { "" });
    let sql = format!(
        "SELECT stack, container, holder, holder_name, holder_stack, holder_stack_id FROM (
            SELECT m.stack_id AS stack, h.container_name AS container, h.id AS holder, h.instance_id AS holder_name,
                hs.name AS holder_stack, hs.id AS holder_stack_id,
                ROW_NUMBER() OVER (PARTITION BY m.stack_id ORDER BY m.created_at, m.id) AS place
            FROM service_instances m
            JOIN stacks s ON s.id = m.stack_id
            JOIN service_instances h ON h.container_name = {container} AND h.deleted_at IS NULL
            JOIN stacks hs ON hs.id = h.stack_id
            WHERE m.stack_id {one_of_them} AND {members} {outside}
        ) AS clashes WHERE place <= {MOST_CLASHES} ORDER BY stack, place"
    );
    Clash::find_by_statement(Statement::from_sql_and_values(backend, sql, values)).all(db).await
}

/// A container name as SQL makes it from the names of stack and instance.
pub(in crate::db) fn container_sql(stack: &str, instance: &str) -> String {
    // Written with the one function that knows the pattern: 'devarch-' || stack || '-' || instance || ''
    format!("'{}'", container_name(&format!("' || {stack} || '"), &format!("' || {instance} || '")))
}
