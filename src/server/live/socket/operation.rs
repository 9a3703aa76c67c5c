//! One operation that a client has sent over a WebSocket: a query, a mutation, or the opening of a subscription.
//!
//! Run by the session, many at the same time. It must not send anything itself.

use std::{sync::Arc, time::Instant};

use async_graphql::ServerError;
use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode},
};

use crate::{
    access::Access,
    server::{
        Service,
        graphql::{Answer, Bad, How, Params, Ran, coded, limit_errors, prepare, run, values},
        live::subscription::{Refused, Subscription},
        middleware::{access_log, admission::MessageAdmission, metrics::subscriptions::Transport, outcome::Outcome},
        transport::body::pieces,
    },
};

/// What an operation came to.
pub(super) enum Done {
    /// The parts of its one result.
    Result(Vec<Bytes>),
    /// It was refused.
    Errors(Vec<ServerError>),
    /// It is a subscription.
    Opened(Box<Subscription>),
}

/// An error with a code.
pub(super) fn refusal(message: &str, code: &str) -> ServerError {
    coded(ServerError::new(message, None), code)
}

/// An operation that a client has sent.
pub(super) struct Operation {
    pub(super) service: Arc<Service>,
    pub(super) access: Access,
    /// The id of the request that became the WebSocket.
    pub(super) id: Option<Box<str>>,
    pub(super) received: Instant,
}

impl Operation {
    /// Runs it as a request is run, with the same limits.
    pub(super) async fn run(self, params: Result<Params, Bad>, admission: MessageAdmission) -> Done {
        let key = self.access.key.clone();
        let (done, outcome) = self.done(params, admission).await;
        let took = self.received.elapsed();
        self.service.metrics.count_graphql(&outcome, StatusCode::OK, took.as_secs_f64());
        access_log::operation(self.id.as_deref(), key.as_deref(), &outcome, took);
        done
    }

    async fn done(&self, params: Result<Params, Bad>, admission: MessageAdmission) -> (Done, Outcome) {
        let refused = |errors: Vec<ServerError>, reason: &'static str| {
            let codes = errors.iter().filter_map(crate::server::graphql::code).collect();
            (Done::Errors(errors), Outcome { codes, refusal: Some(reason), ..Outcome::default() })
        };
        let params = match params {
            Ok(params) => params,
            Err(bad) => return refused(vec![refusal(&bad.message, bad.code)], bad.reason),
        };
        let Some(permit) = admission.admit().await else {
            let message = "The service is busy; try again in a moment.";
            return refused(vec![refusal(message, "UNAVAILABLE")], "unavailable");
        };
        let service = &*self.service;
        let id = self.request_id();
        let prepared = match prepare(service, &self.access, params, false) {
            Ok(Ok(prepared)) => prepared,
            Ok(Err(refusal)) => {
                return refused(crate::server::graphql::errors(&refusal), refusal.reason);
            }
            Err(_) => return refused(Vec::new(), "mutation_over_get"),
        };
        if prepared.is_subscription() {
            let mut outcome = Outcome {
                operation: prepared.chosen.name.clone(),
                kind: Some(prepared.chosen.kind.as_str()),
                ..Outcome::default()
            };
            let transport = Transport::WebSocket;
            let opened = Subscription::open(service, self.access.clone(), prepared, None, transport, id.as_ref()).await;
            drop(permit);
            return match opened {
                Ok(subscription) => (Done::Opened(Box::new(subscription)), outcome),
                Err(Refused::Errors(errors)) => {
                    outcome.codes = errors.iter().filter_map(crate::server::graphql::code).collect();
                    (Done::Errors(errors), outcome)
                }
                Err(Refused::Full) => {
                    let message = format!(
                        "There are {} open subscriptions; try again later. The setting --max-subscriptions allows more.",
                        service.live.0.limits.all
                    );
                    refused(vec![refusal(&message, "UNAVAILABLE")], "subscriptions")
                }
            };
        }
        let how = How { key: None, request: self.id.as_deref(), planned: true, permit: Some(permit) };
        let Ran { answer, began, mut outcome, budget } =
            Box::pin(run(service, self.access.clone(), prepared, how)).await;
        let json = match answer {
            Answer::Values(mut response, _) if !began => {
                limit_errors(&mut response.errors, id.as_ref());
                outcome.codes = response.errors.iter().filter_map(crate::server::graphql::code).collect();
                return (Done::Errors(response.errors), outcome);
            }
            Answer::Values(response, written) => values((*response, written), began, id, &mut outcome, &budget).await,
            Answer::Written(json) => json,
        };
        (Done::Result(pieces(json)), outcome)
    }

    fn request_id(&self) -> Option<tower_http::request_id::RequestId> {
        let id = HeaderValue::from_str(self.id.as_deref()?).ok()?;
        Some(tower_http::request_id::RequestId::new(id))
    }
}
