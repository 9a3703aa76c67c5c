//! The oldest instances that claim something, and how many there are, up to a limit.
//!
//! Called by the use case that finds conflicts. What a statement reads depends on the number of resources and templates
//! that are asked about, and not on the number of instances.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseBackend, DbErr, FromQueryResult, Statement};

use super::{Column, FOLDED, IS_RUNNING, Rows, referring::contains_references};
use crate::{
    db::Session,
    ids::{InstanceId, StackId, TemplateId},
    kinds::{OverrideKind, Protocol},
};

/// The number of claimants of one resource that are counted.
pub const MAX_COUNT: usize = 1001;
/// The number of the oldest claimants that are named.
pub const MAX_NAMED: usize = 11;
/// The number of templates naming one resource whose users are looked at, those with the lowest ids.
pub const MAX_TEMPLATES: usize = 1000;

/// The claimants of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders {
    /// The oldest ones, oldest first, at most [`MAX_NAMED`].
    pub oldest: Vec<(DateTime<Utc>, InstanceId)>,
    /// How many there are. At [`MAX_COUNT`] there may be more.
    pub count: usize,
}

impl Holders {
    /// Adds other instances.
    pub fn add(&mut self, more: &Self) {
        self.count = (self.count + more.count).min(MAX_COUNT);
        self.oldest.extend_from_slice(&more.oldest);
        self.oldest.sort_unstable();
        self.oldest.truncate(MAX_NAMED);
    }

    /// Of all claimants, in any order and each once.
    pub fn of(mut all: Vec<(DateTime<Utc>, InstanceId)>) -> Self {
        all.sort_unstable();
        let count = all.len().min(MAX_COUNT);
        all.truncate(MAX_NAMED);
        Self { oldest: all, count }
    }
}

/// A claim that others may have as well.
#[derive(Clone, Debug)]
pub struct WantedClaim {
    /// The kind of override.
    pub kind: OverrideKind,
    /// The resource, as it is kept.
    pub resource: String,
    /// The extents that clash with that of the claim, each once and at most [`MAX_EXTENTS`]; `None` if all do.
    pub extents: Option<Vec<String>>,
    /// The stack whose instances do not count. Either all claims of a query have one, or none has.
    pub outside: Option<StackId>,
}

/// The users of a template, except those in one stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Users {
    /// The template.
    pub template: TemplateId,
    /// The stack whose instances do not count.
    pub outside: Option<StackId>,
}

/// A stack as a parameter. No stack has the id 0.
fn number(outside: Option<StackId>) -> i64 {
    outside.map_or(0, |stack| stack.0)
}

/// An address clashes with itself and with two unspecified ones.
pub const MAX_EXTENTS: usize = 3;

#[derive(FromQueryResult)]
struct HolderRow {
    place: i64,
    id: InstanceId,
    created_at: DateTime<Utc>,
    total: i64,
}

/// The instances among those in reach from which the statements read, and the claims of these.
struct Reach {
    with: String,
    instances: &'static str,
    claims: &'static str,
}

impl Reach {
    /// A caller that sees some stacks only reads the instances of these first. Otherwise an index would lead through all
    /// others.
    fn of(db: &impl Session) -> Self {
        match db.scope().condition("i.stack_id") {
            None => Self { with: String::new(), instances: "service_instances", claims: "instance_claims" },
            Some(reach) => Self {
                with: format!(
                    "WITH reached AS MATERIALIZED (SELECT i.* FROM service_instances AS i WHERE {reach}), \
                     reached_claims AS MATERIALIZED (SELECT c.* FROM reached AS i \
                     JOIN instance_claims AS c ON c.instance_id = i.id) "
                ),
                instances: "reached",
                claims: "reached_claims",
            },
        }
    }
}

/// SQL for the oldest claimants of each row `w`, and their number. `inner` selects `created_at` and `id` of all claimants
/// of a row, oldest first and each once.
fn oldest_sql(backend: DatabaseBackend, reach: &Reach, rows: &Rows, inner: &str) -> String {
    let Rows { from, place, .. } = rows;
    let with = &reach.with;
    match backend {
        DatabaseBackend::Sqlite => format!(
            "{with}SELECT {place} AS place, h.id, h.created_at, \
             (SELECT count(*) FROM ({inner} LIMIT {MAX_COUNT})) AS total \
             FROM {from} JOIN service_instances AS h ON h.id IN (SELECT x.id FROM ({inner} LIMIT {MAX_NAMED}) AS x)"
        ),
        _ => format!(
            "{with}SELECT {place} AS place, h.id, h.created_at, h.total FROM {from} CROSS JOIN LATERAL (\
             SELECT x.id, x.created_at, count(*) OVER () AS total, \
             row_number() OVER (ORDER BY x.created_at, x.id) AS age FROM ({inner} LIMIT {MAX_COUNT}) AS x) AS h \
             WHERE h.age <= {MAX_NAMED}"
        ),
    }
}

/// The holders of each row, by its place from one on.
async fn fetch(db: &impl Session, sql: String, rows: Rows) -> Result<HashMap<usize, Holders>, DbErr> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, rows.values);
    let mut found: HashMap<usize, Holders> = HashMap::new();
    for row in HolderRow::find_by_statement(statement).all(db).await? {
        let holders = found.entry(usize::try_from(row.place).unwrap_or_default()).or_default();
        holders.count = usize::try_from(row.total).unwrap_or_default().min(MAX_COUNT);
        holders.oldest.push((row.created_at, row.id));
    }
    for holders in found.values_mut() {
        holders.oldest.sort_unstable();
    }
    Ok(found)
}

/// The running users of each template that inherit what it claims. Templates without any are missing.
pub async fn users(db: &impl Session, of: &[Users]) -> Result<HashMap<Users, Holders>, DbErr> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let (backend, reach) = (db.get_database_backend(), Reach::of(db));
    let templates = Column::Numbers(of.iter().map(|it| it.template.0).collect());
    let outside = Column::Numbers(of.iter().map(|it| number(it.outside)).collect());
    let rows = Rows::new(backend, 0, vec![templates, outside]);
    let inner = format!(
        "SELECT i.created_at, i.id FROM {} AS i WHERE i.template_service_id = {} AND i.stack_id <> {} AND NOT i.claims_kept \
         AND {IS_RUNNING} ORDER BY i.created_at, i.id",
        reach.instances, rows.columns[0], rows.columns[1]
    );
    let found = fetch(db, oldest_sql(backend, &reach, &rows, &inner), rows).await?;
    let of_template = |(place, holders): (usize, Holders)| Some((*of.get(place.checked_sub(1)?)?, holders));
    Ok(found.into_iter().filter_map(of_template).collect())
}

/// The running instances that have a kept claim which clashes with a wanted one, in the order of the wanted ones.
pub async fn kept(db: &impl Session, wanted: &[WantedClaim]) -> Result<Vec<Holders>, DbErr> {
    let (backend, reach) = (db.get_database_backend(), Reach::of(db));
    let mut all = vec![Holders::default(); wanted.len()];
    // Claims that clash with every other one are found by another index.
    for with_extents in [false, true] {
        let some: Vec<(usize, &WantedClaim)> =
            wanted.iter().enumerate().filter(|(_, it)| it.extents.is_some() == with_extents).collect();
        if some.is_empty() {
            continue;
        }
        let texts = |text: &dyn Fn(&WantedClaim) -> String| {
            Column::Texts(some.iter().map(|(_, wanted)| text(wanted)).collect())
        };
        let mut columns = vec![texts(&|it| it.kind.as_str().to_owned()), texts(&|it| it.resource.clone())];
        let of_others = some.iter().any(|(_, it)| it.outside.is_some());
        if of_others {
            columns.push(Column::Numbers(some.iter().map(|(_, it)| number(it.outside)).collect()));
        }
        let first_extent = columns.len();
        if with_extents {
            // No claim has an empty extent.
            let extent = |it: &WantedClaim, n: usize| it.extents.as_ref().and_then(|all| all.get(n)).cloned();
            columns.extend((0..MAX_EXTENTS).map(|n| texts(&|it| extent(it, n).unwrap_or_default())));
        }
        let rows = Rows::new(backend, 0, columns);
        let outside = if of_others {
            let stack = &rows.columns[2];
            format!(
                " AND NOT EXISTS (SELECT 1 FROM service_instances AS o WHERE o.id = c.instance_id AND o.stack_id = {stack})"
            )
        } else {
            String::new()
        };
        let claims = |extent: Option<&String>| {
            let extent = extent.map_or_else(String::new, |extent| format!(" AND c.extent = {extent}"));
            format!(
                "SELECT DISTINCT c.created_at, c.instance_id AS id FROM {} AS c WHERE c.kind = {} AND c.resource = {}{extent} \
                 AND c.state = {}{outside} ORDER BY c.created_at, c.instance_id",
                reach.claims,
                rows.columns[0],
                rows.columns[1],
                super::kept::RUNNING
            )
        };
        let inner = if with_extents {
            let of_extent = |extent| format!("SELECT * FROM ({} LIMIT {MAX_COUNT}) AS one", claims(Some(extent)));
            let each: Vec<String> = rows.columns[first_extent..].iter().map(of_extent).collect();
            format!(
                "SELECT DISTINCT u.created_at, u.id FROM ({}) AS u ORDER BY u.created_at, u.id",
                each.join(" UNION ALL ")
            )
        } else {
            claims(None)
        };
        for (place, holders) in fetch(db, oldest_sql(backend, &reach, &rows, &inner), rows).await? {
            if let Some((index, _)) = place.checked_sub(1).and_then(|place| some.get(place)) {
                all[*index] = holders;
            }
        }
    }
    Ok(all)
}

/// The templates that name one of these host ports: of each at most [`MAX_TEMPLATES`].
pub async fn templates_by_host_port(db: &impl Session, ports: &[(i32, Protocol)]) -> Result<Vec<TemplateId>, DbErr> {
    let numbers = ports.iter().map(|(number, _)| i64::from(*number)).collect();
    let protocols = ports.iter().map(|(_, protocol)| protocol.to_string()).collect();
    let columns = vec![Column::Numbers(numbers), Column::Texts(protocols)];
    templates_naming(db, "ports", columns, None, |keys| {
        format!("c.host_port = {} AND lower(c.protocol) = {}", keys[0], keys[1])
    })
    .await
}

/// The templates that name one of these domains, or have a domain with references: of each at most [`MAX_TEMPLATES`].
pub async fn templates_by_domain(db: &impl Session, domains: Vec<String>) -> Result<Vec<TemplateId>, DbErr> {
    let also = contains_references(db.get_database_backend());
    let columns = vec![Column::Texts(domains)];
    templates_naming(db, "domains", columns, Some(&also), |keys| format!("c.domain = {}", keys[0])).await
}

/// The templates that name one of these external volumes or paths, normalized by [`fold`](super::fold): of each at most
/// [`MAX_TEMPLATES`].
pub async fn templates_by_source(db: &impl Session, sources: Vec<String>) -> Result<Vec<TemplateId>, DbErr> {
    templates_naming(db, "volumes", vec![Column::Texts(sources)], None, |keys| {
        format!("{FOLDED} = {} AND (c.is_external OR c.scope = 'host' OR c.volume_type = 'bind')", keys[0])
    })
    .await
}

/// `also` is a condition for more templates.
async fn templates_naming(
    db: &impl Session,
    table: &str,
    columns: Vec<Column>,
    also: Option<&str>,
    condition: impl Fn(&[String]) -> String,
) -> Result<Vec<TemplateId>, DbErr> {
    #[derive(FromQueryResult)]
    struct Owner {
        service_id: TemplateId,
    }
    let backend = db.get_database_backend();
    let rows = Rows::new(backend, 0, columns);
    let (from, named) = (&rows.from, condition(&rows.columns));
    let inner = format!(
        "SELECT c.id, c.service_id FROM service_{table} AS c WHERE {named} ORDER BY c.service_id LIMIT {MAX_TEMPLATES}"
    );
    let sql = match backend {
        DatabaseBackend::Sqlite => format!(
            "SELECT DISTINCT o.service_id FROM {from} JOIN service_{table} AS o ON o.id IN (SELECT x.id FROM ({inner}) AS x)"
        ),
        _ => format!("SELECT DISTINCT o.service_id FROM {from} CROSS JOIN LATERAL ({inner}) AS o"),
    };
    let also = also.map_or_else(String::new, |condition| {
        let more = format!("SELECT c.service_id FROM service_{table} AS c WHERE {condition}");
        format!(" UNION SELECT m.service_id FROM ({more} ORDER BY c.service_id LIMIT {MAX_TEMPLATES}) AS m")
    });
    let statement = Statement::from_sql_and_values(backend, sql + &also, rows.values);
    let owners = Owner::find_by_statement(statement).all(db).await?;
    let mut owners: Vec<TemplateId> = owners.into_iter().map(|owner| owner.service_id).collect();
    owners.sort_unstable();
    Ok(owners)
}
