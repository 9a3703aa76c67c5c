//! Turns the source of an apply into what a stack is to be: a Compose file or a document, in one form.
//!
//! Called before the transaction, on a thread for blocking work. It must not access the database.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicBool},
};

use super::kinds::{DesiredKinds, of_file};
use crate::{
    app::compose::import::{SetOnDrop, Stop},
    budget::import::ReadBudget,
    compose::{self, Imported, Note, Refusal, Request},
    error::{Code, Error, Problem, Problems, Result},
    kinds::{GivenReferences, OverrideKind, SharedVar},
    references::has_references,
    stack_document::{self, DocumentError, Field, StackDocument},
};

/// What a stack is made of.
#[derive(Clone, Debug, Hash)]
pub enum ApplySource {
    /// Compose files, each of which has services of its own.
    Compose(Vec<compose::Source>),
    /// The document of a stack.
    Document(String),
}

/// Where the template of an instance comes from.
#[derive(Clone, Debug)]
pub(super) enum DesiredTemplate {
    /// A document names it.
    Named(String),
    /// The service of a Compose file. Only a new instance needs it.
    Service(Box<Imported>),
}

/// An instance that the source has.
#[derive(Clone, Debug)]
pub(super) struct DesiredInstance {
    pub(super) name: String,
    /// The place in the source, for messages.
    pub(super) place: String,
    pub(super) template: DesiredTemplate,
    /// The fields that the source has.
    pub(super) fields: Vec<Field>,
    /// Further values of a new instance.
    pub(super) description: Option<String>,
    pub(super) kinds: DesiredKinds,
}

/// What the source has.
#[derive(Clone, Debug)]
pub(super) struct DesiredStack {
    pub(super) fields: Vec<Field>,
    /// The variables of the stack; `None` for a Compose file, which has none.
    pub(super) shared_vars: Option<Vec<SharedVar>>,
    pub(super) instances: Vec<DesiredInstance>,
    /// Whether it is a Compose file, which has neither disabled instances nor fields of the stack.
    pub(super) is_compose: bool,
    /// What a Compose file says and is not held as it stands there.
    pub(super) notes: Vec<Note>,
}

impl DesiredStack {
    /// The texts with references: each with the instance that it is in, or `None` for the stack.
    pub(super) fn referring(&self) -> Vec<(Option<String>, GivenReferences)> {
        let vars =
            self.shared_vars.iter().flatten().filter_map(|var| Some((var.value.text()?.to_owned(), var.is_secret)));
        let vars = vars.filter(|(text, _)| has_references(text)).map(|(text, is_secret)| {
            (None, GivenReferences { path: Vec::new(), text: text.into(), is_secret, kind: OverrideKind::EnvVar })
        });
        let of_instance = |instance: &DesiredInstance| {
            let name = instance.name.clone();
            let texts = instance.kinds.referring().into_iter();
            texts.map(move |given| (Some(name.clone()), given)).collect::<Vec<_>>()
        };
        vars.chain(self.instances.iter().flat_map(of_instance)).collect()
    }
}

impl ApplySource {
    /// The path of the source in the input.
    fn path(&self) -> [&'static str; 3] {
        ["input", "source", if matches!(self, Self::Compose(_)) { "compose" } else { "document" }]
    }

    /// Reads the source on a blocking thread, which stops soon after a cancellation.
    pub(super) async fn read(
        self,
        stack: &str,
        variables: BTreeMap<String, String>,
        stop: &Stop,
    ) -> Result<DesiredStack> {
        let is_dropped = Arc::new(AtomicBool::new(false));
        let _set_on_drop = SetOnDrop(Arc::clone(&is_dropped));
        let (stop, prefix) = (stop.clone(), format!("{stack}-"));
        let reading = tokio::task::spawn_blocking(move || {
            let stops = move || stop.is_set() || is_dropped.load(std::sync::atomic::Ordering::Relaxed);
            let budget = ReadBudget::default().stopping_when(stops);
            let path = self.path();
            match self {
                Self::Compose(files) => {
                    // Only networks that an instance has joined already are kept.
                    let request = Request {
                        files,
                        variables,
                        prefix: Some(prefix),
                        allow_external_networks: true,
                        ..Request::default()
                    };
                    match compose::read_within(&request, &budget) {
                        Ok(read) => Ok(of_compose(read, &request)),
                        Err(refusals) => Err(refusals.into_iter().map(|it| refused(&request, it)).collect()),
                    }
                }
                Self::Document(text) => match stack_document::read(&text, &budget) {
                    Ok(document) => Ok(of_document(document)),
                    Err(errors) => Err(errors.into_iter().map(|error| wrong(&path, error)).collect()),
                },
            }
        });
        let read: Result<DesiredStack, Vec<Problem>> = reading
            .await
            .map_err(|cause| Error::Failed { message: format!("reading files: {cause}"), source: cause.into() })?;
        read.map_err(Error::Refused)
    }
}

/// Notes values of the source that are too long, with the place of their instance.
pub(super) fn place_of(path: &[&str], place: &str, problems: Problems) -> Vec<Problem> {
    match problems.finish() {
        Err(Error::Refused(found)) => found
            .into_iter()
            .map(|problem| Problem::new(problem.code, path, format!("{place}: {}", problem.message)))
            .collect(),
        _ => Vec::new(),
    }
}

fn of_compose(read: compose::Reading, request: &Request) -> DesiredStack {
    let instances = read.services.into_iter().map(|service| DesiredInstance {
        name: service.instance.clone(),
        place: format!("{}, line {}: {}", request.file(service.at.file), service.at.line, service.key),
        fields: service.enabled.map(|enabled| ("enabled", enabled.into())).into_iter().collect(),
        description: Some(service.description.clone()).filter(|text| !text.is_empty()),
        kinds: of_file(service.entries.clone()),
        template: DesiredTemplate::Service(Box::new(service)),
    });
    DesiredStack {
        fields: Vec::new(),
        shared_vars: None,
        instances: instances.collect(),
        is_compose: true,
        notes: read.notes,
    }
}

fn of_document(document: StackDocument) -> DesiredStack {
    let instances = document.instances.into_iter().map(|instance| DesiredInstance {
        place: format!("line {}: instances.{}", instance.line, instance.name),
        name: instance.name,
        template: DesiredTemplate::Named(instance.template),
        fields: instance.fields,
        description: None,
        kinds: DesiredKinds::Overrides(Box::new(instance.overrides)),
    });
    let instances = instances.collect();
    let (fields, shared_vars) = (document.fields, Some(document.shared_vars));
    DesiredStack { fields, shared_vars, instances, is_compose: false, notes: Vec::new() }
}

fn refused(request: &Request, refusal: Refusal) -> Problem {
    let file = refusal.at.file;
    let line = if refusal.at.line > 0 { format!(", line {}", refusal.at.line) } else { String::new() };
    let message = format!("{}{line}: {}", request.file(file), refusal.message);
    let code = if refusal.is_limit { Code::LimitExceeded } else { Code::InvalidValue };
    Problem::new(code, &["input", "source", "compose", &file.to_string(), "text"], message)
}

fn wrong(path: &[&str], DocumentError { line, code, message }: DocumentError) -> Problem {
    let message = if line > 0 { format!("line {line}: {message}") } else { message };
    Problem::new(code, path, message)
}
