//! Keeps the claims of instances that override ports, domains or volumes, so that others find them without merging. Of a domain
//! with references only that it is one is kept.
//!
//! Called before each commit, by `App::write`, and at the start of the service. It must not know which command has run:
//! the recorder of the transaction knows what was written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{
        App,
        conflicts::claim_index::{claims, load_claiming},
    },
    db::{
        Command, Tx,
        change_log::{CLAIMING, ClaimChanges},
        queries::claims::{
            Claimant,
            kept::{self, BATCH, Changed, NewClaim, Which},
        },
    },
    error::Result,
    ids::{InstanceId, StackId, TemplateId},
    kinds::{Domain, OverrideKind, Port, Volume},
};

/// Keeps what the transaction has changed. Runs no statement if that cannot have changed a claim.
pub(in crate::app) async fn keep(tx: &Tx) -> Result<()> {
    let changes = tx.log().take_claims();
    if changes.is_empty() {
        return Ok(());
    }
    let ClaimChanges { new, entries, templates, states, stacks } = changes;
    if !states.is_empty() || !stacks.is_empty() {
        let (states, stacks): (Vec<_>, Vec<_>) = (states.into_iter().collect(), stacks.into_iter().collect());
        kept::set_states(tx, &states, &stacks).await?;
    }
    let ids: BTreeSet<InstanceId> = new.iter().chain(entries.keys()).copied().collect();
    if !ids.is_empty() {
        let kinds = if new.is_empty() { union(&entries) } else { CLAIMING.to_vec() };
        let ids: Vec<InstanceId> = ids.into_iter().collect();
        let found = kept::find(tx, Which::Instances(&ids)).await?;
        compute(tx, found, &kinds).await?;
    }
    if !templates.is_empty() {
        let kinds = union(&templates);
        let templates: Vec<TemplateId> = templates.into_keys().collect();
        let mut after = InstanceId(i64::MIN);
        loop {
            let found = kept::find(tx, Which::UsersOf(&templates, after)).await?;
            let (Some(last), is_last) = (found.last().map(|it| it.id), found.len() < BATCH) else { break };
            after = last;
            compute(tx, found, &kinds).await?;
            if is_last {
                break;
            }
        }
    }
    Ok(())
}

fn union<K>(kinds: &BTreeMap<K, BTreeSet<OverrideKind>>) -> Vec<OverrideKind> {
    let all: BTreeSet<OverrideKind> = kinds.values().flatten().copied().collect();
    all.into_iter().collect()
}

/// Computes the claims of some kinds, and keeps those of instances that do not inherit all of them.
async fn compute(tx: &Tx, found: Vec<Changed>, kinds: &[OverrideKind]) -> Result<()> {
    let misled: BTreeSet<StackId> = found.iter().filter(|it| it.is_misled).map(|it| it.stack_id).collect();
    if !misled.is_empty() {
        kept::note_stacks(tx, &misled.into_iter().collect::<Vec<_>>()).await?;
    }
    // What begins or ends being kept is so in all kinds.
    let turns = found.iter().any(|it| it.claims_kept != Some(it.has_own));
    let kinds = if turns { &CLAIMING } else { kinds };
    // One that has always inherited its claims has none to replace.
    let changed: Vec<&Changed> = found.iter().filter(|it| it.has_own || it.claims_kept != Some(false)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let own: Vec<Claimant> = changed.iter().filter(|it| it.has_own).map(|it| Claimant::from(*it)).collect();
    let mut new = Vec::new();
    if !own.is_empty() {
        let loaded = load_claiming(tx, &own, kinds).await?;
        for kind in kinds {
            let claimed = match kind {
                OverrideKind::Port => claims::<Port>(tx, &own, &loaded).await?,
                OverrideKind::Domain => claims::<Domain>(tx, &own, &loaded).await?,
                OverrideKind::Volume => claims::<Volume>(tx, &own, &loaded).await?,
                _ => continue,
            };
            for instance in &own {
                let claims = claimed.get(&instance.id).into_iter().flat_map(|claims| claims.iter());
                let claims = claims.filter(|claim| !claim.is_inside_a_stack());
                // All domains with references are kept as one.
                let claims: BTreeSet<_> = claims.map(|claim| (claim.resource.kept(), claim.extent.kept())).collect();
                let claim = |(resource, extent)| NewClaim { instance: instance.id, kind: *kind, resource, extent };
                new.extend(claims.into_iter().map(claim));
            }
        }
    }
    let (ids, are_kept): (Vec<InstanceId>, Vec<bool>) = changed.iter().map(|it| (it.id, it.has_own)).unzip();
    Ok(kept::replace(tx, &ids, &are_kept, kinds, new).await?)
}

/// A command whose claims are kept before it commits.
pub(in crate::app) struct Keeping<'a, W>(pub(in crate::app) &'a W);

impl<W: Command> Command for Keeping<'_, W> {
    const PERMISSION: Permission = W::PERMISSION;
    type Output = W::Output;

    fn is_dry_run(&self) -> bool {
        self.0.is_dry_run()
    }

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<W::Output> {
        let output = self.0.run(tx, now).await?;
        if !self.is_dry_run() {
            Box::pin(keep(tx)).await?;
        }
        Ok(output)
    }
}

/// Keeps the claims of some instances of which they are not known.
struct KeepUnknown;

impl Command for KeepUnknown {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = bool;

    async fn run(&self, tx: &Tx, _: DateTime<Utc>) -> Result<bool> {
        let found = kept::find(tx, Which::Unknown).await?;
        let is_some = !found.is_empty();
        compute(tx, found, &CLAIMING).await?;
        Ok(is_some)
    }
}

impl App {
    /// Keeps the claims of all instances of which they are not known, after an update. It can be interrupted and repeated at
    /// any time, while services run. Returns the number of batches.
    pub async fn keep_unknown_claims(&self) -> Result<u64> {
        let mut batches = 0;
        while self.write(&KeepUnknown).await? {
            batches += 1;
        }
        if batches > 0 {
            tracing::info!("the claims of the instances that were there before are kept now");
        }
        Ok(batches)
    }
}
