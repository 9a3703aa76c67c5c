//! The comparison of all existing instances with the journal.
//!
//! Called by `main` after the faults have ended. It must not write, nor ignore a difference.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    Report,
    http::{Address, Client},
    journal::{self, Head},
    kinds::SHOWN,
    log::{self, Expected},
    model::Model,
    state::State,
};

/// How long the service may take to respond, and to finish the last requests.
const READY_TIMEOUT: Duration = Duration::from_secs(20);

/// Compares, and lists the differences.
pub(crate) async fn verify(url: &Address, path: &Path) -> Result<Report, String> {
    let (head, entries) = journal::read(path)?;
    let mut model = Model::default();
    let mut found = Vec::new();
    let mut acknowledged = 0;
    for entry in entries.values().flatten() {
        found.extend(model.judge(&entry.operation, &entry.outcome));
        acknowledged +=
            usize::from(entry.answered.is_some() && matches!(entry.outcome, crate::answer::Outcome::Done(_)));
    }
    let mut client = Client::new(url.clone());
    let (seen, wrong) = quiet(&mut client, &head).await?;
    found.extend(wrong);
    let there = seen.len();
    found.extend(model.compare(seen));
    let (expected, logged) = (Expected::of(&entries), log::logged(&mut client, &head).await?);
    found.extend(expected.compare(&logged));
    let (sure, unknown) = model.count();
    let told = format!(
        "{acknowledged} answers; {sure} instances must be there, {unknown} have something unknown; {there} are there; {} \
         changes must be in the log, {} are in it; {} differences\n",
        expected.there.len(),
        logged.len(),
        found.len()
    );
    Ok(Report {
        text: told + &found.iter().map(|line| format!("  {line}\n")).collect::<String>(),
        is_good: found.is_empty(),
    })
}

/// All instances, read until two readings are equal, because the last requests may still run.
async fn quiet(client: &mut Client, head: &Head) -> Result<(Vec<State>, Vec<String>), String> {
    let begun = Instant::now();
    let mut last = None;
    loop {
        match everything(client, head).await {
            Ok(now) if last.as_ref() == Some(&now) => return Ok(now),
            Ok(now) => last = Some(now),
            Err(cause) if begun.elapsed() > READY_TIMEOUT => return Err(cause),
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
        if begun.elapsed() > 2 * READY_TIMEOUT {
            return Err("what is there keeps changing".into());
        }
    }
}

/// All instances of the ledger's stacks, live and in the trash, with contradictions in the responses.
async fn everything(client: &mut Client, head: &Head) -> Result<(Vec<State>, Vec<String>), String> {
    let (mut states, mut wrong) = (Vec::new(), Vec::new());
    let mut take = |instance: &Value| {
        let (state, odd) = State::seen(instance);
        wrong.extend(odd.into_iter().map(|odd| format!("{}: {odd}", state.name)));
        states.push(state);
    };
    let stacks = head.stacks();
    for stack in &stacks {
        let query = "query Live($stack: String!, $after: String) { page: stack(name: $stack) { instances(first: 100, after: \
                     $after) { nodes { ...I } pageInfo { hasNextPage endCursor } } } }";
        let query = format!("{query} {SHOWN}");
        pages(client, &query, json!({ "stack": stack }), &["page", "instances"], &mut take).await?;
    }
    let query = "query Trash($after: String) { page: trash { instances(first: 100, after: $after) { nodes { instance { ...I } } \
                 pageInfo { hasNextPage endCursor } } } }";
    let mut trashed = |node: &Value| {
        let instance = &node["instance"];
        if stacks.iter().any(|stack| instance["stack"]["name"] == **stack) {
            take(instance);
        }
    };
    pages(client, &format!("{query} {SHOWN}"), json!({}), &["page", "instances"], &mut trashed).await?;
    Ok((states, wrong))
}

pub(crate) async fn pages(
    client: &mut Client,
    query: &str,
    mut variables: Value,
    way: &[&str],
    take: &mut impl FnMut(&Value),
) -> Result<(), String> {
    loop {
        let (_, body) = client.ask(query, &variables).await.map_err(|lost| format!("{lost:?}"))?;
        if body.get("errors").is_some() {
            return Err(body["errors"].to_string());
        }
        let page = way.iter().fold(&body["data"], |value, key| &value[*key]);
        page["nodes"].as_array().ok_or_else(|| format!("no page in {body}"))?.iter().for_each(&mut *take);
        if page["pageInfo"]["hasNextPage"] != true {
            return Ok(());
        }
        variables["after"] = page["pageInfo"]["endCursor"].clone();
    }
}
