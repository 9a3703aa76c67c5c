//! The input of an import.
//!
//! Used by `mutation.rs`. It must not check a rule: the use case does.

use std::collections::BTreeMap;

use async_graphql::{Enum, InputObject};

use super::StackRef;
use crate::{
    app::{ImportCompose, OnConflict},
    compose::{Request, SecretGuess, Source},
};

/// A Compose file.
#[derive(InputObject)]
pub(in crate::graphql) struct ComposeFileInput {
    /// What it is called: in reports, and where another file extends its services.
    #[graphql(default = "compose.yaml")]
    name: String,
    /// What it says: YAML, all files together at most 16 MiB with at most 2,000 services.
    text: String,
}

impl From<ComposeFileInput> for Source {
    fn from(input: ComposeFileInput) -> Self {
        Self { name: input.name, text: input.text }
    }
}

impl ComposeFileInput {
    /// What the file is called.
    pub(super) fn file_name(&self) -> &str {
        &self.name
    }
}

/// A variable that files refer to, such as `${TAG:-latest}`.
#[derive(InputObject)]
pub(in crate::graphql) struct ComposeVariableInput {
    /// Its name.
    name: String,
    /// Its value.
    value: String,
}

impl From<ComposeVariableInput> for (String, String) {
    fn from(variable: ComposeVariableInput) -> Self {
        (variable.name, variable.value)
    }
}

/// The variables of a single file.
#[derive(InputObject)]
pub(in crate::graphql) struct ComposeFileVariablesInput {
    /// The name of the file.
    file: String,
    /// Its variables, beside those that all files may refer to.
    variables: Vec<ComposeVariableInput>,
}

/// What happens to a template or an instance of the same name that differs from the file.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "OnConflict")]
pub(in crate::graphql) enum ImportConflict {
    /// Nothing is imported.
    Fail,
    /// It stays as it is. The overrides of a new instance of such a template are what the file defines otherwise.
    Skip,
    /// It becomes what the file defines.
    Update,
}

/// Compose files to import.
#[derive(InputObject)]
pub(in crate::graphql) struct ImportComposeInput {
    /// Files whose services become templates. Services may extend those of other files of the list.
    files: Vec<ComposeFileInput>,
    /// Files that are laid over them, in order, as `docker compose -f … -f …` does it. What they change becomes
    /// overrides of the instances, not of the templates.
    overrides: Option<Vec<ComposeFileInput>>,
    /// Variables that the files refer to. The environment of the service is never looked at.
    variables: Option<Vec<ComposeVariableInput>>,
    /// Variables of single files, such as those of the `.env` file beside a file that another one includes.
    file_variables: Option<Vec<ComposeFileVariablesInput>>,
    /// Variables of services that stay plain. All others that look like secrets become secrets, which `changes` lists:
    /// those whose name contains `PASSWORD`, `SECRET`, `TOKEN`, `API_KEY` and the like.
    plain: Option<Vec<String>>,
    /// A stack that gets an instance of every service; by a name that no stack has, it is made. Without it there are
    /// templates only.
    stack: Option<StackRef>,
    /// What the names of all templates start with, such as `shop-`; empty for the names of the services. Without it they
    /// start with the name of the stack, if there is one.
    template_prefix: Option<String>,
    /// What happens to a template or an instance of the same name that differs from the file.
    #[graphql(default_with = "ImportConflict::Fail")]
    on_conflict: ImportConflict,
    /// Let services join the external networks that the files name, outside their stack. Otherwise these are losses.
    #[graphql(default)]
    allow_external_networks: bool,
    /// Only tell what would happen.
    #[graphql(default)]
    dry_run: bool,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<ImportComposeInput> for ImportCompose {
    fn from(input: ImportComposeInput) -> Self {
        let variables = input.variables.unwrap_or_default().into_iter();
        let file_variables = input.file_variables.unwrap_or_default().into_iter().map(|one| {
            let variables: BTreeMap<_, _> = one.variables.into_iter().map(Into::into).collect();
            (one.file, variables)
        });
        let request = Request {
            files: input.files.into_iter().map(Source::from).collect(),
            overrides: input.overrides.unwrap_or_default().into_iter().map(Source::from).collect(),
            variables: variables.map(Into::into).collect(),
            file_variables: file_variables.collect(),
            prefix: input.template_prefix,
            allow_external_networks: input.allow_external_networks,
            secrets: SecretGuess::AllBut(input.plain.unwrap_or_default().into_iter().collect()),
        };
        Self {
            request,
            stack: input.stack.map(Into::into),
            on_conflict: input.on_conflict.into(),
            dry_run: input.dry_run,
        }
    }
}

impl ImportComposeInput {
    /// What the files are called, first those whose services become templates.
    pub(in crate::graphql) fn names(&self) -> Vec<String> {
        self.files.iter().chain(self.overrides.iter().flatten()).map(|file| file.name.clone()).collect()
    }
}

// It edits the templates of the same names.
super::planned!(ImportComposeInput if |input| input.on_conflict == ImportConflict::Update && !input.dry_run);
