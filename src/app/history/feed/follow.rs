//! The stream of one subscriber: what it has missed, then what comes.
//!
//! Called by the resolvers of subscriptions. It must not send what the subscriber may not see, and nothing twice.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::Stream;

use super::{
    Feed, FeedItem, Place, ResyncReason,
    missed::{Missed, ranges, seen},
    view::View,
};
use crate::{
    access::{Access, Scope},
    app::{App, StackRef, find},
    db::{
        Db,
        change_log::{
            PART_OF_TEMPLATES,
            cursor::{LogCursor, LogEnd, Reach},
            part_of,
            tail::{self, Standing},
        },
    },
    error::{Error, Result},
    ids::StackId,
};

/// What a subscriber wants to follow.
#[derive(Clone, Debug)]
pub struct FeedRequest {
    /// The stack whose changes it wants; `None` for everything within reach.
    pub stack: Option<StackRef>,
    /// The text of the cursor after which the stream begins; `None` for now.
    pub after: Option<String>,
}

/// The stream of one subscriber. It never ends.
pub struct Changes {
    feed: Feed,
    key: u64,
    view: View,
    start: Arc<str>,
    missed: Option<Box<Missed>>,
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Changes of {:?}", self.view.stack)
    }
}

impl Feed {
    /// A stream that begins after a cursor, or now.
    async fn follow(&self, app: &App, stack: Option<StackId>, after: Option<(LogCursor, String)>) -> Result<Changes> {
        let db = &app.db;
        self.start(db, &app.clock);
        if !self.look().await {
            // The reason, as the caller sees it.
            tail::end(&app.db.unscoped()).await?;
        }
        let view = View::new(stack, &app.access);
        let standing = match &after {
            Some((cursor, text)) if **text != *self.newest() => {
                let end = self.state().end.clone();
                tail::standing(&db.unscoped(), &end, cursor, |part| view.concerns(part)).await?
            }
            _ => Standing::Current,
        };
        let is_too_much = match &after {
            Some((cursor, text)) if standing == Standing::Current && **text != *self.newest() => {
                self.is_too_much(db, cursor, &view).await?
            }
            _ => false,
        };
        let resync = match standing {
            _ if is_too_much => Some(ResyncReason::TooOld),
            Standing::Current => None,
            Standing::OfAnotherHistory => Some(ResyncReason::Epoch),
            Standing::TooOld => Some(ResyncReason::TooOld),
        };
        let changes = self.enter(db, view, after, resync);
        // The reader pauses while there is no subscriber.
        self.0.wake.notify_one();
        Ok(changes)
    }

    /// Whether a subscriber who comes back has missed more than the ring holds, and more than may be read for it.
    async fn is_too_much(&self, db: &Db, cursor: &LogCursor, view: &View) -> Result<bool> {
        let (until, is_covered, seen) = {
            let state = self.state();
            let seen = seen(cursor, &state.end, view);
            (state.end.clone(), state.covers(&seen), seen)
        };
        if is_covered {
            return Ok(false);
        }
        let ranges = ranges(&seen, &until, view);
        Ok(tail::are_more_than(&db.unscoped(), &ranges, view.stack, self.0.limits.missed).await?)
    }

    /// Gives a subscriber its place.
    fn enter(&self, db: &Db, view: View, after: Option<(LogCursor, String)>, resync: Option<ResyncReason>) -> Changes {
        let mut state = self.state();
        let key = state.next_key;
        state.next_key += 1;
        let place = Place { next: state.end_number(), resync, ..Place::default() };
        let mut missed = None;
        let newest = Arc::clone(&state.newest);
        let start = match after {
            Some((cursor, text)) if resync.is_none() && *text != *newest => {
                let until = state.end.clone();
                let seen = seen(&cursor, &until, &view);
                let is_covered = state.covers(&seen);
                let page = if is_covered { state.missed(&seen, &view) } else { VecDeque::new() };
                missed =
                    Some(Box::new(Missed { db: db.clone(), seen, until, page, reading: None, is_whole: is_covered }));
                Arc::from(text)
            }
            _ => newest,
        };
        match view.stack {
            None => state.everything.insert(key, place),
            Some(stack) => state.stacks.entry(stack).or_default().insert(key, place),
        };
        drop(state);
        Changes { feed: self.clone(), key, view, start, missed }
    }
}

impl Changes {
    /// The cursor after which the stream began.
    pub fn start(&self) -> &str {
        &self.start
    }

    /// Limits the stream to another access, and tells the client. Returns whether the stack of the stream is in it.
    pub fn rescope(&mut self, access: &Access) -> bool {
        self.view = View::new(self.view.stack, access);
        let mut state = self.feed.state();
        if let Some(place) = state.place(self.view.stack, self.key) {
            place.resync = Some(ResyncReason::ScopeChanged);
            let waker = place.waker.take();
            drop(state);
            waker.into_iter().for_each(std::task::Waker::wake);
        }
        self.view.stack.is_none_or(|stack| self.view.scope.sees(stack))
    }

    /// The resync event that is due; `None` for none.
    fn resync(&mut self) -> Option<FeedItem> {
        let mut state = self.feed.state();
        let (number, cursor) = (state.end_number(), Arc::clone(&state.newest));
        let place = state.place(self.view.stack, self.key)?;
        let reason = place.resync.take()?;
        (place.next, place.waits) = (number, false);
        drop(state);
        self.missed = None;
        Some(FeedItem::Resync { cursor, reason })
    }

    /// What was missed.
    fn poll_missed(&mut self, cx: &mut Context<'_>) -> Poll<Option<FeedItem>> {
        let Some(missed) = &mut self.missed else { return Poll::Ready(None) };
        loop {
            if let Some(change) = ready!(missed.poll_next(&self.view, cx)) {
                return Poll::Ready(Some(FeedItem::Change(Arc::new(change))));
            }
            let mut state = self.feed.state();
            let (first, number, end) = (state.first, state.end_number(), state.end.clone());
            let Some(place) = state.place(self.view.stack, self.key) else { break };
            if place.next >= first {
                break;
            }
            // Meanwhile more has come than the ring holds.
            place.next = number;
            missed.extend(end);
        }
        self.missed = None;
        Poll::Ready(None)
    }
}

impl Stream for Changes {
    type Item = FeedItem;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<FeedItem>> {
        if let Some(resync) = self.resync() {
            return Poll::Ready(Some(resync));
        }
        match self.poll_missed(cx) {
            Poll::Ready(None) => {}
            Poll::Ready(found) => return Poll::Ready(found),
            Poll::Pending => {
                let waker = cx.waker().clone();
                if let Some(place) = self.feed.state().place(self.view.stack, self.key) {
                    place.waker = Some(waker);
                }
                return Poll::Pending;
            }
        }
        let mut guard = self.feed.state();
        let state = &mut *guard;
        let (first, end, newest, at) = (state.first, state.end_number(), Arc::clone(&state.newest), state.beat_at);
        let (stack, key) = (self.view.stack, self.key);
        let place = match stack {
            None => state.everything.get_mut(&key),
            Some(stack) => state.stacks.get_mut(&stack).and_then(|places| places.get_mut(&key)),
        };
        let Some(place) = place else { return Poll::Ready(None) };
        if let Some(reason) = place.resync.take() {
            place.next = end;
            return Poll::Ready(Some(FeedItem::Resync { cursor: newest, reason }));
        }
        if std::mem::take(&mut place.waits) {
            // Nothing has concerned it since.
            place.next = end;
        }
        if place.next < first {
            place.next = end;
            return Poll::Ready(Some(FeedItem::Resync { cursor: newest, reason: ResyncReason::TooSlow }));
        }
        let skip = usize::try_from(place.next - first).unwrap_or(usize::MAX);
        let found = state.ring.iter().skip(skip).position(|change| self.view.shows(change));
        if let Some(at) = found {
            place.next += at as u64 + 1;
            return Poll::Ready(Some(FeedItem::Change(Arc::clone(&state.ring[skip + at]))));
        }
        place.next = end;
        if std::mem::take(&mut place.beats) {
            return Poll::Ready(Some(FeedItem::Heartbeat { cursor: newest, at }));
        }
        place.waits = true;
        place.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        let mut state = self.feed.state();
        match self.view.stack {
            None => drop(state.everything.remove(&self.key)),
            Some(stack) => {
                let places = state.stacks.get_mut(&stack);
                let is_empty = places.is_some_and(|places| {
                    places.remove(&self.key);
                    places.is_empty()
                });
                if is_empty {
                    state.stacks.remove(&stack);
                }
            }
        }
    }
}

impl App {
    /// The stream of changes that a subscriber follows, within the caller's scope. Refused if the stack does not exist
    /// for the caller, or the cursor is none.
    pub async fn follow(&self, request: FeedRequest) -> Result<Changes> {
        let after = match request.after {
            None => None,
            Some(text) => {
                let cursor = LogCursor::decode(&text);
                let refusal = || Error::bad_request("`after` is no cursor: send one as an event had it.");
                Some((cursor.ok_or_else(refusal)?, text))
            }
        };
        let stack = match &request.stack {
            None => None,
            Some(wanted) => Some(find::live_stack(&self.reader(), wanted).await?.id),
        };
        let is_about = |cursor: &LogCursor| match stack {
            None => cursor.reach == Reach::All,
            Some(stack) => cursor.seen(part_of(Some(stack))).is_some(),
        };
        if after.as_ref().is_some_and(|(cursor, _)| !is_about(cursor)) {
            let advice = "`after` is a cursor of another stack: send `changeCursor` of what you follow, or the cursor of an event.";
            return Err(Error::bad_request(advice));
        }
        self.feed.follow(self, stack, after).await
    }

    /// The feed of changes.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// The same application with another feed.
    pub fn with_feed(&self, feed: Feed) -> Self {
        Self { feed, ..self.clone() }
    }

    /// The end of the log, for cursors of the same request.
    pub async fn log_end(&self) -> Result<LogEnd> {
        Ok(tail::end(&self.db.unscoped()).await?)
    }

    /// The end of the log for stacks, until an end of the whole log. It does not depend on other stacks.
    pub async fn log_end_of_stacks(&self, until: &LogEnd, stacks: &[StackId]) -> Result<HashMap<StackId, LogEnd>> {
        let found = tail::end_of_stacks(&self.db.unscoped(), until, stacks).await?;
        Ok(found.into_iter().map(|(stack, end)| (stack, end.for_stack(stack))).collect())
    }

    /// The end of the log within the reach of the caller, until an end of the whole log.
    pub async fn log_end_within_reach(&self, until: &LogEnd) -> Result<LogEnd> {
        let Scope::Stacks(stacks) = &self.access.scope else { return Ok(until.clone()) };
        let stacks: Vec<StackId> = stacks.iter().copied().collect();
        let mut end = LogEnd::empty(until.epoch);
        for of_stack in tail::end_of_stacks(&self.db.unscoped(), until, &stacks).await?.into_values() {
            of_stack.heads.into_iter().for_each(|(part, head)| end.raise(part, head));
        }
        end.raise(PART_OF_TEMPLATES, until.head(PART_OF_TEMPLATES));
        Ok(end)
    }
}

#[cfg(test)]
mod tests;
