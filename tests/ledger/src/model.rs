//! The model: the possible states of each instance after all requests and responses.
//!
//! Updated by the writers, and by the comparison from a journal, in the same way. It must not
//! guess: an instance about which something is unknown has two possible states and is left alone from then on.

use std::collections::BTreeMap;

use crate::{
    answer::Outcome,
    operation::{Effect, Operation, What},
    state::State,
};

/// The possible states of an instance; `None` means that it does not exist.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thing {
    pub(crate) possible: Vec<Option<State>>,
    /// Its state or that of its copy is unknown, so no writer uses it any more.
    pub(crate) rests: bool,
}

impl Thing {
    fn sure(state: State) -> Self {
        Self { possible: vec![Some(state)], rests: false }
    }

    /// The only possible state.
    pub(crate) fn state(&self) -> Option<&State> {
        match self.possible.as_slice() {
            [one] => one.as_ref(),
            _ => None,
        }
    }
}

/// The expected instances.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// By the known name, or by the requested one.
    pub(crate) things: BTreeMap<String, Thing>,
}

impl Model {
    /// Applies an operation and its outcome, and reports contradictions.
    pub(crate) fn judge(&mut self, operation: &Operation, outcome: &Outcome) -> Vec<String> {
        let thing = self.things.get(&operation.name).cloned().unwrap_or_default();
        if thing.possible.len() > 1 {
            return vec![format!("{}: a request about what is unknown", operation.name)];
        }
        let before = thing.state();
        let effect = operation.effect(before);
        match outcome {
            Outcome::NotSent(_) => Vec::new(),
            Outcome::Unknown(_) => {
                self.suspect(operation, before, effect);
                Vec::new()
            }
            Outcome::Refused(code) => match effect {
                Effect::Refused(wanted) if wanted == code => Vec::new(),
                Effect::Refused(wanted) => vec![format!("{}: refused with {code}, not {wanted}", operation.name)],
                _ => vec![format!("{}: refused with {code}, and nothing was wrong with it", operation.name)],
            },
            Outcome::Done(shown) => match effect {
                Effect::Refused(wanted) => vec![format!("{}: done, not refused with {wanted}", operation.name)],
                Effect::Another(copy) => {
                    let (copy, wrong) = agreed(copy, shown.as_deref());
                    self.things.insert(copy.name.clone(), Thing::sure(copy));
                    wrong
                }
                Effect::Now(None) if shown.is_some() => {
                    vec![format!("{}: it is there and must not be", operation.name)]
                }
                Effect::Now(None) => {
                    self.things.remove(&operation.name);
                    Vec::new()
                }
                Effect::Now(Some(after)) => {
                    let (after, wrong) = agreed(after, shown.as_deref());
                    self.things.remove(&operation.name);
                    self.things.insert(after.name.clone(), Thing::sure(after));
                    wrong
                }
            },
        }
    }

    /// Applies an operation whose outcome is unknown.
    fn suspect(&mut self, operation: &Operation, before: Option<&State>, effect: Effect) {
        match effect {
            // It changes nothing in any case.
            Effect::Refused(_) => {}
            Effect::Now(_) if operation.what == What::Look => {}
            Effect::Now(after) => {
                let possible = vec![before.cloned(), after];
                self.things.insert(operation.name.clone(), Thing { possible, rests: true });
            }
            Effect::Another(copy) => {
                // The source must not change until the copy may have been made.
                if let Some(source) = self.things.get_mut(&operation.name) {
                    source.rests = true;
                }
                self.things.insert(copy.name.clone(), Thing { possible: vec![None, Some(copy)], rests: true });
            }
        }
    }

    /// Compares with all existing instances, and reports what is lost, torn, duplicate, or unexpected.
    pub(crate) fn compare(&self, seen: Vec<State>) -> Vec<String> {
        let mut by_name: BTreeMap<String, Vec<State>> = BTreeMap::new();
        for state in seen {
            by_name.entry(state.name.clone()).or_default().push(state);
        }
        let mut found = Vec::new();
        for (key, thing) in &self.things {
            let mut names: Vec<&str> = thing.possible.iter().flatten().map(|state| state.name.as_str()).collect();
            names.dedup();
            let mut here: Vec<State> = names.iter().filter_map(|name| by_name.remove(*name)).flatten().collect();
            match (here.pop(), here.len()) {
                (None, _) if thing.possible.contains(&None) => {}
                (None, _) => found.push(format!("{key}: LOST, it was acknowledged and is not there")),
                (Some(_), 1..) => found.push(format!("{key}: TWICE, {} of it are there", here.len() + 1)),
                (Some(seen), _) => {
                    let differences = thing.possible.iter().flatten().map(|state| state.differences(&seen));
                    let least = differences.min_by_key(Vec::len).unwrap_or_default();
                    if !least.is_empty() {
                        found.push(format!("{key}: TORN or LOST, {}", least.join("; ")));
                    }
                }
            }
        }
        for (name, states) in by_name {
            found.push(format!("{name}: GHOST, {} of it and nobody asked for it", states.len()));
        }
        found
    }

    /// How many instances must exist, and how many have an unknown state.
    pub(crate) fn count(&self) -> (usize, usize) {
        let unknown = self.things.values().filter(|thing| thing.possible.len() > 1).count();
        (self.things.len() - unknown, unknown)
    }
}

/// The expected state, with the keys from the response, and how the response differs.
fn agreed(wanted: State, shown: Option<&State>) -> (State, Vec<String>) {
    // Only a purge shows nothing.
    let Some(shown) = shown else {
        let wrong = vec![format!("{}: done, and it is not shown", wanted.name)];
        return (wanted, wrong);
    };
    let wrong = wanted.differences(shown);
    let wrong = if wrong.is_empty() { wrong } else { vec![format!("{}: answered, {}", wanted.name, wrong.join("; "))] };
    (wanted.known_as(shown), wrong)
}

#[cfg(test)]
mod tests;
