//! The shape of a catalogue file: the subset of Compose that a template can hold.
//!
//! Filled by serde, read by `file`. A key that is not here is refused, never silently dropped.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(rename = "x-devarch")]
    pub(super) meta: Meta,
    pub(super) services: BTreeMap<String, Service>,
    #[serde(default)]
    pub(super) volumes: BTreeMap<String, VolumeDefinition>,
    #[serde(default)]
    pub(super) configs: BTreeMap<String, ConfigDefinition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Meta {
    pub(super) category: String,
    pub(super) description: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VolumeDefinition {
    #[serde(default)]
    pub(super) external: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigDefinition {
    pub(super) content: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Service {
    pub(super) image: Spanned<String>,
    pub(super) command: Option<Vec<Spanned<String>>>,
    pub(super) entrypoint: Option<Vec<Spanned<String>>>,
    pub(super) user: Option<String>,
    pub(super) working_dir: Option<String>,
    pub(super) restart: Option<String>,
    #[serde(default)]
    pub(super) ports: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) volumes: Vec<Spanned<Mount>>,
    #[serde(default)]
    pub(super) environment: BTreeMap<String, Spanned<Option<String>>>,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, Spanned<String>>,
    pub(super) healthcheck: Option<Check>,
    #[serde(default)]
    pub(super) configs: Vec<ConfigUse>,
    #[serde(rename = "x-devarch", default)]
    pub(super) extra: Extra,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Mount {
    Short(String),
    Long {
        r#type: String,
        #[serde(default)]
        source: String,
        target: String,
        #[serde(default)]
        read_only: bool,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {
    pub(super) test: Vec<Spanned<String>>,
    pub(super) interval: Option<Spanned<String>>,
    pub(super) timeout: Option<Spanned<String>>,
    pub(super) retries: Option<i32>,
    pub(super) start_period: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigUse {
    pub(super) source: Spanned<String>,
    pub(super) target: Spanned<String>,
    pub(super) mode: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Extra {
    #[serde(default)]
    pub(super) secrets: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) domains: Vec<DomainUse>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DomainUse {
    pub(super) domain: Spanned<String>,
    pub(super) proxy_port: Option<i32>,
}
