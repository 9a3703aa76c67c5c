//! Key rotation while secrets are written and read.

use std::{path::PathBuf, time::Duration};

use devarch::vault::{Keyring, Vault, key_of};
use serde_json::json;

use super::{PLANTED, of, secret, values};
use crate::support::{TestApp, both};

both!(
    a_rotation_seals_everything_anew_and_nobody_notices,
    a_rotation_that_is_interrupted_goes_on,
    a_server_notices_a_new_key_and_never_writes_with_the_old_one,
    the_wrong_key_is_refused_at_start,
    two_servers_do_not_start_with_keys_of_their_own,
    what_is_kept_of_a_new_api_key_is_forgotten_with_the_old_key,
);

/// The application with the keys of a file.
pub(crate) fn with_file(t: &TestApp) -> (tempfile::TempDir, PathBuf, TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("devarch.key");
    Vault::create_file(&file).unwrap();
    let t = t.with_vault(Vault::of_file(&file).unwrap());
    (folder, file, t)
}

/// The number of secrets encrypted with each of these keys.
async fn sealed_under(t: &TestApp) -> Vec<(String, u64)> {
    t.app.secret_keys().await.unwrap().into_iter().map(|key| (key.id, key.secrets)).collect()
}

async fn a_rotation_seals_everything_anew_and_nobody_notices(t: &TestApp) {
    let (_folder, file, t) = with_file(t);
    t.app.unlock_secrets().await.unwrap();
    t.shop().await;
    t.set("db", json!({ "envVars": [secret("A", PLANTED), secret("EMPTY", ""), { "key": "P", "value": "p" }] })).await;
    for value in ["other", PLANTED] {
        t.patch("db", json!([{ "set": { "envVar": secret("A", value) } }])).await;
    }
    let seen = "revision updatedAt effectiveConfig { envVars { key value isSecret isSet } }";
    let before = t.see("db", seen).await;
    let old = t.db.vault().current().unwrap();
    assert!(!t.app.secrets_need_rotation().await.unwrap());

    let new = Vault::add_to_file(&file).unwrap();
    assert!(t.app.secrets_need_rotation().await.unwrap());
    let done = t.app.rotate_secrets().await.unwrap();
    // Three are stored, and six are in the change log.
    assert_eq!((done.secrets, done.sealed, done.unused), (9, 9, vec![old.to_string()]));
    assert_eq!(sealed_under(&t).await, [(new.to_string(), 9), (old.to_string(), 0)]);
    assert!(!t.app.secrets_need_rotation().await.unwrap());
    assert_eq!(t.see("db", seen).await, before);
    assert_eq!(t.reveal(of("shop", "db"), "A").await, PLANTED);
    assert_eq!(t.reveal(of("shop", "db"), "EMPTY").await, "");
    // Running it again encrypts nothing.
    assert_eq!(t.app.rotate_secrets().await.unwrap().sealed, 0);
    // The old key can go.
    let only_new: String = std::fs::read_to_string(&file)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with(old.as_str()))
        .map(|line| format!("{line}\n"))
        .collect();
    let restarted = t.with_vault(Vault::new(only_new.parse().unwrap()));
    restarted.app.unlock_secrets().await.unwrap();
    assert_eq!(restarted.reveal(of("shop", "db"), "A").await, PLANTED);
    let last =
        restarted.data("{ changes(first: 1) { nodes { id } } }", json!({})).await["changes"]["nodes"][0]["id"].take();
    restarted.done("revertChange", json!({ "change": last }), "").await;
    assert_eq!(restarted.reveal(of("shop", "db"), "A").await, "other", "the log is encrypted anew as well");
    // It is not created again.
    let stale = t.with_vault(Vault::new(
        std::fs::read_to_string(&file)
            .unwrap()
            .lines()
            .filter(|line| line.starts_with(old.as_str()))
            .collect::<String>()
            .parse()
            .unwrap(),
    ));
    assert!(stale.app.unlock_secrets().await.is_err());
}

async fn a_rotation_that_is_interrupted_goes_on(t: &TestApp) {
    let (_folder, file, t) = with_file(t);
    t.app.unlock_secrets().await.unwrap();
    t.shop().await;
    // Several batches.
    for name in ["a", "b", "c"] {
        t.instance("shop", name).await;
        let vars: Vec<_> = (0..400).map(|n| secret(&format!("K{n}"), &format!("{PLANTED}-{n}"))).collect();
        t.set(name, json!({ "envVars": vars })).await;
    }
    Vault::add_to_file(&file).unwrap();
    let mut interrupted = 0;
    // As if the machine failed at later and later points.
    let done = loop {
        let limit = Duration::from_millis(3 << interrupted);
        match tokio::time::timeout(limit, t.app.rotate_secrets()).await {
            Ok(done) => break done.unwrap(),
            Err(_) => {
                interrupted += 1;
                assert!(t.app.secrets_need_rotation().await.unwrap(), "it is not said to be done");
                assert_eq!(t.reveal(of("shop", "b"), "K7").await, format!("{PLANTED}-7"));
            }
        }
    };
    assert!(interrupted > 0);
    // Each is stored, and those of the instances are in the change log.
    assert_eq!(done.secrets, 2401);
    let current = t.db.vault().current().unwrap();
    for table in ["service_env_vars", "instance_env_vars"] {
        assert!(values(&t, table).await.iter().all(|sealed| key_of(sealed).as_ref() == Ok(&current)));
    }
    for (name, n) in [("a", 0), ("b", 200), ("c", 399)] {
        assert_eq!(t.reveal(of("shop", name), &format!("K{n}")).await, format!("{PLANTED}-{n}"));
    }
}

async fn a_server_notices_a_new_key_and_never_writes_with_the_old_one(t: &TestApp) {
    let (_folder, file, t) = with_file(t);
    t.app.unlock_secrets().await.unwrap();
    t.shop().await;
    // One server reads the file, the other one has the keys of its start for ever.
    let old_ring: Keyring = std::fs::read_to_string(&file).unwrap().parse().unwrap();
    let stuck = t.with_vault(Vault::new(old_ring));
    let rotating = t.with_vault(Vault::of_file(&file).unwrap());
    let new = Vault::add_to_file(&file).unwrap();
    rotating.app.rotate_secrets().await.unwrap();

    assert_eq!(t.reveal(of("shop", "db"), "POSTGRES_PASSWORD").await, "devarch");
    t.set("db", json!({ "envVars": [secret("A", PLANTED)] })).await;
    assert!(values(&t, "instance_env_vars").await.iter().all(|sealed| key_of(sealed).as_ref() == Ok(&new)));
    // The server with the old keys neither shows a wrong value nor writes one with a retired key.
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": { "labels": [], "envVars": [secret("B", "b")] } });
    let query =
        "mutation ($input: SetInstanceOverridesInput!) { setInstanceOverrides(input: $input) { userErrors { code } } }";
    let refused = stuck.graphql(query, json!({ "input": input })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "INTERNAL");
    let mut fresh = TestApp::new_instance("shop", "fresh");
    fresh["overrides"] = json!({ "envVars": [secret("B", "b")] });
    let query = "mutation ($input: CreateInstanceInput!) { createInstance(input: $input) { userErrors { code } } }";
    let refused = stuck.graphql(query, json!({ "input": fresh })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "INTERNAL");
    let old = t.db.vault().ids()[1].to_string();
    assert_eq!(sealed_under(&t).await, [(new.to_string(), 3), (old, 0)]);
}

async fn what_is_kept_of_a_new_api_key_is_forgotten_with_the_old_key(t: &TestApp) {
    let (_folder, file, t) = with_file(t);
    t.app.unlock_secrets().await.unwrap();
    let input = json!({ "name": "ci", "role": "READER", "idempotencyKey": "k" });
    let first = t.done("createApiKey", input.clone(), "token").await;
    assert_eq!(t.done("createApiKey", input.clone(), "token").await, first);
    Vault::add_to_file(&file).unwrap();
    t.app.rotate_secrets().await.unwrap();
    assert_eq!(TestApp::codes(&t.mutate("createApiKey", input, "").await)[0].0, "NAME_TAKEN");
}

async fn the_wrong_key_is_refused_at_start(t: &TestApp) {
    t.app.unlock_secrets().await.unwrap();
    t.shop().await;
    let id = t.db.vault().current().unwrap();
    let stranger = t.with_vault(Vault::new(Keyring::generate().unwrap()));
    let refused = stranger.app.unlock_secrets().await.unwrap_err().to_string();
    assert!(refused.contains(id.as_str()) && refused.contains("not here"), "{refused}");
    let bytes = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let impostor = t.with_vault(Vault::new(format!("{id} {bytes}").parse().unwrap()));
    let refused = impostor.app.unlock_secrets().await.unwrap_err().to_string();
    assert!(refused.contains("is not the one"), "{refused}");
    let nothing = t.with_vault(Vault::default());
    assert!(nothing.app.unlock_secrets().await.is_err());
    // A server that has not checked its keys returns no wrong value.
    let query = "mutation ($input: RevealSecretInput!) { revealSecret(input: $input) { value } }";
    let input = json!({ "template": { "name": "postgres" }, "key": "POSTGRES_PASSWORD" });
    for app in [stranger, impostor, nothing] {
        let answer = app.graphql(query, json!({ "input": input })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL", "{answer}");
    }
}

async fn two_servers_do_not_start_with_keys_of_their_own(t: &TestApp) {
    let started = t
        .at_once(4, |t, _| async move {
            let own = t.with_vault(Vault::new(Keyring::generate().unwrap()));
            own.app.unlock_secrets().await.is_ok()
        })
        .await;
    assert_eq!(started.iter().filter(|started| **started).count(), 1);
}
