//! `devarch stacks`: the live stacks, a line each.
//!
//! Called by `cli::run`. It must not load a list as a whole: it goes through pages.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::json;

use crate::{
    cli::{
        Failure, print, print_error,
        source::{Access, Page, Source},
    },
    config::{Settings, Stacks},
};

const STACKS: &str = "query ($after: String) { stacks(first: 100, after: $after) {
    nodes { name enabled instanceCount conflictCount forkedFrom { name } } pageInfo { hasNextPage endCursor } } }";

#[derive(Deserialize)]
struct Data {
    stacks: Page<Line>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    name: String,
    enabled: bool,
    instance_count: u64,
    conflict_count: u64,
    forked_from: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// A number of things.
fn number(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

impl Line {
    fn text(&self) -> String {
        let mut notes = Vec::new();
        if !self.enabled {
            notes.push("disabled".to_owned());
        }
        if let Some(source) = &self.forked_from {
            notes.push(format!("fork of {}", source.name));
        }
        if self.conflict_count > 0 {
            notes.push(number(self.conflict_count, "conflict"));
        }
        let line = format!("{:32} {:14} {}", self.name, number(self.instance_count, "instance"), notes.join(", "));
        line.trim_end().to_owned()
    }
}

/// Lists the live stacks by name.
pub(in crate::cli) async fn list(settings: &Settings, wanted: Stacks) -> Result<(), Failure> {
    let source = Source::open(settings, &wanted.place, Access::Read).await?;
    let done = text(&source).await;
    source.close().await;
    let text = done?;
    if text.is_empty() {
        print_error("there are no stacks; `devarch import` makes one of a compose.yaml");
    }
    print(&text);
    Ok(())
}

async fn text(source: &Source) -> Result<String, String> {
    let (mut text, mut after) = (String::new(), None);
    loop {
        let page = source.ask::<Data>(STACKS.to_owned(), json!({ "after": after })).await?.stacks;
        let (lines, next) = page.split();
        for line in &lines {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", line.text());
        }
        after = next;
        if after.is_none() {
            return Ok(text);
        }
    }
}
