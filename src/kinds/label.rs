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
        let unfit = |c: char| c.is_whitespace() || c.is_control();
        if self.key.get(..RESERVED_PREFIX.len()).is_some_and(|head| head.eq_ignore_ascii_case(RESERVED_PREFIX)) {
            let rest = self.key[RESERVED_PREFIX.len()..].replace(unfit, "");
            let suggestion = Some(format!("my.{rest}")).filter(|_| !rest.is_empty());
            at.enter("key", |at| {
                at.note(Code::ReservedLabel, "Labels with the prefix `devarch.` belong to the system.", suggestion);
            });
        } else if self.key.is_empty() || self.key.chars().count() > 255 || self.key.contains(unfit) {
            let clean: String = self.key.chars().filter(|c| !unfit(*c)).take(255).collect();
            let message = "A label's key takes 1 to 255 characters without spaces.";
            at.invalid("key", message, Some(clean).filter(|key| !key.is_empty()));
        }
        check_text(at, "value", &self.value, MAX_TEXT);
    }
}
