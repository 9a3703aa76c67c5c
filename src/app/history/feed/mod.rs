//! The feed of changes: the latest logged changes in memory, and a stream of them for each subscriber.
//!
//! One background task reads the log, whatever the number of subscribers (`reader.rs`), and a second one is the timer of
//! all heartbeats. Subscribers only wait: a change wakes those that it concerns. The feed must not hold anything for a
//! subscriber that waits but its place in the ring, so that a slow one costs no memory: it is told to fetch anew.

mod follow;
mod missed;
mod notify;
mod reader;
mod view;

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::Waker,
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, MissedTickBehavior, interval_at},
};

pub use self::follow::{Changes, FeedRequest};
use self::view::View;
use crate::{
    access::change::{ActorKind, ChangeAction, Subject},
    clock::Clock,
    db::{
        change_log::cursor::{Head, LogEnd},
        entities::ChangeModel,
    },
    ids::{AnyId, ChangeId, InstanceId, StackId, TemplateId},
};

/// The heartbeats of a period are spread over this many moments, so that not all subscribers are woken at once.
const PHASES: u32 = 15;

/// Why a subscriber has to fetch anew what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResyncReason {
    /// The database has another history than before: it was restored from a backup, or a failover lost changes.
    Epoch,
    /// The changes after the cursor are no longer stored, or are too many.
    TooOld,
    /// The client took the events too slowly.
    TooSlow,
    /// The API key reaches other stacks, or has another role, than before.
    ScopeChanged,
}

impl ResyncReason {
    /// The label in the metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Epoch => "epoch",
            Self::TooOld => "too_old",
            Self::TooSlow => "too_slow",
            Self::ScopeChanged => "scope_changed",
        }
    }
}

/// A change, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedChange {
    /// The text of the cursor of a reader that has seen it.
    pub cursor: String,
    /// Its id.
    pub id: ChangeId,
    /// Its part of the log.
    part: i32,
    /// Its position in the part.
    seq: i64,
    /// The stack that it belongs to; `None` for changes of templates and of API keys.
    pub stack: Option<StackId>,
    /// What it is about; `None` for what this version does not know.
    pub subject: Option<Subject>,
    /// The object that is gone since.
    pub deleted: Option<AnyId>,
    action: ChangeAction,
    at: DateTime<Utc>,
}

impl LoggedChange {
    fn new(row: &ChangeModel, cursor: String) -> Self {
        let subject = Subject::read(&row.subject_kind, row.subject_id);
        let action = row.action.parse().unwrap_or(ChangeAction::Update);
        let is_gone = matches!(action, ChangeAction::SoftDelete | ChangeAction::Purge);
        let deleted = subject.and_then(Subject::object).filter(|_| is_gone);
        let (id, part, seq, stack, at) = (row.id, row.part, row.seq, row.stack_id, row.at);
        Self { cursor, id, part, seq, stack, subject, deleted, action, at }
    }

    /// What is left of a change that was purged from the log.
    pub fn without_log(&self) -> ChangeModel {
        ChangeModel {
            id: self.id,
            part: self.part,
            seq: self.seq,
            templates_seq: 0,
            at: self.at,
            actor_kind: ActorKind::Anonymous.as_str().to_owned(),
            actor_name: None,
            message: None,
            request_id: None,
            action: self.action.as_str().to_owned(),
            cause_id: None,
            subject_kind: self.subject.map_or("KEY", Subject::kind).to_owned(),
            subject_id: self.subject.map_or(0, Subject::number),
            subject_name: String::new(),
            stack_id: self.stack,
            revision: None,
            source_id: None,
            source_name: None,
            redacted: true,
        }
    }

    /// The instance that it is about.
    pub fn instance(&self) -> Option<InstanceId> {
        if let Some(Subject::Instance(id)) = self.subject { Some(id) } else { None }
    }

    /// The template that it is about.
    pub fn template(&self) -> Option<TemplateId> {
        if let Some(Subject::Template(id)) = self.subject { Some(id) } else { None }
    }
}

/// One item of a subscriber's stream.
#[derive(Clone, Debug)]
pub enum FeedItem {
    /// A change.
    Change(Arc<LoggedChange>),
    /// Nothing has happened; the stream is alive.
    Heartbeat {
        /// The newest cursor.
        cursor: Arc<str>,
        /// When it was sent.
        at: DateTime<Utc>,
    },
    /// Changes are missing: the client has to fetch anew, and goes on from the cursor.
    Resync {
        /// The newest cursor.
        cursor: Arc<str>,
        /// Why.
        reason: ResyncReason,
    },
}

impl FeedItem {
    /// The text of its cursor.
    pub fn cursor(&self) -> &str {
        match self {
            Self::Change(change) => &change.cursor,
            Self::Heartbeat { cursor, .. } | Self::Resync { cursor, .. } => cursor,
        }
    }
}

/// How much the feed holds, and how often it looks and shows that it is alive.
#[derive(Clone, Copy, Debug)]
pub struct FeedLimits {
    /// Changes in memory. A subscriber that is further behind has to fetch anew.
    pub ring: usize,
    /// Changes that a subscriber may have missed when it comes back; beyond, it has to fetch anew.
    pub missed: u64,
    /// The time between two heartbeats of a subscriber.
    pub heartbeat: Duration,
    /// How often the log is polled while no change is notified.
    pub poll: Duration,
}

impl Default for FeedLimits {
    fn default() -> Self {
        let (heartbeat, poll) = (Duration::from_secs(15), Duration::from_millis(250));
        Self { ring: 4096, missed: 10_000, heartbeat, poll }
    }
}

/// The feed of a process. Clones share it.
#[derive(Clone)]
pub struct Feed(Arc<Shared>);

struct Shared {
    limits: FeedLimits,
    state: Mutex<State>,
    is_started: AtomicBool,
    /// Wakes the reader.
    wake: Notify,
    /// How often a look at the log was asked for.
    asked: AtomicU64,
    /// Which of these the last look has answered, and whether it was successful.
    looked: watch::Sender<(u64, bool)>,
}

struct State {
    ring: VecDeque<Arc<LoggedChange>>,
    /// The number of the first change in the ring. Numbers count the changes of this process.
    first: u64,
    /// The end of the log before the first change in the ring.
    before: LogEnd,
    /// The end of the log after the last change in the ring.
    end: LogEnd,
    /// The text of the cursor of `end`.
    newest: Arc<str>,
    beat_at: DateTime<Utc>,
    next_key: u64,
    everything: HashMap<u64, Place>,
    stacks: HashMap<StackId, HashMap<u64, Place>>,
}

/// The place of a subscriber.
#[derive(Default)]
struct Place {
    /// The number of the next change to look at.
    next: u64,
    /// Whether it has seen everything that concerns it. A change that concerns it sets `next` to its number.
    waits: bool,
    beats: bool,
    resync: Option<ResyncReason>,
    waker: Option<Waker>,
}

impl Place {
    /// Takes the waker if it waits. What it finds begins with the change of this number.
    fn wake(&mut self, number: u64) -> Option<Waker> {
        if std::mem::take(&mut self.waits) {
            self.next = number;
            self.waker.take()
        } else {
            None
        }
    }
}

impl State {
    fn end_number(&self) -> u64 {
        self.first + self.ring.len() as u64
    }

    fn all(&mut self) -> impl Iterator<Item = (&u64, &mut Place)> {
        self.everything.iter_mut().chain(self.stacks.values_mut().flatten())
    }

    fn place(&mut self, stack: Option<StackId>, key: u64) -> Option<&mut Place> {
        match stack {
            None => self.everything.get_mut(&key),
            Some(stack) => self.stacks.get_mut(&stack)?.get_mut(&key),
        }
    }

    fn is_idle(&self) -> bool {
        self.everything.is_empty() && self.stacks.is_empty()
    }

    /// Adds a change, and collects the wakers of those that it concerns.
    fn add(&mut self, row: &ChangeModel, most: usize, wakers: &mut Vec<Waker>) {
        let number = self.end_number();
        self.end.heads.insert(row.part, Head { seq: row.seq, change: row.id.0 });
        let change = LoggedChange::new(row, self.end.cursor().encode());
        match (change.stack, change.template()) {
            (Some(stack), _) => {
                let of_stack = self.stacks.get_mut(&stack).into_iter().flatten();
                wakers.extend(self.everything.iter_mut().chain(of_stack).filter_map(|(_, place)| place.wake(number)));
            }
            (None, Some(_)) => wakers.extend(self.all().filter_map(|(_, place)| place.wake(number))),
            (None, None) => wakers.extend(self.everything.values_mut().filter_map(|place| place.wake(number))),
        }
        self.ring.push_back(Arc::new(change));
        while self.ring.len() > most {
            self.first += 1;
            if let Some(gone) = self.ring.pop_front() {
                self.before.heads.insert(gone.part, Head { seq: gone.seq, change: gone.id.0 });
            }
        }
    }

    /// Whether the ring has all changes after an end of the log.
    fn covers(&self, seen: &LogEnd) -> bool {
        self.before.heads.iter().all(|(part, head)| seen.head(*part).seq >= head.seq)
    }

    /// The changes of the ring after what a subscriber has seen. Once the ring has come to all that it has seen, they keep
    /// their cursors, so that their responses are those of other subscribers; until then they have none.
    fn missed(&self, seen: &LogEnd, view: &View) -> VecDeque<(LoggedChange, Head)> {
        let is_ahead = |(part, head): &(&i32, &Head)| view.concerns(**part) && self.before.head(**part).seq < head.seq;
        let mut ahead: Vec<(i32, i64)> =
            seen.heads.iter().filter(is_ahead).map(|(part, head)| (*part, head.seq)).collect();
        let mut found = VecDeque::new();
        for change in &self.ring {
            ahead.retain(|(part, seq)| *part != change.part || *seq > change.seq);
            if change.seq > seen.head(change.part).seq && view.shows(change) {
                let cursor = if ahead.is_empty() { change.cursor.clone() } else { String::new() };
                let head = Head { seq: change.seq, change: change.id.0 };
                found.push_back((LoggedChange { cursor, ..(**change).clone() }, head));
            }
        }
        found
    }

    /// Goes on from another end of the log, without the changes in between.
    fn restart(&mut self, end: LogEnd) {
        (self.first, self.ring) = (self.end_number(), VecDeque::new());
        self.newest = end.cursor().encode().into();
        self.before = end.clone();
        self.end = end;
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Feed")
    }
}

impl Feed {
    /// An empty feed. It begins to read the log when the first subscriber comes.
    pub fn new(limits: FeedLimits) -> Self {
        let state = State {
            ring: VecDeque::new(),
            first: 0,
            before: LogEnd::default(),
            end: LogEnd::default(),
            newest: Arc::from(""),
            beat_at: DateTime::UNIX_EPOCH,
            next_key: 0,
            everything: HashMap::new(),
            stacks: HashMap::new(),
        };
        Self(Arc::new(Shared {
            limits,
            state: Mutex::new(state),
            is_started: AtomicBool::new(false),
            wake: Notify::new(),
            asked: AtomicU64::new(0),
            looked: watch::channel((0, true)).0,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the timer of the heartbeats. It ends with the feed.
    fn start_timer(&self, clock: Clock) {
        self.state().beat_at = clock.now();
        let feed = Arc::downgrade(&self.0);
        let every = (self.0.limits.heartbeat / PHASES).max(Duration::from_millis(1));
        let mut ticks = interval_at(Instant::now() + every, every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::spawn(async move {
            for phase in (0..u64::from(PHASES)).cycle() {
                ticks.tick().await;
                let Some(feed) = feed.upgrade().map(Self) else { return };
                feed.beat(phase, clock.now());
            }
        });
    }

    /// Adds changes in the order of the log, of which `end` is the end.
    fn take(&self, rows: &[ChangeModel], end: Option<LogEnd>) {
        let mut wakers = Vec::new();
        let mut state = self.state();
        for row in rows {
            state.add(row, self.0.limits.ring, &mut wakers);
        }
        if let Some(end) = end {
            // Changes at the end of a part may have been dropped.
            for (part, head) in end.heads {
                let known = state.end.heads.entry(part).or_default();
                if known.seq < head.seq {
                    *known = head;
                }
            }
        }
        state.newest = state.end.cursor().encode().into();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Goes on with another history.
    fn restart(&self, end: LogEnd) {
        let mut wakers = Vec::new();
        let mut state = self.state();
        state.restart(end);
        let number = state.end_number();
        for (_, place) in state.all() {
            place.resync = Some(ResyncReason::Epoch);
            (place.next, place.waits) = (number, false);
            wakers.extend(place.waker.take());
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Sends a heartbeat to the subscribers of this phase.
    fn beat(&self, phase: u64, now: DateTime<Utc>) {
        let mut wakers = Vec::new();
        let mut state = self.state();
        state.beat_at = now;
        for (key, place) in state.all() {
            if key % u64::from(PHASES) == phase {
                place.beats = true;
                wakers.extend(place.waker.take());
            }
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// The newest cursor.
    pub fn newest(&self) -> Arc<str> {
        Arc::clone(&self.state().newest)
    }

    /// The time between two heartbeats of a subscriber.
    pub fn heartbeat(&self) -> Duration {
        self.0.limits.heartbeat
    }

    /// Looks at the log, and waits until that is done. Returns whether it was possible.
    async fn look(&self) -> bool {
        let ticket = self.0.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut looked = self.0.looked.subscribe();
        self.0.wake.notify_one();
        looked.wait_for(|(answered, _)| *answered >= ticket).await.is_ok_and(|looked| looked.1)
    }
}
