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
        if is_reserved(&self.key) {
            let suggestion = mended(&format!("my.{}", &self.key[RESERVED_PREFIX.len()..]));
            at.enter("key", |at| {
                at.note(Code::ReservedLabel, "Labels with the prefix `devarch.` belong to the system.", suggestion);
            });
        } else if !is_label_key(&self.key) {
            at.invalid("key", "A label's key takes 1 to 255 characters without spaces.", mended(&self.key));
        }
        check_text(at, "value", &self.value, MAX_TEXT);
    }
}

fn is_reserved(key: &str) -> bool {
    key.get(..RESERVED_PREFIX.len()).is_some_and(|head| head.eq_ignore_ascii_case(RESERVED_PREFIX))
}

fn unfit(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

fn is_label_key(key: &str) -> bool {
    !key.is_empty() && key.chars().count() <= 255 && !key.contains(unfit)
}

/// The key without what is wrong with it, if that is a key.
fn mended(key: &str) -> Option<String> {
    let clean: String = key.chars().filter(|c| !unfit(*c)).take(255).collect();
    Some(clean).filter(|key| is_label_key(key) && !is_reserved(key) && key != "my.")
}
