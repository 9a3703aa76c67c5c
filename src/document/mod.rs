//! A look at a document and its variables before anything runs: is it small enough, is it valid, do the values fit?
//!
//! Called by the GraphQL handler. It must never know the framework that runs documents, nor the database.

mod cache;
mod coerce;
mod complexity;
mod cost;
mod date_time;
mod descriptions;
mod inputs;
mod introspection;
mod literals;
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

pub use self::inputs::Inputs;

use self::cache::Cache;
use crate::limits::Limits;

/// Most mistakes that are told of one document.
pub const MAX_ERRORS: usize = 20;
/// Longest message, in characters.
pub const MAX_MESSAGE: usize = 300;

/// What sort of refusal it is: the code of the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectionKind {
    /// It is no document.
    Parse,
    /// It is none of this schema.
    Validation,
    /// The operation or its variables do not fit.
    BadRequest,
    /// It asks for too much.
    Limit,
    /// It asks for what the caller may not see.
    Forbidden,
    /// A to_graphql_error of ours.
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

/// Something that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationError {
    /// What, in a sentence.
    pub message: String,
    /// Where: line and column, from 1.
    pub location: Option<(usize, usize)>,
}

/// Why nothing runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What sort.
    pub sort: RejectionKind,
    /// A stable word for it, for the metrics.
    pub reason: &'static str,
    /// At least one.
    pub mistakes: Vec<ValidationError>,
}

impl Refusal {
    pub(crate) fn one(sort: RejectionKind, reason: &'static str, message: impl fmt::Display) -> Self {
        Self {
            sort,
            reason,
            mistakes: vec![ValidationError { message: shortened(&message.to_string()), location: None }],
        }
    }

    /// More than a limit; `setting` is the flag that raises it.
    fn limit(reason: &'static str, what: &str, limit: impl fmt::Display, setting: &str) -> Self {
        let message = format!("The request has more than {limit} {what}; the setting --{setting} allows more.");
        Self::one(RejectionKind::Limit, reason, message)
    }
}

/// At most [`MAX_MESSAGE`] characters.
pub fn shortened(message: &str) -> String {
    match message.char_indices().nth(MAX_MESSAGE) {
        None => message.to_owned(),
        Some(_) => {
            let kept: String = message.chars().take(MAX_MESSAGE - 1).collect();
            format!("{kept}…")
        }
    }
}

/// A document that is valid and small enough; which of its operations runs is not said yet.
#[derive(Debug)]
pub struct Checked<P> {
    document: Valid<ExecutableDocument>,
    prepared: P,
    introspects: bool,
}

impl<P> Checked<P> {
    /// Whether it asks for the schema, in any of its operations.
    pub fn introspects(&self) -> bool {
        self.introspects
    }

    /// What was made of it by the one who runs documents.
    pub fn prepared(&self) -> &P {
        &self.prepared
    }
}

/// What runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The operation's name, if it has one.
    pub name: Option<String>,
    /// Whether it changes something.
    pub mutation: bool,
    /// How many fields of the root it asks for.
    pub roots: usize,
    /// The variables as they fit, defaults included.
    pub variables: Map<String, Value>,
    /// How many values the answer could have.
    pub cost: u64,
}

/// An operation, with what it refers to.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The schema for which it was validated.
    pub schema: &'a Schema,
    /// The objects that an interface or a union may be, by its name.
    pub objects: &'a HashMap<Name, Vec<Name>>,
    /// The document that it stands in.
    pub document: &'a ExecutableDocument,
    /// The operation itself.
    pub operation: &'a Node<Operation>,
}

/// What the one who runs documents makes of each, once.
pub type Prepare<P> = fn(&Schema, &ExecutableDocument) -> P;

/// The schema, with what is asked of it again and again.
struct Known {
    schema: Valid<Schema>,
    /// The objects that an interface or a union may be, by its name.
    objects: HashMap<Name, Vec<Name>>,
}

impl Known {
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

type Read = Box<dyn FnOnce() -> Result<Known, String> + Send>;

/// Looks at documents of one schema; a clone shares what it remembers.
pub struct Documents<P> {
    schema: Arc<LazyLock<Result<Known, String>, Read>>,
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
    /// For a schema in GraphQL's own language; it is read in the background of the first request.
    pub fn new(sdl: fn() -> String, limits: Limits, prepare: Prepare<P>) -> Self {
        let schema = LazyLock::new(Box::new(move || {
            let mut schema = Schema::parse(sdl(), "schema.graphql").map_err(|bad| bad.errors.to_string())?;
            knows_one_of(&mut schema);
            schema.validate().map(Known::new).map_err(|bad| bad.errors.to_string())
        }) as Read);
        Self { schema: Arc::new(schema), limits: Arc::new(limits), cache: Arc::default(), prepare }
    }

    fn schema(&self) -> Result<&Valid<Schema>, Refusal> {
        self.known().map(|known| &known.schema)
    }

    fn known(&self) -> Result<&Known, Refusal> {
        self.schema.as_ref().as_ref().map_err(|cause| {
            tracing::error!(cause, "the schema cannot be read");
            Refusal::one(RejectionKind::Internal, "schema", "Something went wrong inside.")
        })
    }

    /// A document that can run, from memory where it has been looked at before.
    pub fn check(&self, text: &str) -> Result<Arc<Checked<P>>, Refusal> {
        token_limit::token_limit(text, &self.limits)?;
        self.cache.get_or_check(text, || self.look_at(text))
    }

    fn look_at(&self, text: &str) -> Result<Checked<P>, Refusal> {
        let text = descriptions::without(text)?;
        let ast =
            Parser::new().parse_ast(text, "request").map_err(|bad| refusal(RejectionKind::Parse, "parse", &bad))?;
        complexity::complexity(&ast, &self.limits)?;
        let document = ast
            .to_executable_validate(self.schema()?)
            .map_err(|bad| refusal(RejectionKind::Validation, "validation", &bad))?;
        literals::check(self.schema()?, &document)?;
        let prepared = (self.prepare)(self.schema()?, &document);
        let introspects = introspection::asks_for_schema(&document);
        Ok(Checked { document, prepared, introspects })
    }

    /// What an operation is made of, for the one who runs it.
    pub fn operation<'a>(&'a self, checked: &'a Checked<P>, name: Option<&str>) -> Result<Parts<'a>, Refusal> {
        let operation = operation(&checked.document, name)?;
        let Known { schema, objects } = self.known()?;
        Ok(Parts { schema, objects, document: &checked.document, operation })
    }

    /// The operation that runs, with its variables brought into form; refused when they do not fit or when it asks for
    /// too much of long lists.
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
            mutation: operation.operation_type == OperationType::Mutation,
            roots: operation.root_fields(&checked.document).count(),
            variables,
            cost,
        })
    }

    /// Whether the operation that would run changes something; `None` when it is not clear which one that is.
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

/// Lets introspection ask `isOneOf` of a type: the library that validates is older than that field.
fn knows_one_of(schema: &mut Schema) {
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

/// What the parser says, without the string that stood in its way: it may be a secret.
fn without_text(message: &str) -> &str {
    message.find(", got \"").map_or(message, |at| &message[..at])
}

fn refusal<T>(sort: RejectionKind, reason: &'static str, bad: &WithErrors<T>) -> Refusal {
    let place = |place: LineColumn| (place.line, place.column);
    let mut mistakes: Vec<ValidationError> = Vec::new();
    for found in bad.errors.iter() {
        let found = found.to_json();
        let location = found.locations.first().copied().map(place);
        let mistake = ValidationError { message: shortened(without_text(&found.message)), location };
        // Some are found twice, by two rules.
        if !mistakes.contains(&mistake) {
            mistakes.push(mistake);
        }
        if mistakes.len() == MAX_ERRORS {
            break;
        }
    }
    if mistakes.is_empty() {
        Refusal::one(sort, reason, "The document is not valid.")
    } else {
        Refusal { sort, reason, mistakes }
    }
}
