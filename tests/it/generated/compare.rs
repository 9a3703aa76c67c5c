//! Sends an operation with and without plans, and compares the bytes of both answers.
//!
//! Called for every generated operation. It must not accept a difference, and reports the smallest operation that shows
//! it.

use axum::{
    body::Body,
    http::{
        Request,
        header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE},
    },
};
use devarch::server::ByExecutor;
use serde_json::Value;

use super::{errors::differ_by_time_only, generator::Operation, shrink::shrunk};
use crate::support::TestApp;

/// The longest address that a request may have.
const MAX_ADDRESS: usize = 60_000;

/// An answer, as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    status: u16,
    content_type: String,
    pub(super) body: String,
}

/// Sends a request, with GET if it is short enough. Returns the answer, and whether a plan has written it: answers of
/// plans to GET may be kept by the client, answers of the executor may not.
pub(super) async fn send(t: &TestApp, operation: &Operation, by_executor: bool) -> (Answer, bool) {
    let body = operation.body();
    let parameters: Value = serde_json::from_str(&body).unwrap();
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (key, value) in parameters.as_object().unwrap() {
        query.append_pair(key, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    let address = format!("/graphql?{}", query.finish());
    let mut request = t.post(body);
    if !operation.mutation && address.len() < MAX_ADDRESS {
        let key = request.headers().get("authorization").cloned();
        request = Request::get(address).body(Body::empty()).unwrap();
        request.headers_mut().extend(key.map(|key| (AUTHORIZATION, key)));
    }
    if by_executor {
        request.extensions_mut().insert(ByExecutor);
    }
    let answer = t.send(request).await;
    let header = |name| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let planned = header(CACHE_CONTROL) == "private, no-cache";
    let (status, content_type) = (answer.status().as_u16(), header(CONTENT_TYPE));
    (Answer { status, content_type, body: TestApp::text(answer).await }, planned)
}

/// The answer to a query in both ways.
pub(super) struct Compared {
    pub(super) body: String,
    pub(super) answer: Value,
    pub(super) planned: bool,
    /// False if the bytes were not the same, because of errors that depend on time.
    pub(super) same: bool,
}

impl Compared {
    pub(super) fn has_errors(&self) -> bool {
        self.answer.get("errors").is_some()
    }

    /// Whether every object and list at the root is null or empty.
    pub(super) fn shows_nothing(&self) -> bool {
        let data = self.answer["data"].as_object().into_iter().flat_map(|data| data.values());
        data.into_iter()
            .all(|value| value.is_null() || value.as_array().is_some_and(|list| list.iter().all(Value::is_null)))
    }

    /// Whether the request was refused before anything ran.
    pub(super) fn is_refused(&self) -> bool {
        self.answer.get("data").is_none()
    }
}

/// Sends an operation in both ways, and once more if `again`, when an answer may have been kept. All must be the same.
/// A mutation must be one that is refused, so that it changes nothing. `what` is told on failure.
pub(super) async fn compared(t: &TestApp, operation: &Operation, again: bool, what: &str) -> Compared {
    let (by_plan, planned) = send(t, operation, false).await;
    let (by_executor, _) = send(t, operation, true).await;
    let last = if again { send(t, operation, false).await.0 } else { by_plan.clone() };
    let same = by_plan == by_executor && last == by_executor;
    if !same && differs(t, operation).await {
        let smallest = shrunk(operation.clone(), async |smaller: &Operation| differs(t, smaller).await).await;
        report(t, &smallest, what).await;
    }
    let answer: Value = serde_json::from_str(&by_plan.body).unwrap();
    let internal =
        answer["errors"].as_array().into_iter().flatten().any(|error| error["extensions"]["code"] == "INTERNAL");
    assert!(!internal, "{what}: {}\nvariables {}: {}", operation.document(), operation.given(), by_plan.body);
    Compared { body: by_plan.body, answer, planned, same }
}

/// Whether the answers to an operation differ, and not only in errors that depend on time: of several errors that make
/// the whole answer null the first is told, and which one that is can change from one request to the next. So they do
/// not differ if each way gives an answer that the other gives, too, beside the same data.
async fn differs(t: &TestApp, operation: &Operation) -> bool {
    let (mut ones, mut others): (Vec<Answer>, Vec<Answer>) = (Vec::new(), Vec::new());
    for _ in 0..12 {
        let one = send(t, operation, false).await.0;
        let other = send(t, operation, true).await.0;
        let alike = one.status == other.status && one.content_type == other.content_type;
        if !alike || data_of(&one.body) != data_of(&other.body) {
            continue;
        }
        if one != other && differ_by_time_only(&one.body, &other.body) {
            return false;
        }
        ones.push(one);
        others.push(other);
        // One pair may be the same by chance where answers change with time.
        if ones.iter().filter(|one| others.contains(one)).count() >= 2 {
            return false;
        }
    }
    true
}

/// The data of an answer, as text: values are equal in any order of their keys.
fn data_of(body: &str) -> Option<String> {
    serde_json::from_str::<Value>(body).ok().map(|answer| answer["data"].to_string())
}

/// Fails with an operation and its two answers.
async fn report(t: &TestApp, operation: &Operation, what: &str) {
    let (by_plan, planned) = send(t, operation, false).await;
    let (by_executor, _) = send(t, operation, true).await;
    let (one, other) = around_difference(&by_plan.body, &by_executor.body);
    let (document, given) = (operation.document(), operation.given());
    let head = |answer: &Answer| format!("{} {}", answer.status, answer.content_type);
    panic!(
        "{what}: the answers differ\n{document}\nvariables {given}\n{} (by a plan: {planned}): {one}\n{} (by the \
         executor): {other}",
        head(&by_plan),
        head(&by_executor),
    );
}

/// The parts of two texts around their first difference.
pub(super) fn around_difference<'a>(one: &'a str, other: &'a str) -> (&'a str, &'a str) {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let part = |text: &'a str| {
        let (from, to) = (same.saturating_sub(200), (same + 600).min(text.len()));
        let from = (0..=from).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        let to = (to..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        &text[from.min(to)..to]
    };
    (part(one), part(other))
}
