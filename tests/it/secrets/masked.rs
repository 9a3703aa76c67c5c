//! Responses show only whether a secret is set, in every field of the schema that leads to a variable.

use std::collections::BTreeSet;

use devarch::server::AuthMode;
use serde_json::{Value, json};

use super::{PLANTED, of, secret};
use crate::support::{Engine, TestApp, both, code, run};

both!(no_field_shows_a_secret, revealing_names_exactly_one_owner, only_who_reaches_all_stacks_reveals_a_template);

/// Every field that returns variables: type and field. A new one must be added here, and to the query below.
const LEADS_TO_VARIABLES: [(&str, &str); 10] = [
    ("ConfigChange", "from"),
    ("ConfigChange", "to"),
    ("EffectiveConfig", "envVars"),
    ("EffectiveEnvVar", "shadows"),
    ("EffectiveEnvVar", "written"),
    ("EnvVar", ""),
    ("Instance", "envVars"),
    ("InstanceVersion", "envVars"),
    ("RemovedEntry", "entry"),
    ("Template", "envVars"),
];

async fn no_field_shows_a_secret(t: &TestApp) {
    t.shop().await;
    let template = json!({ "template": { "name": "postgres" }, "envVars": [
        secret("INHERITED", PLANTED), secret("REMOVED", PLANTED), secret("BOTH", PLANTED),
    ] });
    t.done("updateTemplate", template, "").await;
    t.set("db", json!({ "envVars": [secret("BOTH", &format!("{PLANTED}-2")), secret("OWN", PLANTED)] })).await;
    t.patch("db", json!([{ "remove": { "envVar": "REMOVED" } }])).await;

    let types =
        "{ __schema { types { name fields { name type { name ofType { name ofType { name ofType { name } } } } } } } }";
    let schema = t.data(types, json!({})).await;
    let mut found = BTreeSet::from([("EnvVar".to_owned(), String::new())]);
    for of in schema["__schema"]["types"].as_array().unwrap() {
        for field in of["fields"].as_array().unwrap_or(&Vec::new()) {
            let mut to = &field["type"];
            while !to["ofType"].is_null() {
                to = &to["ofType"];
            }
            if ["EnvVar", "EffectiveEnvVar", "ConfigEntry"].contains(&to["name"].as_str().unwrap()) {
                found.insert((of["name"].as_str().unwrap().to_owned(), field["name"].as_str().unwrap().to_owned()));
            }
        }
    }
    let known: BTreeSet<_> =
        LEADS_TO_VARIABLES.iter().map(|(of, field)| ((*of).to_owned(), (*field).to_owned())).collect();
    assert_eq!(found, known);

    let var = "key value isSecret isSet";
    let entry = format!("__typename ... on EnvVar {{ {var} }}");
    let query = format!(
        "query ($edit: TemplateEditInput!) {{
           template(name: \"postgres\") {{ envVars {{ {var} }} affected(edit: $edit) {{
             changes {{ from {{ {entry} }} to {{ {entry} }} }}
             instances {{ changes {{ from {{ {entry} }} to {{ {entry} }} }} }} }} }}
           instance(stack: \"shop\", name: \"db\") {{ envVars {{ {var} }}
             effectiveConfig {{ envVars {{ {var} written {{ {var} }} shadows {{ {var} }} }} removed {{ entry {{ {entry} }} }} }}
             overrideDiff {{ from {{ {entry} }} to {{ {entry} }} }} }} }}"
    );
    let edit = json!({ "envVars": [secret("INHERITED", &format!("{PLANTED}-3")), secret("NEW", PLANTED)] });
    let answer = t.graphql(&query, json!({ "edit": edit })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    assert!(!answer.to_string().contains(PLANTED), "{answer}");
    assert!(!answer.to_string().contains("devarch.v1."), "{answer}");
    let mut vars = Vec::new();
    variables(&answer, &mut vars);
    assert!(vars.len() > 20, "{answer}");
    for var in vars {
        assert_eq!(var["value"], Value::Null, "{var}");
        assert_eq!((&var["isSecret"], &var["isSet"]), (&json!(true), &json!(true)), "{var}");
    }
    // The differences follow from the values, although these are not shown.
    let diff = t.see("db", "overrideDiff { key change } overrideStats { redundant }").await;
    let changed = json!([{ "key": "BOTH", "change": "CHANGED" }, { "key": "OWN", "change": "ADDED" },
                         { "key": "REMOVED", "change": "REMOVED" }]);
    assert_eq!((&diff["overrideDiff"], &diff["overrideStats"]["redundant"]), (&changed, &json!(0)));
}

/// Every variable in an answer.
fn variables<'a>(answer: &'a Value, found: &mut Vec<&'a Value>) {
    match answer {
        Value::Object(fields) => {
            if fields.contains_key("isSet") {
                found.push(answer);
            }
            fields.values().for_each(|field| variables(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| variables(item, found)),
        _ => {}
    }
}

async fn revealing_names_exactly_one_owner(t: &TestApp) {
    t.shop().await;
    let both = json!({ "instance": TestApp::by_name("shop", "db"), "template": { "name": "postgres" }, "key": "A" });
    assert_eq!(t.refused("revealSecret", both).await, [code("INVALID_VALUE", "input")]);
    assert_eq!(t.refused("revealSecret", json!({ "key": "A" })).await, [code("INVALID_VALUE", "input")]);
    let mut missing = of("shop", "db");
    missing["key"] = json!("NOBODY");
    assert_eq!(t.refused("revealSecret", missing).await, [code("NOT_FOUND", "input.key")]);
    let nowhere = json!({ "template": { "name": "nowhere" }, "key": "A" });
    assert_eq!(t.refused("revealSecret", nowhere).await, [code("NOT_FOUND", "input.template.name")]);
    // The effective configuration masks secrets, too.
    assert_eq!(t.reveal(of("shop", "db"), "POSTGRES_PASSWORD").await, "devarch");
    assert_eq!(t.reveal(of("shop", "db"), "POSTGRES_USER").await, "postgres");
    t.set("db", json!({ "envVars": [secret("POSTGRES_PASSWORD", "mine")] })).await;
    assert_eq!(t.reveal(of("shop", "db"), "POSTGRES_PASSWORD").await, "mine");
    t.patch("db", json!([{ "remove": { "envVar": "POSTGRES_PASSWORD" } }])).await;
    let mut removed = of("shop", "db");
    removed["key"] = json!("POSTGRES_PASSWORD");
    assert_eq!(t.refused("revealSecret", removed).await, [code("NOT_FOUND", "input.key")]);
    assert_eq!(t.reveal(json!({ "template": { "name": "postgres" } }), "POSTGRES_PASSWORD").await, "devarch");
}

async fn only_who_reaches_all_stacks_reveals_a_template(t: &TestApp) {
    t.shop().await;
    let input = json!({ "name": "some", "role": "ADMIN", "stacks": [{ "name": "shop" }] });
    let key = t.done("createApiKey", input, "token").await["token"].as_str().unwrap().to_owned();
    let limited = t.behind(AuthMode::Keys, Some(&key));
    assert_eq!(limited.reveal(of("shop", "db"), "POSTGRES_PASSWORD").await, "devarch");
    let query =
        "mutation { revealSecret(input: { template: { name: \"postgres\" }, key: \"POSTGRES_PASSWORD\" }) { value } }";
    let answer = limited.graphql(query, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

#[test]
fn refusals_of_what_cannot_be_read_show_no_text() {
    run(Engine::Sqlite, async |t: &TestApp| {
        for body in [
            json!(PLANTED),
            json!({ "query": [PLANTED] }),
            json!({ "query": format!("{{ \"{PLANTED}\" }}") }),
            json!({ "query": format!("{{ stack(name: \"a\" \"{PLANTED}\") {{ id }} }}") }),
            json!({ "query": format!("{{ \"\"\"{PLANTED}\"\"\" }}") }),
            json!({ "query": format!("{{ stack(name: \"{PLANTED}) {{ id }} }}") }),
            json!({ "query": format!("{{ stacks(first: \"{PLANTED}\") {{ totalCount }} }}") }),
            json!({ "query": "query ($n: Int) { stacks(first: $n) { totalCount } }", "variables": { "n": PLANTED } }),
        ] {
            let text = TestApp::text(t.send(t.post(body.to_string())).await).await;
            assert!(text.contains("\"errors\"") && !text.contains(PLANTED), "{body}: {text}");
        }
    });
}
