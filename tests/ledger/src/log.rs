//! The comparison of the change log with the journal: what was acknowledged is in it once, and nothing else is.
//!
//! Called by the comparison of the instances. It must not write, nor ignore a difference.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    answer::Outcome,
    http::Client,
    journal::{Entry, Head},
    operation::{Operation, What},
    verify::pages,
};

/// The message of the change that an operation makes.
pub(crate) fn message(operation: &Operation) -> String {
    format!("ledger {}", operation.number)
}

/// What must be in the log, by the messages of the changes.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// Acknowledged changes of objects that were not purged since.
    pub(crate) there: BTreeSet<String>,
    /// Requests whose outcome is unknown, and changes of objects that may have been purged.
    maybe: BTreeSet<String>,
}

/// The changes of one instance so far.
#[derive(Debug, Default)]
struct Known {
    revision: i64,
    messages: BTreeSet<String>,
}

impl Expected {
    /// Determines it from what the writers did.
    pub(crate) fn of(entries: &BTreeMap<u64, Vec<Entry>>) -> Self {
        let mut expected = Self::default();
        for entries in entries.values() {
            let mut instances: BTreeMap<String, Known> = BTreeMap::new();
            for Entry { operation, outcome, .. } in entries {
                expected.add(operation, outcome, &mut instances);
            }
            expected.there.extend(instances.into_values().flat_map(|known| known.messages));
        }
        expected
    }

    fn add(&mut self, operation: &Operation, outcome: &Outcome, instances: &mut BTreeMap<String, Known>) {
        let told = message(operation);
        match (&operation.what, outcome) {
            (What::Look, _) | (_, Outcome::Refused(_) | Outcome::NotSent(_)) => {}
            (What::Purge, Outcome::Done(_)) => {
                instances.remove(&operation.name);
                self.there.insert(told);
            }
            (What::Purge, Outcome::Unknown(_)) => {
                let known = instances.remove(&operation.name).unwrap_or_default();
                self.maybe.extend(known.messages);
                self.maybe.insert(told);
            }
            (_, Outcome::Unknown(_)) => drop(self.maybe.insert(told)),
            (_, Outcome::Done(None)) => {}
            (what, Outcome::Done(Some(state))) => {
                let mut known = match what {
                    // The response shows the copy.
                    What::Create { .. } | What::Duplicate { .. } => Known::default(),
                    _ => instances.remove(&operation.name).unwrap_or_default(),
                };
                if state.revision > known.revision {
                    known.messages.insert(told);
                }
                known.revision = state.revision;
                instances.insert(state.name.clone(), known);
            }
        }
    }

    /// The differences to what the log has.
    pub(crate) fn compare(&self, logged: &BTreeMap<String, usize>) -> Vec<String> {
        let mut found = Vec::new();
        for told in &self.there {
            if !logged.contains_key(told) {
                found.push(format!("the log lacks the acknowledged change {told:?}"));
            }
        }
        for (told, count) in logged {
            if !self.there.contains(told) && !self.maybe.contains(told) {
                found.push(format!("the log has the change {told:?}, which was not made, or was purged"));
            }
            if *count > 1 {
                found.push(format!("the log has the change {told:?} {count} times"));
            }
        }
        found
    }
}

/// The changes of the ledger's stacks in the log: how often each message occurs.
pub(crate) async fn logged(client: &mut Client, head: &Head) -> Result<BTreeMap<String, usize>, String> {
    let mut all = BTreeMap::new();
    let mut take = |change: &Value| {
        if let Some(told) = change["message"].as_str() {
            *all.entry(told.to_owned()).or_default() += 1;
        }
    };
    for stack in head.stacks() {
        let query = "query Log($stack: String!, $after: String) { page: stack(name: $stack) { history(first: 100, after: $after) { \
                     nodes { message } pageInfo { hasNextPage endCursor } } } }";
        pages(client, query, json!({ "stack": stack }), &["page", "history"], &mut take).await?;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::State;

    fn entry(number: u64, name: &str, what: What, outcome: Outcome) -> Entry {
        let operation = Operation { name: name.to_owned(), number, expected: None, what };
        Entry { number, operation, outcome, answered: None }
    }

    fn done(name: &str, revision: i64) -> Outcome {
        Outcome::Done(Some(Box::new(State { revision, ..State::new(name, "", BTreeMap::new()) })))
    }

    #[test]
    fn the_log_has_what_was_acknowledged_and_nothing_else() {
        let update = || What::Update { enabled: true };
        let entries = vec![
            entry(1, "a", What::Create { places: Vec::new() }, done("a", 1)),
            entry(2, "a", update(), done("a", 2)),
            entry(3, "a", update(), done("a", 2)),
            entry(4, "a", What::Rename { to: "b".into() }, done("b", 3)),
            entry(5, "b", update(), Outcome::Refused("STALE_REVISION".into())),
            entry(6, "b", What::Duplicate { copy: "c".into(), chosen: false }, done("c", 1)),
            entry(7, "c", update(), Outcome::Unknown("lost".into())),
            entry(8, "d", What::Create { places: Vec::new() }, done("d", 1)),
            entry(9, "d", What::Delete, done("d", 2)),
            entry(10, "d", What::Purge, Outcome::Done(None)),
            entry(11, "b", update(), Outcome::NotSent("refused".into())),
        ];
        let expected = Expected::of(&BTreeMap::from([(0, entries)]));
        let logged = |numbers: &[u64]| numbers.iter().map(|number| (format!("ledger {number}"), 1)).collect();
        for good in [&[1, 2, 4, 6, 10][..], &[1, 2, 4, 6, 7, 10]] {
            assert_eq!(expected.compare(&logged(good)), Vec::<String>::new());
        }
        for wrong in [
            &[1, 2, 6, 10][..],
            &[1, 2, 3, 4, 6, 10],
            &[1, 2, 4, 5, 6, 10],
            &[1, 2, 4, 6, 8, 10],
            &[1, 2, 4, 6, 10, 99],
        ] {
            assert_eq!(expected.compare(&logged(wrong)).len(), 1, "{wrong:?}");
        }
        let mut twice: BTreeMap<String, usize> = logged(&[1, 2, 4, 6, 10]);
        twice.insert("ledger 2".to_owned(), 2);
        assert_eq!(expected.compare(&twice).len(), 1);
    }
}
