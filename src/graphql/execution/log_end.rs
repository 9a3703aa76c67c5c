//! The end of the change log for a request, for its fields `changeCursor`.
//!
//! Read before anything else of the request, so that no change can lie between what the request shows and its cursor. It
//! must cost nothing for requests without such a field.

use std::sync::Arc;

use async_graphql::{
    Context, Request, Result,
    parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet},
};

use super::to_error::to_graphql_error;
use crate::{app::App, db::change_log::cursor::LogEnd, error::Error};

/// The field that needs it.
const FIELD: &str = "changeCursor";

/// The end of the log before the request was executed.
struct EndBefore(Result<LogEnd, Arc<Error>>);

/// Adds the end of the log to a request that shows it.
pub(in crate::graphql) async fn prepare(app: &App, mut request: Request) -> Request {
    if request.parsed_query().is_ok_and(selects) {
        let end = app.log_end().await.map_err(Arc::new);
        return request.data(EndBefore(end));
    }
    request
}

/// The same for requests that are executed together: they have the same end of the log.
pub(in crate::graphql) async fn prepare_all(app: &App, mut requests: Vec<Request>) -> Vec<Request> {
    let shows: Vec<bool> = requests.iter_mut().map(|request| request.parsed_query().is_ok_and(selects)).collect();
    if !shows.contains(&true) {
        return requests;
    }
    let end = app.log_end().await.map_err(Arc::new);
    let with_end = requests.into_iter().zip(shows).map(|(request, shows)| match shows {
        true => request.data(EndBefore(end.clone())),
        false => request,
    });
    with_end.collect()
}

/// The end of the log before the request was executed.
pub(in crate::graphql) fn end_before(ctx: &Context<'_>) -> Result<LogEnd> {
    match ctx.data_opt::<EndBefore>() {
        Some(EndBefore(Ok(end))) => Ok(end.clone()),
        Some(EndBefore(Err(cause))) => Err(to_graphql_error(Arc::clone(cause))),
        None => Err(to_graphql_error(Error::Internal("the end of the log was not read".to_owned()))),
    }
}

fn selects(document: &ExecutableDocument) -> bool {
    let operations = match &document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values().collect(),
    };
    let of_operations = operations.iter().map(|operation| &operation.node.selection_set.node);
    let of_fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    of_operations.chain(of_fragments).any(in_set)
}

fn in_set(set: &SelectionSet) -> bool {
    set.items.iter().any(|item| match &item.node {
        Selection::Field(field) => field.node.name.node == FIELD || in_set(&field.node.selection_set.node),
        Selection::InlineFragment(inline) => in_set(&inline.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}
