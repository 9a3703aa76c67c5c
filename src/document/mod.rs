//! Validates GraphQL documents and variables before anything runs: size, complexity, the schema's rules, coercion, and
//! cost.
//!
//! Called by the GraphQL handler. It must not depend on the executor or the database.

mod cache;
mod coerce;
mod complexity;
mod cost;
mod date_time;
mod descriptions;
mod inputs;
mod introspection;
mod literals;
mod selection;
mod suggest;
mod token_limit;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, LazyLock},
};

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::OperationType,
    executable::Operation,
    parser::{LineColumn, Parser},
    schema::{Component, ExtendedType, FieldDefinition},
    validation::{Valid, WithErrors},
};
use serde_json::{Map, Value};

pub use self::{inputs::Inputs, selection::MergedField};

use self::cache::Cache;
use crate::limits::Limits;

/// Most errors that are reported for one document.
pub const MAX_ERRORS: usize = 20;
/// Longest message, in characters.
pub const MAX_MESSAGE: usize = 300;

/// The category of a refusal, which determines the code of its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectionKind {
    /// The document is not valid syntax.
    Parse,
    /// The document is not valid for the schema.
    Validation,
    /// The operation name or the variables are invalid.
    BadRequest,
    /// The request exceeds a limit.
    Limit,
    /// The caller may not run this document.
    Forbidden,
    /// A fault of the service.
    Internal,
}

impl RejectionKind {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Parse => "GRAPHQL_PARSE_FAILED",
            Self::Validation => "GRAPHQL_VALIDATION_FAILED",
            Self::BadRequest => "BAD_REQUEST",
            Self::Limit => "LIMIT_EXCEEDED",
            Self::Forbidden => "FORBIDDEN",
            Self::Internal => "INTERNAL",
        }
    }
}

/// An error in a document or its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationError {
    /// The message, a sentence.
    pub message: String,
    /// Line and column, from 1.
    pub location: Option<(usize, usize)>,
}

/// Why a request is refused before anything runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The category.
    pub kind: RejectionKind,
    /// The label `reason` in the metrics; stable.
    pub reason: &'static str,
    /// The errors; at least one.
    pub mistakes: Vec<ValidationError>,
}

impl Refusal {
    pub(crate) fn one(kind: RejectionKind, reason: &'static str, message: impl fmt::Display) -> Self {
        Self {
            kind,
            reason,
            mistakes: vec![ValidationError { message: shortened(&message.to_string()), location: None }],
        }
    }

    /// The refusal of a request that exceeds a limit; `setting` is the flag that raises it.
    fn limit(reason: &'static str, what: &str, limit: impl fmt::Display, setting: &str) -> Self {
        let message = format!("The request has more than {limit} {what}; the setting --{setting} allows more.");
        Self::one(RejectionKind::Limit, reason, message)
    }
}

/// Cuts a message to [`MAX_MESSAGE`] characters.
pub fn shortened(message: &str) -> String {
    match message.char_indices().nth(MAX_MESSAGE) {
        None => message.to_owned(),
        Some(_) => {
            let kept: String = message.chars().take(MAX_MESSAGE - 1).collect();
            format!("{kept}…")
        }
    }
}

/// A document that is valid and within the limits; the operation has not been chosen yet.
#[derive(Debug)]
pub struct Checked<P> {
    document: Valid<ExecutableDocument>,
    prepared: P,
    introspects: bool,
}

impl<P> Checked<P> {
    /// Whether any of its operations uses introspection.
    pub fn introspects(&self) -> bool {
        self.introspects
    }

    /// The result of the [`Prepare`] function.
    pub fn prepared(&self) -> &P {
        &self.prepared
    }
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// It reads.
    Query,
    /// It changes something.
    Mutation,
    /// It follows changes.
    Subscription,
}

impl OperationKind {
    fn of(operation: &Operation) -> Self {
        match operation.operation_type {
            OperationType::Query => Self::Query,
            OperationType::Mutation => Self::Mutation,
            OperationType::Subscription => Self::Subscription,
        }
    }

    /// The keyword, which is also the label in metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

/// The operation that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The operation's name, if it has one.
    pub name: Option<String>,
    /// What it does.
    pub kind: OperationKind,
    /// The number of its root fields.
    pub roots: usize,
    /// The coerced variables, defaults included.
    pub variables: Map<String, Value>,
    /// How many values the response could have.
    pub cost: u64,
}

/// An operation with its schema and document.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The schema for which it was validated.
    pub schema: &'a Schema,
    /// The object types of each interface and union, by its name.
    pub objects: &'a HashMap<Name, Vec<Name>>,
    /// The document that contains the operation.
    pub document: &'a ExecutableDocument,
    /// The operation itself.
    pub operation: &'a Node<Operation>,
}

/// A function that derives data from each valid document, once: the caller's plans.
pub type Prepare<P> = fn(&Schema, &ExecutableDocument) -> P;

/// The schema, with an index of the possible object types.
struct IndexedSchema {
    schema: Valid<Schema>,
    /// The object types of each interface and union, by its name.
    objects: HashMap<Name, Vec<Name>>,
}

impl IndexedSchema {
    fn new(schema: Valid<Schema>) -> Self {
        let mut objects: HashMap<Name, Vec<Name>> = HashMap::new();
        for (name, of) in &schema.types {
            match of {
                ExtendedType::Object(object) => {
                    for interface in &object.implements_interfaces {
                        objects.entry(interface.name.clone()).or_default().push(name.clone());
                    }
                }
                ExtendedType::Union(union) => {
                    let members = union.members.iter().map(|member| member.name.clone());
                    objects.entry(name.clone()).or_default().extend(members);
                }
                _ => {}
            }
        }
        Self { schema, objects }
    }
}

type ReadSchema = Box<dyn FnOnce() -> Result<IndexedSchema, String> + Send>;

/// Validates documents of one schema. Clones share the cache.
pub struct Documents<P> {
    schema: Arc<LazyLock<Result<IndexedSchema, String>, ReadSchema>>,
    limits: Arc<Limits>,
    cache: Arc<Cache<P>>,
    prepare: Prepare<P>,
}

impl<P> Clone for Documents<P> {
    fn clone(&self) -> Self {
        Self {
            schema: Arc::clone(&self.schema),
            limits: Arc::clone(&self.limits),
            cache: Arc::clone(&self.cache),
            prepare: self.prepare,
        }
    }
}

impl<P> Documents<P> {
    /// Makes a validator for a schema, which is parsed by the first request.
    pub fn new(sdl: fn() -> String, limits: Limits, prepare: Prepare<P>) -> Self {
        let schema = LazyLock::new(Box::new(move || {
            let mut schema = Schema::parse(sdl(), "schema.graphql").map_err(|bad| bad.errors.to_string())?;
            add_is_one_of(&mut schema);
            schema.validate().map(IndexedSchema::new).map_err(|bad| bad.errors.to_string())
        }) as ReadSchema);
        Self { schema: Arc::new(schema), limits: Arc::new(limits), cache: Arc::default(), prepare }
    }

    fn schema(&self) -> Result<&Valid<Schema>, Refusal> {
        self.known().map(|known| &known.schema)
    }

    fn known(&self) -> Result<&IndexedSchema, Refusal> {
        self.schema.as_ref().as_ref().map_err(|cause| {
            tracing::error!(cause, "the schema cannot be read");
            Refusal::one(RejectionKind::Internal, "schema", "Something went wrong inside.")
        })
    }

    /// Validates a document, or returns it from the cache.
    pub fn check(&self, text: &str) -> Result<Arc<Checked<P>>, Refusal> {
        token_limit::token_limit(text, &self.limits)?;
        self.cache.get_or_check(text, || self.validate(text))
    }

    fn validate(&self, text: &str) -> Result<Checked<P>, Refusal> {
        let text = descriptions::without(text)?;
        let ast = Parser::new()
            .parse_ast(text, "request")
            .map_err(|bad| refusal(RejectionKind::Parse, "parse", &bad, str::to_owned))?;
        complexity::complexity(&ast, &self.limits)?;
        let schema = self.schema()?;
        let suggesting = |message: &str| suggest::with_suggestion(schema, message);
        let document = ast
            .to_executable_validate(schema)
            .map_err(|bad| refusal(RejectionKind::Validation, "validation", &bad, suggesting))?;
        literals::check(schema, &document)?;
        let prepared = (self.prepare)(self.schema()?, &document);
        let introspects = introspection::asks_for_schema(&document);
        Ok(Checked { document, prepared, introspects })
    }

    /// The parts of the chosen operation, for the executor.
    pub fn operation<'a>(&'a self, checked: &'a Checked<P>, name: Option<&str>) -> Result<Parts<'a>, Refusal> {
        let operation = operation(&checked.document, name)?;
        let IndexedSchema { schema, objects } = self.known()?;
        Ok(Parts { schema, objects, document: &checked.document, operation })
    }

    /// Chooses the operation and coerces its variables. Refused if they are invalid or the cost is too high.
    pub fn choose(
        &self,
        checked: &Checked<P>,
        name: Option<&str>,
        given: Map<String, Value>,
    ) -> Result<Chosen, Refusal> {
        let operation = operation(&checked.document, name)?;
        let variables = coerce::variables(self.schema()?, operation, given)?;
        let cost = cost::check(self.schema()?, &checked.document, operation, &variables, &self.limits)?;
        Ok(Chosen {
            name: operation.name.as_ref().map(Name::to_string),
            kind: OperationKind::of(operation),
            roots: operation.root_fields(&checked.document).count(),
            variables,
            cost,
        })
    }

    /// Whether the chosen operation is a mutation; `None` if the name does not determine one.
    pub fn is_mutation(&self, checked: &Checked<P>, name: Option<&str>) -> Option<bool> {
        let operation = operation(&checked.document, name).ok()?;
        Some(operation.operation_type == OperationType::Mutation)
    }
}

impl<P> fmt::Debug for Documents<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Documents")
    }
}

/// Adds the field `isOneOf` to `__Type` for introspection: apollo-compiler does not have it yet.
fn add_is_one_of(schema: &mut Schema) {
    if let Some(ExtendedType::Object(of)) = schema.types.get_mut("__Type") {
        let field = FieldDefinition {
            description: None,
            name: apollo_compiler::name!("isOneOf"),
            arguments: Vec::new(),
            ty: apollo_compiler::ty!(Boolean),
            directives: apollo_compiler::ast::DirectiveList::new(),
        };
        of.make_mut().fields.insert(field.name.clone(), Component::new(field));
    }
}

fn operation<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a Node<Operation>, Refusal> {
    let found = document.operations.get(name.filter(|name| !name.is_empty()));
    found.map_err(|_| {
        let message = match name {
            Some(name) if !name.is_empty() => format!("The document has no operation `{name}`."),
            _ if document.operations.is_empty() => "The document has no operation.".to_owned(),
            _ => "The document has several operations: say which one in operationName.".to_owned(),
        };
        Refusal::one(RejectionKind::BadRequest, "operation_name", message)
    })
}

/// The parser's message without the unexpected text, which may be a secret.
fn without_text(message: &str) -> &str {
    message.find(", got \"").map_or(message, |at| &message[..at])
}

/// How the validator tells that a field of an object has no selection.
const NO_SELECTION: &str = "interface, union and object types must have a subselection set";

/// What the validator found, each message as `told` tells it.
fn refusal<T>(
    kind: RejectionKind,
    reason: &'static str,
    bad: &WithErrors<T>,
    told: impl Fn(&str) -> String,
) -> Refusal {
    let place = |place: LineColumn| (place.line, place.column);
    let (mut mistakes, mut unselected): (Vec<ValidationError>, Vec<ValidationError>) = (Vec::new(), Vec::new());
    for found in bad.errors.iter() {
        let found = found.to_json();
        let location = found.locations.first().copied().map(place);
        let validation_error = ValidationError { message: shortened(&told(without_text(&found.message))), location };
        // A selection of unknown fields only is empty for the validator, which then says that there is none.
        if validation_error.message.starts_with(NO_SELECTION) {
            unselected.push(validation_error);
            continue;
        }
        // Two rules may report the same error.
        if !mistakes.contains(&validation_error) {
            mistakes.push(validation_error);
        }
        if mistakes.len() == MAX_ERRORS {
            break;
        }
    }
    if !mistakes.iter().any(|mistake| mistake.message.contains(suggest::UNKNOWN_FIELD)) {
        mistakes.extend(unselected);
        mistakes.truncate(MAX_ERRORS);
    }
    if mistakes.is_empty() {
        Refusal::one(kind, reason, "The document is not valid.")
    } else {
        Refusal { kind, reason, mistakes }
    }
}
