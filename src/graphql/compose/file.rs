//! `ComposeFile`: a stack rendered as Compose files.
//!
//! Reached through `Stack.compose`. It must not load anything: the use case returns all of it.

use std::sync::Arc;

use async_graphql::{Enum, Object, SimpleObject};

use crate::{
    app,
    compose::{Mode, SecretOf},
};

/// How many files a stack becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Mode")]
pub(in crate::graphql) enum ComposeMode {
    /// One file with what would run; every Compose takes it, `podman-compose` as well.
    Flat,
    /// Two files that Docker Compose merges to the same: what the templates say, and what the instances say
    /// differently. The second one may use `!reset` and `!override`, which `podman-compose` does not know.
    Layered,
}

/// Something about a rendered file that its reader should know.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ComposeWarning {
    /// Name of the instance that it is about; null when it is about the whole stack.
    instance: Option<String>,
    /// A sentence.
    message: String,
}

/// A variable of a rendered file that stands for a secret.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ComposeVariable {
    /// Its name in the file, where it is unique.
    name: String,
    /// Name of the instance that has the secret; null for a variable of the stack.
    instance: Option<String>,
    /// Name of the environment variable.
    key: String,
}

/// A service of a rendered file.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ComposeService {
    /// Name of the instance, which is the name of the service.
    instance: String,
    /// The value of its label `devarch.config_hash`, 32 hexadecimal digits: a container with another one runs an older
    /// configuration. It covers the service with the config files, volumes, networks and models that it uses. Values of
    /// secrets, and the names of the stack and of the container, do not count. A later version of the service may compute
    /// it differently.
    config_hash: String,
}

/// A stack as files that Compose runs.
pub(in crate::graphql) struct ComposeFile(pub(in crate::graphql) Arc<app::ComposeFile>);

#[Object]
/// A stack as files that Compose runs. The same stack gives the same bytes.
impl ComposeFile {
    /// The file, `compose.yaml`; in the mode `LAYERED` what the templates say.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// In the mode `LAYERED` the override file, `compose.override.yaml`: what the instances say differently. Otherwise
    /// null.
    #[graphql(name = "override")]
    async fn layer(&self) -> Option<&str> {
        self.0.layer.as_deref()
    }

    /// What to know before it is started: what is left out, dependencies that are never met, what Compose refuses.
    async fn warnings(&self) -> Vec<ComposeWarning> {
        let warning = |warning: &crate::compose::Warning| ComposeWarning {
            instance: warning.instance.clone(),
            message: warning.message.clone(),
        };
        self.0.warnings.iter().map(warning).collect()
    }

    /// SHA-256 of the bytes of the file, in the mode `LAYERED` of both one after the other: 64 hexadecimal digits.
    async fn hash(&self) -> &str {
        &self.0.hash
    }

    /// The services of the file, by name.
    async fn services(&self) -> Vec<ComposeService> {
        let service = |(instance, hash): (&String, &String)| ComposeService {
            instance: instance.clone(),
            config_hash: hash.clone(),
        };
        self.0.config_hashes.iter().map(service).collect()
    }

    /// Names of the variables that must be set to start it, sorted: those that stand for secrets, which are not written
    /// out, and those that templates of config files require.
    async fn required_variables(&self) -> Vec<&str> {
        self.0.required_variables.iter().map(String::as_str).collect()
    }

    /// The variables that stand for secrets, each with its secret. `revealSecret` shows the value to callers who may ask
    /// for it.
    async fn variables(&self) -> Vec<ComposeVariable> {
        let variable = |(name, secret): (&String, &SecretOf)| ComposeVariable {
            name: name.clone(),
            instance: secret.instance.clone(),
            key: secret.key.clone(),
        };
        self.0.variables.iter().map(variable).collect()
    }
}
