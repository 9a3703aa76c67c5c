//! `devarch apply` and `devarch plan`: makes stacks be what files say, on the database or on a running service.
//!
//! Called by `cli::run`. It must not decide what changes: it reads the files, and shows what the API answers.

mod files;
mod plan;

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Value, json};

use self::files::Applied;
pub(in crate::cli) use self::plan::plan;
use crate::{
    cli::{
        Failure, print,
        source::{Access, Source, UserError},
        warn,
    },
    config::{Apply, Pruning, Settings, StackFiles},
};

const APPLY: &str = "mutation ($input: ApplyStackInput!) { applyStack(input: $input) { stack { name } created changed
    templates { name outcome } instances { name outcome } losses { file line path reason } lossCount
    warnings { message } userErrors { message path suggestion } } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    apply_stack: Payload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    stack: Option<Named>,
    created: bool,
    changed: bool,
    templates: Vec<Outcome>,
    instances: Vec<Outcome>,
    losses: Vec<Loss>,
    loss_count: usize,
    warnings: Vec<Message>,
    user_errors: Vec<UserError>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Outcome {
    name: String,
    outcome: String,
}

#[derive(Deserialize)]
struct Loss {
    file: String,
    line: usize,
    path: String,
    reason: String,
}

#[derive(Deserialize)]
struct Message {
    message: String,
}

/// Applies the files, one stack after the other, and prints what each apply did. The first that is refused ends the command.
pub(in crate::cli) async fn apply(settings: &Settings, wanted: Apply) -> Result<(), Failure> {
    // All files are read first: if one cannot be read, nothing has been changed.
    let all = files::read(&wanted.what)?;
    if wanted.plan_token.is_some() && all.len() > 1 {
        return Err("--plan-token is for one stack".to_owned().into());
    }
    let source = Source::open(settings, &wanted.what.place, Access::Write).await?;
    let mut done = Ok(());
    for one in all {
        done = apply_one(&source, &wanted, one).await;
        if done.is_err() {
            break;
        }
    }
    source.close().await;
    Ok(done?)
}

/// The input of an apply.
fn input(wanted: &StackFiles, Applied { stack, source }: Applied) -> Value {
    let variables: Vec<Value> =
        wanted.variables.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    json!({
        "stack": stack,
        "source": source,
        "owner": wanted.owner,
        "prune": match wanted.prune {
            Pruning::Owned => "OWNED",
            Pruning::None => "NONE",
        },
        "take": wanted.take,
        "variables": variables,
    })
}

async fn apply_one(source: &Source, wanted: &Apply, one: Applied) -> Result<(), String> {
    let stack = one.stack.clone();
    let mut input = input(&wanted.what, one);
    input["message"] = json!(wanted.message);
    input["planToken"] = json!(wanted.plan_token);
    let Data { apply_stack: payload } = source.ask(APPLY.to_owned(), json!({ "input": input })).await?;
    let Some(Named { name }) = &payload.stack else {
        let messages = UserError::all(&payload.user_errors, "\n  ");
        return Err(format!("nothing was applied to `{}`:\n  {messages}", stack.escape_debug()));
    };
    print(&report(name, &payload));
    payload.warnings.iter().for_each(|warning| warn(&warning.message));
    Ok(())
}

/// What an apply did, as text.
fn report(name: &str, payload: &Payload) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    match (payload.created, payload.changed) {
        (true, _) => drop(writeln!(text, "stack created: {name}")),
        (false, true) => drop(writeln!(text, "stack changed: {name}")),
        (false, false) => drop(writeln!(text, "stack unchanged: {name}")),
    }
    list(&mut text, "template", &payload.templates, &[("CREATED", "created")]);
    let words = [("CREATED", "created"), ("UPDATED", "updated"), ("TRASHED", "in the trash")];
    list(&mut text, "instance", &payload.instances, &words);
    for Loss { file, line, path, reason } in &payload.losses {
        let _ = writeln!(text, "lost: {file}:{line}: {path}: {reason}");
    }
    if payload.loss_count > payload.losses.len() {
        let _ = writeln!(text, "lost: {} more", payload.loss_count - payload.losses.len());
    }
    text
}

fn list(text: &mut String, what: &str, all: &[Outcome], words: &[(&str, &str)]) {
    for (outcome, word) in words {
        let names: Vec<&str> = all.iter().filter(|one| one.outcome == *outcome).map(|one| one.name.as_str()).collect();
        if !names.is_empty() {
            let plural = if names.len() == 1 { "" } else { "s" };
            let _ = writeln!(text, "{what}{plural} {word}: {}", names.join(", "));
        }
    }
}
