//! Every mutation with an idempotency key, repeated after any change of its subject, by any caller and with any
//! other selection.

use devarch::{limits::Limits, server::AuthMode};
use serde_json::{Value, json};

use super::{last_change, number, selections::Selections, with};
use crate::{
    access::{error_code, key},
    support::{Rng, TestApp, both, code},
};

both!(replays_change_nothing_and_show_nothing_of_others);

/// A word that occurs in all data of a stack, and nowhere else.
const MARKER: &str = "marker";

/// A mutation to repeat.
struct Tried {
    field: &'static str,
    /// The type of its payload, and the field of it that has the subject.
    payload: &'static str,
    subject: Option<&'static str>,
    /// What has to be done before it.
    before: Vec<(&'static str, Value)>,
    input: Value,
}

/// All mutations, each with its own subject. `s{n}` is a stack with an instance `db`.
#[expect(clippy::too_many_lines, reason = "a list")]
fn all(n: usize) -> Vec<Tried> {
    let stack = format!("s{n}");
    let of_stack = || json!({ "stack": { "name": stack } });
    let of_instance = || json!({ "instance": { "byName": { "stack": stack, "name": "db" } } });
    let and = |mut input: Value, more: Value| {
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let template = || json!({ "name": format!("t{n}"), "imageName": "app", "ports": [{ "containerPort": 80 }] });
    let of_template = || json!({ "template": { "name": format!("t{n}") } });
    let labels = || json!([{ "key": "a", "value": MARKER }]);
    let tried = |field, payload, subject, before: &[(&'static str, Value)], input| Tried {
        field,
        payload,
        subject,
        before: before.to_vec(),
        input,
    };
    let (stack_, instance_, template_) = (Some("stack"), Some("instance"), Some("template"));
    let away = ("softDeleteStack", of_stack());
    let gone = ("softDeleteInstance", of_instance());
    let file = format!("services: {{ web{n}: {{ image: nginx, ports: ['80'] }} }}");
    vec![
        tried(
            "createStack",
            "CreateStackPayload",
            stack_,
            &[],
            json!({ "name": format!("n{n}"), "description": MARKER }),
        ),
        tried("updateStack", "UpdateStackPayload", stack_, &[], and(of_stack(), json!({ "enabled": false }))),
        tried(
            "setSharedVars",
            "SetSharedVarsPayload",
            stack_,
            &[],
            and(of_stack(), json!({ "vars": [{ "key": "A", "value": MARKER, "inject": "ALL" }] })),
        ),
        tried("renameStack", "RenameStackPayload", stack_, &[], and(of_stack(), json!({ "name": format!("r{n}") }))),
        tried("softDeleteStack", "SoftDeleteStackPayload", stack_, &[], of_stack()),
        tried("restoreStack", "RestoreStackPayload", stack_, std::slice::from_ref(&away), of_stack()),
        tried("purgeStack", "PurgeStackPayload", None, &[away], of_stack()),
        tried("duplicateStack", "DuplicateStackPayload", stack_, &[], of_stack()),
        tried("forkStack", "ForkStackPayload", stack_, &[], and(of_stack(), json!({ "key": MARKER }))),
        tried(
            "renewLease",
            "RenewLeasePayload",
            stack_,
            &[("forkStack", and(of_stack(), json!({ "name": format!("g{n}") })))],
            json!({ "stack": { "name": format!("g{n}") }, "expiresIn": "P1D" }),
        ),
        tried(
            "createInstance",
            "CreateInstancePayload",
            instance_,
            &[],
            json!({ "stack": { "name": stack }, "template": { "name": "postgres" }, "name": "new", "description": MARKER,
                    "overrides": { "labels": labels() } }),
        ),
        tried(
            "updateInstance",
            "UpdateInstancePayload",
            instance_,
            &[],
            and(of_instance(), json!({ "enabled": false })),
        ),
        tried("renameInstance", "RenameInstancePayload", instance_, &[], and(of_instance(), json!({ "name": "pg" }))),
        tried("softDeleteInstance", "SoftDeleteInstancePayload", instance_, &[], of_instance()),
        tried("restoreInstance", "RestoreInstancePayload", instance_, std::slice::from_ref(&gone), of_instance()),
        tried("purgeInstance", "PurgeInstancePayload", None, &[gone], of_instance()),
        tried("duplicateInstance", "DuplicateInstancePayload", instance_, &[], of_instance()),
        tried(
            "setInstanceOverrides",
            "SetInstanceOverridesPayload",
            instance_,
            &[],
            and(of_instance(), json!({ "overrides": { "labels": labels() } })),
        ),
        tried(
            "patchInstanceOverrides",
            "PatchInstanceOverridesPayload",
            instance_,
            &[],
            and(of_instance(), json!({ "operations": [{ "set": { "label": { "key": "b", "value": MARKER } } }] })),
        ),
        tried(
            "revertChange",
            "RevertChangePayload",
            instance_,
            &[("updateInstance", and(of_instance(), json!({ "description": MARKER })))],
            json!({ "change": "?" }),
        ),
        tried(
            "restoreVersion",
            "RestoreVersionPayload",
            instance_,
            &[],
            and(of_instance(), json!({ "at": { "ago": "PT0S" } })),
        ),
        tried(
            "redactChange",
            "RedactChangePayload",
            instance_,
            &[("updateInstance", and(of_instance(), json!({ "description": MARKER })))],
            json!({ "change": "?", "reason": "a test" }),
        ),
        tried("createTemplate", "CreateTemplatePayload", template_, &[], template()),
        tried(
            "updateTemplate",
            "UpdateTemplatePayload",
            template_,
            &[("createTemplate", template())],
            and(of_template(), json!({ "imageTag": "2" })),
        ),
        tried("deleteTemplate", "DeleteTemplatePayload", None, &[("createTemplate", template())], of_template()),
        tried(
            "importCompose",
            "ImportComposePayload",
            None,
            &[],
            json!({ "files": [{ "text": file }], "stack": { "name": format!("m{n}") } }),
        ),
        tried(
            "applyStack",
            "ApplyStackPayload",
            stack_,
            &[],
            json!({ "stack": stack, "owner": MARKER, "source": { "compose": [{ "text": file }] } }),
        ),
        tried("createApiKey", "CreateApiKeyPayload", None, &[], json!({ "name": format!("c{n}"), "role": "READER" })),
        tried(
            "revokeApiKey",
            "RevokeApiKeyPayload",
            None,
            &[("createApiKey", json!({ "name": format!("c{n}"), "role": "READER" }))],
            json!({ "name": format!("c{n}") }),
        ),
        tried(
            "revealSecret",
            "RevealSecretPayload",
            None,
            &[],
            and(of_instance(), json!({ "key": "POSTGRES_PASSWORD" })),
        ),
    ]
}

/// Numbers that every possible change affects.
async fn facts(t: &TestApp) -> Vec<i64> {
    let mut facts = Vec::new();
    for sql in [
        "SELECT CAST(COALESCE(SUM(count % 1000000007), 0) AS BIGINT) FROM changes",
        "SELECT CAST(COUNT(*) + COALESCE(SUM(revision), 0) AS BIGINT) FROM stacks",
        "SELECT CAST(COUNT(*) + COALESCE(SUM(revision), 0) AS BIGINT) FROM service_instances",
        "SELECT CAST(COUNT(*) + COALESCE(SUM(revision), 0) AS BIGINT) FROM services",
        "SELECT COUNT(*) FROM instance_labels",
        "SELECT COUNT(*) FROM service_ports",
        "SELECT COUNT(*) FROM api_keys",
        "SELECT COUNT(*) FROM api_keys WHERE revoked_at IS NOT NULL",
        "SELECT COUNT(*) FROM idempotency_keys",
    ] {
        facts.push(number(t, sql).await);
    }
    facts
}

/// Changes the subject of a mutation, by its id; returns true if it no longer exists afterwards.
async fn disturb(t: &TestApp, subject: Option<&str>, id: &Value, n: usize, rng: &mut Rng) -> bool {
    let input = |more: Value| {
        let mut input = more;
        input[subject.unwrap()] = json!({ "id": id });
        input
    };
    let delete = |of: &str| format!("softDelete{of}");
    match subject {
        Some("template") => match rng.below(3) {
            0 => false,
            1 => {
                t.mutate("updateTemplate", input(json!({ "name": format!("x{n}") })), "").await;
                false
            }
            _ => TestApp::codes(&t.mutate("deleteTemplate", input(json!({})), "").await).is_empty(),
        },
        Some(of) => {
            let of = if of == "stack" { "Stack" } else { "Instance" };
            let steps: &[String] = match rng.below(5) {
                0 => &[],
                1 => &[format!("rename{of}")],
                2 => &[delete(of)],
                3 => &[delete(of), format!("restore{of}")],
                _ => &[delete(of), format!("purge{of}")],
            };
            let mut last = Vec::new();
            for step in steps {
                let more = if step.starts_with("rename") { json!({ "name": format!("x{n}") }) } else { json!({}) };
                last = TestApp::codes(&t.mutate(step, input(more), "").await);
            }
            steps.last().is_some_and(|step| step.starts_with("purge")) && last.is_empty()
        }
        None => false,
    }
}

/// The whole response to a mutation.
async fn send(t: &TestApp, tried: &Tried, input: &Value, selection: &str) -> Value {
    let field = tried.field;
    let of = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let query = format!(
        "mutation ($input: {of}!) {{ {field}(input: $input) {{ {selection} userErrors {{ code path message }} }} }}"
    );
    t.graphql(&query, json!({ "input": input })).await
}

async fn replays_change_nothing_and_show_nothing_of_others(t: &TestApp) {
    let t =
        &t.with_limits(Limits { max_aliases: 10_000, max_selections: 10_000, max_cost: u64::MAX, ..Limits::default() });
    t.template("postgres").await;
    t.stack("other").await;
    let selections = Selections::of(t).await;
    let rounds = std::env::vars().find(|(name, _)| name == "DEVARCH_FUZZ_ROUNDS").and_then(|(_, n)| n.parse().ok());
    let schema = t.data("{ __schema { mutationType { fields { name } } } }", json!({})).await;
    let mut rng = Rng(1);
    let mut n = 0;
    for _ in 0..rounds.unwrap_or(1_usize) {
        let fields = schema["__schema"]["mutationType"]["fields"].as_array().unwrap();
        assert_eq!(fields.len(), all(0).len(), "every mutation is tried");
        for which in 0..fields.len() {
            n += 1;
            one(t, n, &all(n).remove(which), &selections, &mut rng).await;
        }
    }
}

async fn one(t: &TestApp, n: usize, tried: &Tried, selections: &Selections, rng: &mut Rng) {
    let field = tried.field;
    t.done("createStack", json!({ "name": format!("s{n}"), "description": MARKER }), "").await;
    let mut instance = TestApp::new_instance(&format!("s{n}"), "db");
    instance["description"] = json!(MARKER);
    instance["overrides"] = json!({ "ports": [{ "hostPort": 1000 + n, "containerPort": 80 }] });
    t.done("createInstance", instance, "").await;
    for (field, input) in &tried.before {
        t.done(field, input.clone(), "").await;
    }
    let mut input = tried.input.clone();
    if input["change"] == "?" {
        input["change"] = last_change(t).await;
    }
    let name = format!("k{n}");
    let owner = t.behind(AuthMode::Keys, Some(&key(t, &name, "ADMIN", None).await));
    let input = with(input, "key");
    let any = |rng: &mut Rng| {
        let selection = selections.any(tried.payload, 4, rng);
        selection.trim().trim_start_matches('{').trim_end_matches('}').to_owned()
    };
    let subject = tried.subject.map_or(String::new(), |subject| format!("own: {subject} {{ id }}"));
    let first = send(&owner, tried, &input, &format!("{subject} {}", any(rng))).await;
    assert_eq!((first.get("errors"), &first["data"][field]["userErrors"]), (None, &json!([])), "{field}: {first}");
    let is_gone = disturb(t, tried.subject, &first["data"][field]["own"]["id"], n, rng).await;
    let before = facts(t).await;
    for _ in 0..2 {
        let selection = format!("{subject} {}", any(rng));
        let again = send(&owner, tried, &input, &selection).await;
        let what = || format!("{field} (gone: {is_gone}): {selection}: {again}");
        // A secret is revealed each time, and the variable may be gone by now.
        assert_eq!(again.get("errors"), None, "{}", what());
        let codes = TestApp::codes(&again["data"][field]);
        let expected = if is_gone { vec![code("NOT_FOUND", "input.idempotencyKey")] } else { Vec::new() };
        assert_eq!(codes, expected, "{}", what());
        if !is_gone {
            assert_eq!(again["data"][field]["own"]["id"], first["data"][field]["own"]["id"], "{}", what());
        }
    }
    assert_eq!(facts(t).await, before, "{field}: sent again, it has changed something");
    // The same name, and another key: limited to a stack that has nothing to do with it.
    t.done("revokeApiKey", json!({ "name": name }), "").await;
    let limited = t.behind(AuthMode::Keys, Some(&key(t, &name, "ADMIN", Some(&["other"])).await));
    let before = facts(t).await;
    {
        let answer = send(&limited, tried, &input, &any(rng)).await;
        let code = error_code(&answer);
        assert!(code.is_none_or(|code| code == "FORBIDDEN"), "{field}: {answer}");
        let payload = &answer["data"][field];
        assert!(code.is_some() || !TestApp::codes(payload).is_empty(), "{field}: {answer}");
        assert!(!answer.to_string().contains(MARKER), "{field}: {answer}");
    }
    assert_eq!(facts(t).await, before, "{field}: a key that does not reach it has changed something");
    let nobody = t.behind(AuthMode::Keys, None);
    let request =
        nobody.post(json!({ "query": "mutation { __typename }", "variables": { "input": input } }).to_string());
    assert_eq!(nobody.send(request).await.status(), 401);
}
