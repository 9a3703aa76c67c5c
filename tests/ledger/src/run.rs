//! A run: creates the stacks and the template, runs the writers, and prints figures.
//!
//! Called by `main`. It must not compare the instances: `verify` does, after the faults have ended.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool, atomic::Ordering},
    time::{Duration, Instant},
};

use fastrand::Rng;
use serde_json::{Value, json};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinSet,
    time::sleep,
};

use crate::{
    Report, RunArguments,
    figures::Figures,
    http::{Address, Client},
    journal::{self, Head, Journal},
    model::Model,
    operation::Operation,
    tell,
    writer::{Shared, Writer},
};

/// How long the service may take to become ready at the start.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// Runs the writers, and prints the figures as a line of JSON.
pub(crate) async fn run(wanted: RunArguments) -> Result<Report, String> {
    let (head, mut before) = if wanted.journal.exists() {
        journal::read(&wanted.journal)?
    } else {
        let replayed = wanted.replay.as_deref().map(journal::read).transpose()?;
        let head = match replayed {
            Some((head, _)) => head,
            None => Head { seed: wanted.seed.unwrap_or_else(|| Rng::new().u64(..1 << 32)), writers: wanted.writers },
        };
        (head, BTreeMap::default())
    };
    let mut replay = wanted.replay.as_deref().map(journal::read).transpose()?.map(|(_, entries)| entries);
    tell(&format!("seed {}, {} writers", head.seed, head.writers));
    prepare(&wanted.url, &head).await?;
    let journal = Journal::open(&wanted.journal, &head)?;
    let shared = Arc::new(Shared {
        journal,
        figures: Mutex::new(Figures::new()),
        stop: AtomicBool::new(false),
        pause: Duration::from_millis(wanted.pause),
        urls: wanted.url,
        head: head.clone(),
    });
    let mut writers = JoinSet::new();
    for index in 0..head.writers {
        let done = before.remove(&index).unwrap_or_default();
        let mut model = Model::default();
        for entry in &done {
            model.judge(&entry.operation, &entry.outcome);
        }
        let number = done.last().map_or(0, |entry| entry.number + 1);
        let replay = replay.as_mut().map(|all| {
            let mut operations: Vec<Operation> =
                all.remove(&index).unwrap_or_default().into_iter().map(|one| one.operation).collect();
            operations.reverse();
            operations
        });
        writers.spawn(Writer { shared: Arc::clone(&shared), index, number, model, replay }.run());
    }
    stop_later(Arc::clone(&shared), Duration::from_secs_f64(wanted.seconds.clamp(0.0, 1e6)), replay.is_some())?;
    while let Some(ended) = writers.join_next().await {
        ended.map_err(|cause| format!("a writer ended: {cause}"))??;
    }
    let figures = shared.figures.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Report { text: format!("{}\n", figures.to_json(head.seed)), is_good: figures.wrong.is_empty() })
}

/// Stops the writers at the end of the time, or at a signal; a replay ends by itself.
fn stop_later(shared: Arc<Shared>, time: Duration, is_replay: bool) -> Result<(), String> {
    let fail = |cause: std::io::Error| format!("cannot wait for signals: {cause}");
    let mut terminate = signal(SignalKind::terminate()).map_err(fail)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(fail)?;
    tokio::spawn(async move {
        tokio::select! {
            () = sleep(time), if !is_replay => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        shared.stop.store(true, Ordering::Relaxed);
    });
    Ok(())
}

/// Creates the template and the stacks, unless they exist.
async fn prepare(urls: &[Address], head: &Head) -> Result<(), String> {
    let mut client = Client::new(urls.first().ok_or("no URL")?.clone());
    let entries = json!({ "name": head.template(), "imageName": "ledger", "envVars": [{ "key": "K1", "value": "template" }],
        "ports": [{ "hostPort": null, "containerPort": 1000 }], "labels": [{ "key": "l1", "value": "template" }] });
    make(&mut client, "createTemplate", "CreateTemplateInput", &entries).await?;
    for stack in head.stacks() {
        make(&mut client, "createStack", "CreateStackInput", &json!({ "name": stack })).await?;
    }
    Ok(())
}

async fn make(client: &mut Client, field: &str, input_type: &str, input: &Value) -> Result<(), String> {
    let query = format!(
        "mutation Make($input: {input_type}!) {{ did: {field}(input: $input) {{ userErrors {{ code message }} }} }}"
    );
    let begun = Instant::now();
    loop {
        let answer = client.ask(&query, &json!({ "input": input })).await;
        if let Ok((_, body)) = &answer
            && let Some(errors) = body["data"]["did"]["userErrors"].as_array()
        {
            // Created by an earlier try whose response was lost, or by an earlier run.
            return match errors.iter().find(|error| error["code"] != "NAME_TAKEN") {
                None => Ok(()),
                Some(error) => Err(format!("{field}: {error}")),
            };
        }
        if begun.elapsed() > START_TIMEOUT {
            return Err(format!("{field}: {answer:?}"));
        }
        sleep(Duration::from_millis(50)).await;
    }
}
