//! Files written into a container before it starts.

use chrono::{DateTime, Utc};

use super::{
    Kind, Stamp,
    check::{check_path, check_text},
    clean_path, kind,
};
use crate::error::Problems;

/// Longest content of a file, in bytes: 1 MiB.
pub const MAX_CONTENT: usize = 1_048_576;

kind! {
    /// A file written into the container before it starts.
    pub struct ConfigFile in ("service_config_files", "instance_config_files"), input "ConfigFileInput" {
        /// Path inside the container, without `..`; at most 1024 bytes.
        pub file_path: String,
        /// Content, at most 1 MiB.
        pub content: String,
        /// Permissions, octal.
        #[graphql(default = "0644")]
        pub file_mode: String,
        /// True when `${VARIABLE}` in the content is to be replaced when the stack starts.
        #[graphql(default)]
        pub is_template: bool,
        /// When the file was first written here.
        #[graphql(skip_input)]
        pub created_at: Stamp,
        /// When the file was last changed here.
        #[graphql(skip_input)]
        pub updated_at: Stamp,
    }
}

impl Kind for ConfigFile {
    const FIELD: &'static str = "configFiles";
    type Key = String;
    type Set = Vec<Self>;

    fn key(&self) -> String {
        self.file_path.clone()
    }

    fn normalize(&mut self) {
        Self::normalize_key(&mut self.file_path);
    }

    fn normalize_key(path: &mut String) {
        *path = clean_path(path);
    }

    fn validate_key(path: &String, at: &mut Problems) {
        check_path(at, path, 1024);
    }

    fn validate(&self, at: &mut Problems) {
        at.enter("filePath", |at| Self::validate_key(&self.file_path, at));
        check_text(at, "content", &self.content, MAX_CONTENT);
        let octal = |mode: &str| {
            (3..=5).contains(&mode.len())
                && u16::from_str_radix(mode, 8).is_ok_and(|bits| bits <= 0o7777)
                && !mode.starts_with('+')
        };
        if !octal(&self.file_mode) {
            let digits: String = self.file_mode.chars().filter(char::is_ascii_digit).collect();
            let suggestion = if octal(&digits) { digits } else { "0644".to_owned() };
            at.invalid(
                "fileMode",
                "The mode is three to five octal digits up to 07777, such as 0644.",
                Some(suggestion),
            );
        }
    }

    fn stamp(&mut self, now: DateTime<Utc>, stored: Option<&Self>) {
        self.created_at = stored.map_or(Stamp(now), |stored| stored.created_at);
        self.updated_at = stored.filter(|stored| *stored == self).map_or(Stamp(now), |stored| stored.updated_at);
    }
    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        ("/[a-c]{1,2}(/[a-c]{1,2}){0,2}", "[a-z\n]{0,5}", "0[67]00", any::<bool>())
            .prop_map(|(file_path, content, file_mode, is_template)| Self {
                file_path,
                content,
                file_mode,
                is_template,
                created_at: Stamp::default(),
                updated_at: Stamp::default(),
            })
            .boxed()
    }
}
