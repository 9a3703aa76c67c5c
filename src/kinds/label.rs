//! Labels.

use super::{
    Kind, Names,
    check::{MAX_TEXT, check_text},
    kind,
};
use crate::error::{Code, Problems};

/// Labels that the system sets; nobody else may.
pub const RESERVED_PREFIX: &str = "devarch.";

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
    type Key = String;
    type Set = Vec<Self>;

    fn key(&self) -> String {
        self.key.clone()
    }

    fn validate_key(key: &String, at: &mut Problems) {
        if reserved(key).is_some() {
            let message = "Labels with the prefix `devarch.` belong to the system.";
            at.note(Code::ReservedLabel, message, suggest(key));
        } else if key.is_empty() || key.chars().count() > 255 || key.contains(unfit) {
            let message = "A label's key takes 1 to 255 characters without spaces.";
            at.note(Code::InvalidValue, message, suggest(key));
        }
    }

    fn validate(&self, at: &mut Problems) {
        at.enter("key", |at| Self::validate_key(&self.key, at));
        check_text(at, "value", &self.value, MAX_TEXT);
    }

    /// By these labels people and tools find the container.
    fn system(names: &Names<'_>) -> Vec<Self> {
        let label = |key: &str, value: &str| Self { key: format!("{RESERVED_PREFIX}{key}"), value: value.to_owned() };
        vec![
            label("instance_id", names.instance),
            label("managed_by", "devarch"),
            label("stack_id", names.stack),
            label("template_service_id", names.template),
        ]
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        ("[a-c.]{1,2}", "[a-z]{0,3}").prop_map(|(key, value)| Self { key, value }).boxed()
    }
}

/// What follows the reserved prefix, if the key has it.
fn reserved(key: &str) -> Option<&str> {
    let (head, rest) = key.split_at_checked(RESERVED_PREFIX.len())?;
    head.eq_ignore_ascii_case(RESERVED_PREFIX).then_some(rest)
}

fn unfit(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// The key without what it may not have; what would then be reserved gets another prefix.
fn suggest(key: &str) -> Option<String> {
    let clean: String = key.chars().filter(|c| !unfit(*c)).collect();
    let clean = match reserved(&clean) {
        Some("") => return None,
        Some(rest) => format!("my.{rest}"),
        None => clean,
    };
    Some(clean.chars().take(255).collect()).filter(|key: &String| !key.is_empty())
}
