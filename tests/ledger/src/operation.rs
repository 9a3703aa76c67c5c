//! Operations of the writers: one request, and its effect on an instance.
//!
//! Made by the writers, stored in the journal, applied by the model. It must not depend on the outcome.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    kinds::{KINDS, collections, key, keyed_entry, places, removal, split, value},
    state::State,
};

/// A request about the instance `name`. `number` makes the values that are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Operation {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) number: u64,
    /// The `expectedRevision` of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expected: Option<i64>,
    #[serde(flatten)]
    pub(crate) what: What,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The kind of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum What {
    /// Creates an instance that overrides these places.
    Create { places: Vec<String> },
    /// Sets the description, and whether it is enabled.
    Update { enabled: bool },
    /// Writes whole collections: the kinds of these places, and kinds that are cleared.
    Set { places: Vec<String>, emptied: Vec<String> },
    /// Patches overrides.
    Patch { steps: Vec<Step> },
    /// Copies it under this name, or under one that the service generates.
    Duplicate { copy: String, chosen: bool },
    /// Renames it.
    Rename { to: String },
    /// Moves it to the trash.
    Delete,
    /// Restores it from the trash.
    Restore,
    /// Purges it.
    Purge,
    /// Only reads it.
    Look,
}

/// A step of a patch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    Set(String),
    Remove(String),
    Reset(String),
    ResetAll,
}

/// The effect of a successful operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The instance has this state; `None` if it was purged.
    Now(Option<State>),
    /// Another instance exists, and this one is unchanged.
    Another(State),
    /// None: the operation is refused with this code.
    Refused(&'static str),
}

impl Operation {
    /// Its effect on an instance, or on a missing one.
    pub(crate) fn effect(&self, before: Option<&State>) -> Effect {
        let Some(before) = before else {
            return match &self.what {
                What::Create { places } => {
                    let says = places.iter().map(|place| (place.clone(), value(place, self.number))).collect();
                    Effect::Now(Some(State::new(&self.name, &self.number.to_string(), says)))
                }
                What::Look => Effect::Now(None),
                _ => Effect::Refused("NOT_FOUND"),
            };
        };
        let in_trash = matches!(self.what, What::Restore | What::Purge);
        match &self.what {
            What::Look => return Effect::Now(Some(before.clone())),
            What::Create { .. } => return Effect::Refused("NAME_TAKEN"),
            _ if before.is_trashed != in_trash => return Effect::Refused("NOT_FOUND"),
            _ if self.expected.is_some_and(|expected| expected != before.revision) => {
                return Effect::Refused("STALE_REVISION");
            }
            What::Purge => return Effect::Now(None),
            What::Duplicate { copy, .. } => {
                let says = before.says.clone();
                let copy = State { enabled: before.enabled, ..State::new(copy, &before.description, says) };
                return Effect::Another(copy);
            }
            _ => {}
        }
        let mut after = before.clone();
        match &self.what {
            What::Update { enabled } => {
                after.description = self.number.to_string();
                after.enabled = *enabled;
            }
            What::Rename { to } => after.name.clone_from(to),
            What::Delete => after.is_trashed = true,
            What::Restore => after.is_trashed = false,
            What::Set { places, emptied } => self.set(&mut after, places, emptied),
            What::Patch { steps } => steps.iter().for_each(|step| self.step(&mut after, step)),
            _ => {}
        }
        // Responses do not show whether a secret has changed.
        let has_secret = |state: &State| state.says.contains_key("env/S0");
        if after != *before || (self.writes_secret() && has_secret(before) && has_secret(&after)) {
            after.revision += 1;
        }
        Effect::Now(Some(after))
    }

    fn writes_secret(&self) -> bool {
        match &self.what {
            What::Set { places, .. } => places.iter().any(|place| place == "env/S0"),
            What::Patch { steps } => steps.iter().any(|step| *step == Step::Set("env/S0".into())),
            _ => false,
        }
    }

    fn set(&self, after: &mut State, places: &[String], emptied: &[String]) {
        for (kind, _, name) in KINDS {
            let is_emptied = emptied.iter().any(|one| one == kind);
            if is_emptied || places.iter().any(|place| split(place).0 == kind) {
                after.says.retain(|place, _| {
                    let of_rule = is_emptied && place.strip_prefix("rule/").is_some_and(|rest| split(rest).0 == name);
                    split(place).0 != kind && !of_rule
                });
            }
        }
        for place in places {
            self.put(after, place);
        }
    }

    fn put(&self, after: &mut State, place: &str) {
        after.says.remove(&removal(place));
        after.says.insert(place.to_owned(), value(place, self.number));
    }

    fn step(&self, after: &mut State, step: &Step) {
        match step {
            Step::Set(place) => self.put(after, place),
            Step::Remove(place) => {
                after.says.remove(place);
                after.says.insert(removal(place), "REMOVE".into());
            }
            Step::Reset(place) => {
                after.says.remove(place);
                after.says.remove(&removal(place));
            }
            Step::ResetAll => after.says.clear(),
        }
    }

    /// The field of the mutation, its input's type, and the field of the payload that shows an instance.
    fn field(&self) -> (&'static str, &'static str, &'static str) {
        match self.what {
            What::Create { .. } => ("createInstance", "CreateInstanceInput", "instance { ...I }"),
            What::Update { .. } => ("updateInstance", "UpdateInstanceInput", "instance { ...I }"),
            What::Set { .. } => ("setInstanceOverrides", "SetInstanceOverridesInput", "instance { ...I }"),
            What::Patch { .. } => ("patchInstanceOverrides", "PatchInstanceOverridesInput", "instance { ...I }"),
            What::Duplicate { .. } => ("duplicateInstance", "DuplicateInstanceInput", "instance { ...I }"),
            What::Rename { .. } => ("renameInstance", "RenameInstanceInput", "instance { ...I }"),
            What::Delete => ("softDeleteInstance", "SoftDeleteInstanceInput", "instance { ...I }"),
            What::Restore => ("restoreInstance", "RestoreInstanceInput", "instance { ...I }"),
            What::Purge => ("purgeInstance", "PurgeInstanceInput", "purgedId"),
            What::Look => ("instance", "", ""),
        }
    }

    /// The document and its variables.
    pub(crate) fn request(&self, stack: &str, template: &str) -> (String, Value) {
        if self.what == What::Look {
            let query =
                "query Look($stack: String!, $name: String!) { did: instance(stack: $stack, name: $name) { ...I } }";
            return (format!("{query} {}", crate::kinds::SHOWN), json!({ "stack": stack, "name": self.name }));
        }
        let (field, input, shown) = self.field();
        let fragment = if shown.contains("...I") { crate::kinds::SHOWN } else { "" };
        let query = format!(
            "mutation Do($input: {input}!) {{ did: {field}(input: $input) {{ {shown} userErrors {{ code }} }} }} {fragment}"
        );
        let at = json!({ "byName": { "stack": stack, "name": self.name } });
        let mut input = match &self.what {
            What::Create { places } => {
                let mut input = json!({ "stack": { "name": stack }, "template": { "name": template }, "name": self.name,
                    "description": self.number.to_string() });
                if !places.is_empty() {
                    input["overrides"] = collections(places.iter().map(String::as_str), &[], self.number);
                }
                input
            }
            What::Update { enabled } => {
                json!({ "instance": at, "description": self.number.to_string(), "enabled": enabled })
            }
            What::Set { places, emptied } => {
                let overrides = collections(places.iter().map(String::as_str), emptied, self.number);
                json!({ "instance": at, "overrides": overrides })
            }
            What::Patch { steps } => {
                let steps: Vec<Value> = steps.iter().map(|step| self.operation(step)).collect();
                json!({ "instance": at, "operations": steps })
            }
            What::Duplicate { chosen: true, .. } => json!({ "instance": at }),
            What::Duplicate { copy, .. } => json!({ "instance": at, "name": copy }),
            What::Rename { to } => json!({ "instance": at, "name": to }),
            What::Delete | What::Restore | What::Purge | What::Look => json!({ "instance": at }),
        };
        if let Some(expected) = self.expected {
            input["expectedRevision"] = json!(expected);
        }
        input["message"] = json!(crate::log::message(self));
        (query, json!({ "input": input }))
    }

    fn operation(&self, step: &Step) -> Value {
        match step {
            Step::Set(place) => json!({ "set": keyed_entry(place, self.number) }),
            Step::Remove(place) => json!({ "remove": key(place) }),
            Step::Reset(place) => json!({ "reset": { "entry": key(place) } }),
            Step::ResetAll => json!({ "reset": { "all": true } }),
        }
    }
}

/// All places that a writer can choose.
pub(crate) fn all_places() -> Vec<&'static str> {
    KINDS.iter().flat_map(|(kind, ..)| places(kind)).copied().collect()
}
