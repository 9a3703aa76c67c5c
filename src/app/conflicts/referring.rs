//! Domains with references: which host names they stand for, and who has them.
//!
//! Used by the claim index and by forks. What a domain stands for follows from the values in its stack, so it is not kept but
//! looked up; for stacks in which no domain contains references nothing is.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    app::{
        conflicts::{
            claim::{Claim, Resource, deduplicate},
            claim_index::{Age, Claimed, claims, load_claiming},
        },
        overrides::references,
    },
    db::{
        Session,
        queries::claims::{
            Claimant,
            referring::{self, State},
        },
    },
    error::Result,
    ids::{InstanceId, StackId, TemplateId},
    kinds::{Domain, OverrideKind, host_name},
    references::{Resolver, StackValues},
};

/// Claims of a host name in place of each claim by references. Those without a value claim nothing.
pub(super) async fn resolve(db: &impl Session, of: &[Claimant], known: &mut Claimed) -> Result<()> {
    let referring: Vec<&Claimant> = of
        .iter()
        .filter(|it| known.get(&it.id).is_some_and(|claims| claims.iter().any(Claim::is_by_reference)))
        .collect();
    if referring.is_empty() {
        return Ok(());
    }
    let stacks: BTreeSet<StackId> = referring.iter().map(|it| it.stack_id).collect();
    let values = references::of_stacks(db, &stacks.into_iter().collect::<Vec<_>>()).await?;
    let names: HashMap<i64, &str> =
        values.values().flat_map(StackValues::instances).map(|it| (it.id, it.name.as_str())).collect();
    let resolvers: HashMap<StackId, Resolver<'_>> =
        values.iter().map(|(stack, values)| (*stack, Resolver::new(values))).collect();
    for it in referring {
        let Some(claims) = known.get(&it.id) else { continue };
        let resolved = claims.iter().filter_map(|claim| {
            let Resource::Referring(text) = &claim.resource else { return Some(claim.clone()) };
            // An instance in the trash offers nothing, not even to itself.
            let (name, resolver) = (names.get(&it.id.0)?, resolvers.get(&it.stack_id)?);
            host_name(&resolver.resolve(name, text)).map(Claim::of_host_name)
        });
        let resolved = Arc::new(deduplicate(resolved.collect()));
        known.insert(it.id, resolved);
    }
    Ok(())
}

/// The claims that instances make by references alone: those that they make as plain text as well are missing. Of instances
/// that inherit their claims, the users of `templates` are looked at.
pub(super) async fn claims_by_reference(
    db: &impl Session,
    templates: &[TemplateId],
    state: State,
) -> Result<Vec<(Age, Vec<Claim>)>> {
    let claimants = referring::claimants(db, templates, state).await?;
    let loaded = load_claiming(db, &claimants, &[OverrideKind::Domain]).await?;
    let stored = claims::<Domain>(db, &claimants, &loaded).await?;
    let mut resolved = stored.clone();
    resolve(db, &claimants, &mut resolved).await?;
    let of = |claimed: &Claimed, id: InstanceId| claimed.get(&id).map(Arc::clone).unwrap_or_default();
    let each = claimants.iter().map(|it| {
        let stored = of(&stored, it.id);
        let new = of(&resolved, it.id).iter().filter(|claim| !stored.contains(claim)).cloned().collect();
        (it.age(), new)
    });
    Ok(each.collect())
}

/// The host names within reach for which domains with references of live instances stand.
pub(in crate::app) async fn host_names(db: &impl Session) -> Result<HashSet<String>> {
    let templates = referring::templates(db).await?;
    let claims = claims_by_reference(db, &templates, State::Live).await?;
    let names = claims.into_iter().flat_map(|(_, claims)| claims).filter_map(|claim| match claim.resource {
        Resource::Domain(name) => Some(name),
        _ => None,
    });
    Ok(names.collect())
}
