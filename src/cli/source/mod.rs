//! Where a command finds its stacks: on a running service, or in the database.
//!
//! Used by commands. Both sides must give the same, so that no command needs to know which it is.

mod database;
mod near;
mod page;
mod refusal;
mod remote;

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use zeroize::Zeroizing;

pub(super) use self::{
    database::{Access, Scratch, connect, open as database},
    page::Page,
    refusal::{UserError, in_options},
    remote::Remote,
};
use super::Failure;
use crate::{
    app::{App, ComposeFile, Rendering, Reveal},
    clock::Clock,
    compose::Mode,
    config::{Place, Settings, Target},
    db::Db,
    graphql,
};

/// The database, or a running service.
pub(super) enum Source {
    /// The database.
    Database(Db),
    /// A running service.
    Server(Remote),
}

/// A stack as a Compose file that refers to variables for its secrets.
pub(super) struct Rendered {
    /// The file.
    pub(super) text: String,
    /// Warnings for the user.
    pub(super) warnings: Vec<Warning>,
    /// The variables that have to be set: those that stand for secrets, and others.
    pub(super) variables: Vec<String>,
    /// The secrets by their variables; `None` if they were not asked for, or if the caller may not see them.
    pub(super) secrets: Option<BTreeMap<String, Zeroizing<String>>>,
}

/// A warning about a rendered file.
#[derive(Deserialize)]
pub(super) struct Warning {
    /// The instance; `None` if the warning is about the whole stack.
    pub(super) instance: Option<String>,
    /// The message, a sentence.
    pub(super) message: String,
}

impl Source {
    /// Opens the database, or prepares requests to the service. The key of its client is in the environment or a file.
    pub(super) async fn open(settings: &Settings, place: &Place, access: Access) -> Result<Self, Failure> {
        match place.target(settings) {
            Target::Database => Ok(Self::Database(database(settings, access).await?)),
            Target::Server(url) => {
                let key = place.key().map_err(Failure::InvalidSettings)?;
                Ok(Self::Server(Remote::new(url, key)))
            }
        }
    }

    /// The message for a stack that does not exist, with the names of those that are nearly called so.
    pub(super) async fn no_stack(&self, name: &str) -> String {
        near::message("stack", name, &near::stacks(self).await)
    }

    /// The same, if there is no such stack.
    pub(super) async fn missing_stack(&self, name: &str) -> Option<String> {
        #[derive(Deserialize)]
        struct Data {
            stack: Option<Value>,
        }
        let query = "query ($stack: String!) { stack(name: $stack) { id } }";
        match self.ask::<Data>(query.to_owned(), json!({ "stack": name })).await {
            Ok(Data { stack: None }) => Some(self.no_stack(name).await),
            _ => None,
        }
    }

    /// The message for an instance that a stack does not have, with the names of those that are nearly called so.
    pub(super) async fn no_instance(&self, stack: &str, name: &str) -> String {
        near::message("instance", name, &near::instances(self, stack).await)
    }

    /// Renders a live stack, with its secrets if they are wanted and the caller may see them; `None` if there is no such
    /// stack.
    pub(super) async fn rendered(&self, stack: &str, secrets: bool) -> Result<Option<Rendered>, String> {
        match self {
            Self::Database(db) => {
                let reveal = if secrets { Reveal::Beside } else { Reveal::Nowhere };
                let how = Rendering { mode: Mode::Flat, reveal };
                let found = App::new(db.clone(), Clock::system()).compose_stack(stack, how).await;
                Ok(found.map_err(|error| error.to_string())?.map(|file| Rendered::of_file(file, secrets)))
            }
            Self::Server(remote) => rendered_by(remote, stack, secrets).await,
        }
    }

    /// Runs a GraphQL document and returns its data.
    pub(super) async fn ask<T>(&self, document: String, variables: Value) -> Result<T, String>
    where
        T: DeserializeOwned + Send + 'static,
    {
        match self {
            Self::Server(remote) => remote.send(document, variables).await.map_err(|error| error.message),
            Self::Database(db) => {
                let app = App::new(db.clone(), Clock::system());
                let data = graphql::data(app, document, variables).await?;
                serde_json::from_value(data).map_err(|error| format!("an answer of another form: {error}"))
            }
        }
    }

    /// Closes the connections.
    pub(super) async fn close(self) {
        if let Self::Database(db) = self {
            db.close().await;
        }
    }
}

impl Rendered {
    fn of_file(file: ComposeFile, secrets: bool) -> Self {
        let warning = |warning: crate::compose::Warning| {
            let crate::compose::Warning { instance, message } = warning;
            Warning { instance, message }
        };
        let value = |(name, value): (&String, Option<&str>)| Some((name.clone(), Zeroizing::new(value?.to_owned())));
        let values = file.secrets.iter().map(|(name, value)| (name, value.text()));
        Self {
            secrets: secrets.then(|| values.filter_map(value).collect()),
            text: file.text,
            warnings: file.warnings.into_iter().map(warning).collect(),
            variables: file.required_variables.into_iter().collect(),
        }
    }
}

const RENDER: &str = "query ($stack: String!) { stack(name: $stack) { compose {
    text warnings { instance message } requiredVariables variables { name instance key } } } }";

#[derive(Deserialize)]
struct RenderData {
    stack: Option<StackData>,
}

#[derive(Deserialize)]
struct StackData {
    compose: ComposeData,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ComposeData {
    text: String,
    warnings: Vec<Warning>,
    required_variables: Vec<String>,
    variables: Vec<Variable>,
}

/// A variable that stands for a secret.
#[derive(Deserialize)]
struct Variable {
    name: String,
    instance: String,
    key: String,
}

const REVEAL: &str = "mutation ($stack: String!, $instance: String!, $key: String!) {
    revealSecret(input: { instance: { byName: { stack: $stack, name: $instance } }, key: $key }) {
        value userErrors { message path suggestion } } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RevealData {
    reveal_secret: RevealPayload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RevealPayload {
    value: Option<String>,
    user_errors: Vec<UserError>,
}

async fn rendered_by(remote: &Remote, stack: &str, secrets: bool) -> Result<Option<Rendered>, String> {
    let data: RenderData = remote.send(RENDER, json!({ "stack": stack })).await.map_err(|error| error.message)?;
    let Some(StackData { compose }) = data.stack else { return Ok(None) };
    let ComposeData { text, warnings, required_variables, variables } = compose;
    let secrets = if secrets { revealed(remote, stack, &variables).await? } else { None };
    Ok(Some(Rendered { text, warnings, variables: required_variables, secrets }))
}

/// The secrets of a stack, one request each: a server limits how many a request may ask for. `None` if the key may not
/// see them.
async fn revealed(
    remote: &Remote,
    stack: &str,
    variables: &[Variable],
) -> Result<Option<BTreeMap<String, Zeroizing<String>>>, String> {
    let mut secrets = BTreeMap::new();
    for Variable { name, instance, key } in variables {
        let secret = json!({ "stack": stack, "instance": instance, "key": key });
        let RevealData { reveal_secret: shown } = match remote.send(REVEAL, secret).await {
            Ok(data) => data,
            Err(error) if error.is_forbidden() => return Ok(None),
            Err(error) => return Err(error.message),
        };
        if let [error, ..] = shown.user_errors.as_slice() {
            return Err(format!("the stack has changed meanwhile, try again: {}", error.text()));
        }
        secrets.extend(shown.value.map(|value| (name.clone(), Zeroizing::new(value))));
    }
    Ok(Some(secrets))
}
