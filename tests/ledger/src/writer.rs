//! One writer: chooses its next operation at random, records it, sends it, and records its outcome.
//!
//! Started by the run, many concurrently. It must not use the names of another writer, nor an instance whose state is
//! unknown.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use fastrand::Rng;

use crate::{
    answer::{self, Outcome},
    figures::Figures,
    http::{Address, Client},
    journal::{Head, Journal},
    kinds::KINDS,
    model::{Model, Thing},
    operation::{Operation, Step, What, all_places},
};

/// The number of live instances of a writer; beyond it, one is deleted.
const MAX_INSTANCES: usize = 24;
/// How long a writer waits after an error: short enough to notice a recovery, long enough not to flood the service.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// The state that all writers share.
pub(crate) struct Shared {
    pub(crate) head: Head,
    pub(crate) journal: Journal,
    pub(crate) figures: Mutex<Figures>,
    pub(crate) stop: AtomicBool,
    pub(crate) pause: Duration,
    pub(crate) urls: Vec<Address>,
}

/// A writer.
pub(crate) struct Writer {
    pub(crate) shared: Arc<Shared>,
    pub(crate) index: u64,
    /// The number of its next request.
    pub(crate) number: u64,
    pub(crate) model: Model,
    /// Operations to replay instead of random ones, in reverse order.
    pub(crate) replay: Option<Vec<Operation>>,
}

impl Writer {
    /// Sends operations until it is stopped.
    pub(crate) async fn run(mut self) -> Result<(), String> {
        let stack = self.shared.head.stack(self.index);
        let template = self.shared.head.template();
        let mut clients: Vec<Client> = self.shared.urls.iter().cloned().map(Client::new).collect();
        while !self.shared.stop.load(Ordering::Relaxed) {
            // A new generator for each request, so that choices do not depend on where a run began.
            let seed = self.shared.head.seed ^ (self.index << 40) ^ self.number;
            let mut rng = Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let operation = match &mut self.replay {
                None => self.choose(&mut rng),
                Some(rest) => match rest.pop() {
                    Some(operation) => operation,
                    None => return Ok(()),
                },
            };
            let number = self.number;
            self.number += 1;
            self.shared.journal.sent(self.index, number, &operation)?;
            let (query, variables) = operation.request(&stack, &template);
            let which = rng.usize(..clients.len());
            let begun = Instant::now();
            let read = answer::read(clients[which].ask(&query, &variables).await);
            let took = begun.elapsed();
            let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            self.shared.journal.answered(self.index, number, millis, &read.outcome)?;
            let mut wrong = self.model.judge(&operation, &read.outcome);
            wrong.extend(read.wrong.iter().map(|wrong| format!("{}: {wrong}", operation.name)));
            {
                let mut figures = self.shared.figures.lock().unwrap_or_else(PoisonError::into_inner);
                figures.count(&read, took, operation.what == What::Look);
                figures.wrong.extend(wrong);
            }
            if matches!(read.outcome, Outcome::NotSent(_) | Outcome::Unknown(_)) {
                tokio::time::sleep(RETRY_PAUSE).await;
            }
            if !self.shared.pause.is_zero() {
                tokio::time::sleep(self.shared.pause).await;
            }
        }
        Ok(())
    }

    fn choose(&self, rng: &mut Rng) -> Operation {
        let number = self.index * 1_000_000 + self.number + 1;
        let new = format!("w{}-{}", self.index, self.number);
        // In the order of the map, so that the same random numbers make the same choices.
        let awake = |is_trashed: bool| -> Vec<(&String, &Thing)> {
            let is_so =
                |thing: &Thing| !thing.rests && thing.state().is_some_and(|state| state.is_trashed == is_trashed);
            self.model.things.iter().filter(|(_, thing)| is_so(thing)).collect()
        };
        let (live, trashed) = (awake(false), awake(true));
        let roll = rng.u32(..100);
        let operation = |name: &str, what| Operation { name: name.to_owned(), number, expected: None, what };
        if !trashed.is_empty() && (roll < 10 || trashed.len() > MAX_INSTANCES / 2) {
            let (name, _) = trashed[rng.usize(..trashed.len())];
            return operation(name, if rng.u32(..3) == 0 { What::Purge } else { What::Restore });
        }
        if live.is_empty() || (roll < 28 && live.len() < MAX_INSTANCES) {
            return operation(&new, What::Create { places: some_places(rng) });
        }
        let (name, thing) = live[rng.usize(..live.len())];
        let is_enabled = thing.state().is_none_or(|state| state.enabled);
        let revision = thing.state().map_or(1, |state| state.revision);
        let what = match roll {
            _ if live.len() >= MAX_INSTANCES => What::Delete,
            28..40 if name.len() < 40 => {
                let chosen = rng.bool() && !self.model.things.contains_key(&format!("{name}-copy"));
                let copied = format!("{name}-copy");
                // The service could generate a name that was used before, so a released name is ambiguous.
                if chosen && !name.contains("copy") {
                    What::Duplicate { copy: copied, chosen }
                } else {
                    What::Duplicate { copy: new, chosen: false }
                }
            }
            40..55 => {
                let places = some_places(rng);
                let kinds = KINDS.iter().map(|(kind, ..)| *kind);
                let emptied: Vec<String> = kinds.filter(|_| rng.u32(..6) == 0).map(str::to_owned).collect();
                let is_kept = |place: &String| !emptied.iter().any(|kind| place.starts_with(&format!("{kind}/")));
                What::Set { places: places.into_iter().filter(is_kept).collect(), emptied }
            }
            55..70 => What::Patch { steps: (0..rng.usize(1..5)).map(|_| step(rng)).collect() },
            70..77 => What::Update { enabled: is_enabled ^ rng.bool() },
            77..83 => What::Rename { to: new },
            83..90 => What::Delete,
            90..92 => return operation(name, What::Create { places: Vec::new() }),
            _ => return operation(name, What::Look),
        };
        let expected = match rng.u32(..10) {
            0..4 => Some(revision),
            4 => Some(revision + 1),
            _ => None,
        };
        Operation { expected, ..operation(name, what) }
    }
}

/// None, some or all of the places.
fn some_places(rng: &mut Rng) -> Vec<String> {
    let share = rng.u32(..4);
    all_places().into_iter().filter(|_| rng.u32(..3) < share).map(str::to_owned).collect()
}

fn step(rng: &mut Rng) -> Step {
    let places = all_places();
    let place = places[rng.usize(..places.len())].to_owned();
    match rng.u32(..20) {
        0..12 => Step::Set(place),
        // The tag of an image cannot be removed.
        12..16 if !place.starts_with("setting/") => Step::Remove(place),
        19 => Step::ResetAll,
        _ => Step::Reset(place),
    }
}
