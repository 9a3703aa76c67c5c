//! The input of `applyStack`.
//!
//! Used by `mutation.rs`. It must not check a rule: the use case does.

use async_graphql::{Enum, InputObject, OneofObject};

use super::{ComposeFileInput, ComposeVariableInput};
use crate::{
    app::{ApplySource, ApplyStack, Prune},
    compose::Source,
};

/// What a stack is to be: exactly one of these.
#[derive(OneofObject)]
pub(in crate::graphql) enum ApplySourceInput {
    /// Compose files, each with services of its own. They are about what runs: what the owner has applied before and the
    /// files do not have any more does not run any more.
    Compose(Vec<ComposeFileInput>),
    /// The document of a stack, which `Stack.document` answers: YAML or JSON, at most 16 MiB. It is about what the stack and
    /// its instances set: what the owner has applied before and the document does not have any more goes back to the
    /// template.
    Document(String),
}

/// What happens to what the owner has applied before and the source does not have any more.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Prune")]
pub(in crate::graphql) enum ApplyPrune {
    /// It is removed: entries go, and instances that the owner has created by applying go into the trash.
    Owned,
    /// It stays, and stays the owner's.
    None,
}

/// A source to apply to a stack.
#[derive(InputObject)]
pub(in crate::graphql) struct ApplyStackInput {
    /// The name of the stack. If no stack has it, it is made.
    stack: String,
    /// What the stack is to be.
    source: ApplySourceInput,
    /// Who keeps the source, such as `git:shop-repo`: 1 to 100 printable characters. Whatever is applied becomes this
    /// owner's, unless another owner has it already.
    owner: String,
    /// What happens to what this owner has applied before and the source does not have any more.
    #[graphql(default_with = "ApplyPrune::Owned")]
    prune: ApplyPrune,
    /// Take over what other owners have otherwise. Without it, each such entry is an error.
    #[graphql(default)]
    take: bool,
    /// Variables that Compose files refer to. The environment of the service is never looked at.
    variables: Option<Vec<ComposeVariableInput>>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<ApplyStackInput> for ApplyStack {
    fn from(input: ApplyStackInput) -> Self {
        let source = match input.source {
            ApplySourceInput::Compose(files) => ApplySource::Compose(files.into_iter().map(Source::from).collect()),
            ApplySourceInput::Document(text) => ApplySource::Document(text),
        };
        let variables = input.variables.unwrap_or_default().into_iter().map(Into::into).collect();
        Self { stack: input.stack, source, owner: input.owner, prune: input.prune.into(), take: input.take, variables }
    }
}

impl ApplyStackInput {
    /// What the files are called.
    pub(in crate::graphql) fn names(&self) -> Vec<String> {
        match &self.source {
            ApplySourceInput::Compose(files) => files.iter().map(|file| file.file_name().to_owned()).collect(),
            ApplySourceInput::Document(_) => Vec::new(),
        }
    }
}

super::planned!(must ApplyStackInput);
