//! Labels.

use super::{
    Kind,
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
    type Key = String;
    type Set = Vec<Self>;

    fn key(&self) -> String {
        self.key.clone()
    }

    fn validate(&self, at: &mut Problems) {
        if reserved(&self.key).is_some() {
            at.enter("key", |at| {
                let message = "Labels with the prefix `devarch.` belong to the system.";
                at.note(Code::ReservedLabel, message, suggest(&self.key));
            });
        } else if self.key.is_empty() || self.key.chars().count() > 255 || self.key.contains(unfit) {
            let message = "A label's key takes 1 to 255 characters without spaces.";
            at.invalid("key", message, suggest(&self.key));
        }
        check_text(at, "value", &self.value, MAX_TEXT);
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
