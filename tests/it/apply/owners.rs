//! Owners: what becomes an owner's, what others keep, and what is taken over or removed.

use serde_json::{Value, json};

use super::{apply, apply_nothing, compose, document, labels, outcomes, owners, plain, refused, with, yaml};
use crate::support::{TestApp, both};

both!(
    what_others_have_otherwise_is_an_error,
    taking_over_is_explicit,
    only_the_owners_entries_are_removed,
    nothing_is_removed_without_pruning,
    fields_have_owners,
    replaced_kinds_have_owners,
    a_document_resets_and_a_file_hides,
    copies_have_no_owners,
    purged_instances_leave_no_owners,
);

fn web(labels: &str) -> String {
    format!("devarch: 1\ninstances:\n  web: {{ template: plain, overrides: {{ labels: [{labels}] }} }}\n")
}

fn label(key: &str, value: &str) -> String {
    format!("{{ key: {key}, value: '{value}' }}")
}

async fn what_others_have_otherwise_is_an_error(t: &TestApp) {
    plain(t).await;
    apply(t, document("shop", "one", &web(&format!("{}, {}", label("x", "1"), label("y", "1"))))).await;
    assert_eq!(owners(t, "shop").await, json!(["one"]));
    // The same value is no conflict, and stays the first owner's.
    apply(t, document("shop", "two", &web(&format!("{}, {}", label("x", "1"), label("z", "2"))))).await;
    assert_eq!(owners(t, "shop").await, json!(["one", "two"]));
    assert_eq!(labels(t, "web").await, "a=1 b=1 x=1 y=1 z=2");
    let other = document("shop", "two", &web(&format!("{}, {}", label("x", "2"), label("z", "3"))));
    let errors = refused(t, other.clone()).await;
    assert_eq!(
        errors,
        [
            "OWNED_BY_OTHER `x` (labels) of the instance `web` belongs to the owner `one`, who has it otherwise: leave it to \
          that owner, or take it over with take."
        ]
    );
    let query = "mutation ($input: ApplyStackInput!) { applyStack(input: $input) { userErrors { __typename path
        ... on OwnedByOtherError { code owner kind key instance { name } } } } }";
    let answer = t.data(query, json!({ "input": other })).await;
    let expected = json!([{ "__typename": "OwnedByOtherError", "path": ["input", "take"], "code": "OWNED_BY_OTHER",
        "owner": "one", "kind": "LABEL", "key": "x", "instance": { "name": "web" } }]);
    assert_eq!(answer["applyStack"]["userErrors"], expected);
    // A change by hand has no owner, and is undone by the owner's next apply.
    t.patch("web", json!([{ "set": { "label": { "key": "x", "value": "by hand" } } }])).await;
    apply(t, document("shop", "one", &web(&format!("{}, {}", label("x", "1"), label("y", "1"))))).await;
    assert_eq!(labels(t, "web").await, "a=1 b=1 x=1 y=1 z=2");
}

async fn taking_over_is_explicit(t: &TestApp) {
    plain(t).await;
    apply(t, document("shop", "one", &web(&label("x", "1")))).await;
    let taken = with(document("shop", "two", &web(&label("x", "2"))), json!({ "take": true }));
    assert_eq!(outcomes(&apply(t, taken.clone()).await), ["web UPDATED"]);
    assert_eq!(labels(t, "web").await, "a=1 b=1 x=2");
    apply_nothing(t, taken).await;
    let errors = refused(t, document("shop", "one", &web(&label("x", "1")))).await;
    assert!(errors[0].contains("belongs to the owner `two`"), "{errors:?}");
    // The first owner has nothing to remove any more.
    apply_nothing(t, document("shop", "one", &web(""))).await;
}

async fn only_the_owners_entries_are_removed(t: &TestApp) {
    plain(t).await;
    apply(t, document("shop", "one", &web(&format!("{}, {}", label("x", "1"), label("y", "1"))))).await;
    apply(t, document("shop", "two", &web(&label("z", "2")))).await;
    t.patch("web", json!([{ "set": { "label": { "key": "h", "value": "by hand" } } }, { "remove": { "label": "b" } }]))
        .await;
    apply(t, document("shop", "one", &web(&label("y", "1")))).await;
    assert_eq!(labels(t, "web").await, "a=1 h=by hand y=1 z=2 -b");
    // What is set by hand becomes the owner's when it is mentioned.
    apply_nothing(t, document("shop", "one", &web(&format!("{}, {}", label("y", "1"), label("h", "by hand"))))).await;
    apply(t, document("shop", "one", &web(""))).await;
    assert_eq!(labels(t, "web").await, "a=1 z=2 -b");
    assert_eq!(owners(t, "shop").await, json!(["one", "two"]), "one has made the instance");
}

async fn nothing_is_removed_without_pruning(t: &TestApp) {
    plain(t).await;
    apply(t, document("shop", "one", &web(&label("x", "1")))).await;
    let none = |text: &str| with(document("shop", "one", text), json!({ "prune": "NONE" }));
    apply_nothing(t, none(&web(""))).await;
    apply_nothing(t, none("devarch: 1")).await;
    // The owner is kept.
    let errors = refused(t, document("shop", "two", &web(&label("x", "2")))).await;
    assert!(errors[0].contains("belongs to the owner `one`"), "{errors:?}");
    let applied = apply(t, document("shop", "one", "devarch: 1")).await;
    assert_eq!(outcomes(&applied), ["web TRASHED"]);
}

async fn fields_have_owners(t: &TestApp) {
    plain(t).await;
    let text = "devarch: 1\ndescription: one\nenabled: false\ninstances:\n  web: { template: plain, description: w, enabled: false }\n";
    apply(t, document("shop", "one", text)).await;
    let other = "devarch: 1\ndescription: two\nenabled: false\ninstances:\n  web: { template: plain, enabled: true }\n";
    let errors = refused(t, document("shop", "two", other)).await;
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].contains("The description of the stack belongs to the owner `one`"), "{errors:?}");
    assert!(errors[1].contains("The enabled of the instance `web` belongs to"), "{errors:?}");
    let state = |t: &TestApp| {
        let t = t.clone();
        async move {
            let found = super::said(&t, "shop").await;
            let web = &found["instances"]["nodes"][0];
            (found["description"].clone(), found["enabled"].clone(), web["description"].clone(), web["enabled"].clone())
        }
    };
    assert_eq!(state(t).await, (json!("one"), json!(false), json!("w"), json!(false)));
    apply(
        t,
        document("shop", "one", "devarch: 1\nenabled: false\ninstances:\n  web: { template: plain, description: w }\n"),
    )
    .await;
    assert_eq!(state(t).await, (json!(""), json!(false), json!("w"), json!(true)));
    let too_long = format!(
        "devarch: 1\ndescription: {}\ninstances: {{ web: {{ template: plain, description: {} }} }}",
        "x".repeat(5000),
        "y".repeat(5000)
    );
    let errors = refused(t, document("shop", "one", &too_long)).await;
    assert!(errors.iter().all(|error| error.starts_with("LIMIT_EXCEEDED")), "{errors:?}");
}

async fn replaced_kinds_have_owners(t: &TestApp) {
    plain(t).await;
    let text =
        |replaced: &str| format!("devarch: 1\ninstances:\n  web: {{ template: plain, replaced: [{replaced}] }}\n");
    apply(t, document("shop", "one", &text("labels"))).await;
    assert_eq!(labels(t, "web").await, "-*");
    apply_nothing(t, document("shop", "two", &text("labels"))).await;
    apply_nothing(t, document("shop", "two", &text(""))).await;
    apply(t, document("shop", "one", &text(""))).await;
    assert_eq!(labels(t, "web").await, "a=1 b=1");
    t.patch("web", json!([{ "replace": "LABEL" }])).await;
    apply_nothing(t, document("shop", "one", &text(""))).await;
}

async fn a_document_resets_and_a_file_hides(t: &TestApp) {
    plain(t).await;
    t.stack("shop").await;
    let input = json!({ "stack": { "name": "shop" }, "template": { "name": "plain" }, "name": "web" });
    t.done("createInstance", input, "").await;
    let file = |labels: &str| {
        format!("services:\n  web:\n    image: busybox\n    restart: unless-stopped\n    labels: {{ {labels} }}\n")
    };
    // Inherited entries become the owner's when a file mentions them, and the others stay.
    apply_nothing(t, compose("shop", "file", &file("a: '1'"))).await;
    apply(t, compose("shop", "file", &file("c: '3'"))).await;
    assert_eq!(labels(t, "web").await, "b=1 c=3 -a");
    apply_nothing(t, compose("shop", "file", &file("c: '3'"))).await;
    // What was hidden comes back when the file has it again.
    apply(t, compose("shop", "file", &file("a: '1'"))).await;
    assert_eq!(labels(t, "web").await, "a=1 b=1");
    apply(t, compose("shop", "file", &file("a: '2'"))).await;
    assert_eq!(labels(t, "web").await, "a=2 b=1");
    // A document without the override goes back to the template.
    apply(t, document("shop", "file", "devarch: 1\ninstances: { web: { template: plain } }")).await;
    assert_eq!(labels(t, "web").await, "a=1 b=1");
}

async fn copies_have_no_owners(t: &TestApp) {
    plain(t).await;
    apply(t, document("shop", "one", &web(&label("x", "1")))).await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "copy" }), "").await;
    t.done("forkStack", json!({ "stack": { "name": "shop" }, "name": "fork" }), "").await;
    t.done("duplicateInstance", json!({ "instance": TestApp::by_name("shop", "web"), "name": "web-2" }), "").await;
    assert_eq!(owners(t, "copy").await, json!([]));
    assert_eq!(owners(t, "fork").await, json!([]));
    // The copy was not made by applying, so it stays.
    let applied = apply(t, document("shop", "one", &web(&label("x", "1")))).await;
    assert_eq!(outcomes(&applied), ["web UNCHANGED"]);
    assert!(yaml(t, "shop").await.contains("web-2:"));
}

async fn purged_instances_leave_no_owners(t: &TestApp) {
    plain(t).await;
    apply(t, document("shop", "one", &web(&label("x", "1")))).await;
    let gone =
        t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "web") }), "instance { id }").await;
    assert_eq!(owners(t, "shop").await, json!([]), "what is in the trash does not count");
    let rows = || async { t.text_of("SELECT CAST(COUNT(*) AS TEXT) FROM owned_entries").await };
    assert_eq!(rows().await, "2");
    t.done("purgeInstance", json!({ "instance": { "id": gone["instance"]["id"] } }), "").await;
    assert_eq!(rows().await, "0");
    apply(t, document("shop", "one", &web(&label("x", "1")))).await;
    assert_eq!(owners(t, "shop").await, json!(["one"]));
    let found: Value = t.data("{ stack(name: \"shop\") { id } }", json!({})).await;
    t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "").await;
    t.done("purgeStack", json!({ "stack": { "id": found["stack"]["id"] } }), "").await;
    assert_eq!(rows().await, "0");
}
