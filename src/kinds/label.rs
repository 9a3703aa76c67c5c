//! Labels of the container.

use std::borrow::Cow;

use super::{
    Brief, Kind, Names,
    check::{MAX_TEXT, check_text},
    compose::{ReadEntry, Reading, Rendered},
    kind,
};
use crate::{
    error::{Code, Problems},
    ids::{GlobalId, InstanceId},
    yaml::Map,
};

/// The prefix of labels that only the service sets.
pub const RESERVED_PREFIX: &str = "devarch.";
/// The label with a hash of what the instance runs, which only a rendered file has.
pub const CONFIG_HASH_LABEL: &str = "devarch.config_hash";

kind! {
    /// A label of the container.
    pub struct Label in ("service_labels", "instance_labels"), input "LabelInput" {
        /// Key, 1 to 255 characters without spaces; the prefix `devarch.` is reserved.
        pub key: String,
        /// Value, at most 64 KiB.
        pub value: String,
    }
}

impl Kind for Label {
    const FIELD: &'static str = "labels";
    const HAS_SYSTEM: bool = true;
    const KEY_SQL: &'static str = "key";
    const BRIEF_SQL: &'static str = "value";
    const LONG_COLUMN: Option<&'static str> = Some("value");
    const REFERENCE_FIELDS: &'static [&'static str] = &["value"];
    type Key = String;
    type Set = Vec<Self>;

    fn long_bytes(&self) -> usize {
        self.value.len()
    }

    fn key(&self) -> String {
        self.key.clone()
    }

    fn brief(&self) -> Brief<'_> {
        Brief::of(&self.value)
    }

    fn validate_key(key: &String, at: &mut Problems) {
        if reserved(key).is_some() {
            let message = "Labels with the prefix `devarch.` belong to the system.";
            at.note(Code::ReservedLabel, message, suggest(key));
        } else if key.is_empty() || key.chars().count() > 255 || key.contains(is_illegal) {
            let message = "A label's key takes 1 to 255 characters without spaces.";
            at.note(Code::InvalidValue, message, suggest(key));
        }
    }

    fn validate(&self, at: &mut Problems) {
        at.enter("key", |at| Self::validate_key(&self.key, at));
        check_text(at, "value", &self.value, MAX_TEXT);
    }

    /// Users and tools find the container by these labels.
    fn system(names: &Names<'_>) -> Vec<Self> {
        let label = |key: &str, value: &str| Self { key: format!("{RESERVED_PREFIX}{key}"), value: value.to_owned() };
        vec![
            label("id", &names.id.encode()),
            label("instance_id", names.instance),
            label("managed_by", "devarch"),
            label("stack_id", names.stack),
            label("template_service_id", names.template),
        ]
    }

    fn texts(&self) -> Vec<(&'static str, &str)> {
        vec![("key", &self.key), ("value", &self.value)]
    }

    fn reference_texts(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        vec![("value", self.value.as_str().into())]
    }

    fn replace_reference_texts(&mut self, replace: &mut dyn FnMut(&str) -> String) {
        self.value = replace(&self.value);
    }

    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let labels = entries.iter().map(|label| (label.key.clone(), to.text(&label.value)));
        let labels: Map = labels.collect();
        if !labels.is_empty() {
            to.service.set("labels", labels);
        }
    }

    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        let mut found = Vec::new();
        let names = Names { stack: "", instance: "", template: "", id: InstanceId(0) };
        let own = Self::system(&names).into_iter().map(|label| label.key);
        let own: Vec<String> = own.chain([CONFIG_HASH_LABEL.to_owned()]).collect();
        for (key, value, at) in from.take_pairs("labels") {
            // The service wrote these labels itself, and will write them again.
            if !own.contains(&key) {
                let part = format!("labels.{key}");
                found.push(from.found(&part, at, Self { key, value: value.unwrap_or_default() }));
            }
        }
        found
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        ("[a-c.]{1,2}", "[a-z]{0,3}").prop_map(|(key, value)| Self { key, value }).boxed()
    }
}

/// The part after the reserved prefix, if the key has it.
fn reserved(key: &str) -> Option<&str> {
    let (head, rest) = key.split_at_checked(RESERVED_PREFIX.len())?;
    head.eq_ignore_ascii_case(RESERVED_PREFIX).then_some(rest)
}

fn is_illegal(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Suggests a key without illegal characters, and without the reserved prefix.
fn suggest(key: &str) -> Option<String> {
    let clean: String = key.chars().filter(|c| !is_illegal(*c)).collect();
    let clean = match reserved(&clean) {
        Some("") => return None,
        Some(rest) => format!("my.{rest}"),
        None => clean,
    };
    Some(clean.chars().take(255).collect()).filter(|key: &String| !key.is_empty())
}
