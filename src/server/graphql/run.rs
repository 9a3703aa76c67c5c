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
    budget::{Budget, Exceeded, cancellation::Cancellation, chunks::Chunks},
    document::{Chosen, Refusal, RejectionKind},
    graphql::{RequestKey, executable, execute, locate},
    server::{
        Service,
        middleware::{
            admission::Permit,
            outcome::{Outcome, Timing},
        },
    },
    telemetry::otel::SPANS,
};

/// The answer to a request.
pub(super) enum Answer {
    /// As the executor gives it.
    Values(GraphqlResponse),
    /// As it goes out.
    Written(Chunks),
}

/// What came of a request.
pub(super) struct Ran {
    pub(super) answer: Answer,
    /// False when it was refused before anything was run.
    pub(super) began: bool,
    pub(super) outcome: Outcome,
    /// What the answer is charged to.
    pub(super) budget: Budget,
}

impl Ran {
    fn refused(refusal: &Refusal) -> Self {
        let outcome = Outcome { refusal: Some(refusal.reason), ..Outcome::default() };
        Self {
            answer: Answer::Values(GraphqlResponse::from_errors(errors(refusal))),
            began: false,
            outcome,
            budget: Budget::default(),
        }
    }
}

/// A mutation that came with GET.
pub(super) struct ChangeOverGet;

/// How a request came, and how it is answered.
#[derive(Clone)]
pub(super) struct How<'a> {
    /// The value of the header `Idempotency-Key`.
    pub(super) key: Option<&'a str>,
    /// With GET.
    pub(super) get: bool,
    /// Past the executor, where that gives the same.
    pub(super) direct: bool,
    /// What the request holds while anything of it runs.
    pub(super) permit: Option<Permit>,
}

/// Looks at a request, and runs it.
pub(super) async fn run(service: &Service, access: Access, params: Params, how: How<'_>) -> Result<Ran, ChangeOverGet> {
    let Params { query, operation_name, variables } = params;
    let name = operation_name.as_deref();
    let from = Instant::now();
    let document = tracing::info_span!(target: SPANS, "document");
    let checked = match service.documents.check(&query) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(Ran::refused(&refusal)),
    };
    if how.get && service.documents.is_mutation(&checked, name) == Some(true) {
        return Err(ChangeOverGet);
    }
    if let Some(reason) = service.introspection.lacks(&access).filter(|_| checked.introspects()) {
        let message = format!("Introspection is not there for everybody. {reason}");
        return Ok(Ran::refused(&Refusal::one(RejectionKind::Forbidden, "introspection", message)));
    }
    let chosen = match service.documents.choose(&checked, name, variables) {
        Ok(chosen) => chosen,
        Err(refusal) => return Ok(Ran::refused(&refusal)),
    };
    let Chosen { name, mutation, roots, variables, cost } = chosen;
    let key = how.key.filter(|_| mutation);
    if key.is_some() && roots > 1 {
        return Ok(Ran::refused(&Refusal::one(
            RejectionKind::BadRequest,
            "idempotency_key",
            "The header Idempotency-Key is for a request with one change; give each of several its own idempotencyKey.",
        )));
    }
    let budget = if mutation { service.budget_of_change() } else { service.budget() };
    if cost >= LARGE_COST {
        budget.expect_much();
    }
    let app = service.app.acting_within(access, budget.clone());
    let begun = Instant::now();
    drop(document);
    let _execution = tracing::info_span!(target: SPANS, "execute");
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
            Some(Ok(Ok(written))) => written.map(Answer::Written),
            Some(Ok(Err(exceeded))) => Some(Answer::Values(over(exceeded))),
            Some(Err(_)) => Some(Answer::Values(panicked())),
            None => Some(Answer::Values(late(GIVEN_UP))),
        };
        if let Some(answer) = answer {
            return Ok(Ran { answer, began: true, outcome: outcome(&app, name), budget });
        }
    }
    let parts = match service.documents.operation(&checked, operation_name.as_deref()) {
        Ok(parts) => parts,
        Err(refusal) => return Ok(Ran::refused(&refusal)),
    };
    // The executor sees no text, no fragments and no variables.
    let request = || {
        let mut request = Request::new(String::new());
        request.set_parsed_query(executable(parts, &variables, &budget)?);
        Ok::<_, Exceeded>(request)
    };
    let first = match request() {
        Ok(first) => first,
        Err(exceeded) => {
            let (answer, outcome) = (Answer::Values(over(exceeded)), outcome(&app, name));
            return Ok(Ran { answer, began: true, outcome, budget: Budget::default() });
        }
    };
    let before = budget.used();
    let mut response = if mutation {
        let request = match key {
            Some(key) => first.data(RequestKey(key.to_owned())),
            None => first,
        };
        change(service, app.clone(), request, how.permit).await
    } else {
        let reading = async {
            if let Some(standby) = app.at_standby().await
                && let Ok(request) = request()
            {
                let reading = execute(&service.schema, standby, request);
                // It may go away in the middle, or give up what it reads for what it replays: then as if it were not there.
                let ours = |error| code(error).is_some_and(|code| OURS.contains(&code.as_str()));
                match timeout(STANDBY_READ_TIMEOUT, reading).await {
                    Ok(Ok(response)) if !response.errors.iter().any(ours) => return Ok(response),
                    Ok(Err(exceeded)) => return Err(exceeded),
                    _ => budget.release_to(before),
                }
            }
            execute(&service.schema, app.clone(), first).await
        };
        let reading = AssertUnwindSafe(reading).catch_unwind();
        match within(service, from, reading).await {
            Some(Ok(Ok(response))) => response,
            Some(Ok(Err(exceeded))) => over(exceeded),
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
    // What a change has done is told, also when not all of it can be shown; and one that goes on keeps its budget.
    let apart = mutation && (budget.exceeded().is_some() || response.data == Value::Null);
    let budget = if apart { service.budget_of_change() } else { budget };
    Ok(Ran { answer: Answer::Values(response), began, outcome, budget })
}

/// Runs a mutation on a task of its own: a client that goes away, or whose time is over, does not tear it. The task keeps
/// the permit of the request until it ends, so that there are never more of them than requests may run.
async fn change(service: &Service, app: App, request: Request, permit: Option<Permit>) -> GraphqlResponse {
    let schema = service.schema.clone();
    let budget = app.budget().clone();
    let cancellation = Cancellation::default();
    let _abandoned = cancellation.abandon_on_drop();
    let app = app.cancelled_by(cancellation.clone());
    let running = async move {
        let response = execute(&schema, app, request).await.unwrap_or_else(over);
        drop(permit);
        response
    };
    let task = tokio::spawn(running.in_current_span());
    match within(service, tokio::time::Instant::now(), task).await {
        Some(Ok(mut response)) => {
            if let Some(exceeded) = budget.exceeded() {
                exceeded_in_change(&mut response, exceeded);
            }
            response
        }
        Some(Err(_)) => panicked(),
        None => {
            cancellation.cancel();
            late("The request took too long. Its change may still be made: look before you repeat it.")
        }
    }
}

/// What is added when a change cannot be shown.
pub(super) const LOOK_FIRST: &str = "A change may have been made all the same: look before you repeat it.";

/// Of all the fields that could not be answered any more the first one tells why, and that the change may have been made.
fn exceeded_in_change(response: &mut GraphqlResponse, exceeded: Exceeded) {
    let refusal = exceeded.to_string();
    let mut is_first = true;
    response.errors.retain_mut(|error| {
        if error.message != refusal {
            return true;
        }
        if is_first {
            error.message = format!("{refusal} {LOOK_FIRST}");
        }
        std::mem::take(&mut is_first)
    });
}

/// What is done within the time of a request that began at `from`, which is shorter while the database is slow.
async fn within<T>(service: &Service, from: tokio::time::Instant, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = service.app.db().health().patience(from, SLOW_DATABASE_TIMEOUT, service.limits.request_timeout()) => None,
    }
}

/// From so many values on an answer is not computed where it keeps other requests from their thread.
const LARGE_COST: u64 = 20_000;

/// How long a standby may take for an answer, before the primary is asked.
const STANDBY_READ_TIMEOUT: Duration = Duration::from_millis(1000);

/// How long a request may take while the database is slow: people look elsewhere after three seconds.
const SLOW_DATABASE_TIMEOUT: Duration = Duration::from_millis(1900);

const GIVEN_UP: &str = "The request took too long and was given up.";

fn late(message: &str) -> GraphqlResponse {
    nothing(coded(ServerError::new(message, None), "TIMEOUT"))
}

/// The answer to a request whose budget is used up.
pub(super) fn over(exceeded: Exceeded) -> GraphqlResponse {
    let code = if exceeded == Exceeded::Time { "TIMEOUT" } else { "LIMIT_EXCEEDED" };
    nothing(coded(ServerError::new(exceeded.to_string(), None), code))
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
