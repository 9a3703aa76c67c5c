//! Leases of forks: the use case `renewLease`, and what happens when a lease ends.
//!
//! Called by the resolvers, and by the background task of the service. A lease never destroys anything: at its end the
//! stack goes into the trash.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::sleep;

use crate::{
    access::{
        Access, Permission,
        change::{ActorKind, ChangeAction},
    },
    app::{App, StackRef, find},
    db::{
        Command, Tx,
        entities::{ForkModel, StackModel},
        queries::{
            copies::forks::{self, LeaseTerm},
            stacks::{self, RowLock, StackChange},
        },
    },
    error::{Code, Error, Problem, Result},
    ids::StackId,
};

/// The longest warning period before the end of a lease.
const MAX_WARNING: TimeDelta = TimeDelta::hours(24);
/// The part of a lease that is its warning period.
const WARNING_PART: i32 = 4;
/// The shortest lease.
const SHORTEST: TimeDelta = TimeDelta::minutes(1);
/// The longest lease: ten years.
const LONGEST: TimeDelta = TimeDelta::days(3650);
/// The time between two looks for leases that have ended.
const PAUSE: Duration = Duration::from_secs(15);
/// The most leases that are ended after one look.
const BATCH: u64 = 100;

/// The lease of a fork, at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When its warning period begins.
    pub warns_at: DateTime<Utc>,
    /// Whether its warning period has begun.
    pub is_ending: bool,
    /// Whether it has ended.
    pub is_expired: bool,
}

impl Lease {
    /// The lease of a fork, if it has one.
    pub fn of(fork: &ForkModel, now: DateTime<Utc>) -> Option<Self> {
        let expires_at = fork.expires_at?;
        let span = TimeDelta::try_seconds(fork.lease_seconds?)?;
        let warns_at = expires_at.checked_sub_signed(MAX_WARNING.min(span / WARNING_PART))?;
        Some(Self { expires_at, warns_at, is_ending: warns_at <= now, is_expired: expires_at <= now })
    }
}

/// The lease of this span from now on, or the problem with the span.
pub(super) fn term(span: TimeDelta, now: DateTime<Utc>) -> Result<LeaseTerm, Problem> {
    let refuse = |suggestion: &str| {
        let message = "A lease takes from one minute to ten years.";
        let problem = Problem::new(Code::InvalidValue, &["input", "expiresIn"], message);
        Err(problem.suggest(suggestion.to_owned()))
    };
    if span < SHORTEST {
        return refuse("PT1M");
    }
    match now.checked_add_signed(span).filter(|_| span <= LONGEST) {
        Some(ends) => Ok(LeaseTerm { span, ends }),
        None => refuse("P3650D"),
    }
}

/// The input of [`App::renew_lease`].
#[derive(Clone, Debug, Hash)]
pub struct RenewLease {
    /// The fork.
    pub stack: StackRef,
    /// The span from now on.
    pub expires_in: TimeDelta,
}

impl App {
    /// Lets the lease of a fork end so long from now; a fork without a lease gets one.
    pub async fn renew_lease(&self, input: RenewLease) -> Result<StackModel> {
        self.write(&input).await
    }

    /// Moves the forks whose leases have ended to the trash, and returns how many. Several servers may do so at once.
    pub async fn end_leases(&self) -> Result<u64> {
        let service = self.acting_as(ActorKind::Service).with_message("The lease has ended.")?;
        let mut ended = 0;
        for stack in forks::expired(&service.reader(), service.now(), BATCH).await? {
            ended += u64::from(service.write(&EndLease(stack)).await?);
        }
        Ok(ended)
    }

    /// Ends leases until the process ends.
    pub fn watch_leases(&self) {
        let app = self.clone();
        tokio::spawn(async move {
            loop {
                // After an outage the connections are new ones.
                match app.for_caller(Access::full()).end_leases().await {
                    Ok(0) => {}
                    Ok(ended) => tracing::info!(ended, "forks whose leases have ended are in the trash now"),
                    Err(cause) => tracing::warn!(%cause, "cannot end leases; trying again"),
                }
                sleep(PAUSE).await;
            }
        });
    }
}

impl Command for RenewLease {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = StackModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<StackModel> {
        let term = term(self.expires_in, now).map_err(Error::refused)?;
        let stack = find::stack(tx, &self.stack, RowLock::Exclusive).await?.map_err(Error::refused)?;
        if forks::find(tx, stack.id).await?.is_none() {
            let message = format!("The stack `{}` is no fork; only forks have leases.", stack.name);
            return Err(Error::refused(Problem::new(Code::InvalidValue, &["input", "stack"], message)));
        }
        renew(tx, &stack, term).await?;
        Ok(stack)
    }
}

/// Gives a fork another lease. The stack's own revision stays, because the lease is no part of its configuration.
pub(super) async fn renew(tx: &Tx, stack: &StackModel, term: LeaseTerm) -> Result<()> {
    forks::set_lease(tx, stack.id, term).await?;
    tx.log().noted(stack, ChangeAction::RenewLease);
    Ok(())
}

/// Moves a fork to the trash if its lease has ended.
struct EndLease(StackId);

impl Command for EndLease {
    const PERMISSION: Permission = Permission::CHANGE;
    /// Whether it was moved.
    type Output = bool;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<bool> {
        // The lock also keeps out a request that renews the lease.
        let Some(stack) = stacks::find(tx, self.0, RowLock::Exclusive).await? else { return Ok(false) };
        let lease = forks::find(tx, stack.id).await?.and_then(|fork| Lease::of(&fork, now));
        if !lease.is_some_and(|lease| lease.is_expired) {
            return Ok(false);
        }
        stacks::trash_instances(tx, stack.id, now).await?;
        let change = StackChange { trashed: Some(true), ..StackChange::default() };
        stacks::update(tx, &stack, change, now).await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warning_period_is_a_quarter_of_the_lease_and_a_day_at_most() {
        let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        for (span, warning) in [
            (TimeDelta::hours(1), TimeDelta::minutes(15)),
            (TimeDelta::days(2), TimeDelta::hours(12)),
            (TimeDelta::days(7), TimeDelta::hours(24)),
        ] {
            let term = term(span, now).unwrap();
            let fork = ForkModel {
                stack_id: StackId(1),
                source_id: None,
                fork_key: None,
                key_hash: None,
                is_live: true,
                lease_seconds: Some(term.span.num_seconds()),
                expires_at: Some(term.ends),
                block_first: None,
                block_last: None,
                created_at: now,
            };
            let lease = Lease::of(&fork, now).unwrap();
            assert_eq!(lease.expires_at - lease.warns_at, warning);
            assert!(!lease.is_ending && !lease.is_expired);
            assert!(Lease::of(&fork, lease.warns_at).unwrap().is_ending);
            assert!(Lease::of(&fork, lease.expires_at).unwrap().is_expired);
        }
    }

    #[test]
    fn a_lease_has_a_sensible_span() {
        let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        for (span, suggestion) in [(TimeDelta::zero(), "PT1M"), (TimeDelta::days(3651), "P3650D")] {
            assert_eq!(term(span, now).unwrap_err().suggestion.as_deref(), Some(suggestion));
        }
    }
}
