//! The pages of a search: order, cursors, cost and errors.

use serde_json::{Value, json};

use super::{SEARCH, found, furnish, lines, search};
use crate::{
    access::error_code,
    support::{TestApp, both},
};

both!(the_pages_are_the_whole, a_page_costs_the_same_for_1_and_100_results, a_bad_text_and_a_bad_cursor_are_refused,);

/// All pages with `first` rows each, which must be full; `between` is called after each.
pub(super) async fn paged(t: &TestApp, text: &str, first: i32, between: impl AsyncFn(usize)) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), Value::Null);
    for number in 0.. {
        let page = search(t, json!({ "text": text, "first": first, "after": after })).await;
        assert_eq!(page["pageInfo"]["hasPreviousPage"], number > 0);
        let lines = lines(&page);
        let has_next = page["pageInfo"]["hasNextPage"] == true;
        assert!(number < 1_000, "it ends");
        // A full page unless it is the last: nothing was found that may not be shown.
        let first = usize::try_from(first).unwrap();
        assert!(lines.len() == first || (lines.len() < first && !has_next), "{page}");
        all.extend(lines);
        after = page["pageInfo"]["endCursor"].clone();
        assert_eq!(after, page["edges"].as_array().unwrap().last().map_or(Value::Null, |edge| edge["cursor"].clone()));
        if !has_next {
            return all;
        }
        between(number).await;
    }
    unreachable!()
}

async fn the_pages_are_the_whole(t: &TestApp) {
    furnish(t).await;
    let whole = found(t, "a").await;
    assert!((20..100).contains(&whole.len()), "{} results", whole.len());
    let mut once = whole.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), whole.len(), "each once");
    for first in [1, 2, 7, 100] {
        assert_eq!(paged(t, "a", first, async |_| ()).await, whole, "{first}");
    }
    // Rows that are added in between change nothing for the others.
    let grown = paged(t, "a", 1, async |number| {
        if number % 3 == 0 {
            t.app_instance(&format!("a{number}")).await;
            let label = json!({ "key": format!("a{number}"), "value": "added" });
            t.patch("db", json!([{ "set": { "label": label } }])).await;
        }
    })
    .await;
    let is_new = |line: &&String| !whole.contains(line);
    let old: Vec<String> = grown.iter().filter(|line| !is_new(line)).cloned().collect();
    assert_eq!(old, whole);
    assert!(grown.iter().any(|line| is_new(&line)), "what is added behind the cursor is found");
    // Without `first`, twenty.
    let page = search(t, json!({ "text": "a" })).await;
    assert_eq!((page["edges"].as_array().unwrap().len(), &page["pageInfo"]["hasNextPage"]), (20, &json!(true)));
}

async fn a_page_costs_the_same_for_1_and_100_results(t: &TestApp) {
    t.web().await;
    let (few, _) = t.cost(SEARCH, json!({ "text": "db", "first": 100 })).await;
    for number in 0..15 {
        t.app_instance(&format!("more{number}")).await;
        let labels: Vec<Value> = (0..10).map(|n| json!({ "key": format!("k{n}"), "value": "x-many" })).collect();
        t.set(&format!("more{number}"), json!({ "labels": labels })).await;
        t.stack(&format!("more-{number}")).await;
    }
    for (text, first, expected) in [("x-many", 100, 100), ("more", 100, 30), ("db", 100, 1), ("more", 1, 1)] {
        let (cost, data) = t.cost(SEARCH, json!({ "text": text, "first": first })).await;
        assert_eq!(data["search"]["edges"].as_array().unwrap().len(), expected, "{text}");
        // The search, stacks, instances, templates, and the stacks of instances.
        assert!(cost <= 5 && few <= 5, "{text} takes {cost} statements, and db {few}");
    }
    let (cost, _) = t.cost(SEARCH, json!({ "text": "nothing has this" })).await;
    assert_eq!(cost, 1);
}

async fn a_bad_text_and_a_bad_cursor_are_refused(t: &TestApp) {
    t.web().await;
    let stack =
        t.data("{ stacks { pageInfo { endCursor } } }", json!({})).await["stacks"]["pageInfo"]["endCursor"].take();
    let mine = search(t, json!({ "text": "web" })).await["pageInfo"]["endCursor"].take();
    assert!(stack.is_string() && mine.is_string());
    let changed = format!("{}=", mine.as_str().unwrap());
    for (variables, code) in [
        (json!({ "text": "" }), "BAD_REQUEST"),
        (json!({ "text": " \t\n" }), "BAD_REQUEST"),
        (json!({ "text": "a\u{0}b" }), "BAD_REQUEST"),
        (json!({ "text": "ä".repeat(129) }), "LIMIT_EXCEEDED"),
        (json!({ "text": "", "kinds": [] }), "BAD_REQUEST"),
        (json!({ "text": "a", "first": 0 }), "LIMIT_EXCEEDED"),
        (json!({ "text": "a", "first": 101 }), "LIMIT_EXCEEDED"),
        (json!({ "text": "a", "after": "" }), "BAD_REQUEST"),
        (json!({ "text": "a", "after": "x" }), "BAD_REQUEST"),
        (json!({ "text": "a", "after": changed }), "BAD_REQUEST"),
        (json!({ "text": "a", "after": stack }), "BAD_REQUEST"),
    ] {
        let answer = t.graphql(SEARCH, variables.clone()).await;
        assert_eq!(error_code(&answer), Some(code), "{variables}: {answer}");
        assert_eq!(answer["data"], Value::Null);
    }
    assert_eq!(found(t, &"ä".repeat(128)).await, [""; 0]);
    // A cursor is a position, whatever is searched for.
    search(t, json!({ "text": "other", "after": mine })).await;
}
