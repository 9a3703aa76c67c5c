//! The permission matrix: every mutation of the schema with every role, on a stack within reach and on another one.

use std::collections::BTreeSet;

use devarch::server::AuthMode;
use serde_json::{Value, json};

use super::{ROLES, Subject, error_code, key};
use crate::support::{TestApp, both};

both!(every_role_does_what_it_may_and_no_more, nobody_is_let_in_without_a_key);

/// The permission that a mutation needs: the role, and whether all stacks must be within reach.
const RULES: &[(&str, &str, bool)] = &[
    ("createStack", "EDITOR", true),
    ("updateStack", "EDITOR", false),
    ("setSharedVars", "EDITOR", false),
    ("renameStack", "EDITOR", false),
    ("duplicateStack", "EDITOR", true),
    ("forkStack", "EDITOR", true),
    ("renewLease", "EDITOR", false),
    ("softDeleteStack", "EDITOR", false),
    ("restoreStack", "EDITOR", false),
    ("purgeStack", "ADMIN", false),
    ("createTemplate", "ADMIN", true),
    ("updateTemplate", "ADMIN", true),
    ("deleteTemplate", "ADMIN", true),
    ("importCompose", "ADMIN", true),
    ("applyStack", "EDITOR", false),
    ("createInstance", "EDITOR", false),
    ("updateInstance", "EDITOR", false),
    ("renameInstance", "EDITOR", false),
    ("duplicateInstance", "EDITOR", false),
    ("softDeleteInstance", "EDITOR", false),
    ("restoreInstance", "EDITOR", false),
    ("purgeInstance", "ADMIN", false),
    ("setInstanceOverrides", "EDITOR", false),
    ("patchInstanceOverrides", "EDITOR", false),
    ("revertChange", "EDITOR", false),
    ("restoreVersion", "EDITOR", false),
    ("redactChange", "ADMIN", false),
    ("revealSecret", "ADMIN", false),
    ("createApiKey", "ADMIN", true),
    ("revokeApiKey", "ADMIN", true),
];

/// Inputs of a mutation for a subject: by id, and by name where that is another way. `fresh` is a name that is free.
fn inputs(field: &str, on: &Subject, fresh: &str) -> Vec<Value> {
    let stacks = |input: Value| {
        [json!({ "id": on.stack_id }), json!({ "name": on.stack })].map(|stack| with(&input, "stack", stack)).to_vec()
    };
    let instances = |input: Value| {
        [json!({ "id": on.instance_id }), TestApp::by_name(&on.stack, "db")]
            .map(|instance| with(&input, "instance", instance))
            .to_vec()
    };
    let trashed_stack = [json!({ "id": on.trashed_stack }), json!({ "name": on.trashed_name })];
    let trashed_instance = [json!({ "id": on.trashed_instance }), TestApp::by_name(&on.stack, "old")];
    match field {
        "createStack" => vec![json!({ "name": fresh })],
        "updateStack" => stacks(json!({ "description": fresh })),
        "setSharedVars" => stacks(json!({ "vars": [{ "key": "K", "value": fresh }] })),
        "renameStack" => stacks(json!({ "name": fresh })),
        "duplicateStack" | "forkStack" | "softDeleteStack" => stacks(json!({})),
        "renewLease" => stacks(json!({ "expiresIn": "P1D" })),
        "restoreStack" | "purgeStack" => trashed_stack.map(|stack| json!({ "stack": stack })).to_vec(),
        "createTemplate" => vec![json!({ "name": fresh, "imageName": "redis" })],
        "updateTemplate" => vec![json!({ "template": { "name": "spare" }, "description": fresh })],
        "deleteTemplate" => vec![json!({ "template": { "name": "spare" } })],
        "importCompose" => {
            let text = format!("services:\n  {fresh}:\n    image: redis\n");
            vec![
                json!({ "files": [{ "text": text }] }),
                json!({ "files": [{ "text": text }], "stack": { "name": on.stack } }),
            ]
        }
        "applyStack" => {
            let text = format!("devarch: 1\ninstances: {{ {fresh}: {{ template: postgres }} }}");
            vec![json!({ "stack": on.stack, "owner": "git:shop", "source": { "document": text } })]
        }
        "createInstance" => stacks(json!({ "template": { "name": "postgres" }, "name": fresh })),
        "updateInstance" => instances(json!({ "description": fresh })),
        "renameInstance" => instances(json!({ "name": fresh })),
        "duplicateInstance" | "softDeleteInstance" => instances(json!({})),
        "restoreInstance" | "purgeInstance" => trashed_instance.map(|one| json!({ "instance": one })).to_vec(),
        "setInstanceOverrides" => instances(json!({ "overrides": { "labels": [{ "key": "k", "value": fresh }] } })),
        "patchInstanceOverrides" => {
            instances(json!({ "operations": [{ "set": { "label": { "key": "k", "value": fresh } } }] }))
        }
        "revertChange" => vec![json!({ "change": on.change })],
        "restoreVersion" => instances(json!({ "at": { "change": on.change } })),
        "redactChange" => vec![json!({ "change": on.change, "reason": fresh })],
        "revealSecret" => instances(json!({ "key": "POSTGRES_PASSWORD" })),
        "createApiKey" => vec![json!({ "name": fresh, "role": "READER" })],
        "revokeApiKey" => vec![json!({ "name": "spare" })],
        other => panic!("say what input `{other}` takes for a stack"),
    }
}

fn with(input: &Value, name: &str, value: Value) -> Value {
    let mut input = input.clone();
    input[name] = value;
    input
}

/// The result of a request.
#[derive(Debug, PartialEq, Eq)]
enum Ending {
    Forbidden,
    NotFound,
    Done,
}

async fn ending(t: &TestApp, field: &str, input: &Value) -> Ending {
    let input_type = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let query =
        format!("mutation ($input: {input_type}!) {{ {field}(input: $input) {{ userErrors {{ code message }} }} }}");
    let answer = t.graphql(&query, json!({ "input": input })).await;
    if let Some(code) = error_code(&answer) {
        assert_eq!((code, &answer["data"][field]), ("FORBIDDEN", &Value::Null), "{field} {input}: {answer}");
        return Ending::Forbidden;
    }
    match answer["data"][field]["userErrors"].as_array().unwrap().as_slice() {
        [] => Ending::Done,
        [error] if error["code"] == "NOT_FOUND" => Ending::NotFound,
        other => panic!("{field} {input}: {other:?}"),
    }
}

fn at_least(role: &str, least: &str) -> bool {
    let place = |role| ROLES.iter().position(|other| *other == role);
    place(role) >= place(least)
}

async fn every_role_does_what_it_may_and_no_more(t: &TestApp) {
    let schema: BTreeSet<String> = t.mutations().await.into_iter().collect();
    let known: BTreeSet<String> = RULES.iter().map(|(field, ..)| (*field).to_owned()).collect();
    assert_eq!(schema, known, "every mutation has a rule here, and every rule a mutation");

    t.template("postgres").await;
    let guarded = t.behind(AuthMode::Keys, None);
    let theirs = Subject::new(t, "theirs", async |_| {}).await;
    let mut number = 0;
    for (field, least, everywhere) in RULES.iter().copied() {
        for role in ROLES {
            for limited in [false, true] {
                let allowed = at_least(role, least) && !(everywhere && limited);
                number += 1;
                let stack = format!("s{number}");
                let mut shown = String::new();
                let mine = Subject::new(t, &stack, async |stacks| {
                    shown = key(t, &stack, role, limited.then_some(stacks)).await;
                })
                .await;
                if field == "renewLease" {
                    // Only forks have leases.
                    let fork = format!(
                        "INSERT INTO forks (stack_id, is_live) SELECT id, TRUE FROM stacks WHERE name = '{stack}'"
                    );
                    t.sql(&fork).await;
                }
                let caller = guarded.showing(Some(&shown));
                let what = format!("{field} as {role}, limited: {limited}");
                if !allowed {
                    for input in inputs(field, &mine, "fresh").iter().chain(&inputs(field, &theirs, "fresh")) {
                        assert_eq!(ending(&caller, field, input).await, Ending::Forbidden, "{what}");
                    }
                    continue;
                }
                if matches!(field, "updateTemplate" | "deleteTemplate") {
                    drop(t.mutate("createTemplate", json!({ "name": "spare", "imageName": "redis" }), "").await);
                }
                if field == "revokeApiKey" {
                    key(t, "spare", "READER", None).await;
                }
                if limited {
                    // A stack that is not found would be made.
                    let expected = if field == "applyStack" { Ending::Forbidden } else { Ending::NotFound };
                    for input in inputs(field, &theirs, "fresh") {
                        assert_eq!(ending(&caller, field, &input).await, expected, "{what}, foreign");
                    }
                }
                let own = inputs(field, &mine, &format!("f{number}"));
                assert_eq!(ending(&caller, field, &own[0]).await, Ending::Done, "{what}, own");
            }
        }
    }
    // No request has changed the stack out of reach.
    let left =
        t.data("{ stack(name: \"theirs\") { revision instances { nodes { name revision } } } }", json!({})).await;
    assert_eq!(left["stack"], json!({ "revision": 1, "instances": { "nodes": [{ "name": "db", "revision": 1 }] } }));
}

async fn nobody_is_let_in_without_a_key(t: &TestApp) {
    let guarded = t.behind(AuthMode::Keys, None);
    for query in ["{ __typename }", "{ __schema { queryType { name } } }", "mutation { __typename }", "nonsense"] {
        let answer = guarded.send(guarded.post(json!({ "query": query }).to_string())).await;
        assert_eq!(answer.status(), 401, "{query}");
        assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"devarch\"");
        let answer: Value = serde_json::from_str(&TestApp::text(answer).await).unwrap();
        assert_eq!(error_code(&answer), Some("UNAUTHENTICATED"));
    }
}
