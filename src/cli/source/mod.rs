//! Where a command finds its stacks: in the database, or on a running service.
//!
//! Used by commands. Both sides must give the same, so that no command needs to know which it is.

mod remote;

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use zeroize::Zeroizing;

pub(super) use self::remote::Remote;
use super::{Failure, secrets};
use crate::{
    app::{App, ComposeFile, Rendering, Reveal},
    clock::Clock,
    compose::Mode,
    config::{ClientKey, Place, Settings},
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

/// The message for a stack that does not exist.
pub(super) fn no_stack(name: &str) -> String {
    format!("there is no stack `{}`", name.escape_debug())
}

/// Opens and migrates the database, with the keys for its secrets.
pub(super) async fn database(settings: &Settings) -> Result<Db, String> {
    let database = &settings.database_url;
    // A plan reads what is committed beside its own transaction.
    let db = Db::connect(database, 2, &settings.timeouts)
        .await
        .map_err(|error| format!("cannot open the {database}: {error}"))?;
    db.migrate().await.map_err(|error| format!("cannot migrate the {database}: {error}"))?;
    secrets::unlock(settings, db).await
}

impl Source {
    /// Opens the database, or prepares requests to the service if there is one. The key of its client is in the
    /// environment.
    pub(super) async fn open(settings: &Settings, place: &Place) -> Result<Self, Failure> {
        match &place.server {
            None => Ok(Self::Database(database(settings).await?)),
            Some(url) => {
                let key = ClientKey::from_environment().map_err(Failure::InvalidSettings)?;
                Ok(Self::Server(Remote::new(url.clone(), key)))
            }
        }
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
        value userErrors { message } } }";

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

#[derive(Deserialize)]
struct UserError {
    message: String,
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
            return Err(format!("the stack has changed meanwhile, try again: {}", error.message));
        }
        secrets.extend(shown.value.map(|value| (name.clone(), Zeroizing::new(value))));
    }
    Ok(Some(secrets))
}
