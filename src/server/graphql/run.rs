//! Validates and runs a GraphQL operation within its deadline.
//!
//! Used by the handler. It must not run a mutation on a task that ends when the client disconnects.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
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
    document::{Checked, Chosen, OperationKind, Refusal, RejectionKind},
    error::INTERNAL_FAILURE,
    graphql::{RequestExecutor, RequestKey, executable, execute, locate},
    read::{Plans, payload::PayloadPlans},
    server::{
        Service,
        middleware::{
            admission::Permit,
            outcome::{Outcome, Timing},
        },
    },
    telemetry::otel::SPANS,
};

/// The response to a request.
pub(in crate::server) enum Answer {
    /// Values from the executor, and the JSON of objects that plans have written, by number.
    Values(Box<GraphqlResponse>, Vec<Vec<u8>>),
    /// JSON written by a read plan.
    Written(Chunks),
}

/// The result of a request.
pub(in crate::server) struct Ran {
    pub(in crate::server) answer: Answer,
    /// False if the request was refused before anything ran.
    pub(in crate::server) began: bool,
    pub(in crate::server) outcome: Outcome,
    /// The budget that the response is charged to.
    pub(in crate::server) budget: Budget,
}

impl Ran {
    pub(in crate::server) fn refused(refusal: &Refusal) -> Self {
        let outcome = Outcome { refusal: Some(refusal.reason), ..Outcome::default() };
        Self {
            answer: Answer::Values(Box::new(GraphqlResponse::from_errors(errors(refusal))), Vec::new()),
            began: false,
            outcome,
            budget: Budget::default(),
        }
    }
}

/// The error for a mutation sent with GET.
pub(in crate::server) struct ChangeOverGet;

/// How a request was sent, and how it is answered.
#[derive(Clone)]
pub(in crate::server) struct How<'a> {
    /// The value of the header `Idempotency-Key`.
    pub(in crate::server) key: Option<&'a str>,
    /// The id of the request, for the change log.
    pub(in crate::server) request: Option<&'a str>,
    /// Whether a read plan may answer it instead of the executor.
    pub(in crate::server) planned: bool,
    /// The admission permit, kept while any task of the request runs.
    pub(in crate::server) permit: Option<Permit>,
}

/// A request whose document is valid, and whose operation is chosen.
pub(in crate::server) struct Prepared {
    pub(in crate::server) checked: Arc<Checked<Plans>>,
    pub(in crate::server) operation_name: Option<String>,
    pub(in crate::server) chosen: Chosen,
    /// The text of the document.
    pub(in crate::server) query: String,
    from: Instant,
}

impl Prepared {
    /// How long validation took.
    pub(in crate::server) fn took(&self) -> Duration {
        self.from.elapsed()
    }

    /// Whether it follows changes, which [`run`] does not do.
    pub(in crate::server) fn is_subscription(&self) -> bool {
        self.chosen.kind == OperationKind::Subscription
    }
}

/// Validates a request. The inner error is a refusal.
pub(in crate::server) fn prepare(
    service: &Service,
    access: &Access,
    params: Params,
    get: bool,
) -> Result<Result<Prepared, Refusal>, ChangeOverGet> {
    let Params { query, operation_name, variables } = params;
    let name = operation_name.as_deref();
    let from = Instant::now();
    let _document = tracing::info_span!(target: SPANS, "document");
    let checked = match service.documents.check(&query) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if get && service.documents.is_mutation(&checked, name) == Some(true) {
        return Err(ChangeOverGet);
    }
    if let Some(reason) = service.introspection.lacks(access).filter(|_| checked.introspects()) {
        let message = format!("Introspection is restricted. {reason}");
        return Ok(Err(Refusal::one(RejectionKind::Forbidden, "introspection", message)));
    }
    let chosen = match service.documents.choose(&checked, name, variables) {
        Ok(chosen) => chosen,
        Err(refusal) => return Ok(Err(refusal)),
    };
    Ok(Ok(Prepared { checked, operation_name, chosen, query, from }))
}

/// Runs a query or a mutation.
pub(in crate::server) async fn run(service: &Service, access: Access, prepared: Prepared, how: How<'_>) -> Ran {
    let Prepared { checked, operation_name, chosen, from, query: _ } = prepared;
    let Chosen { name, kind, roots, variables, cost } = chosen;
    let mutation = kind == OperationKind::Mutation;
    let key = how.key.filter(|_| mutation);
    if key.is_some() && roots > 1 {
        return Ran::refused(&Refusal::one(
            RejectionKind::BadRequest,
            "idempotency_key",
            "The header Idempotency-Key is for a request with one change; give each of several its own idempotencyKey.",
        ));
    }
    let budget = if mutation { service.budget_of_change() } else { service.budget() };
    if cost >= LARGE_COST {
        budget.expect_large();
    }
    let app = service.app.for_caller_within(access, budget.clone());
    let app = match how.request {
        Some(id) if mutation => app.in_request(id),
        _ => app,
    };
    let begun = Instant::now();
    let _execution = tracing::info_span!(target: SPANS, "execute");
    let outcome = |app: &App, name| Outcome {
        operation: name,
        kind: Some(kind.as_str()),
        statements: Some(app.statements()),
        timing: Some(Timing { document: begun - from, execution: begun.elapsed() }),
        ..Outcome::default()
    };
    let parts = match service.documents.operation(&checked, operation_name.as_deref()) {
        Ok(parts) => parts,
        Err(refusal) => return Ran::refused(&refusal),
    };
    // One deadline for the plan and the executor.
    let from = tokio::time::Instant::now();
    if how.planned && !mutation {
        let executor = RequestExecutor { schema: &service.schema, app: &app, parts, variables: &variables };
        let planned = checked.prepared().answer(&app, &service.answers, &executor, parts, &variables);
        let answer = match completed(service, from, planned).await {
            Ok(written) => written.map(Answer::Written),
            Err(response) => Some(Answer::Values(Box::new(response), Vec::new())),
        };
        if let Some(answer) = answer {
            return Ran { answer, began: true, outcome: outcome(&app, name), budget };
        }
    }
    // The executor gets a document without text, fragments and variables.
    let request = || {
        let mut request = Request::new(String::new());
        request.set_parsed_query(executable(parts, &variables, &budget)?);
        Ok::<_, Exceeded>(request)
    };
    let first = match request() {
        Ok(first) => first,
        Err(exceeded) => {
            let (answer, outcome) = (Answer::Values(Box::new(over(exceeded)), Vec::new()), outcome(&app, name));
            return Ran { answer, began: true, outcome, budget: Budget::default() };
        }
    };
    let (mut response, written) = if mutation {
        let request = match key {
            Some(key) => first.data(RequestKey(key.to_owned())),
            None => first,
        };
        let plans = if how.planned { checked.prepared().payloads(parts, &variables) } else { None };
        run_with_payloads(service, &app, request, plans, how.permit).await
    } else {
        let reading = run_query(service, &app, first, request);
        (completed(service, from, reading).await.unwrap_or_else(|response| response), Vec::new())
    };
    locate(&mut response.errors, parts, &variables);
    let outcome = outcome(&app, name);
    let began = add_codes(&mut response);
    // A mutation reports what it has done even if its budget is exceeded, so the response gets a budget of its own. One
    // that still runs keeps its budget.
    let needs_own_budget = mutation && (budget.exceeded().is_some() || response.data == Value::Null);
    let budget = if needs_own_budget { service.budget_of_change() } else { budget };
    Ran { answer: Answer::Values(Box::new(response), written), began, outcome, budget }
}

/// Gives errors of the framework a code. Returns false if one of them means that nothing has run.
pub(in crate::server) fn add_codes(response: &mut GraphqlResponse) -> bool {
    let mut began = true;
    for error in &mut response.errors {
        let known = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
        if !known {
            let code = if error.path.is_empty() { "GRAPHQL_VALIDATION_FAILED" } else { "BAD_REQUEST" };
            began &= !error.path.is_empty();
            *error = coded(error.clone(), code);
        }
    }
    began
}

/// Runs a query on the standby, if there is one that has caught up, else on the primary. `again` makes the request once more.
async fn run_query(
    service: &Service,
    app: &App,
    request: Request,
    again: impl Fn() -> Result<Request, Exceeded>,
) -> Result<GraphqlResponse, Exceeded> {
    let before = app.budget().used();
    if let Some(standby) = app.on_standby().await
        && let Ok(request) = again()
    {
        let reading = execute(&service.schema, standby, request);
        // The standby may disconnect, or cancel the query because of a conflict with recovery. The primary then answers.
        let is_internal = |error| code(error).is_some_and(|code| OURS.contains(&code.as_str()));
        match timeout(STANDBY_READ_TIMEOUT, reading).await {
            Ok(Ok(response)) if !response.errors.iter().any(is_internal) => return Ok(response),
            Ok(Err(exceeded)) => return Err(exceeded),
            _ => app.budget().release_to(before),
        }
    }
    execute(&service.schema, app.clone(), request).await
}

/// Waits for work of a request until its deadline. Otherwise the result is the response that says why there is none: the
/// deadline has passed, the budget is exceeded, or the work panicked.
pub(in crate::server) async fn completed<T>(
    service: &Service,
    from: tokio::time::Instant,
    work: impl Future<Output = Result<T, Exceeded>>,
) -> Result<T, GraphqlResponse> {
    // On the heap: the future of a whole request would be copied from caller to caller.
    match within(service, from, Box::pin(AssertUnwindSafe(work).catch_unwind())).await {
        Some(Ok(done)) => done.map_err(over),
        Some(Err(_)) => Err(panicked()),
        None => Err(over(Exceeded::Time)),
    }
}

/// Runs a mutation with the plans of its payload. Returns its response, and the JSON of the objects that plans have written.
async fn run_with_payloads(
    service: &Service,
    app: &App,
    request: Request,
    plans: Option<PayloadPlans>,
    permit: Option<Permit>,
) -> (GraphqlResponse, Vec<Vec<u8>>) {
    let Some(plans) = plans.map(Arc::new) else {
        return (run_mutation(service, app.clone(), request, permit).await, Vec::new());
    };
    let response = run_mutation(service, app.clone(), request.data(Arc::clone(&plans)), permit).await;
    (response, plans.take_written())
}

/// Runs a mutation on its own task, which continues when the client disconnects or the deadline passes. The task keeps
/// the admission permit until it ends, so that admission control bounds the number of such tasks.
async fn run_mutation(service: &Service, app: App, request: Request, permit: Option<Permit>) -> GraphqlResponse {
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

/// Added to the error when the result of a mutation cannot be shown.
pub(super) const LOOK_FIRST: &str = "A change may have been made all the same: look before you repeat it.";

/// Keeps only the first of the errors about the exceeded budget, and adds that the change may have been made.
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

/// Waits for `work` until the deadline of a request that began at `from`; `None` when it has passed. The deadline is
/// earlier while the database is slow.
async fn within<T>(service: &Service, from: tokio::time::Instant, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = service.app.db().health().wait_until_deadline(from, SLOW_DATABASE_TIMEOUT, service.limits.request_timeout()) => None,
    }
}

/// From this complexity on, a response is computed away from the threads that serve other requests.
const LARGE_COST: u64 = 20_000;

/// How long a standby may take before the primary answers instead.
const STANDBY_READ_TIMEOUT: Duration = Duration::from_secs(1);

/// Timeout of a request while the database is slow.
const SLOW_DATABASE_TIMEOUT: Duration = Duration::from_millis(1900);

fn late(message: &str) -> GraphqlResponse {
    error_response(coded(ServerError::new(message, None), "TIMEOUT"))
}

/// The response to a request that exceeded its budget.
pub(in crate::server) fn over(exceeded: Exceeded) -> GraphqlResponse {
    let code = if exceeded == Exceeded::Time { "TIMEOUT" } else { "LIMIT_EXCEEDED" };
    error_response(coded(ServerError::new(exceeded.to_string(), None), code))
}

/// The response after a resolver panicked. The panic hook has logged the panic.
pub(in crate::server) fn panicked() -> GraphqlResponse {
    tracing::error!("a resolver panicked");
    error_response(coded(ServerError::new(INTERNAL_FAILURE, None), "INTERNAL"))
}

/// A response with `data: null` and one error.
fn error_response(error: ServerError) -> GraphqlResponse {
    let mut response = GraphqlResponse::new(Value::Null);
    response.errors.push(error);
    response
}
