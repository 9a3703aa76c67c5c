//! Statements on all instances of a stack at once.
//!
//! Called by the use cases that create, rename, copy or restore a stack. They must not decide which names are allowed.
//! Each is one or two statements for any number of instances.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait, FromQueryResult,
    IdenStatic, Iterable, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
    sea_query::{BinOper, Expr, ExprTrait, Func, Order, Query, SimpleExpr},
};

use crate::{
    access::change::ChangeAction,
    db::{
        Session, Tx,
        entities::{
            InstanceModel, StackModel,
            instance::{ActiveModel, Column, Entity},
        },
        queries::{copies, in_list::parameter},
    },
    fields::InstanceValues,
    ids::{self, InstanceId, StackId},
    name::container_name,
};

/// Selects instances of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StackMembers {
    /// The live instances.
    Live,
    /// The instances that were moved to the trash together with the stack.
    TrashedWithStack,
}

impl StackMembers {
    fn of(self, stack: StackId) -> Condition {
        let members = Condition::all().add(Column::StackId.eq(stack));
        match self {
            Self::Live => members.add(Column::DeletedAt.is_null()),
            Self::TrashedWithStack => {
                members.add(Column::DeletedAt.is_not_null()).add(Column::DeletedWithStack.eq(true))
            }
        }
    }

    /// The condition in SQL, in which `m` is the instance.
    fn sql(self) -> &'static str {
        match self {
            Self::Live => "m.deleted_at IS NULL",
            Self::TrashedWithStack => "m.deleted_at IS NOT NULL AND m.deleted_with_stack",
        }
    }
}

/// SQL expression for the container name of an instance in a stack with this name.
fn derived_container_name(stack: &str) -> SimpleExpr {
    Expr::val(container_name(stack, "")).binary(BinOper::Custom("||"), Expr::col(Column::InstanceId))
}

/// The names of a stack's instances, oldest first.
pub async fn names(db: &impl Session, stack: StackId, which: StackMembers) -> Result<Vec<String>, DbErr> {
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
        .filter(StackMembers::Live.of(stack))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(db)
        .await
}

/// All instances of a stack, also those in the trash.
pub async fn all(db: &impl Session, stack: StackId) -> Result<Vec<InstanceModel>, DbErr> {
    Entity::find().filter(Column::StackId.eq(stack)).order_by_asc(Column::Id).all(db).await
}

/// The container names of live instances that start with `prefix`, which must not contain wildcard characters. Leaves
/// out the instances of the stack `except`. Ignores the scope, because container names are unique across all stacks.
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

/// Derives the container names of a stack's live instances from its new name, and increments their revisions.
pub async fn rename(tx: &Tx, stack: &StackModel, name: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    tx.changed().stack(stack.id);
    // The unique index is checked for each row, when another instance may still have the name that it is about to give
    // up. So first all of them get names that no container can have.
    Entity::update_many()
        .col_expr(Column::ContainerName, Expr::cust("'~' || id"))
        .filter(StackMembers::Live.of(stack.id))
        .exec(tx)
        .await?;
    let renamed = Entity::update_many()
        .col_expr(Column::ContainerName, derived_container_name(name))
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(StackMembers::Live.of(stack.id))
        .exec_with_returning(tx)
        .await?;
    for instance in &renamed {
        tx.log().container_name(&container_name(&stack.name, &instance.instance_id), instance);
        tx.log().touched(instance, ChangeAction::Rename);
    }
    Ok(())
}

/// Restores the instances that were moved to the trash together with their stack, with container names derived from its
/// name.
pub async fn restore(tx: &Tx, stack: &StackModel, name: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    tx.changed().stack(stack.id);
    let restored = Entity::update_many()
        .col_expr(Column::ContainerName, derived_container_name(name))
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::DeletedAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::DeletedWithStack, Expr::value(false))
        .filter(StackMembers::TrashedWithStack.of(stack.id))
        .exec_with_returning(tx)
        .await?;
    for instance in &restored {
        tx.log().container_name(&container_name(&stack.name, &instance.instance_id), instance);
        tx.log().touched(instance, ChangeAction::Restore);
    }
    Ok(())
}

/// The columns that clients set, each with the value of a copy: that of the source, or the initial one.
fn copied_values() -> impl Iterator<Item = (Column, SimpleExpr)> {
    let initial = ActiveModel::from(InstanceValues::default());
    let is_copied = |column: Column| {
        InstanceValues::EDITABLE.iter().any(|editable| editable.is_copied && editable.column == column.as_str())
    };
    Column::iter().filter_map(move |column| {
        let initial = initial.get(column).into_value()?;
        Some((column, if is_copied(column) { Expr::col(column) } else { Expr::val(initial) }))
    })
}

/// As [`InstanceModel::secret_seed`] makes it.
const SEED_SQL: &str = "CASE WHEN secret_seed <> '' THEN secret_seed WHEN storage_name <> '' THEN storage_name \
                        ELSE 'devarch.' || CAST(id AS TEXT) END";

/// Which generated secrets the copy of an instance has.
#[derive(Clone, Copy, Debug)]
pub enum CopiedSecrets<'c> {
    /// Those of its source.
    Same,
    /// Others, which follow from the seed of its source and this mark. So instances that have the same ones still do.
    Renewed(&'c str),
    /// Those of a new instance.
    Own,
}

/// How the instances of a stack are copied.
#[derive(Clone, Copy, Debug)]
pub struct NewCopies<'c> {
    /// The change that they are a part of.
    pub action: ChangeAction,
    /// Which generated secrets each has.
    pub secrets: CopiedSecrets<'c>,
    /// The time.
    pub now: DateTime<Utc>,
}

/// Copies the live instances of a stack into a new stack with this name, with their override counts, and returns the
/// copies. [`copies::copy`] copies the overrides.
pub async fn copy(
    tx: &Tx,
    from: StackId,
    to: StackId,
    name: &str,
    NewCopies { action, secrets, now }: NewCopies<'_>,
) -> Result<Vec<InstanceModel>, DbErr> {
    tx.changed().stack(to);
    let same = [Column::InstanceId, Column::TemplateServiceId];
    let (edited, values): (Vec<Column>, Vec<SimpleExpr>) = copied_values().unzip();
    let mut source = Query::select();
    // Ids ascend in the order of the sources, because lists break ties by id.
    let id =
        Expr::val(ids::fresh_block(tx.random(), now)).add(Expr::cust("ROW_NUMBER() OVER (ORDER BY created_at, id)"));
    let hexadecimal = match tx.get_database_backend() {
        DatabaseBackend::Sqlite => Func::cust("printf").arg("%x").arg(id.clone()),
        _ => Func::cust("to_hex").arg(id.clone()),
    };
    // As `name::storage_name` makes it.
    let storage_name = derived_container_name(name)
        .binary(BinOper::Custom("||"), Expr::val("."))
        .binary(BinOper::Custom("||"), Expr::expr(hexadecimal));
    source
        .expr(id)
        .expr(Expr::val(to))
        .expr(derived_container_name(name))
        .expr(storage_name)
        .expr(match secrets {
            CopiedSecrets::Same => Expr::cust(SEED_SQL),
            CopiedSecrets::Renewed(mark) => Expr::cust(SEED_SQL).binary(BinOper::Custom("||"), Expr::val(mark)),
            CopiedSecrets::Own => Expr::val(""),
        })
        .expr(Expr::val(now))
        .expr(Expr::val(now))
        .expr(copies::entries_copied(from))
        .columns(same)
        .exprs(values)
        .from(Entity)
        .cond_where(StackMembers::Live.of(from))
        .order_by(Column::CreatedAt, Order::Asc)
        .order_by(Column::Id, Order::Asc);
    let mut insert = Query::insert();
    let new = [
        Column::Id,
        Column::StackId,
        Column::ContainerName,
        Column::StorageName,
        Column::SecretSeed,
        Column::CreatedAt,
        Column::UpdatedAt,
        Column::OverrideCount,
    ];
    insert.into_table(Entity).columns(new.into_iter().chain(same).chain(edited));
    insert.select_from(source).map_err(|cause| DbErr::Custom(format!("copying instances: {cause}")))?;
    insert.returning(Query::returning().columns(Column::iter()));
    let rows = tx.query_all(&insert).await?;
    let copies: Vec<InstanceModel> =
        rows.iter().map(|row| InstanceModel::from_query_result(row, "")).collect::<Result<_, _>>()?;
    for copy in &copies {
        tx.log().touched(copy, action);
    }
    Ok(copies)
}

/// An instance of a stack whose container name would be that of another live instance.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Clash {
    /// The stack.
    pub stack: StackId,
    /// The container name.
    pub container: String,
    /// The instance that has the name.
    pub holder: InstanceId,
    /// The name of that instance.
    pub holder_name: String,
    /// The name of that instance's stack.
    pub holder_stack: String,
    /// The id of that instance's stack.
    pub holder_stack_id: StackId,
}

/// The maximum number of clashes reported for each stack.
const MAX_CLASHES_PER_STACK: usize = 20;

/// Finds live instances that have the container names which the instances of these stacks would get. Reports at most
/// 20 for each stack, oldest instances first. `name` is the new name of the stacks; `None` keeps
/// their names. With `outside`, instances of the same stack do not count.
pub async fn clashes(
    db: &impl Session,
    stacks: &[StackId],
    which: StackMembers,
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
        ) AS clashes WHERE place <= {MAX_CLASHES_PER_STACK} ORDER BY stack, place"
    );
    Clash::find_by_statement(Statement::from_sql_and_values(backend, sql, values)).all(db).await
}

/// SQL expression for the container name of an instance, from expressions for the names of stack and instance.
pub(in crate::db) fn container_sql(stack: &str, instance: &str) -> String {
    // Built with the one function that knows the pattern: 'devarch-' || stack || '-' || instance || ''
    format!("'{}'", container_name(&format!("' || {stack} || '"), &format!("' || {instance} || '")))
}
