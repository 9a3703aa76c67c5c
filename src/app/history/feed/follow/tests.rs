use std::task::Poll;

use chrono::DateTime;
use futures_util::{FutureExt, StreamExt};

use crate::{
    app::history::feed::{FeedLimits, follow::*},
    db::{
        DbUrl,
        change_log::{PART_OF_KEYS, PARTS},
        entities::ChangeModel,
    },
};

/// The change with a number: its message is `c{number}`, and so is its position.
fn change(number: i64, stack: Option<i64>, template: bool) -> ChangeModel {
    let stack = stack.map(StackId);
    let (kind, part) = match (stack, template) {
        (Some(_), _) => ("STACK", part_of(stack)),
        (None, true) => ("TEMPLATE", PART_OF_TEMPLATES),
        (None, false) => ("KEY", PART_OF_KEYS),
    };
    ChangeModel {
        id: crate::ids::ChangeId(1000 + number),
        part,
        seq: number,
        templates_seq: 0,
        at: DateTime::UNIX_EPOCH,
        actor_kind: "ANONYMOUS".to_owned(),
        actor_name: None,
        message: None,
        request_id: None,
        action: "UPDATE".to_owned(),
        cause_id: None,
        subject_kind: kind.to_owned(),
        subject_id: stack.map_or(7, |stack| stack.0),
        subject_name: String::new(),
        stack_id: stack,
        revision: None,
        source_id: None,
        source_name: None,
        redacted: false,
    }
}

struct Fixture {
    feed: Feed,
    db: Db,
    _folder: tempfile::TempDir,
}

impl Fixture {
    async fn new(ring: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DbUrl::Sqlite(folder.path().join("devarch.db"));
        #[expect(clippy::default_trait_access, reason = "the type is of a layer that this one does not use")]
        let db = Db::connect(&url, 1, &Default::default()).await.unwrap();
        let feed = Feed::new(FeedLimits { ring, ..FeedLimits::default() });
        feed.restart(LogEnd::empty(5));
        Self { feed, db, _folder: folder }
    }

    fn follow(&self, stack: Option<i64>, scope: Scope, after: Option<&str>) -> Changes {
        let after = after.map(|text| (LogCursor::decode(text).unwrap(), text.to_owned()));
        let view = View { stack: stack.map(StackId), keys: scope == Scope::Everything, scope };
        self.feed.enter(&self.db, view, after, None)
    }
}

/// Everything that a stream has now, as short texts.
fn has(changes: &mut Changes) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(item) = changes.next().now_or_never().flatten() {
        all.push(match &item {
            FeedItem::Change(change) => format!("c{}", change.seq),
            FeedItem::Heartbeat { .. } => "beat".to_owned(),
            FeedItem::Resync { reason, .. } => reason.as_str().to_owned(),
        });
    }
    all
}

#[tokio::test]
async fn a_subscriber_gets_what_concerns_it_in_order() {
    let t = Fixture::new(100).await;
    let mut shop = t.follow(Some(1), Scope::Everything, None);
    let mut all = t.follow(None, Scope::Everything, None);
    let mut limited = t.follow(None, Scope::Stacks([StackId(2)].into()), None);
    let changes = [
        change(1, Some(1), false),
        change(2, Some(2), false),
        change(3, None, true),
        change(4, None, false),
        change(5, Some(1), false),
    ];
    t.feed.take(&changes[..2], None);
    assert_eq!(has(&mut shop), ["c1"]);
    t.feed.take(&changes[2..], None);
    assert_eq!(has(&mut shop), ["c3", "c5"]);
    assert_eq!(has(&mut all), ["c1", "c2", "c3", "c4", "c5"]);
    assert_eq!(has(&mut limited), ["c2", "c3"]);
    assert!(has(&mut all).is_empty());
}

#[tokio::test]
async fn a_stream_goes_on_after_its_cursor() {
    let t = Fixture::new(3).await;
    let mut all = t.follow(None, Scope::Everything, None);
    let mut cursors = vec![t.feed.newest().to_string()];
    // Positions of different parts have no order, so each part has its own place in a cursor.
    let stacks = [1, 2, 1, 2, 1];
    for (number, stack) in (1..=5).zip(stacks) {
        t.feed.take(&[change(number, Some(stack), false)], None);
        let Some(FeedItem::Change(change)) = all.next().now_or_never().flatten() else { panic!("a change") };
        cursors.push(change.cursor.clone());
    }
    assert_eq!(*t.feed.newest(), **cursors.last().unwrap());
    let mut changes = t.follow(None, Scope::Everything, Some(&cursors[5]));
    assert!(has(&mut changes).is_empty());
    let mut changes = t.follow(None, Scope::Everything, Some(&cursors[3]));
    assert_eq!(changes.start(), cursors[3]);
    assert_eq!(has(&mut changes), ["c4", "c5"]);
    // Each event has the cursor after which the stream would go on.
    let mut changes = t.follow(None, Scope::Everything, Some(&cursors[2]));
    for cursor in &cursors[3..] {
        let item = changes.next().now_or_never().flatten().unwrap();
        let positions = |text: &str| {
            let cursor = LogCursor::decode(text).unwrap();
            (0..PARTS).map(|part| cursor.seen(part).unwrap()).collect::<Vec<i64>>()
        };
        assert_eq!(positions(item.cursor()), positions(cursor));
    }
    t.feed.take(&[change(6, Some(2), false)], None);
    assert_eq!(has(&mut changes), ["c6"]);
    // One that has seen less of a part than the ring has lost is to read the rest.
    let changes = t.follow(None, Scope::Everything, Some(&cursors[0]));
    assert!(changes.missed.as_ref().is_some_and(|missed| !missed.is_whole && missed.page.is_empty()));
    let changes = t.follow(Some(3), Scope::Everything, Some(&cursors[0]));
    assert!(changes.missed.as_ref().is_some_and(|missed| missed.is_whole), "nothing of it was lost");
}

#[tokio::test]
async fn one_that_falls_behind_is_told_once_and_one_that_waits_never() {
    let t = Fixture::new(3).await;
    let mut slow = t.follow(Some(1), Scope::Everything, None);
    let mut waits = t.follow(Some(2), Scope::Everything, None);
    assert!(has(&mut waits).is_empty());
    let many: Vec<ChangeModel> = (1..=9).map(|number| change(number, Some(1), false)).collect();
    t.feed.take(&many, None);
    assert_eq!(has(&mut slow), ["too_slow"]);
    t.feed.take(&[change(10, Some(1), false), change(11, Some(2), false)], None);
    assert_eq!(has(&mut slow), ["c10"]);
    assert_eq!(has(&mut waits), ["c11"], "what passed meanwhile did not concern it");
}

#[tokio::test]
async fn heartbeats_come_in_phases_with_the_newest_cursor() {
    let t = Fixture::new(3).await;
    let mut streams: Vec<Changes> = (0..30).map(|_| t.follow(None, Scope::Everything, None)).collect();
    t.feed.take(&[change(1, Some(1), false)], None);
    t.feed.beat(4, DateTime::UNIX_EPOCH);
    let beats: Vec<usize> =
        streams.iter_mut().enumerate().filter_map(|(at, changes)| (has(changes).len() == 2).then_some(at)).collect();
    assert_eq!(beats, [4, 19]);
    t.feed.beat(4, DateTime::UNIX_EPOCH);
    let beat = streams[4].next().now_or_never().flatten().unwrap();
    assert!(matches!(beat, FeedItem::Heartbeat { cursor, .. } if cursor == t.feed.newest()));
}

#[tokio::test]
async fn only_those_are_woken_whom_a_change_concerns() {
    let t = Fixture::new(10).await;
    let mut one = t.follow(Some(1), Scope::Everything, None);
    let mut other = t.follow(Some(2), Scope::Everything, None);
    let (woken, count) = futures_counter();
    assert!(one.poll_next_unpin(&mut Context::from_waker(&woken)).is_pending());
    let (not_woken, none) = futures_counter();
    assert!(matches!(other.poll_next_unpin(&mut Context::from_waker(&not_woken)), Poll::Pending));
    t.feed.take(&[change(1, Some(1), false), change(2, Some(1), false)], None);
    assert_eq!((count.count(), none.count()), (1, 0));
    let access = Access { scope: Scope::Stacks([].into()), ..Access::full() };
    assert!(!one.rescope(&access));
    assert_eq!(has(&mut one), ["scope_changed"]);
}

#[tokio::test]
async fn another_history_begins_anew_for_all() {
    let t = Fixture::new(10).await;
    let mut all = t.follow(None, Scope::Everything, None);
    t.feed.take(&[change(1, Some(1), false)], None);
    t.feed.restart(LogEnd::empty(6));
    t.feed.take(&[change(7, Some(1), false)], None);
    assert_eq!(has(&mut all), ["epoch", "c7"].map(str::to_owned)[..1]);
    t.feed.take(&[change(8, Some(1), false)], None);
    assert_eq!(has(&mut all), ["c8"]);
}

/// A waker that counts.
fn futures_counter() -> (std::task::Waker, Arc<Counter>) {
    let counter = Arc::new(Counter::default());
    (std::task::Waker::from(Arc::clone(&counter)), counter)
}

#[derive(Default)]
struct Counter(std::sync::atomic::AtomicUsize);

impl Counter {
    fn count(&self) -> usize {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }
}

impl std::task::Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
}
