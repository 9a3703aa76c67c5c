//! The GraphQL schema: types, loaders and roots that translate, call the use cases, and wrap.
//!
//! Called by the server and by `devarch schema`. It must never open a transaction or know a table.

mod api_key;
mod collections;
mod compose;
mod conflict;
mod connection;
mod context;
mod dependency;
mod descriptions;
pub mod direct;
mod effective;
mod executable;
mod fault;
mod import;
mod inputs;
mod instance;
mod instances;
mod loaders;
mod mutation;
mod node;
mod override_report;
mod paths;
mod payloads;
mod query;
mod reveal;
mod shared;
mod stack;
mod tasks;
mod template;
mod template_preview;
mod trash;
mod user_error;

pub use self::{
    context::RequestKey,
    executable::{executable, locate},
};
use async_graphql::{EmptySubscription, Request, Response, SDLExportOptions, ValidationMode};

use self::{descriptions::Descriptions, loaders::Loaders, mutation::Mutation, query::Query, tasks::RequestTasks};
use crate::{app::App, budget::Exceeded};

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query, Mutation, EmptySubscription)
        .register_output_type::<node::Node>()
        .register_output_type::<Descriptions>()
}

/// The schema; what it runs on comes with each request.
pub fn schema() -> Schema {
    // Documents are validated before they come here; this looks at what execution itself relies on.
    let framework = builder().validation_mode(ValidationMode::Fast).extension(paths::AroundFields);
    framework.finish()
}

/// The schema in GraphQL's own language, sorted and with descriptions: what `schema.graphql` holds.
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

/// Runs one request as the one who asks, with loaders of its own. It fails only when the budget of a query is exceeded.
pub async fn execute(schema: &Schema, app: App, request: Request) -> Result<Response, Exceeded> {
    let tasks = RequestTasks::default();
    let loaders = Loaders::new(app.clone(), &tasks);
    let budget = app.budget().clone();
    let (schema, request) = (schema.clone(), request.data(app).data(loaders));
    tasks.drive(async move { schema.execute(request).await }, &budget).await
}
