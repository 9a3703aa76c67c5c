//! Figures of a run: the number of each outcome, the slowest response, and the longest time without a success.
//!
//! Updated by the writers, printed by the run. The comparison must not depend on them.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::answer::{Outcome, Read};

/// Figures of all writers.
#[derive(Debug)]
pub(crate) struct Figures {
    started: Instant,
    last_done: Instant,
    longest_gap: Duration,
    slowest: Duration,
    counts: BTreeMap<&'static str, u64>,
    /// Top-level errors by code, and requests that were cut off.
    errors: BTreeMap<String, u64>,
    /// Contradictions, as text.
    pub(crate) wrong: Vec<String>,
}

impl Figures {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self {
            started: now,
            last_done: now,
            longest_gap: Duration::ZERO,
            slowest: Duration::ZERO,
            counts: BTreeMap::new(),
            errors: BTreeMap::new(),
            wrong: Vec::new(),
        }
    }

    /// Counts a response, or a missing one.
    pub(crate) fn count(&mut self, read: &Read, took: Duration, is_look: bool) {
        let what = match &read.outcome {
            Outcome::Done(_) if is_look => "looked",
            Outcome::Done(_) => "acknowledged",
            Outcome::Refused(_) => "refused",
            Outcome::NotSent(_) => "not sent",
            Outcome::Unknown(_) => "unknown",
        };
        *self.counts.entry(what).or_default() += 1;
        if let Outcome::Unknown(cause) = &read.outcome {
            *self.errors.entry(read.code.clone().unwrap_or_else(|| cause.clone())).or_default() += 1;
        }
        if !matches!(read.outcome, Outcome::NotSent(_)) {
            self.slowest = self.slowest.max(took);
        }
        if matches!(read.outcome, Outcome::Done(_)) {
            self.longest_gap = self.longest_gap.max(self.last_done.elapsed());
            self.last_done = Instant::now();
        }
    }

    /// One line.
    pub(crate) fn to_json(&self, seed: u64) -> Value {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        json!({
            "seed": seed,
            "seconds": self.started.elapsed().as_secs_f64(),
            "counts": self.counts,
            "errors": self.errors,
            "slowestMs": millis(self.slowest),
            "longestGapMs": millis(self.longest_gap.max(self.last_done.elapsed())),
            "wrong": self.wrong.iter().take(20).collect::<Vec<_>>(),
            "wrongCount": self.wrong.len(),
        })
    }
}
