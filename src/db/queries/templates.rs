//! Queries on templates. They take no scope, because templates belong to no stack.
//!
//! Called by the use cases. They must not decide what a missing row means.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    Select, Statement, Value,
    sea_query::{ArrayType, Expr, ExprTrait, LockType},
};
use sha2::{Digest, Sha256};

use crate::{
    access::change::ChangeAction,
    db::{
        Tx,
        entities::{
            TemplateModel, catalog_entry,
            template::{ActiveModel, Column, Entity},
        },
        failure::is_still_referenced,
        queries::{
            in_list::{keyed, one_of},
            page::{ListFilter, Page, Slice, TEMPLATES},
            stacks::ByName,
        },
    },
    fields::TemplateValues,
    ids::{self, TemplateId},
    kinds::Settings,
};

/// The filter of a list of templates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TemplateFilter {
    /// A part of the name.
    pub search: Option<String>,
    /// Exactly this category.
    pub category: Option<String>,
}

impl<'f> From<&'f TemplateFilter> for ListFilter<'f> {
    fn from(filter: &'f TemplateFilter) -> Self {
        Self { search: filter.search.as_deref(), enabled: None, category: filter.category.as_deref() }
    }
}

impl TemplateValues {
    /// The same values with these settings, and with defaults for missing ones.
    #[must_use]
    pub fn with(self, settings: Settings) -> Self {
        let Settings { image_name, image_tag, command, entrypoint, user, working_dir, restart_policy } = settings;
        Self {
            image_name: image_name.unwrap_or_default(),
            image_tag: image_tag.unwrap_or_else(|| "latest".to_owned()),
            command,
            entrypoint,
            user,
            working_dir,
            restart_policy: restart_policy.unwrap_or_else(|| "no".into()),
            ..self
        }
    }

    /// The fields that an instance can override.
    pub fn settings(&self) -> Settings {
        Settings {
            image_name: Some(self.image_name.clone()),
            image_tag: Some(self.image_tag.clone()),
            command: self.command.clone(),
            entrypoint: self.entrypoint.clone(),
            user: self.user.clone(),
            working_dir: self.working_dir.clone(),
            restart_policy: Some(self.restart_policy.clone()),
        }
    }
}

/// A template by its name.
pub async fn find_by_name(db: &impl ConnectionTrait, name: &str) -> Result<Option<TemplateModel>, DbErr> {
    Entity::find().filter(Column::Name.eq(name)).one(db).await
}

/// The ids of the templates that have one of these names.
pub async fn by_names(db: &impl ConnectionTrait, names: &[String]) -> Result<HashMap<String, TemplateId>, DbErr> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let storable: Vec<String> = names.iter().filter(|name| !name.contains('\0')).cloned().collect();
    let select = Entity::find().filter(keyed(db.get_database_backend(), "name", &storable));
    let found: Vec<(String, TemplateId)> =
        select.select_only().column(Column::Name).column(Column::Id).into_tuple().all(db).await?;
    Ok(found.into_iter().collect())
}

/// The categories that templates have, without the empty one.
pub async fn categories(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let select = Entity::find().filter(Column::Category.ne(""));
    select.select_only().column(Column::Category).distinct().into_tuple().all(db).await
}

/// The names of templates that start with `prefix`. A wildcard character in it may select more.
pub async fn names(db: &impl ConnectionTrait, prefix: &str) -> Result<Vec<String>, DbErr> {
    let select = Entity::find().filter(Column::Name.like(format!("{prefix}%")));
    select.select_only().column(Column::Name).into_tuple().all(db).await
}

/// The lock that a transaction takes on a template until it ends. SQLite ignores it, because there is one writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateLock {
    /// Other transactions cannot delete the template or rename it.
    KeyShare,
    /// Other transactions cannot change the template either. They can still create instances from it, unless it is
    /// being renamed.
    NoKeyUpdate,
    /// Other transactions cannot create instances from the template either.
    Update,
}

impl From<TemplateLock> for LockType {
    fn from(hold: TemplateLock) -> Self {
        match hold {
            TemplateLock::KeyShare => Self::KeyShare,
            TemplateLock::NoKeyUpdate => Self::NoKeyUpdate,
            TemplateLock::Update => Self::Update,
        }
    }
}

/// A template by its name, locked until the transaction ends.
pub async fn lock_by_name(tx: &Tx, name: &str, how: TemplateLock) -> Result<Option<TemplateModel>, DbErr> {
    Entity::find().filter(Column::Name.eq(name)).lock(how.into()).one(tx).await
}

/// A template by its id, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: TemplateId, how: TemplateLock) -> Result<Option<TemplateModel>, DbErr> {
    Entity::find_by_id(id).lock(how.into()).one(tx).await
}

/// Templates by their ids.
pub async fn load(db: &impl ConnectionTrait, ids: &[TemplateId]) -> Result<Vec<TemplateModel>, DbErr> {
    Entity::find().filter(one_of(db.get_database_backend(), "id", ids.iter().map(|id| id.0))).all(db).await
}

fn filtered(filter: &TemplateFilter) -> Select<Entity> {
    Entity::find().filter(TEMPLATES.matching_of_all(filter.into()))
}

/// A page of templates, sorted by name.
pub async fn page(
    db: &impl ConnectionTrait,
    filter: &TemplateFilter,
    slice: &Slice<ByName>,
) -> Result<Page<TemplateModel>, DbErr> {
    Ok(slice.page(slice.apply(filtered(filter)).all(db).await?))
}

/// The number of templates that match the filter.
pub async fn count(db: &impl ConnectionTrait, filter: &TemplateFilter) -> Result<u64, DbErr> {
    filtered(filter).count(db).await
}

/// Inserts a template.
pub async fn insert(tx: &Tx, values: TemplateValues, now: DateTime<Utc>) -> Result<TemplateModel, DbErr> {
    tx.changed().lists();
    let (id, created_at, updated_at) = (Set(ids::fresh(tx.random(), now)), Set(now), Set(now));
    let row = ActiveModel { id, created_at, updated_at, ..values.into() };
    let row = Entity::insert(row).exec_with_returning(tx).await?;
    tx.log().created(&row);
    Ok(row)
}

/// Writes all fields of a template and increments its revision.
pub async fn update(
    tx: &Tx,
    before: &TemplateModel,
    values: TemplateValues,
    now: DateTime<Utc>,
) -> Result<TemplateModel, DbErr> {
    tx.changed().templates();
    let updated = Entity::update_many()
        .set(ActiveModel { updated_at: Set(now), ..values.into() })
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .filter(Column::Id.eq(before.id))
        .exec_with_returning(tx)
        .await?;
    let row = crate::db::one_row(updated)?;
    tx.log().updated(before, &row, ChangeAction::Update);
    Ok(row)
}

/// Deletes a template and its entries. Returns false if instances refer to it; the transaction can then only be rolled
/// back.
pub async fn delete(tx: &Tx, template: &TemplateModel) -> Result<bool, DbErr> {
    tx.changed().lists();
    tx.log().deleted(template);
    match Entity::delete_by_id(template.id).exec(tx).await {
        Ok(_) => Ok(true),
        Err(cause) if is_still_referenced(&cause) => Ok(false),
        Err(cause) => Err(cause),
    }
}

/// The number of names that a transaction locks one by one. One with more locks all of them, because PostgreSQL has room for
/// a limited number of locks.
const MAX_LOCKED_NAMES: usize = 100;

/// The lock that stands for all names. The number is arbitrary, but has to be the same in every server.
const ALL_NAMES: i64 = 4_995_148_757_353_239_040;

/// The lock of a name: the hash of what has the name, and of the name.
fn lock_of_name((what, name): &(&str, &str)) -> i64 {
    let digest = Sha256::digest(format!("devarch {what} {name}").as_bytes());
    let first = digest.first_chunk().copied().unwrap_or_default();
    i64::from_be_bytes(first)
}

/// Waits until no other transaction that may make templates or stacks of these names is running: imports, and the loading
/// of the catalogue. `names` are pairs of what has the name, such as `template`, and the name. They are locked in one order,
/// so that two transactions cannot wait for each other. SQLite has one writer anyway.
pub async fn lock_names(tx: &Tx, names: &[(&str, &str)]) -> Result<(), DbErr> {
    if tx.get_database_backend() != DatabaseBackend::Postgres {
        return Ok(());
    }
    let mut locks: Vec<i64> = names.iter().map(lock_of_name).collect();
    locks.sort_unstable();
    locks.dedup();
    if locks.len() > MAX_LOCKED_NAMES {
        let sql = "SELECT pg_advisory_xact_lock($1)";
        tx.execute_raw(Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, [ALL_NAMES.into()])).await?;
        return Ok(());
    }
    let locks = Value::Array(ArrayType::BigInt, Some(Box::new(locks.into_iter().map(Value::from).collect())));
    // The rows of the array come in its order.
    let sql = "WITH a AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared($1)) \
               SELECT pg_advisory_xact_lock(u.lock) FROM a, unnest($2::bigint[]) AS u(lock)";
    let statement = Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, [ALL_NAMES.into(), locks]);
    tx.execute_raw(statement).await.map(drop)
}

/// The records of all templates that were loaded from the catalogue.
pub async fn catalog_entries(db: &impl ConnectionTrait) -> Result<Vec<catalog_entry::Model>, DbErr> {
    catalog_entry::Entity::find().all(db).await
}

/// Records that a template was loaded from the catalogue.
pub async fn remember_catalog_entry(tx: &Tx, entry: catalog_entry::Model) -> Result<(), DbErr> {
    catalog_entry::Entity::delete_by_id(entry.name.clone()).exec(tx).await?;
    let row = catalog_entry::ActiveModel {
        name: Set(entry.name),
        service_id: Set(entry.service_id),
        digest: Set(entry.digest),
        revision: Set(entry.revision),
        loaded_at: Set(entry.loaded_at),
    };
    catalog_entry::Entity::insert(row).exec_without_returning(tx).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_same_lock_in_every_server() {
        assert_eq!(lock_of_name(&("template", "web")), lock_of_name(&("template", "web")));
        let others = [("template", "db"), ("stack", "web")];
        assert!(others.iter().all(|other| lock_of_name(other) != lock_of_name(&("template", "web"))));
    }
}
