//! A caller who may not reveal a secret cannot check a guess: two sets of data that differ only in the stored secret,
//! one of which equals the guess, give the same responses.

use axum::{body::Body, http::Request};
use devarch::{limits::Limits, server::AuthMode};
use serde_json::{Value, json};

use super::secret;
use crate::{
    access::key,
    support::{TestApp, both},
};

both!(
    no_answer_tells_whether_a_guess_is_right,
    a_secret_that_is_given_is_written_whatever_was_stored,
    who_may_reveal_still_sees_what_changes,
);

const GUESS: &str = "4711";
const OTHER: &str = "0815";
/// The two sets of data: the suffix of their names, and the secrets of template and instances.
const WORLDS: [(&str, &str, &str); 4] =
    [("qxa", GUESS, GUESS), ("qxb", OTHER, OTHER), ("qxc", GUESS, OTHER), ("qxd", OTHER, GUESS)];

/// A stack `stack-qx?` and a template `template-qx?`, with an instance without overrides, one that has the secret as an
/// override, and one that removes it.
async fn build(t: &TestApp, (world, of_template, of_instance): (&str, &str, &str)) {
    t.stack(&format!("stack-{world}")).await;
    let vars = json!([secret("PIN", of_template), secret("SECOND", of_template), { "key": "PLAIN", "value": "x" }]);
    let template = json!({ "name": format!("template-{world}"), "imageName": "app", "envVars": vars });
    t.done("createTemplate", template, "").await;
    for (name, overrides) in [
        ("bare", json!({})),
        ("own", json!({ "envVars": [secret("PIN", of_instance)] })),
        ("both", json!({ "envVars": [secret("PIN", of_instance), secret("SECOND", of_template)] })),
    ] {
        create(t, world, name, overrides).await;
    }
    create(t, world, "gone", json!({})).await;
    let remove = json!([{ "remove": { "envVar": "PIN" } }]);
    t.done("patchInstanceOverrides", json!({ "instance": at(world, "gone"), "operations": remove }), "").await;
}

fn at(world: &str, name: &str) -> Value {
    TestApp::by_name(&format!("stack-{world}"), name)
}

fn new(world: &str, name: &str, overrides: Value) -> Value {
    json!({
        "stack": { "name": format!("stack-{world}") }, "template": { "name": format!("template-{world}") }, "name": name,
        "overrides": overrides,
    })
}

async fn create(t: &TestApp, world: &str, name: &str, overrides: Value) {
    t.done("createInstance", new(world, name, overrides), "").await;
}

/// Entries of a variable that can contain a guess.
fn guesses() -> Vec<Value> {
    vec![
        secret("PIN", GUESS),
        secret("PIN", OTHER),
        json!({ "key": "PIN", "isSecret": true }),
        json!({ "key": "PIN", "value": GUESS }),
        json!({ "key": "PIN", "value": null, "isSecret": true }),
        json!({ "key": "PIN", "value": null }),
        json!({ "key": "PIN" }),
        json!({ "key": "PIN", "value": "****", "isSecret": true }),
        secret("NEW", GUESS),
        secret("SECOND", GUESS),
    ]
}

const ENTRY: &str = "__typename ... on EnvVar { key value isSecret isSet }";
const MADE: &str = "instance { name revision overrideCount }";

/// All fields of the instances that could reveal whether values are equal.
async fn seen(t: &TestApp, world: &str) -> Vec<Value> {
    let changes = format!("kind key change from {{ {ENTRY} }} to {{ {ENTRY} }}");
    let query = format!(
        "query ($stack: String!) {{ stack(name: $stack) {{ revision
           compose {{ text warnings {{ message }} requiredVariables }} layered: compose(mode: LAYERED) {{ text override warnings {{ message }} }}
           instances {{ nodes {{ name revision overrideCount conflicts {{ message }} deletePreview {{ overrideCount }}
             envVars {{ key value isSecret isSet }} overrideRules {{ kind key }}
             overrideStats {{ total redundant dead removed byKind {{ kind total redundant }} }}
             overrideDiff {{ {changes} }}
             effectiveConfig {{ envVars {{ key value isSet origin shadows {{ key value isSet }} }}
                                removed {{ key entry {{ {ENTRY} }} }} }} }} }} }} }}"
    );
    let mut answers = vec![t.graphql(&query, json!({ "stack": format!("stack-{world}") })).await];
    for file in ["compose.yaml", "compose.yaml?mode=layered", "compose.override.yaml", "compose.yaml?reveal=true"] {
        let path = format!("/stacks/stack-{world}/{file}");
        let answer = t.send(t.get(&path)).await;
        answers.push(json!([answer.status().as_u16(), TestApp::text(answer).await]));
    }
    answers
}

/// Previews of edits of the template.
async fn previews(t: &TestApp, world: &str) -> Vec<Value> {
    let changes = format!("kind key change from {{ {ENTRY} }} to {{ {ENTRY} }}");
    let query = format!(
        "query ($name: String!, $edit: TemplateEditInput!) {{ template(name: $name) {{ envVars {{ key value isSet }}
           affected(edit: $edit) {{ affectedCount shelteredCount changes {{ {changes} }}
             instances {{ instance {{ name }} changes {{ {changes} }} }} userErrors {{ code message path suggestion }} }} }} }}"
    );
    let mut edits: Vec<Value> = guesses().into_iter().map(|guess| json!({ "envVars": [guess] })).collect();
    // Whole collections in which one value is guessed and the others are kept.
    let kept = |key: &str| json!({ "key": key, "isSecret": true });
    edits.push(json!({ "envVars": [secret("PIN", GUESS), kept("SECOND"), { "key": "PLAIN", "value": "x" }] }));
    edits.push(json!({ "envVars": [kept("PIN"), kept("SECOND"), { "key": "PLAIN", "value": "x" }] }));
    edits.push(json!({ "envVars": [secret("PIN", GUESS), secret("SECOND", GUESS)], "imageTag": "2" }));
    let mut answers = Vec::new();
    for edit in edits {
        answers.push(t.graphql(&query, json!({ "name": format!("template-{world}"), "edit": edit })).await);
    }
    answers
}

/// Mutations, each of a new or an existing instance, and their responses.
async fn changes(t: &TestApp, world: &str, round: &str) -> Vec<Value> {
    let mut answers = Vec::new();
    let fields = |field: &str| format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let mut ask = async |field: &str, input: Value| {
        let query = format!(
            "mutation ($input: {}!) {{ {field}(input: $input) {{ {MADE} userErrors {{ code message path suggestion }} }} }}",
            fields(field)
        );
        answers.push(t.graphql(&query, json!({ "input": input })).await);
    };
    for (number, guess) in guesses().into_iter().enumerate() {
        for source in ["bare", "own"] {
            let copy = format!("{source}-{round}-{number}");
            ask("duplicateInstance", json!({ "instance": at(world, source), "name": copy })).await;
            let copy = at(world, &copy);
            let whole = json!({ "instance": copy, "overrides": { "envVars": [guess] } });
            let step = json!({ "set": { "envVar": guess } });
            ask("patchInstanceOverrides", json!({ "instance": copy, "operations": [step] })).await;
            ask("setInstanceOverrides", whole.clone()).await;
            ask("setInstanceOverrides", whole).await;
            let kept = json!({ "set": { "envVar": { "key": "PIN", "isSecret": true } } });
            let reset = json!({ "reset": { "entry": { "envVar": "PIN" } } });
            for steps in [json!([step]), json!([step, kept]), json!([kept, step]), json!([step, reset])] {
                ask("patchInstanceOverrides", json!({ "instance": copy, "operations": steps })).await;
            }
        }
        let made = format!("new-{round}-{number}");
        let input = new(world, &made, json!({ "envVars": [guess] }));
        ask("createInstance", {
            let mut first = input.clone();
            first["idempotencyKey"] = json!(format!("{world}-{made}"));
            first
        })
        .await;
        // The same key with the other value.
        let mut again = new(world, &made, json!({ "envVars": [secret("PIN", OTHER)] }));
        again["idempotencyKey"] = json!(format!("{world}-{made}"));
        ask("createInstance", again).await;
    }
    let text = format!(
        "services:\n  app:\n    image: app\n    environment:\n      PIN: {GUESS}\n    x-devarch: {{secrets: [PIN]}}\n"
    );
    for dry_run in [true, false] {
        let input = json!({ "files": [{ "text": text }], "prefix": format!("{world}-"), "dryRun": dry_run });
        let query =
            "mutation ($input: ImportComposeInput!) { importCompose(input: $input) { userErrors { code message } } }";
        answers.push(t.graphql(query, json!({ "input": input })).await);
    }
    let input = json!({ "template": { "name": format!("template-{world}") }, "envVars": [secret("PIN", GUESS)] });
    let query = "mutation ($input: UpdateTemplateInput!) { updateTemplate(input: $input) { template { revision } userErrors { code message } } }";
    answers.push(t.graphql(query, json!({ "input": input })).await);
    answers
}

/// The same response without the names and the ids of instances, which always differ.
fn normalised(answers: &[Value], world: &str) -> Vec<String> {
    let upper = world.to_uppercase();
    let named = answers.iter().map(|answer| answer.to_string().replace(world, "qx?").replace(&upper, "QX?"));
    named.map(|answer| without_ids(&answer)).collect()
}

/// A rendered file without the ids in it.
fn without_ids(text: &str) -> String {
    let mut parts = text.split("devarch.id: ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        format!("{whole}devarch.id: ID{rest}")
    })
}

async fn worlds(t: &TestApp) -> TestApp {
    for world in WORLDS {
        build(t, world).await;
    }
    t.with_limits(Limits { max_cost: u64::MAX, ..Limits::default() })
}

async fn no_answer_tells_whether_a_guess_is_right(t: &TestApp) {
    let t = &worlds(t).await;
    let all: Vec<String> = WORLDS.iter().map(|(world, ..)| format!("stack-{world}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    for (round, role, stacks) in
        [("reader", "READER", None), ("few", "READER", Some(&all[..])), ("editor", "EDITOR", Some(&all))]
    {
        let shown = key(t, round, role, stacks).await;
        let caller = t.behind(AuthMode::Keys, Some(&shown));
        let mut first: Option<Vec<String>> = None;
        for (world, ..) in WORLDS {
            let mut answers = seen(&caller, world).await;
            answers.extend(previews(&caller, world).await);
            answers.extend(changes(&caller, world, round).await);
            answers.extend(seen(&caller, world).await);
            let answers = normalised(&answers, world);
            match &first {
                None => first = Some(answers),
                Some(first) => {
                    assert_eq!(first.len(), answers.len());
                    for (at, (one, other)) in first.iter().zip(&answers).enumerate() {
                        assert_eq!(one, other, "answer {at} to {role} in {world}");
                    }
                }
            }
        }
    }
}

async fn a_secret_that_is_given_is_written_whatever_was_stored(t: &TestApp) {
    build(t, WORLDS[0]).await;
    let shown = key(t, "editor", "EDITOR", None).await;
    let editor = t.behind(AuthMode::Keys, Some(&shown));
    let sealed = super::values(t, "instance_env_vars").await;
    let set = |value: &str| json!({ "instance": at("qxa", "own"), "overrides": { "envVars": [secret("PIN", value)] } });
    let mut revisions = Vec::new();
    for value in [GUESS, GUESS, OTHER, OTHER] {
        let done = editor.done("setInstanceOverrides", set(value), "instance { revision }").await;
        revisions.push(done["instance"]["revision"].as_i64().unwrap());
    }
    assert_eq!(revisions, [2, 3, 4, 5]);
    assert_ne!(super::values(t, "instance_env_vars").await, sealed, "written, not only counted");
    // A kept value is not a change, for any caller.
    let kept =
        json!({ "instance": at("qxa", "own"), "overrides": { "envVars": [{ "key": "PIN", "isSecret": true }] } });
    let done = editor.done("setInstanceOverrides", kept, "instance { revision }").await;
    assert_eq!(done["instance"]["revision"], 5);
    assert_eq!(t.reveal(json!({ "instance": at("qxa", "own") }), "PIN").await, OTHER);
}

async fn who_may_reveal_still_sees_what_changes(t: &TestApp) {
    build(t, WORLDS[0]).await;
    let shown = key(t, "admin", "ADMIN", None).await;
    let admin = t.behind(AuthMode::Keys, Some(&shown));
    for (value, changed) in [(GUESS, json!([])), (OTHER, json!([{ "key": "PIN" }]))] {
        let kept = json!({ "key": "SECOND", "isSecret": true });
        let edit = json!({ "envVars": [secret("PIN", value), kept, { "key": "PLAIN", "value": "x" }] });
        let query = "query ($edit: TemplateEditInput!) { template(name: \"template-qxa\") { affected(edit: $edit) { changes { key } } } }";
        let preview = admin.data(query, json!({ "edit": edit })).await;
        assert_eq!(preview["template"]["affected"]["changes"], changed);
    }
    let set = json!({ "instance": at("qxa", "own"), "overrides": { "envVars": [secret("PIN", GUESS)] } });
    let done = admin.done("setInstanceOverrides", set, "instance { revision }").await;
    assert_eq!(done["instance"]["revision"], 1);
    // A key limited to stacks may reveal the secrets of their instances, but not those of a shared template.
    let shown = key(t, "some", "ADMIN", Some(&["stack-qxa"])).await;
    let some = t.behind(AuthMode::Keys, Some(&shown));
    let edit = json!({ "envVars": [secret("PIN", GUESS), { "key": "SECOND", "isSecret": true }, { "key": "PLAIN", "value": "x" }] });
    let query = "query ($edit: TemplateEditInput!) { template(name: \"template-qxa\") { affected(edit: $edit) { changes { key } } } }";
    let preview = some.data(query, json!({ "edit": edit })).await;
    assert_eq!(preview["template"]["affected"]["changes"], json!([{ "key": "PIN" }]));
}

impl TestApp {
    /// A GET request with the key, if there is one.
    fn get(&self, path: &str) -> Request<Body> {
        let mut request = self.post(String::new());
        *request.method_mut() = http::Method::GET;
        *request.uri_mut() = path.parse().unwrap();
        request
    }
}
