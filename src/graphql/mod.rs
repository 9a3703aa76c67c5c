//! The GraphQL schema: types, loaders and roots that translate, call the use cases, and wrap.
//!
//! Called by the server and by `devarch schema`. It must never open a transaction or know a table.

mod compose;
mod config;
mod context;
mod descriptions;
pub mod direct;
mod execution;
mod inputs;
mod lists;
mod loaders;
mod mutation;
mod payloads;
mod query;
mod types;

pub use crate::graphql::{
    context::RequestKey,
    execution::executable::{executable, locate},
};
use async_graphql::{EmptySubscription, Request, Response, SDLExportOptions, ValidationMode};

use crate::{
    app::App,
    budget::Exceeded,
    graphql::{
        descriptions::Descriptions, execution::tasks::RequestTasks, loaders::Loaders, mutation::Mutation, query::Query,
    },
};

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query, Mutation, EmptySubscription)
        .register_output_type::<types::node::Node>()
        .register_output_type::<Descriptions>()
}

/// The schema; what it runs on comes with each request.
pub fn schema() -> Schema {
    // Documents are validated before they come here; this looks at what execution itself relies on.
    let framework = builder().validation_mode(ValidationMode::Fast).extension(execution::field_budget::AroundFields);
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
