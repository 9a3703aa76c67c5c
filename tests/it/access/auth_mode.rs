//! API keys and authentication: which requests are accepted, and the state of keys afterwards.

use devarch::{
    access::api_key::ApiKey,
    random::{NoRandomNumbers, Random},
    server::AuthMode,
};
use serde_json::{Value, json};

use super::{error_code, key};
use crate::support::{TestApp, both, code, seeded};

both!(
    a_key_works_until_it_is_revoked,
    a_key_works_until_it_expires,
    only_a_hash_is_stored,
    the_first_key_closes_the_door_for_good,
    wrong_keys_are_limited_and_keep_no_valid_one_out,
    what_is_no_key_costs_nothing,
    a_wrong_key_is_told_nothing,
    inputs_of_keys_are_checked_together,
    keys_come_from_the_source_of_random_numbers,
    without_random_numbers_nothing_is_created,
);

const ASK: &str = "{ viewer { key role stacks { name } } }";

async fn status(t: &TestApp) -> u16 {
    t.send(t.post(json!({ "query": ASK }).to_string())).await.status().as_u16()
}

async fn a_key_works_until_it_is_revoked(t: &TestApp) {
    let admin = key(t, "first", "ADMIN", None).await;
    let admin = t.behind(AuthMode::Keys, Some(&admin));
    assert_eq!(admin.data(ASK, json!({})).await["viewer"], json!({ "key": "first", "role": "ADMIN", "stacks": null }));
    let other = key(&admin, "other", "READER", None).await;
    let caller = admin.showing(Some(&other));
    assert_eq!(status(&caller).await, 200);
    // The scheme may be written in any case.
    admin.done("revokeApiKey", json!({ "name": "other" }), "apiKey { name revokedAt }").await;
    assert_eq!(status(&caller).await, 401);
    assert_eq!(status(&admin).await, 200);
    assert_eq!(admin.refused("revokeApiKey", json!({ "name": "other" })).await, [code("NOT_FOUND", "input.name")]);
    // Its name is free again.
    key(&admin, "other", "EDITOR", None).await;
    let listed = admin.data("{ apiKeys { name role revokedAt hint stacks { name } } }", json!({})).await;
    let listed = listed["apiKeys"].as_array().unwrap().clone();
    let names: Vec<_> = listed.iter().map(|key| (key["name"].as_str().unwrap(), key["revokedAt"].is_null())).collect();
    assert_eq!(names, [("first", true), ("other", false), ("other", true)]);
    assert_eq!(listed[1]["hint"], other[..12]);
}

async fn a_key_works_until_it_expires(t: &TestApp) {
    let soon = t.app.now() + chrono::TimeDelta::seconds(60);
    let input = json!({ "name": "short", "role": "READER", "expiresAt": soon.to_rfc3339() });
    let made = t.done("createApiKey", input, "token").await;
    let caller = t.behind(AuthMode::Keys, made["token"].as_str());
    assert_eq!(status(&caller).await, 200);
    t.skip_time(60_000);
    assert_eq!(status(&caller).await, 401);
}

async fn only_a_hash_is_stored(t: &TestApp) {
    let shown = key(t, "first", "ADMIN", None).await;
    let rows = crate::migrations::rows(t, "SELECT name, role, hint, lookup, verifier FROM api_keys").await;
    let stored = rows.concat().join(" ");
    assert!(stored.contains(&shown[..12]), "{stored}");
    assert!(!stored.contains(&shown[12..]) && !stored.contains(&shown[20..40]), "{stored}");
    let listed = t.data("{ apiKeys { name role hint createdAt expiresAt revokedAt } }", json!({})).await.to_string();
    assert!(!listed.contains(&shown[12..]), "{listed}");
}

async fn the_first_key_closes_the_door_for_good(t: &TestApp) {
    let anybody = t.behind(AuthMode::OpenUntilFirstKey, None);
    assert_eq!(status(&anybody).await, 200);
    let shown = key(&anybody, "first", "ADMIN", None).await;
    t.skip_time(1000);
    assert_eq!(status(&anybody).await, 401);
    let caller = anybody.showing(Some(&shown));
    assert_eq!(status(&caller).await, 200);
    // Revoking the last key does not open the service again.
    caller.done("revokeApiKey", json!({ "name": "first" }), "").await;
    assert_eq!((status(&caller).await, status(&anybody).await), (401, 401));
    // Also after a restart.
    assert_eq!(status(&t.behind(AuthMode::OpenUntilFirstKey, None)).await, 401);
}

async fn wrong_keys_are_limited_and_keep_no_valid_one_out(t: &TestApp) {
    t.freeze_time();
    let good = key(t, "first", "READER", None).await;
    let guarded = t.behind(AuthMode::Keys, None);
    let (valid, before) = (guarded.showing(Some(&good)), t.db.statements());
    let mut answers = Vec::new();
    for tried in 0..1_000 {
        let wrong = ApiKey::generate(&Random::system()).unwrap().reveal();
        let caller = guarded.showing(Some(&wrong));
        let answer = caller.send(caller.post(json!({ "query": ASK }).to_string())).await;
        if answer.status() == 429 {
            let wait: i64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
        }
        answers.push(answer.status().as_u16());
        if tried % 100 == 0 {
            assert_eq!(status(&valid).await, 200, "after {tried} wrong keys");
        }
    }
    let of = |status: u16| answers.iter().filter(|answer| **answer == status).count();
    assert_eq!((of(401), of(429)), (20, 980));
    assert_eq!(status(&valid).await, 200);
    assert!(t.db.statements() - before <= 1_000 + 2 * 11, "one statement for each key");
    // A request without a key is not an attempt, and the limit ends after a minute.
    assert_eq!(status(&guarded).await, 401);
    t.skip_time(60_000);
    let wrong = ApiKey::generate(&Random::system()).unwrap().reveal();
    assert_eq!(status(&guarded.showing(Some(&wrong))).await, 401);
}

async fn what_is_no_key_costs_nothing(t: &TestApp) {
    let good = key(t, "first", "READER", None).await;
    let guarded = t.behind(AuthMode::Keys, None);
    assert_eq!(status(&guarded.showing(Some(&good))).await, 200);
    let before = t.db.statements();
    let mut rng = crate::support::Rng(1);
    for _ in 0..100 {
        // One character is changed, so the checksum is wrong.
        let at = 8 + rng.below(48);
        let other = rng.one_of(&["A", "b", "7", "-", "_"]);
        let changed = format!("{}{other}{}", &good[..at], &good[at + 1..]);
        if changed != good {
            assert_eq!(status(&guarded.showing(Some(&changed))).await, 401);
        }
    }
    assert_eq!(t.db.statements(), before, "the database is not asked");
    // Nor is it counted: a wrong key still gets 401, not 429.
    let wrong = ApiKey::generate(&Random::system()).unwrap().reveal();
    assert_eq!(status(&guarded.showing(Some(&wrong))).await, 401);
}

async fn a_wrong_key_is_told_nothing(t: &TestApp) {
    let good = key(t, "first", "READER", None).await;
    let guarded = t.behind(AuthMode::Keys, None);
    let unknown = ApiKey::generate(&Random::system()).unwrap().reveal();
    for wrong in [unknown.as_str(), "devarch_", "nonsense", &good[..good.len() - 1], &good.to_uppercase(), ""] {
        let caller = guarded.showing(Some(wrong));
        let answer = caller.send(caller.post(json!({ "query": ASK }).to_string())).await;
        assert_eq!(answer.status(), 401, "{wrong}");
        assert_eq!(answer.headers()["connection"], "close", "its body is not read");
        let answer: Value = serde_json::from_str(&TestApp::text(answer).await).unwrap();
        assert_eq!(error_code(&answer), Some("UNAUTHENTICATED"), "{wrong}");
        assert_eq!(answer["errors"][0]["message"], "This API key is unknown, revoked or expired.");
    }
}

async fn inputs_of_keys_are_checked_together(t: &TestApp) {
    key(t, "taken", "READER", None).await;
    let input = json!({ "name": "No Name", "role": "READER", "stacks": [{ "name": "nowhere" }],
                        "expiresAt": "2020-01-01T00:00:00Z" });
    let wrong = t.refused("createApiKey", input).await;
    let expected =
        [("NAME_INVALID", "input.name"), ("NOT_FOUND", "input.stacks.0.name"), ("INVALID_VALUE", "input.expiresAt")];
    assert_eq!(wrong, expected.map(|(what, path)| code(what, path)));
    let none = t.refused("createApiKey", json!({ "name": "none", "role": "READER", "stacks": [] })).await;
    assert_eq!(none, [code("LIMIT_EXCEEDED", "input.stacks")]);
    let taken = t.refused("createApiKey", json!({ "name": "taken", "role": "ADMIN" })).await;
    assert_eq!(taken, [code("NAME_TAKEN", "input.name")]);
}

async fn keys_come_from_the_source_of_random_numbers(t: &TestApp) {
    let random = seeded(7);
    random.distinct(); // The id of the request.
    let expected = ApiKey::generate(&random).unwrap().reveal();
    assert_eq!(key(&t.on(t.db.clone().with_random(seeded(7))), "first", "ADMIN", None).await, expected);
}

async fn without_random_numbers_nothing_is_created(t: &TestApp) {
    let without = t.on(t.db.clone().with_random(Random::from_fn(|_| Err(NoRandomNumbers::UNSUPPORTED))));
    for mutation in [
        r#"mutation { createApiKey(input: { name: "first", role: ADMIN }) { token } }"#,
        r#"mutation { createStack(input: { name: "shop" }) { stack { id } } }"#,
    ] {
        assert_eq!(error_code(&without.graphql(mutation, json!({})).await), Some("INTERNAL"), "{mutation}");
    }
    let left = t.data("{ apiKeys { name } stacks { totalCount } }", json!({})).await;
    assert_eq!(left, json!({ "apiKeys": [], "stacks": { "totalCount": 0 } }));
}
