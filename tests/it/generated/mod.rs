//! Operations that are generated from the schema: plans and the executor give the same answer to each.
//!
//! `DEVARCH_GENERATED_OPERATIONS` sets their number, `DEVARCH_GENERATED_SEED` another seed. Without these settings they
//! must not differ from run to run, except in ids.

mod changes;
mod compare;
mod data;
mod errors;
mod generator;
mod share;
mod shrink;
mod steps;

use std::collections::{BTreeMap, BTreeSet};

use devarch::{document::Documents, graphql, limits::Limits, server::AuthMode};
use serde_json::{Value, json};

use self::{
    changes::{Change, Outcome},
    compare::compared,
    generator::{Grower, Operation, Pools, Shown, Types, whole},
    share::Share,
    steps::{LAST_CHANGE, steps},
};
use crate::{
    access::key,
    support::{Rng, TestApp, both, number_setting},
};

both!(every_generated_query_is_answered_alike, payloads_show_what_queries_show);

/// The number of operations by default.
const CASES: usize = 600;

fn cases() -> usize {
    number_setting("DEVARCH_GENERATED_OPERATIONS").map_or(CASES, |cases| usize::try_from(cases).unwrap())
}

fn seed() -> u64 {
    number_setting("DEVARCH_GENERATED_SEED").unwrap_or(17)
}

/// A caller with every right, and callers that are limited to some stacks.
async fn callers(t: &TestApp) -> [TestApp; 3] {
    let admin = key(t, "all", "ADMIN", None).await;
    let editor = key(t, "some", "EDITOR", Some(&["shop", "empty"])).await;
    let reader = key(t, "few", "READER", Some(&["blog", "zoo", "attic"])).await;
    [admin, editor, reader].map(|key| t.behind(AuthMode::Keys, Some(&key)))
}

/// Decides which operations can run.
struct Rules(Documents<()>);

impl Rules {
    fn new() -> Self {
        Self(Documents::new(graphql::sdl, Limits::default(), |_, _| ()))
    }

    /// Whether an operation is valid and within the limits.
    fn allow(&self, operation: &Operation) -> bool {
        let Value::Object(given) = operation.given() else { unreachable!("variables are an object") };
        let name = operation.name.filter(|_| operation.beside.is_some());
        let checked = self.0.check(&operation.document());
        checked.is_ok_and(|checked| self.0.choose(&checked, name, given).is_ok())
    }
}

/// Counts what an answer shows.
fn count(shown: &mut Shown, operation: &Operation, answer: &Value) {
    for field in operation.shown(&answer["data"]) {
        *shown.entry(field).or_default() += 1;
    }
}

#[expect(clippy::print_stderr, reason = "the share is shown with --no-capture")]
async fn every_generated_query_is_answered_alike(t: &TestApp) {
    data::fill(t).await;
    let callers = callers(t).await;
    let (types, pools, rules) = (Types::read(), Pools::read(t).await, Rules::new());
    let seed = seed();
    let (mut rng, mut shown, mut share) = (Rng(seed), Shown::default(), Share::default());
    let (mut refused, mut sent, mut empty, mut by_time) = (0, 0, 0, 0);
    let mut whole = whole(&mut rng, &types, &pools, &|operation| rules.allow(operation)).into_iter();
    while sent < cases() {
        let random = || Grower::new(&mut rng, &types, &pools, &shown).query();
        let operation = whole.next().unwrap_or_else(random);
        let runs = rules.allow(&operation);
        refused += usize::from(!runs);
        // Both ways refuse the same before they differ: a few are enough.
        if !runs && rng.below(10) > 0 {
            continue;
        }
        let limited = 1 + rng.below(2);
        for caller in [0, limited] {
            let what = format!("operation {sent} of DEVARCH_GENERATED_SEED={seed}, caller {caller}");
            let compared = compared(&callers[caller], &operation, sent % 4 == 0, &what).await;
            assert_eq!(compared.is_refused(), !runs, "{what}: {}: {}", operation.document(), compared.body);
            if runs {
                by_time += usize::from(!compared.same);
                empty += usize::from(compared.shows_nothing());
                count(&mut shown, &operation, &compared.answer);
                share.add(&operation, compared.has_errors(), compared.planned);
            }
        }
        sent += 1;
    }
    let answers = share.total.all + share.with_errors.all;
    eprintln!("{}{answers} answers, {empty} without an object; {refused} operations were refused", share.report());
    assert!(refused * 2 < sent, "of {sent} operations {refused} more were refused");
    assert!(share.with_errors.all * 4 < answers, "{} of {answers} answers have errors", share.with_errors.all);
    assert!(empty * 2 < answers, "{empty} of {answers} answers show no object");
    assert!(by_time < 4 + answers / 100, "{by_time} of {answers} answers differ in errors");
    let all = types.fields_of_queries();
    let reached: BTreeSet<&str> = share.fields().collect();
    let missing: Vec<&String> = all.iter().filter(|field| !reached.contains(field.as_str())).collect();
    assert!(missing.len() * 10 < all.len(), "of {} fields in no operation: {missing:?}", all.len());
    // Only mutations have most of the user errors.
    let is_missing = |field: &&String| !shown.contains_key(*field) && !field.contains("Error.");
    let missing: Vec<&String> = all.iter().filter(is_missing).collect();
    assert!(missing.len() * 9 < all.len(), "of {} fields no answer shows {missing:?}", all.len());
}

async fn payloads_show_what_queries_show(t: &TestApp) {
    data::fill(t).await;
    let (types, pools, rules) = (Types::read(), Pools::read(t).await, Rules::new());
    let seed = seed();
    let (mut rng, mut shown) = (Rng(seed), Shown::default());
    let mut outcomes: BTreeMap<&str, Vec<Outcome>> = BTreeMap::new();
    for round in 0..cases().div_ceil(CASES) {
        for (number, (field, input)) in steps(round).into_iter().enumerate() {
            let what = format!("step {number} of round {round} of DEVARCH_GENERATED_SEED={seed}, {field}");
            let mut input = input;
            if input["change"] == LAST_CHANGE {
                let last = t.data("{ changes(first: 1) { nodes { id } } }", json!({})).await;
                input["change"] = last["changes"]["nodes"][0]["id"].clone();
            }
            let change = loop {
                let change = Change::new(Grower::new(&mut rng, &types, &pools, &shown), field, &input);
                if rules.allow(change.operation()) {
                    break change;
                }
            };
            let (outcome, answer) = change.make(t, (number + round) % 2 == 0, &what).await;
            count(&mut shown, change.operation(), &answer);
            outcomes.entry(field).or_default().push(outcome);
        }
    }
    for field in types.fields("Mutation") {
        let outcomes = outcomes.get(field.name.as_str()).unwrap_or_else(|| panic!("no step for {}", field.name));
        assert!(outcomes.iter().any(|outcome| *outcome != Outcome::Refused), "{}: {outcomes:?}", field.name);
    }
    let compared = outcomes.values().flatten().map(|outcome| match outcome {
        Outcome::Done(objects) => *objects,
        Outcome::Refused => 0,
    });
    let refused = outcomes.values().flatten().filter(|outcome| **outcome == Outcome::Refused).count();
    assert!(compared.sum::<usize>() > 30 && refused > 15, "{outcomes:?}");
}
