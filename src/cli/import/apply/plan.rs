//! `devarch plan`: what an apply would do.
//!
//! Called by `cli::run`. It must not compute effects: it shows the plans of the API.

use std::{fmt::Write as _, process::ExitCode};

use serde::Deserialize;
use serde_json::json;

use super::{Message, files, files::Applied, input};
use crate::{
    cli::{
        Failure, print,
        source::{Access, Page, Source, UserError},
        warn,
    },
    config::{PlanFiles, Settings},
};

/// Exit code when something would change.
const DIFFERENT: u8 = 2;
/// The most effects that are listed for a stack.
const MAX_LISTED: usize = 1000;

const PLAN: &str = "query ($change: ChangeInput!, $after: String) { plan(change: $change) { token summary { containersCreated
    containersRecreated containersRemoved entries effects } effects(first: 100, after: $after) { nodes { severity message ... on ConfigEffect
    { edits { kind key change } } } pageInfo { hasNextPage endCursor } } newConflicts { message } userErrors { message path suggestion } } }";

#[derive(Deserialize)]
struct Data {
    plan: Plan,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plan {
    token: Option<String>,
    summary: Summary,
    effects: Page<Effect>,
    new_conflicts: Vec<Message>,
    user_errors: Vec<UserError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    containers_created: usize,
    containers_recreated: usize,
    containers_removed: usize,
    entries: usize,
    effects: usize,
}

#[derive(Deserialize)]
struct Effect {
    severity: String,
    message: String,
    #[serde(default)]
    edits: Vec<Edit>,
}

#[derive(Deserialize)]
struct Edit {
    kind: String,
    key: String,
    change: String,
}

/// Plans the files, one stack after the other, and prints what each apply would do. The first that would be refused ends the
/// command.
pub(in crate::cli) async fn plan(settings: &Settings, wanted: PlanFiles) -> Result<ExitCode, Failure> {
    let all = files::read(&wanted.what)?;
    let source = Source::open(settings, &wanted.what.place, Access::Read).await?;
    let mut differs = Ok(false);
    for one in all {
        let planned = plan_one(&source, &wanted, one).await;
        differs = planned.and_then(|now| differs.map(|before| before || now));
        if differs.is_err() {
            break;
        }
    }
    source.close().await;
    Ok(if differs? { ExitCode::from(DIFFERENT) } else { ExitCode::SUCCESS })
}

/// Prints the plan of one stack. Returns whether anything would change.
async fn plan_one(source: &Source, wanted: &PlanFiles, one: Applied) -> Result<bool, String> {
    let stack = one.stack.clone();
    let change = json!({ "applyStack": input(&wanted.what, one) });
    let mut listed: Vec<Effect> = Vec::new();
    let mut after = None;
    let last = loop {
        let variables = json!({ "change": change, "after": after });
        let Data { plan } = source.ask::<Data>(PLAN.to_owned(), variables).await?;
        if !plan.user_errors.is_empty() {
            let messages = UserError::all(&plan.user_errors, "\n  ");
            return Err(format!("`{}` would be refused:\n  {messages}", stack.escape_debug()));
        }
        let (effects, next) = plan.effects.split();
        listed.extend(effects);
        after = next;
        if after.is_none() || listed.len() >= MAX_LISTED {
            break (plan.token, plan.summary, plan.new_conflicts);
        }
    };
    let (token, summary, conflicts) = last;
    print(&report(&stack, &listed, &summary));
    for conflict in &conflicts {
        warn(&conflict.message);
    }
    if let Some(token) = token.filter(|_| wanted.token) {
        print(&format!("token: {token}\n"));
    }
    Ok(summary.effects > 0)
}

/// A plan as text: `!` is before what is destructive, `~` before what wants attention.
fn report(stack: &str, effects: &[Effect], summary: &Summary) -> String {
    let stack = stack.escape_debug();
    if summary.effects == 0 {
        return format!("stack {stack}: nothing would change\n");
    }
    let mut text = format!("stack {stack}:\n");
    // Writing to a string cannot fail.
    for Effect { severity, message, edits } in effects {
        let sign = match severity.as_str() {
            "DESTRUCTIVE" => '!',
            "CAUTION" => '~',
            _ => ' ',
        };
        let _ = writeln!(text, "{sign} {}", message.replace(char::is_control, " "));
        for Edit { kind, key, change } in edits {
            let (kind, change) = (kind.to_lowercase(), change.to_lowercase());
            let _ = writeln!(text, "    {kind} {} {change}", key.replace(char::is_control, " "));
        }
    }
    if summary.effects > effects.len() {
        let _ = writeln!(text, "  and {} more", summary.effects - effects.len());
    }
    let Summary { containers_created: new, containers_recreated: anew, containers_removed: gone, entries, .. } =
        summary;
    let _ = writeln!(text, "containers: {new} new, {anew} made anew, {gone} removed; entries that differ: {entries}");
    text
}
