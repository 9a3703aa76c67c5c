//! Running a document: looked at first, within its time, and never half.
//!
//! Used by the handler. It must never run a change on a task that ends when the client goes away.

use std::{
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use async_graphql::{Request, Response as GraphqlResponse, ServerError, Value};
use futures_util::FutureExt;
use tokio::time::timeout;
use tracing::Instrument;

use super::{
    answer::{OURS, code, coded, errors},
    request::Params,
};
use crate::{
    access::Access,
    app::App,
    document::{Chosen, Refusal, Sort},
    graphql::{RequestKey, executable, execute, locate},
    server::{
        Service,
        outcome::{Outcome, Timing},
    },
};

/// The answer to a request.
pub(super) enum Answer {
    /// As the executor gives it.
    Values(GraphqlResponse),
    /// As it goes out.
    Written(Vec<u8>),
}

/// What came of a request.
pub(super) struct Ran {
    pub(super) answer: Answer,
    /// False when it was refused before anything was run.
    pub(super) began: bool,
    pub(super) outcome: Outcome,
}

impl Ran {
    fn refused(refusal: &Refusal) -> Self {
        let outcome = Outcome { refusal: Some(refusal.reason), ..Outcome::default() };
        Self { answer: Answer::Values(GraphqlResponse::from_errors(errors(refusal))), began: false, outcome }
    }
}

/// A mutation that came with GET.
pub(super) struct ChangeOverGet;

/// How a request came, and how it is answered.
#[derive(Clone, Copy)]
pub(super) struct How<'a> {
    /// The value of the header `Idempotency-Key`.
    pub(super) key: Option<&'a str>,
    /// With GET.
    pub(super) get: bool,
    /// Past the executor, where that gives the same.
    pub(super) direct: bool,
}

/// Looks at a request, and runs it.
pub(super) async fn run(service: &Service, access: Access, params: Params, how: How<'_>) -> Result<Ran, ChangeOverGet> {
    let Params { query, operation_name, variables } = params;
    let name = operation_name.as_deref();
    let from = Instant::now();
    let checked = match service.documents.check(&query) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(Ran::refused(&refusal)),
    };
    if how.get && service.documents.is_mutation(&checked, name) == Some(true) {
        return Err(ChangeOverGet);
    }
    let chosen = match service.documents.choose(&checked, name, variables) {
        Ok(chosen) => chosen,
        Err(refusal) => return Ok(Ran::refused(&refusal)),
    };
    let Chosen { name, mutation, roots, variables, .. } = chosen;
    let key = how.key.filter(|_| mutation);
    if key.is_some() && roots > 1 {
        return Ok(Ran::refused(&Refusal::one(
            Sort::BadRequest,
            "idempotency_key",
            "The header Idempotency-Key is for a request with one change; give each of several its own idempotencyKey.",
        )));
    }
    let app = service.app.acting(access);
    let begun = Instant::now();
    let outcome = |app: &App, name| Outcome {
        operation: name,
        kind: Some(if mutation { "mutation" } else { "query" }),
        statements: Some(app.statements()),
        timing: Some(Timing { document: begun - from, execution: begun.elapsed() }),
        ..Outcome::default()
    };
    // One time for both ways.
    let from = tokio::time::Instant::now();
    if how.direct && !mutation {
        let direct = checked.prepared().answer(&app, &service.answers, name.as_deref(), &variables);
        let answer = match within(service, from, AssertUnwindSafe(direct).catch_unwind()).await {
            Some(Ok(written)) => written.map(Answer::Written),
            Some(Err(_)) => Some(Answer::Values(panicked())),
            None => Some(Answer::Values(late(GIVEN_UP))),
        };
        if let Some(answer) = answer {
            return Ok(Ran { answer, began: true, outcome: outcome(&app, name) });
        }
    }
    let parts = match service.documents.operation(&checked, operation_name.as_deref()) {
        Ok(parts) => parts,
        Err(refusal) => return Ok(Ran::refused(&refusal)),
    };
    // The executor sees no text, no fragments and no variables.
    let request = || {
        let mut request = Request::new(String::new());
        request.set_parsed_query(executable(parts, &variables));
        request
    };
    let mut response = if mutation {
        let request = match key {
            Some(key) => request().data(RequestKey(key.to_owned())),
            None => request(),
        };
        change(service, app.clone(), request).await
    } else {
        let reading = async {
            if let Some(standby) = app.at_standby().await {
                let reading = execute(&service.schema, standby, request());
                // It may go away in the middle, or give up what it reads for what it replays: then as if it were not there.
                let ours = |error| code(error).is_some_and(|code| OURS.contains(&code.as_str()));
                match timeout(OF_STANDBY, reading).await {
                    Ok(response) if !response.errors.iter().any(ours) => return response,
                    _ => {}
                }
            }
            execute(&service.schema, app.clone(), request()).await
        };
        let reading = AssertUnwindSafe(reading).catch_unwind();
        match within(service, from, reading).await {
            Some(Ok(response)) => response,
            Some(Err(_)) => panicked(),
            None => late(GIVEN_UP),
        }
    };
    locate(&mut response.errors, parts, &variables);
    let outcome = outcome(&app, name);
    let mut began = true;
    for error in &mut response.errors {
        let known = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
        if !known {
            let code = if error.path.is_empty() { "GRAPHQL_VALIDATION_FAILED" } else { "BAD_REQUEST" };
            began &= !error.path.is_empty();
            *error = coded(error.clone(), code);
        }
    }
    Ok(Ran { answer: Answer::Values(response), began, outcome })
}

/// Runs a mutation on a task of its own: a client that goes away, or whose time is over, does not tear it.
async fn change(service: &Service, app: App, request: Request) -> GraphqlResponse {
    let schema = service.schema.clone();
    let task = tokio::spawn(async move { execute(&schema, app, request).await }.in_current_span());
    match within(service, tokio::time::Instant::now(), task).await {
        Some(Ok(response)) => response,
        Some(Err(_)) => panicked(),
        None => late(
            "The request took too long; a change that has begun is finished all the same: look before you repeat it.",
        ),
    }
}

/// What is done within the time of a request that began at `from`, which is shorter while the database is slow.
async fn within<T>(service: &Service, from: tokio::time::Instant, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = service.app.db().pulse().patience(from, SOON, service.limits.request_timeout()) => None,
    }
}

/// How long a standby may take for an answer, before the primary is asked.
const OF_STANDBY: Duration = Duration::from_millis(1000);

/// How long a request may take while the database is slow: people look elsewhere after three seconds.
const SOON: Duration = Duration::from_millis(1900);

const GIVEN_UP: &str = "The request took too long and was given up.";

fn late(message: &str) -> GraphqlResponse {
    nothing(coded(ServerError::new(message, None), "TIMEOUT"))
}

/// The panic itself is in the log.
fn panicked() -> GraphqlResponse {
    tracing::error!("a resolver panicked");
    let message = "Something went wrong inside; the log tells more under the request id.";
    nothing(coded(ServerError::new(message, None), "INTERNAL"))
}

/// An answer without data, to a request that was begun.
fn nothing(error: ServerError) -> GraphqlResponse {
    let mut response = GraphqlResponse::new(Value::Null);
    response.errors.push(error);
    response
}
