//! Finds the instances whose domains contain references, so that only the values in their stack tell what they claim.
//!
//! Called by the use cases that find conflicts and choose domains. It must not resolve a reference; `references` does.

use sea_orm::{DatabaseBackend, DbErr};

use super::{Claimant, IS_RUNNING, claimant_columns, fetch};
use crate::{
    db::{Session, queries::in_list},
    ids::TemplateId,
};

/// The resource that is kept for a domain with references. No domain is like it.
pub const REFERRING: &str = "${{";

/// Condition: the domain `c` contains references.
pub(super) fn contains_references(backend: DatabaseBackend) -> String {
    let find = if backend == DatabaseBackend::Sqlite { "instr" } else { "strpos" };
    format!("{find}(c.domain, '{REFERRING}') > 0")
}

/// Which instances to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Those that are enabled, in enabled stacks.
    Running,
    /// All that are not in the trash.
    Live,
}

/// The instances within reach of which a domain contains references: those for which that is kept, and of those that inherit
/// their claims the users of these templates.
pub async fn claimants(db: &impl Session, templates: &[TemplateId], state: State) -> Result<Vec<Claimant>, DbErr> {
    let (condition, lowest) = match state {
        State::Running => (IS_RUNNING, super::kept::RUNNING),
        State::Live => ("i.deleted_at IS NULL", super::kept::DISABLED),
    };
    let (columns, reach) = (claimant_columns(), db.scope().and("i.stack_id"));
    let (these, value) = in_list::parameter(db.get_database_backend(), templates.iter().map(|id| id.0));
    let sql = format!(
        "SELECT {columns} FROM service_instances AS i WHERE i.id IN (SELECT c.instance_id FROM instance_claims AS c \
         WHERE c.kind = 'domains' AND c.resource = '{REFERRING}' AND c.state >= {lowest}) AND {condition}{reach} \
         UNION ALL SELECT {columns} FROM service_instances AS i WHERE i.template_service_id {these} AND NOT i.claims_kept \
         AND {condition}{reach}"
    );
    fetch(db, sql, vec![value]).await
}

/// The templates of which a domain contains references: at most [`MAX_TEMPLATES`](super::holders::MAX_TEMPLATES).
pub async fn templates(db: &impl Session) -> Result<Vec<TemplateId>, DbErr> {
    super::holders::templates_by_domain(db, Vec::new()).await
}
