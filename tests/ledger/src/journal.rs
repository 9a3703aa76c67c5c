//! The journal on disk: a line before a request is sent, and a line after its response.
//!
//! Written by the writers; read by the comparison, by a continued run, and by `tests/faults`. Each line reaches the
//! operating system before anything else happens, so that it survives the end of this process. It must not be
//! rewritten.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Write},
    path::Path,
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use crate::{answer::Outcome, operation::Operation};

/// The first line of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) seed: u64,
    pub(crate) writers: u64,
}

impl Head {
    /// The template of every instance.
    pub(crate) fn template(&self) -> String {
        format!("ledger-{:x}", self.seed)
    }

    /// The stack of a writer; four writers share one, so that they conflict.
    pub(crate) fn stack(&self, writer: u64) -> String {
        format!("ledger-{:x}-{}", self.seed, writer / 4)
    }

    /// All stacks.
    pub(crate) fn stacks(&self) -> Vec<String> {
        (0..self.writers.div_ceil(4)).map(|stack| self.stack(stack * 4)).collect()
    }
}

/// An operation with its outcome.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) operation: Operation,
    pub(crate) outcome: Outcome,
    /// When it was answered, in milliseconds since 1970; `None` if it was not.
    pub(crate) answered: Option<u64>,
}

/// The journal of one run, open for writing.
pub(crate) struct Journal(Mutex<File>);

impl Journal {
    /// Opens the file, and writes the first line if it is new.
    pub(crate) fn open(path: &Path, head: &Head) -> Result<Self, String> {
        let fail = |cause: std::io::Error| format!("cannot write {}: {cause}", path.display());
        let is_new = !path.exists();
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(fail)?;
        let journal = Self(Mutex::new(file));
        if is_new {
            journal.line(&json!({ "ledger": 1, "seed": head.seed, "writers": head.writers }))?;
        }
        Ok(journal)
    }

    fn line(&self, line: &Value) -> Result<(), String> {
        let mut file = self.0.lock().map_err(|_| "a writer panicked".to_owned())?;
        file.write_all(format!("{line}\n").as_bytes()).map_err(|cause| format!("cannot write the journal: {cause}"))
    }

    /// Records an operation that is about to be sent.
    pub(crate) fn sent(&self, writer: u64, number: u64, operation: &Operation) -> Result<(), String> {
        self.line(&json!({ "t": now(), "w": writer, "n": number, "sent": operation }))
    }

    /// Records the outcome of an operation.
    pub(crate) fn answered(&self, writer: u64, number: u64, took: u64, outcome: &Outcome) -> Result<(), String> {
        self.line(&json!({ "t": now(), "w": writer, "n": number, "ms": took, "came": outcome.to_json() }))
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Reads a journal: what each writer did, in order.
pub(crate) fn read(path: &Path) -> Result<(Head, BTreeMap<u64, Vec<Entry>>), String> {
    let fail = |what: &str| format!("{}: {what}", path.display());
    let file = File::open(path).map_err(|cause| fail(&cause.to_string()))?;
    let mut lines = BufReader::new(file).lines();
    let first = lines.next().and_then(Result::ok).and_then(|line| serde_json::from_str::<Value>(&line).ok());
    let first = first.filter(|first| first["ledger"] == 1).ok_or_else(|| fail("it is no journal"))?;
    let figure = |field: &str| first[field].as_u64().ok_or_else(|| fail("its first line is broken"));
    let head = Head { seed: figure("seed")?, writers: figure("writers")? };
    let mut entries: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
    for line in lines {
        let line = line.map_err(|cause| fail(&cause.to_string()))?;
        // The last line of a killed run may be incomplete; its request was not sent then.
        let Ok(line) = serde_json::from_str::<Value>(&line) else { continue };
        let of = entries.entry(line["w"].as_u64().unwrap_or_default()).or_default();
        let number = line["n"].as_u64().unwrap_or_default();
        if let Some(sent) = line.get("sent") {
            let operation = serde_json::from_value(sent.clone()).map_err(|cause| fail(&cause.to_string()))?;
            of.push(Entry { number, operation, outcome: Outcome::Unknown("never answered".into()), answered: None });
        } else if let Some(entry) = of.last_mut().filter(|entry| entry.number == number) {
            entry.outcome = Outcome::from_json(&line["came"]).ok_or_else(|| fail("an answer is broken"))?;
            entry.answered = line["t"].as_u64();
        } else {
            return Err(fail("an answer belongs to no request"));
        }
    }
    Ok((head, entries))
}
