//! The outcome of an operation by its response: done, refused, not sent, or unknown.
//!
//! Used by the writers. Only a request that cannot have been executed counts as not sent; all others are unknown. It
//! must not decide whether an outcome is right.

use serde_json::{Value, json};

use crate::{http::Lost, state::State};

/// The outcome of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Acknowledged, with the state in the response; `None` for an instance that does not exist.
    Done(Option<Box<State>>),
    /// Refused with a code: nothing was changed.
    Refused(String),
    /// Without a connection: nothing was sent.
    NotSent(String),
    /// The operation may have been executed or not, or may be executed later.
    Unknown(String),
}

/// An outcome, with the contradictions in the response.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) outcome: Outcome,
    /// The code of a top-level error.
    pub(crate) code: Option<String>,
    pub(crate) wrong: Vec<String>,
}

/// Words of databases, drivers and files, which no response may contain.
const INSIDE: [&str; 14] = [
    "select ",
    "insert ",
    "update \"",
    "delete from",
    "commit",
    "sqlx",
    "sqlite",
    "postgres",
    "pgsql",
    "relation",
    "i/o",
    "os error",
    "/var/",
    "/tmp/",
];

/// Determines the outcome from a response.
pub(crate) fn read(answer: Result<(u16, Value), Lost>) -> Read {
    let (status, body) = match answer {
        Ok(answer) => answer,
        Err(Lost::NotSent(cause)) => return Read { outcome: Outcome::NotSent(cause), code: None, wrong: Vec::new() },
        Err(Lost::Sent(cause)) => return Read { outcome: Outcome::Unknown(cause), code: None, wrong: Vec::new() },
    };
    let mut wrong = Vec::new();
    if status != 200 && status != 503 {
        wrong.push(format!("status {status}"));
    }
    if let Some(error) = body["errors"].get(0) {
        let code = error["extensions"]["code"].as_str().map(str::to_owned);
        let text = body["errors"].to_string().to_lowercase();
        wrong.extend(INSIDE.iter().filter(|word| text.contains(**word)).map(|word| format!("an error tells {word:?}")));
        if code.is_none() {
            wrong.push("an error has no code".into());
        }
        let told = code.clone().unwrap_or_else(|| format!("status {status}"));
        return Read { outcome: Outcome::Unknown(told), code, wrong };
    }
    let Some(did) = body["data"].get("did") else {
        wrong.push(format!("an answer that says nothing: {}", body.to_string().chars().take(200).collect::<String>()));
        return Read { outcome: Outcome::Unknown("nothing".into()), code: None, wrong };
    };
    if let Some(error) = did["userErrors"].get(0) {
        let code = error["code"].as_str().unwrap_or_default().to_owned();
        return Read { outcome: Outcome::Refused(code), code: None, wrong };
    }
    // A mutation's payload, or the instance itself.
    let instance = if did.get("userErrors").is_some() { &did["instance"] } else { did };
    let state = instance.is_object().then(|| {
        let (state, odd) = State::seen(instance);
        wrong.extend(odd);
        Box::new(state)
    });
    Read { outcome: Outcome::Done(state), code: None, wrong }
}

impl Outcome {
    /// Converts it to JSON for the journal.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Done(None) => json!({ "done": null }),
            Self::Done(Some(state)) => json!({ "done": {
                "name": state.name, "id": state.id, "created": state.created, "description": state.description,
                "enabled": state.enabled, "revision": state.revision, "trashed": state.is_trashed, "says": state.says,
            } }),
            Self::Refused(code) => json!({ "refused": code }),
            Self::NotSent(cause) => json!({ "notSent": cause }),
            Self::Unknown(cause) => json!({ "unknown": cause }),
        }
    }

    /// Reads it from the journal.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let (what, told) = value.as_object()?.iter().next()?;
        let text = || told.as_str().unwrap_or_default().to_owned();
        Some(match what.as_str() {
            "done" if told.is_null() => Self::Done(None),
            "done" => Self::Done(Some(Box::new(State {
                name: told["name"].as_str()?.to_owned(),
                id: told["id"].as_str().map(str::to_owned),
                created: told["created"].as_str().map(str::to_owned),
                description: told["description"].as_str()?.to_owned(),
                enabled: told["enabled"].as_bool()?,
                revision: told["revision"].as_i64()?,
                is_trashed: told["trashed"].as_bool()?,
                says: told["says"]
                    .as_object()?
                    .iter()
                    .map(|(place, value)| (place.clone(), value.as_str().unwrap_or_default().to_owned()))
                    .collect(),
            }))),
            "refused" => Self::Refused(text()),
            "notSent" => Self::NotSent(text()),
            _ => Self::Unknown(text()),
        })
    }
}
