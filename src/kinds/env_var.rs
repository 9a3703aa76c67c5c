//! Environment variables.

use super::{
    Kind,
    check::{MAX_TEXT, check_text},
    kind,
};
use crate::error::{Code, Problems};

kind! {
    /// An environment variable of the container.
    pub struct EnvVar in ("service_env_vars", "instance_env_vars"), input "EnvVarInput" {
        /// Name: a letter or `_`, then letters, digits, `_`, `.` or `-`; at most 255 characters.
        pub key: String,
        /// Value, at most 64 KiB; null leaves it to the shell that starts the stack.
        pub value: Option<String>,
        /// True when the value is a secret.
        #[graphql(default)]
        pub is_secret: bool,
    }
}

impl Kind for EnvVar {
    const FIELD: &'static str = "envVars";
    type Key = String;
    type Set = Vec<Self>;

    fn key(&self) -> String {
        self.key.clone()
    }

    fn validate_key(key: &String, at: &mut Problems) {
        if !is_env_key(key) {
            let message = "A variable's name takes letters, digits, `_`, `.` and `-`, starts with a letter or `_`, \
                           and has at most 255 characters.";
            at.note(Code::InvalidValue, message, suggest(key));
        }
    }

    fn validate(&self, at: &mut Problems) {
        at.enter("key", |at| Self::validate_key(&self.key, at));
        check_text(at, "value", self.value.as_deref().unwrap_or_default(), MAX_TEXT);
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        ("[A-C_]{1,2}", proptest::option::of("[a-z]{0,3}"), any::<bool>())
            .prop_map(|(key, value, is_secret)| Self { key, value, is_secret })
            .boxed()
    }
}

fn is_env_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

fn is_env_key(key: &str) -> bool {
    key.len() <= 255 && key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && key.chars().all(is_env_char)
}

fn suggest(key: &str) -> Option<String> {
    let legal: String = key.trim().chars().map(|c| if is_env_char(c) { c } else { '_' }).take(254).collect();
    if legal.is_empty() {
        return None;
    }
    Some(if is_env_key(&legal) { legal } else { format!("_{legal}") })
}
