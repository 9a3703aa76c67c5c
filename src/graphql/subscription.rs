//! `Subscription`: the root type of all subscriptions, and the execution of events.
//!
//! The server follows the feed and executes each event as if it were a query whose root fields return the event. This
//! module must not know how events are transported.

use std::{borrow::Cow, pin::Pin};

use async_graphql::{
    Context, InputType, Object, OutputType, PathSegment, Pos, Request, Response, ServerError, SubscriptionType,
    parser::types::{DocumentOperations, ExecutableDocument, OperationType},
    registry::{MetaType, Registry},
};
use futures_util::{Stream, future::join_all};
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use crate::{
    app::{App, Changes, FeedItem, FeedRequest},
    budget::Exceeded,
    document::{Inputs, Parts},
    error::Error,
    graphql::{
        EventSchema,
        context::ContextExt,
        execution::{
            executable::{constant, position},
            log_end,
            tasks::RequestTasks,
            to_error::to_graphql_error,
        },
        inputs::StackRef,
        loaders::Loaders,
        types::history::{event::StackEvent, point::ChangeCursor},
    },
};

/// The root fields of subscriptions, as fields that return the event in the context.
pub struct Events;

#[Object(name = "Subscription")]
/// Follows changes. Events come in the order in which the changes were committed.
impl Events {
    /// The changes of a stack with everything in it, and those of templates.
    async fn stack_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The stack.")]
        #[expect(unused_variables, reason = "the feed has been asked for it")]
        stack: StackRef,
        #[graphql(desc = "Only changes after this cursor; without it, those from now on.")]
        #[expect(unused_variables, reason = "the feed has been asked for it")]
        after: Option<ChangeCursor>,
    ) -> StackEvent {
        ctx.event().into()
    }

    /// The changes of everything that the API key reaches.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only changes after this cursor; without it, those from now on.")]
        #[expect(unused_variables, reason = "the feed has been asked for it")]
        after: Option<ChangeCursor>,
    ) -> StackEvent {
        ctx.event().into()
    }
}

/// The root type of subscriptions in the schema. The framework never runs it.
pub struct Subscription;

impl SubscriptionType for Subscription {
    fn type_name() -> Cow<'static, str> {
        <Events as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = <Events as OutputType>::create_type_info(registry);
        if let Some(MetaType::Object { is_subscription, .. }) =
            registry.types.get_mut(<Self as SubscriptionType>::type_name().as_ref())
        {
            *is_subscription = true;
        }
        name
    }

    fn create_field_stream<'a>(
        &'a self,
        _: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        None
    }
}

/// The changes that a subscription follows.
#[derive(Debug)]
pub struct Followed {
    /// The changes.
    pub changes: Changes,
    /// The variable of the argument `after`.
    pub after_variable: Option<String>,
}

/// Begins to follow what the root field of a subscription says. `parts` are those of a valid subscription. `last` is the
/// cursor of the last event that the client has, and wins over the argument `after`.
pub async fn follow(
    app: &App,
    parts: Parts<'_>,
    variables: &Map<String, Value>,
    last: Option<String>,
) -> Result<Followed, ServerError> {
    let inputs = Inputs::new(parts.schema, variables);
    let set = &parts.operation.selection_set;
    let fields = parts.fields(&inputs, &set.ty, &[set]);
    let [root] = fields.as_slice() else {
        let error = Error::Internal("a subscription has not exactly one root field".to_owned());
        return Err(to_graphql_error(error).into_server_error(Pos::default()));
    };
    let argument = |name: &str| {
        let definition = root.field.definition.argument_by_name(name)?;
        inputs.value(&definition.ty, root.field.specified_argument_by_name(name)?)
    };
    let after_variable = root.field.specified_argument_by_name("after").and_then(|value| value.as_variable());
    let after_variable = after_variable.map(ToString::to_string);
    let after = last.or_else(|| argument("after").and_then(|after| after.as_str().map(str::to_owned)));
    let failed = |error: Error| {
        let error = to_graphql_error(error).into_server_error(position(root.field));
        error.with_path(vec![PathSegment::Field(root.key.to_string())])
    };
    let stack = match argument("stack") {
        None => None,
        Some(wanted) => {
            let wanted = <StackRef as InputType>::parse(Some(constant(wanted)));
            let wanted = wanted.map_err(|_| Error::bad_request("`stack` takes exactly one of `id` and `name`."));
            Some(wanted.map_err(failed)?.into())
        }
    };
    let changes = app.follow(FeedRequest { stack, after }).await.map_err(failed)?;
    Ok(Followed { changes, after_variable })
}

/// An event to execute the document of its subscription for.
pub struct EventRun {
    /// The document.
    pub document: ExecutableDocument,
    /// The event.
    pub event: FeedItem,
    /// Where the response goes as soon as it is there.
    pub done: oneshot::Sender<Response>,
}

/// Executes documents for events. They share loaders, so that a statement reads for all of them. When it fails, some may
/// have no response.
pub async fn execute_events(schema: &EventSchema, app: App, runs: Vec<EventRun>) -> Result<(), Exceeded> {
    let tasks = RequestTasks::default();
    let loaders = Loaders::new(app.clone(), &tasks);
    let budget = app.budget().clone();
    let (mut requests, mut receivers) = (Vec::new(), Vec::new());
    for EventRun { mut document, event, done } in runs {
        if let DocumentOperations::Single(operation) = &mut document.operations {
            operation.node.ty = OperationType::Query;
        }
        let mut request = Request::new(String::new());
        request.set_parsed_query(document);
        requests.push(request.data(app.clone()).data(loaders.clone()).data(event));
        receivers.push(done);
    }
    let requests = log_end::prepare_all(&app, requests).await;
    let schema = schema.clone();
    let all = requests.into_iter().zip(receivers).map(move |(request, done)| {
        let schema = schema.clone();
        // Who waits for it may be gone.
        async move { drop(done.send(schema.execute(request).await)) }
    });
    tasks.drive(join_all(all), &budget).await.map(drop)
}
