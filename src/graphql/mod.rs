//! The GraphQL schema: object types, inputs, payloads, loaders and the root types, which call the use cases.
//!
//! Called by the server and by `devarch schema`. It must not open transactions or name tables.

mod compose;
mod config;
mod context;
mod descriptions;
mod execution;
mod inputs;
mod lists;
mod loaders;
mod mutation;
mod payloads;
mod query;
mod subscription;
mod types;

pub use crate::graphql::{
    context::RequestKey,
    execution::computed_fields::RequestExecutor,
    execution::executable::{executable, locate},
    execution::planned::number_of_written,
    subscription::{EventRun, Followed, execute_events, follow},
};
use async_graphql::{EmptyMutation, EmptySubscription, Request, Response, SDLExportOptions, ValidationMode, Variables};

use crate::{
    app::App,
    budget::Exceeded,
    graphql::{
        descriptions::Descriptions,
        execution::tasks::RequestTasks,
        loaders::Loaders,
        mutation::Mutation,
        query::Query,
        subscription::{Events, Subscription},
    },
};

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The executable schema of events, whose root holds the fields of subscriptions.
pub type EventSchema = async_graphql::Schema<Events, EmptyMutation, EmptySubscription>;

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation, Subscription)
        .register_output_type::<types::node::Node>()
        .register_output_type::<types::history::versioned::Versioned>()
        .register_output_type::<config::provenance::Effective>()
        .register_output_type::<Descriptions>()
}

/// Builds the executable schema. Each request brings its own `App` and loaders.
pub fn schema() -> Schema {
    // `document` has validated the documents. The fast mode checks only what execution itself relies on.
    let framework = builder().validation_mode(ValidationMode::Fast).extension(execution::field_budget::AroundFields);
    framework.finish()
}

/// Builds the executable schema of events.
pub fn event_schema() -> EventSchema {
    let framework = EventSchema::build(Events, EmptyMutation, EmptySubscription)
        .register_output_type::<types::node::Node>()
        .register_output_type::<types::history::versioned::Versioned>()
        .register_output_type::<config::provenance::Effective>()
        .validation_mode(ValidationMode::Fast)
        .extension(execution::field_budget::AroundFields);
    framework.finish()
}

/// The schema as SDL, sorted and with descriptions: the contents of `schema.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .indent_width(2)
        .use_space_ident();
    let text = builder().finish().sdl_with_options(options);
    format!("{}\n", text.trim())
}

/// Executes a document of the command line, and returns its data, or the message of its first error.
pub async fn data(app: App, document: String, variables: serde_json::Value) -> Result<serde_json::Value, String> {
    let request = Request::new(document).variables(Variables::from_json(variables));
    let response = execute(&schema(), app, request).await;
    let mut response = response.map_err(|_| "the answer takes more memory than it may".to_owned())?;
    match response.errors.drain(..).next() {
        Some(error) => Err(error.message),
        None => response.data.into_json().map_err(|error| error.to_string()),
    }
}

/// Executes one request with the caller's `App` and its own loaders. Fails only if the budget of a query is exceeded.
pub async fn execute(schema: &Schema, app: App, request: Request) -> Result<Response, Exceeded> {
    let tasks = RequestTasks::default();
    let loaders = Loaders::new(app.clone(), &tasks);
    let budget = app.budget().clone();
    let request = execution::log_end::prepare(&app, request).await;
    let (schema, request) = (schema.clone(), request.data(app).data(loaders));
    tasks.drive(async move { schema.execute(request).await }, &budget).await
}
