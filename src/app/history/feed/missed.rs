//! What a subscriber who comes back has missed, read from the log page by page.
//!
//! Used by the stream of a subscriber. It must not send what the subscriber may not see.

use std::{
    collections::VecDeque,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::time::sleep;

use super::{LoggedChange, view::View};
use crate::db::{
    Db,
    change_log::{
        PARTS,
        cursor::{Head, LogCursor, LogEnd},
        tail::{self, Range},
    },
    entities::ChangeModel,
};

/// Changes that are read at once.
const PAGE: u64 = 200;
/// The time until the next attempt to read them.
const RETRY: Duration = Duration::from_millis(500);

/// A page of missed changes that is being read.
pub(super) type ReadingPage = BoxFuture<'static, Vec<ChangeModel>>;

/// What a subscriber has missed: the changes after `seen` until `until`.
pub(super) struct Missed {
    pub(super) db: Db,
    pub(super) seen: LogEnd,
    pub(super) until: LogEnd,
    pub(super) page: VecDeque<(LoggedChange, Head)>,
    pub(super) reading: Option<ReadingPage>,
    /// Whether `page` ends at `until`.
    pub(super) is_whole: bool,
}

impl Missed {
    /// Reads the next page in the background, until it succeeds.
    fn read(&self, view: &View) -> ReadingPage {
        let (db, ranges, stack) = (self.db.clone(), ranges(&self.seen, &self.until, view), view.stack);
        async move {
            loop {
                match tail::changes(&db.current().unscoped(), &ranges, stack, PAGE).await {
                    Ok(rows) => return rows,
                    Err(cause) => tracing::debug!(%cause, "cannot read missed changes"),
                }
                sleep(RETRY).await;
            }
        }
        .boxed()
    }

    /// The next missed change; `None` at the end of them.
    pub(super) fn poll_next(&mut self, view: &View, cx: &mut Context<'_>) -> Poll<Option<LoggedChange>> {
        loop {
            while let Some((mut change, head)) = self.page.pop_front() {
                self.seen.heads.insert(change.part, head);
                if view.shows(&change) {
                    if change.cursor.is_empty() {
                        change.cursor = self.seen.cursor().encode();
                    }
                    return Poll::Ready(Some(change));
                }
            }
            if self.is_whole {
                self.seen = self.until.clone();
                return Poll::Ready(None);
            }
            if self.reading.is_none() {
                self.reading = Some(self.read(view));
            }
            let Some(reading) = &mut self.reading else { return Poll::Ready(None) };
            let rows = ready!(reading.as_mut().poll(cx));
            self.reading = None;
            self.is_whole = (rows.len() as u64) < PAGE;
            self.page = rows.iter().map(of_row).collect();
        }
    }

    /// Goes on until another end.
    pub(super) fn extend(&mut self, until: LogEnd) {
        self.until = until;
        self.is_whole = false;
    }
}

/// The ranges of the changes after an end of the log until another one.
pub(super) fn ranges(seen: &LogEnd, until: &LogEnd, view: &View) -> Vec<Range> {
    let of_view = (0..PARTS).filter(|part| view.concerns(*part));
    let range = |part| Range { part, first: seen.head(part).seq + 1, last: Some(until.head(part).seq) };
    of_view.map(range).filter(|range| range.last.is_some_and(|last| range.first <= last)).collect()
}

fn of_row(row: &ChangeModel) -> (LoggedChange, Head) {
    (LoggedChange::new(row, String::new()), Head { seq: row.seq, change: row.id.0 })
}

/// The end of the log for a reader with a cursor. Of parts that do not concern it, it has missed nothing.
pub(super) fn seen(cursor: &LogCursor, end: &LogEnd, view: &View) -> LogEnd {
    let mut seen = end.clone();
    for part in (0..PARTS).filter(|part| view.concerns(*part)) {
        let seq = cursor.seen(part).unwrap_or_default();
        if seq < end.head(part).seq {
            seen.heads.insert(part, Head { seq, change: 0 });
        }
    }
    seen
}
