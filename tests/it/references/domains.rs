//! References in domains: what they show, what is refused, and what follows a rename.

use serde_json::{Value, json};

use super::{instance, set_variables, shop, values};
use crate::support::{TestApp, both};

both!(
    a_domain_is_shown_as_what_it_stands_for,
    what_is_no_host_name_is_refused,
    a_domain_leads_to_another_domain_and_to_no_circle,
    a_rename_rewrites_domains_and_keeps_what_they_override,
    files_have_the_host_name,
    documents_are_held_to_the_same_rules,
    two_domains_never_become_one_key,
);

async fn set(t: &TestApp, name: &str, domains: Value) -> Value {
    let input = json!({ "instance": TestApp::by_name("shop", name), "overrides": { "domains": domains } });
    t.mutate("setInstanceOverrides", input, "").await["userErrors"].take()
}

/// The effective domains, and the rows of the flat list.
async fn shown(t: &TestApp, name: &str) -> (Vec<Value>, Vec<Value>) {
    let query = "query ($name: String!) { instance(stack: \"shop\", name: $name) { effectiveConfig { domains { domain proxyPort origin }
                 entries { kind key text origin shadows } } } }";
    let (_, planned) = t.cost("query ($name: String!) { instance(stack: \"shop\", name: $name) { effectiveConfig { domains { domain proxyPort origin } } } }", json!({ "name": name })).await;
    let mut found = t.data(query, json!({ "name": name })).await;
    let config = found["instance"]["effectiveConfig"].take();
    assert_eq!(planned["instance"]["effectiveConfig"]["domains"], config["domains"]);
    let entries = config["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "DOMAIN").cloned();
    (config["domains"].as_array().unwrap().clone(), entries.collect::<Vec<_>>())
}

async fn a_domain_is_shown_as_what_it_stands_for(t: &TestApp) {
    shop(t).await;
    let vars = json!([{ "key": "SITE", "value": "Shop.Test" }]);
    t.done("setSharedVars", json!({ "stack": { "name": "shop" }, "vars": vars }), "").await;
    let domains =
        json!([{ "domain": "APP.${{shared.SITE}}", "proxyPort": 80 }, { "domain": "${{orders-db.USER}}.test" }]);
    assert_eq!(set(t, "app", domains).await, json!([]));
    let (domains, entries) = shown(t, "app").await;
    assert_eq!(
        domains,
        [
            json!({ "domain": "orders.test", "proxyPort": null, "origin": "INSTANCE" }),
            json!({ "domain": "app.shop.test", "proxyPort": 80, "origin": "INSTANCE" }),
        ]
    );
    // The key is what an override or a rule needs.
    let keys: Vec<&Value> = entries.iter().map(|entry| &entry["key"]).collect();
    assert_eq!(keys, ["${{orders-db.USER}}.test", "app.${{shared.SITE}}"]);
    assert_eq!(entries[1]["text"], "app.shop.test:80");
    let written = t.data(
        "{ instance(stack: \"shop\", name: \"app\") { domains { domain } references { kind key text } } }",
        json!({}),
    );
    let written = written.await["instance"].take();
    assert!(written["domains"].as_array().unwrap().contains(&json!({ "domain": "app.${{shared.SITE}}" })), "{written}");
    let used = json!({ "kind": "DOMAIN", "key": "app.${{shared.SITE}}", "text": "${{shared.SITE}}" });
    assert!(written["references"].as_array().unwrap().contains(&used), "{written}");
    // A case of its own is no other domain.
    let operations = json!([{ "set": { "domain": { "domain": "App.${{shared.SITE}}", "proxyPort": 90 } } }]);
    let input = json!({ "instance": TestApp::by_name("shop", "app"), "operations": operations });
    t.done("patchInstanceOverrides", input, "").await;
    assert_eq!(shown(t, "app").await.0[1]["proxyPort"], 90);
    let operations = json!([{ "remove": { "domain": "APP.${{shared.SITE}}" } }]);
    let input = json!({ "instance": TestApp::by_name("shop", "app"), "operations": operations });
    t.done("patchInstanceOverrides", input, "").await;
    assert_eq!(shown(t, "app").await.0.len(), 1);
}

async fn what_is_no_host_name_is_refused(t: &TestApp) {
    shop(t).await;
    assert_eq!(
        set_variables(
            t,
            "orders-db",
            json!([
                { "key": "USER", "value": "orders" }, { "key": "PASSWORD", "value": "s3cret$", "isSecret": true },
                { "key": "DATABASE", "value": "orders live" }, { "key": "UNSET" },
            ])
        )
        .await["userErrors"],
        json!([])
    );
    let long = format!("a.{}", "${{orders-db.USER}}-".repeat(15) + "b");
    for (text, code, message) in [
        ("${{orders-db.USERS}}.test", "REFERENCE_NOT_FOUND", "USERS"),
        ("${{missing:host}}.test", "REFERENCE_NOT_FOUND", "missing"),
        ("${{orders-db.USER}.test", "INVALID_VALUE", "character 0"),
        ("a_b.${{orders-db.USER}}", "INVALID_VALUE", "not a host name"),
        ("$${{orders-db.USER}}", "INVALID_VALUE", "not a host name"),
        ("a.${{orders-db.DATABASE}}", "INVALID_VALUE", "stands for `a.orders live`, which is no host name"),
        ("a.${{orders-db.PASSWORD}}.test", "INVALID_VALUE", "contains a secret"),
        (&long, "LIMIT_EXCEEDED", "at most 255"),
        ("a${{orders-db.UNSET}}.test", "INVALID_VALUE", "a variable without a value"),
    ] {
        let errors = set(t, "app", json!([{ "domain": text }])).await;
        let error = &errors[0];
        assert_eq!(error["code"], code, "{text}: {errors}");
        assert!(error["message"].as_str().unwrap().contains(message), "{text}: {errors}");
        assert_eq!(error["path"], json!(["input", "overrides", "domains", "0", "domain"]), "{text}");
        assert_eq!(errors.as_array().unwrap().len(), 1, "{text}: {errors}");
        assert!(!errors.to_string().contains("s3cret"), "{errors}");
    }
    // A rule has a key that an entry could have.
    for operation in
        [json!({ "remove": { "domain": "${{bad" } }), json!({ "reset": { "entry": { "domain": "${{bad" } } })]
    {
        let input = json!({ "instance": TestApp::by_name("shop", "app"), "operations": [operation] });
        let errors = t.mutate("patchInstanceOverrides", input, "").await["userErrors"].take();
        assert_eq!((errors.as_array().unwrap().len(), &errors[0]["code"]), (1, &json!("INVALID_VALUE")), "{errors}");
        assert!(errors[0]["message"].as_str().unwrap().contains("It is at character 0."), "{errors}");
    }
}

async fn a_domain_leads_to_another_domain_and_to_no_circle(t: &TestApp) {
    shop(t).await;
    let vars = json!([{ "key": "SITE", "value": "Shop.Test" }]);
    t.done("setSharedVars", json!({ "stack": { "name": "shop" }, "vars": vars }), "").await;
    assert_eq!(set(t, "orders-db", json!([{ "domain": "db.${{shared.SITE}}" }])).await, json!([]));
    assert_eq!(set(t, "app", json!([{ "domain": "app.${{orders-db:domain}}" }])).await, json!([]));
    assert_eq!(shown(t, "app").await.0[0]["domain"], "app.db.shop.test");
    instance(t, "more", "web", json!({ "envVars": [{ "key": "A", "value": "https://${{app:domain}}" }] })).await;
    assert_eq!(values(t, "shop", "more").await["A"], "https://app.db.shop.test");
    let errors = set(t, "orders-db", json!([{ "domain": "db.${{app:domain}}" }])).await;
    assert_eq!(errors[0]["code"], "REFERENCE_CYCLE");
    let message = errors[0]["message"].as_str().unwrap();
    assert!(message.contains("app:domain → orders-db:domain → app:domain"), "{message}");
    let query = "{ instance(stack: \"shop\", name: \"app\") { endpoints { kind value reference } } }";
    let found = t.data(query, json!({})).await;
    let endpoint = json!({ "kind": "DOMAIN", "value": "app.db.shop.test", "reference": "${{app:domain}}" });
    assert!(found["instance"]["endpoints"].as_array().unwrap().contains(&endpoint), "{found}");
}

async fn a_rename_rewrites_domains_and_keeps_what_they_override(t: &TestApp) {
    shop(t).await;
    assert_eq!(set(t, "app", json!([{ "domain": "${{orders-db.USER}}.test", "proxyPort": 8080 }])).await, json!([]));
    let name = "main-db";
    t.done("renameInstance", json!({ "instance": TestApp::by_name("shop", "orders-db"), "name": name }), "").await;
    let query =
        "{ instance(stack: \"shop\", name: \"app\") { domains { domain proxyPort } conflicts { kind value } } }";
    let found = t.data(query, json!({})).await["instance"].take();
    assert_eq!(found["domains"], json!([{ "domain": format!("${{{{{name}.USER}}}}.test"), "proxyPort": 8080 }]));
    assert_eq!(found["conflicts"], json!([]));
    assert_eq!(shown(t, "app").await.0[0]["domain"], "orders.test");
    // Without its target it has no value, and is told as written.
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", name) }), "").await;
    assert_eq!(shown(t, "app").await.0[0]["domain"], format!("${{{{{name}.USER}}}}.test"));
    let found = t.data(query, json!({})).await["instance"]["conflicts"].take();
    let lost = json!({ "kind": "REFERENCE", "value": format!("${{{{{name}.USER}}}}") });
    assert!(found.as_array().unwrap().contains(&lost), "{found}");
}

/// A document is refused where an override of an instance would be.
async fn documents_are_held_to_the_same_rules(t: &TestApp) {
    shop(t).await;
    let apply = |value: &str, is_secret: bool| {
        let document = format!(
            "devarch: 1\nsharedVars:\n  - {{ key: SITE, value: '{value}', isSecret: {is_secret} }}\ninstances:\n  web:\n    \
             template: web\n    overrides:\n      domains:\n        - domain: a.${{{{shared.SITE}}}}\n"
        );
        json!({ "owner": "o", "stack": "applied", "source": { "document": document } })
    };
    for (value, is_secret, message) in
        [("not a host", false, "web: This stands for `a.not a host`"), ("s3cret", true, "web: This contains a secret")]
    {
        let errors = t.mutate("applyStack", apply(value, is_secret), "").await["userErrors"].take();
        assert_eq!(errors[0]["code"], "INVALID_VALUE", "{errors}");
        assert!(errors[0]["message"].as_str().unwrap().contains(message), "{errors}");
        assert!(!errors.to_string().contains("s3cret"), "{errors}");
    }
    t.done("applyStack", apply("Site.test", false), "").await;
    let found = t.data("{ stack(name: \"applied\") { document } }", json!({})).await;
    let text = found["stack"]["document"].as_str().unwrap();
    assert!(text.contains("a.${{shared.SITE}}"), "{text}");
}

/// Not by spaces in a reference, and not by a rename to the name that another text has already.
async fn two_domains_never_become_one_key(t: &TestApp) {
    shop(t).await;
    let twice = json!([{ "domain": "${{orders-db:host}}.q" }, { "domain": "${{ orders-db : host }}.Q" }]);
    assert_eq!(set(t, "app", twice).await[0]["code"], "DUPLICATE_KEY");
    instance(t, "later", "web", json!({})).await;
    let both = json!([{ "domain": "${{orders-db:host}}.q", "proxyPort": 1 }, { "domain": "${{later:host}}.q", "proxyPort": 2 }]);
    assert_eq!(set(t, "app", both).await, json!([]));
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "later") }), "").await;
    let renamed = json!({ "instance": TestApp::by_name("shop", "orders-db"), "name": "later" });
    t.done("renameInstance", renamed, "").await;
    let found =
        t.data("{ instance(stack: \"shop\", name: \"app\") { domains { domain proxyPort } } }", json!({})).await;
    assert_eq!(found["instance"]["domains"], json!([{ "domain": "${{later:host}}.q", "proxyPort": 1 }]));
}

async fn files_have_the_host_name(t: &TestApp) {
    shop(t).await;
    let vars = json!([{ "key": "USER", "value": "Orders" }, { "key": "PASSWORD", "value": "s", "isSecret": true },
        { "key": "DATABASE", "value": "d" }]);
    assert_eq!(set_variables(t, "orders-db", vars).await["userErrors"], json!([]));
    assert_eq!(set(t, "app", json!([{ "domain": "${{orders-db.USER}}.test" }])).await, json!([]));
    let found = t.data("{ stack(name: \"shop\") { compose { text } } }", json!({})).await;
    let text = found["stack"]["compose"]["text"].as_str().unwrap();
    assert!(text.contains("domain: orders.test"), "{text}");
    // An import has it as text.
    t.stack("again").await;
    let variables = json!([{ "name": "ORDERS_DB__PASSWORD", "value": "s" }]);
    let input = json!({ "stack": { "name": "again" }, "files": [{ "text": text }], "templatePrefix": "x-",
        "variables": variables });
    t.done("importCompose", input, "").await;
    let query = "{ instance(stack: \"again\", name: \"app\") { effectiveConfig { domains { domain } } } }";
    let again = t.data(query, json!({})).await;
    assert_eq!(again["instance"]["effectiveConfig"]["domains"], json!([{ "domain": "orders.test" }]));
}
