//! `devarch diff`: what differs between two stacks, two states of one, or a stack and a Compose file.
//!
//! Called by `cli::run`. It shows what the API shows, on a database or on a running service.

use std::{fs, process::ExitCode};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{ENTRY, Edit, FieldEdit, clean, point};
use crate::{
    cli::{
        Failure, print,
        source::{Access, Source},
    },
    config::{Diff, Settings},
};

/// Exit code when the sides differ.
const DIFFERENT: u8 = 2;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    diff_stacks: Found,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    same: bool,
    fields: Vec<FieldEdit>,
    only_in_a: Vec<Side>,
    only_in_b: Vec<Side>,
    changed: Vec<Changed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Side {
    name: String,
    template_name: String,
}

#[derive(Deserialize)]
struct Changed {
    name: String,
    fields: Vec<FieldEdit>,
    entries: Vec<Edit>,
}

fn is_file(side: &str) -> bool {
    side.contains('/') || [".yaml", ".yml"].iter().any(|end| side.ends_with(end))
}

/// A side as the API takes it: a Compose file by its path, a stack by its name, or a stack at a point.
fn side(text: &str) -> Result<Value, String> {
    if is_file(text) {
        let document = fs::read_to_string(text).map_err(|error| format!("cannot read {text}: {error}"))?;
        return Ok(json!({ "document": document }));
    }
    Ok(match text.split_once('@') {
        None => json!({ "stack": { "name": text } }),
        Some((stack, at)) => json!({ "version": { "stack": { "name": stack }, "at": point(at) } }),
    })
}

/// Prints the differences between two sides.
pub(in crate::cli) async fn diff(settings: &Settings, wanted: Diff) -> Result<ExitCode, Failure> {
    let document = format!(
        "query ($a: StackPointInput!, $b: StackPointInput!) {{ diffStacks(a: $a, b: $b) {{ same fields {{ field from to }} onlyInA {{ \
         name templateName }} onlyInB {{ name templateName }} changed {{ name fields {{ field from to }} entries {{ kind key from \
         {ENTRY} to {ENTRY} }} }} }} }}"
    );
    let variables = json!({ "a": side(&wanted.a)?, "b": side(&wanted.b)? });
    let source = Source::open(settings, &wanted.place, Access::Read).await?;
    let found = source.ask::<Data>(document, variables).await;
    let mut missing = None;
    for side in [&wanted.a, &wanted.b].into_iter().filter(|side| found.is_err() && !is_file(side)) {
        let name = side.split_once('@').map_or(side.as_str(), |(name, _)| name);
        missing = missing.or(source.missing_stack(name).await);
    }
    source.close().await;
    let found = found.map_err(|reason| missing.unwrap_or(reason));
    let Data { diff_stacks: found } = found?;
    let mut text: String = found.fields.iter().map(FieldEdit::text).collect();
    for (sign, sides) in [('-', &found.only_in_a), ('+', &found.only_in_b)] {
        for Side { name, template_name } in sides {
            text.push_str(&format!("{sign} {} ({})\n", clean(name), clean(template_name)));
        }
    }
    for Changed { name, fields, entries } in &found.changed {
        text.push_str(&format!("~ {}\n", clean(name)));
        text.extend(fields.iter().map(FieldEdit::text));
        text.extend(entries.iter().map(Edit::text));
    }
    print(&text);
    Ok(if found.same { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENT) })
}
