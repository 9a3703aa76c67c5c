//! Storage mounted into the container.

use std::{fmt, str::FromStr};

use sea_orm::DeriveValueType;

use super::{
    Kind,
    check::{MAX_TEXT, check_path, check_text},
    clean_path, kind,
    values::UnknownWord,
};
use crate::error::Problems;

/// What stands behind a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub enum VolumeType {
    /// A path of the host.
    Bind,
    /// A volume of the container engine; named, or anonymous when the source is empty.
    Volume,
    /// Memory, gone when the container stops.
    Tmpfs,
}

impl fmt::Display for VolumeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bind => "bind",
            Self::Volume => "volume",
            Self::Tmpfs => "tmpfs",
        })
    }
}

impl FromStr for VolumeType {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "bind" => Ok(Self::Bind),
            // Older data says `named` for the same thing.
            "volume" | "named" => Ok(Self::Volume),
            "tmpfs" => Ok(Self::Tmpfs),
            _ => Err(UnknownWord::new("volume type", text, "bind, volume or tmpfs")),
        }
    }
}

kind! {
    /// Storage mounted at a path of the container.
    pub struct Volume in ("service_volumes", "instance_volumes"), input "VolumeInput" {
        /// What stands behind the mount.
        #[graphql(default_with = "VolumeType::Bind")]
        pub volume_type: VolumeType,
        /// Path of the host (bind), name of the volume (volume; empty for an anonymous one), or empty (tmpfs).
        #[graphql(default)]
        pub source: String,
        /// Path inside the container.
        pub target: String,
        /// True when the container may not write to it.
        #[graphql(default)]
        pub read_only: bool,
        /// True when the volume exists already and is shared: its name is then used as it is.
        #[graphql(default)]
        pub is_external: bool,
    }
}

impl Kind for Volume {
    const FIELD: &'static str = "volumes";
    type Key = String;
    type Set = Vec<Self>;

    fn key(&self) -> String {
        self.target.clone()
    }

    fn normalize(&mut self) {
        Self::normalize_key(&mut self.target);
    }

    fn normalize_key(target: &mut String) {
        *target = clean_path(target);
    }

    fn validate_key(target: &String, at: &mut Problems) {
        check_path(at, target, 4096);
    }

    fn validate(&self, at: &mut Problems) {
        at.enter("target", |at| Self::validate_key(&self.target, at));
        check_text(at, "source", &self.source, MAX_TEXT);
        match self.volume_type {
            VolumeType::Bind if self.source.is_empty() => {
                at.invalid("source", "A bind mount needs a path of the host.", None);
            }
            VolumeType::Volume if self.source.is_empty() && self.is_external => {
                at.invalid("source", "An external volume needs its name.", None);
            }
            VolumeType::Volume if !self.source.is_empty() && !is_volume_name(&self.source) => {
                let message = "A volume name takes letters, digits, `_`, `.` and `-`, the first a letter or digit.";
                let legal: String = self.source.chars().filter(|c| is_volume_char(*c)).collect();
                let legal: String = legal.trim_start_matches(['_', '.', '-']).chars().take(255).collect();
                at.invalid("source", message, Some(legal).filter(|name| !name.is_empty()));
            }
            VolumeType::Tmpfs if !self.source.is_empty() => {
                at.invalid("source", "A tmpfs mount has no source.", Some(String::new()));
            }
            _ => {}
        }
        if self.is_external && self.volume_type != VolumeType::Volume {
            at.invalid("isExternal", "Only a volume of the engine can be external.", Some("false".to_owned()));
        }
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        let target = "/[a-c]{1,2}(/[a-c]{1,2}){0,2}";
        (target, "[a-z]{1,3}", any::<bool>(), any::<bool>())
            .prop_map(|(target, source, read_only, is_external)| Self {
                volume_type: VolumeType::Volume,
                source,
                target,
                read_only,
                is_external,
            })
            .boxed()
    }
}

fn is_volume_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

fn is_volume_name(name: &str) -> bool {
    name.len() <= 255 && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_volume_char)
}
