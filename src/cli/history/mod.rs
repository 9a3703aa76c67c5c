//! `devarch log`, `show`, `revert` and `diff`: the history of a stack, its past, undoing a change, and comparing.
//!
//! Called by `cli::run`. They show what the API shows, on a database or on a running service.

mod diff;

use std::fmt::Write;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub(super) use self::diff::diff;
use super::{
    Failure, print, print_error,
    source::{Access, Source},
    warn,
};
use crate::config::{LogOf, Revert, Settings, Show};

/// The fields of an entry of any kind.
const ENTRY: &str = "{ __typename ... on Port { hostIp hostPort containerPort protocol } ... on Volume { volumeType source target
    readOnly } ... on EnvVar { value isSecret generate { length } } ... on Label { valueOfLabel: value } ... on Domain { proxyPort }
    ... on Healthcheck { test intervalSeconds timeoutSeconds retries startPeriodSeconds } ... on ConfigFile { fileMode isTemplate }
    ... on Setting { valueOfSetting: value } ... on Dependency { condition instance { name } } ... on Network { aliases options }
    ... on ResourceLimits { cpu memory } ... on Attribute { valueOfAttribute: value } }";

#[derive(Deserialize)]
struct Nodes<T> {
    nodes: Vec<T>,
}

#[derive(Deserialize)]
struct Actor {
    kind: String,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    id: String,
    at: String,
    actor: Actor,
    action: String,
    message: Option<String>,
    subject_kind: String,
    subject_name: String,
    redacted: bool,
    edits: Vec<Edit>,
    fields: Vec<FieldEdit>,
}

#[derive(Deserialize)]
struct Edit {
    kind: String,
    key: String,
    from: Vec<Map<String, Value>>,
    to: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
struct FieldEdit {
    field: String,
    from: Option<String>,
    to: Option<String>,
}

/// Text of others, without what could change a terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A time without fractions of seconds.
fn time(text: &str) -> String {
    DateTime::parse_from_rfc3339(text)
        .map_or_else(|_| clean(text), |time| time.to_utc().format("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// A word of the API in lower case.
fn word(text: &str) -> String {
    text.to_lowercase().replace('_', " ")
}

impl Actor {
    fn text(&self) -> String {
        match &self.name {
            Some(name) => format!("the key {}", clean(name)),
            None => match self.kind.as_str() {
                "ANONYMOUS" => "a caller without a key".to_owned(),
                other => format!("the {}", word(other)),
            },
        }
    }
}

/// Entries with the same key, in short.
fn entries(entries: &[Map<String, Value>]) -> String {
    let one = |entry: &Map<String, Value>| {
        let shown = entry.iter().filter(|(_, value)| !value.is_null() && **value != json!(false));
        let shown = shown.filter(|(name, _)| *name != "__typename" && *name != "instance");
        let text = |(name, value): (&String, &Value)| {
            if let Some(length) = value.get("length") {
                return format!("{name}={length} characters");
            }
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if name.starts_with("value") { clean(&value) } else { format!("{name}={}", clean(&value)) }
        };
        let all: Vec<String> = shown.map(text).collect();
        if all.is_empty() { "as it is".to_owned() } else { all.join(" ") }
    };
    if entries.is_empty() { "nothing".to_owned() } else { entries.iter().map(one).collect::<Vec<_>>().join(", ") }
}

impl Change {
    fn text(&self) -> String {
        let mut text = format!("{}  {}  {} ", self.id, time(&self.at), word(&self.action));
        let _ = write!(text, "{} {}, by {}", word(&self.subject_kind), clean(&self.subject_name), self.actor.text());
        if let Some(message) = &self.message {
            let _ = write!(text, ": {}", clean(message));
        }
        if self.redacted {
            text.push_str(" (redacted)");
        }
        text.push('\n');
        text.extend(self.fields.iter().map(FieldEdit::text));
        text.extend(self.edits.iter().map(Edit::text));
        text
    }
}

impl FieldEdit {
    fn text(&self) -> String {
        let side = |side: &Option<String>| side.as_deref().map_or_else(|| "nothing".to_owned(), clean);
        format!("    {}: {} -> {}\n", self.field, side(&self.from), side(&self.to))
    }
}

impl Edit {
    fn text(&self) -> String {
        // The key of a dependency is an id.
        let other = self.to.iter().chain(&self.from).find_map(|entry| entry.get("instance")?.get("name")?.as_str());
        let (kind, key) = (word(&self.kind), clean(other.unwrap_or(&self.key)));
        match (self.from.is_empty(), self.to.is_empty()) {
            (true, true) => format!("    {kind} {key}: another rule\n"),
            _ => format!("    {kind} {key}: {} -> {}\n", entries(&self.from), entries(&self.to)),
        }
    }
}

/// Prints the latest changes of a stack, or of an instance.
pub(super) async fn log(settings: &Settings, wanted: LogOf) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Data {
        stack: Option<Stack>,
    }
    #[derive(Deserialize)]
    struct Stack {
        history: Option<Nodes<Change>>,
        instance: Option<Instance>,
    }
    #[derive(Deserialize)]
    struct Instance {
        history: Nodes<Change>,
    }
    let history = format!(
        "history(first: $first, key: $key, actor: $actor) {{ nodes {{ id at actor {{ kind name }} action message subjectKind \
         subjectName redacted edits {{ kind key from {ENTRY} to {ENTRY} }} fields {{ field from to }} }} }}"
    );
    let fields = match &wanted.instance {
        None => history,
        Some(_) => format!("instance(name: $instance) {{ {history} }}"),
    };
    let instance = if wanted.instance.is_some() { ", $instance: String!" } else { "" };
    let document = format!(
        "query ($stack: String!, $first: Int, $key: String, $actor: String{instance}) {{ stack(name: $stack) {{ {fields} }} }}"
    );
    let mut variables =
        json!({ "stack": wanted.stack, "first": wanted.limit, "key": wanted.key, "actor": wanted.actor });
    if let Some(instance) = &wanted.instance {
        variables["instance"] = json!(instance);
    }
    let source = Source::open(settings, &wanted.place, Access::Read).await?;
    let found = source.ask::<Data>(document, variables).await;
    let missing = match (&found, &wanted.instance) {
        (Ok(Data { stack: None }), _) => source.no_stack(&wanted.stack).await,
        (Ok(Data { stack: Some(Stack { instance: None, .. }) }), Some(name)) => {
            source.no_instance(&wanted.stack, name).await
        }
        _ => String::new(),
    };
    source.close().await;
    let stack = found?.stack.ok_or(missing.clone())?;
    let changes = match (&wanted.instance, stack.instance) {
        (Some(_), None) => return Err(missing.into()),
        (_, Some(instance)) => instance.history.nodes,
        (None, None) => stack.history.map(|history| history.nodes).unwrap_or_default(),
    };
    print(&changes.iter().map(Change::text).collect::<String>());
    Ok(())
}

/// A point as the API takes it: the id of a change, a time, or so long ago.
fn point(text: &str) -> Value {
    if let Some(span) = span(text) {
        return json!({ "ago": span });
    }
    if DateTime::parse_from_rfc3339(text).is_ok() {
        return json!({ "time": text });
    }
    json!({ "change": text })
}

/// A span such as `2d`, `1h` or `P2D`, in the words of ISO 8601.
fn span(text: &str) -> Option<String> {
    if text.starts_with('P') {
        return Some(text.to_owned());
    }
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u32 = number.parse().ok()?;
    match unit {
        "s" | "m" | "h" => Some(format!("PT{number}{}", unit.to_uppercase())),
        "d" | "w" => Some(format!("P{number}{}", unit.to_uppercase())),
        _ => None,
    }
}

/// Prints the Compose file of a stack as it was.
pub(super) async fn show(settings: &Settings, wanted: Show) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Data {
        stack: Option<Stack>,
    }
    #[derive(Deserialize)]
    struct Stack {
        version: Option<Version>,
    }
    #[derive(Deserialize)]
    struct Version {
        compose: File,
    }
    #[derive(Deserialize)]
    struct File {
        text: String,
        warnings: Vec<super::source::Warning>,
    }
    let document = "query ($stack: String!, $at: PointInput!) { stack(name: $stack) { version(at: $at) { compose { text warnings { \
                    instance message } } } } }";
    let source = Source::open(settings, &wanted.place, Access::Read).await?;
    let variables = json!({ "stack": wanted.stack, "at": point(&wanted.at) });
    let found = source.ask::<Data>(document.to_owned(), variables).await;
    let missing = match &found {
        Ok(Data { stack: None }) => source.no_stack(&wanted.stack).await,
        _ => String::new(),
    };
    source.close().await;
    let stack = found?.stack.ok_or(missing)?;
    let version = stack.version.ok_or_else(|| {
        format!("the stack `{}` did not exist then, or was in the trash", wanted.stack.escape_debug())
    })?;
    print(&version.compose.text);
    for warning in &version.compose.warnings {
        super::warn_about(warning.instance.as_deref(), &warning.message);
    }
    Ok(())
}

/// Undoes a change. A conflict is told with what made it, and nothing is done.
pub(super) async fn revert(settings: &Settings, wanted: Revert) -> Result<(), Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Data {
        revert_change: Payload,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Payload {
        change: Option<Done>,
        warnings: Vec<Told>,
        user_errors: Vec<UserError>,
    }
    #[derive(Deserialize)]
    struct Done {
        id: String,
    }
    #[derive(Deserialize)]
    struct Told {
        message: String,
    }
    #[derive(Deserialize)]
    struct UserError {
        message: String,
        kind: Option<String>,
        key: Option<String>,
        since: Option<Since>,
    }
    #[derive(Deserialize)]
    struct Since {
        id: String,
        at: String,
        actor: Actor,
    }
    let document =
        "mutation ($input: RevertChangeInput!) { revertChange(input: $input) { change { id } warnings { message }
        userErrors { message ... on ConflictError { kind key since { id at actor { kind name } } } } } }";
    let decisions = [(&wanted.keep, "KEEP"), (&wanted.revert, "REVERT")];
    let resolutions = decisions.into_iter().flat_map(|(things, take)| {
        things.iter().map(move |thing| {
            let (kind, key) = thing.split_once('/').unwrap_or(("FIELD", thing));
            let kind = Some(kind.to_uppercase().replace('-', "_")).filter(|kind| kind != "FIELD");
            json!({ "kind": kind, "key": key, "take": take })
        })
    });
    let resolutions: Vec<Value> = resolutions.collect();
    let input = json!({ "change": wanted.change, "message": wanted.message, "resolutions": resolutions });
    let source = Source::open(settings, &wanted.place, Access::Write).await?;
    let done = source.ask::<Data>(document.to_owned(), json!({ "input": input })).await;
    source.close().await;
    let Payload { change, warnings, user_errors } = done?.revert_change;
    for error in &user_errors {
        print_error(&clean(&error.message));
        if let Some(Since { id, at, actor }) = &error.since {
            print_error(&format!("    since {id}, {}, by {}", time(at), actor.text()));
        }
        if let Some(key) = &error.key {
            let thing = error
                .kind
                .as_ref()
                .map_or_else(|| format!("field/{key}"), |kind| format!("{}/{key}", kind.to_lowercase()));
            print_error(&format!("    --keep {thing} leaves it, --revert {thing} undoes it as well"));
        }
    }
    if !user_errors.is_empty() {
        return Err("nothing was undone".to_owned().into());
    }
    for told in &warnings {
        warn(&clean(&told.message));
    }
    match change {
        Some(Done { id }) => print(&format!("undone by {id}\n")),
        None => print("there was nothing to undo\n"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_a_span_a_time_or_a_change() {
        for (text, expected) in [
            ("2d", json!({ "ago": "P2D" })),
            ("15m", json!({ "ago": "PT15M" })),
            ("PT1H30M", json!({ "ago": "PT1H30M" })),
            ("2026-11-27T10:00:00Z", json!({ "time": "2026-11-27T10:00:00Z" })),
            ("Q2hhbmdlOjE", json!({ "change": "Q2hhbmdlOjE" })),
            ("d", json!({ "change": "d" })),
            ("", json!({ "change": "" })),
        ] {
            assert_eq!(point(text), expected);
        }
    }
}
