//! The domains of a fork, and what else of the host it shares.

use serde_json::{Value, json};

use super::{fork, fork_of, input, shop};
use crate::support::{TestApp, both};

both!(
    every_domain_has_a_suffix,
    the_suffix_is_made_of_the_name_of_the_fork,
    a_domain_that_is_taken_is_left_out,
    a_domain_with_references_has_the_suffix_too,
    a_domain_is_chosen_by_what_it_is_in_the_fork,
    what_is_of_the_host_is_shared_with_a_warning,
    volumes_are_of_their_own,
);

async fn domains(t: &TestApp, stack: &str, name: &str) -> Vec<Value> {
    let query = "query ($stack: String!, $name: String!) { instance(stack: $stack, name: $name) { effectiveConfig {
        domains { domain } } } }";
    let found = t.data(query, json!({ "stack": stack, "name": name })).await;
    let domains = found["instance"]["effectiveConfig"]["domains"].as_array().unwrap();
    domains.iter().map(|domain| domain["domain"].clone()).collect()
}

async fn every_domain_has_a_suffix(t: &TestApp) {
    shop(t).await;
    fork(t, json!({ "name": "lab", "domainSuffix": "x" })).await;
    assert_eq!(domains(t, "lab", "web").await, ["shop-x.test", "www-x.shop.test"]);
    // `api` overrides a domain of its template and has another one.
    let input = json!({ "instance": TestApp::by_name("shop", "api"), "overrides": { "domains": [
        { "domain": "db.localhost", "proxyPort": 1 }, { "domain": "api.localhost" },
    ] } });
    t.done("setInstanceOverrides", input, "").await;
    fork(t, json!({ "name": "two", "domainSuffix": "y" })).await;
    assert_eq!(domains(t, "two", "api").await, ["api-y.localhost", "db-y.localhost"]);
    let query = "{ instance(stack: \"two\", name: \"api\") { overrideCount domains { domain proxyPort } overrideRules { kind key action } } }";
    let api = t.data(query, json!({})).await["instance"].take();
    let removed = json!([{ "kind": "DOMAIN", "key": "db.localhost", "action": "REMOVE" }]);
    assert_eq!(api["overrideRules"], removed, "the template's does not come back");
    let own =
        json!([{ "domain": "api-y.localhost", "proxyPort": null }, { "domain": "db-y.localhost", "proxyPort": 1 }]);
    assert_eq!(api["domains"], own);
    // What the template gets later is inherited.
    let input =
        json!({ "template": { "name": "web" }, "domains": [{ "domain": "shop.test" }, { "domain": "new.test" }] });
    t.done("updateTemplate", input, "").await;
    assert_eq!(domains(t, "lab", "web").await, ["new.test", "shop-x.test", "www-x.shop.test"]);
}

async fn the_suffix_is_made_of_the_name_of_the_fork(t: &TestApp) {
    shop(t).await;
    fork(t, json!({ "name": "shop-feature-x" })).await;
    assert_eq!(domains(t, "shop-feature-x", "web").await, ["shop-feature-x.test", "www-feature-x.shop.test"]);
    fork(t, json!({ "name": "lab" })).await;
    assert_eq!(domains(t, "lab", "web").await, ["shop-lab.test", "www-lab.shop.test"]);
    // A fork of a fork.
    fork_of(t, "lab", json!({ "name": "lab-2" })).await;
    assert_eq!(domains(t, "lab-2", "web").await, ["shop-lab-2.test", "www-lab-2.shop.test"]);
}

async fn a_domain_with_references_has_the_suffix_too(t: &TestApp) {
    shop(t).await;
    let vars = json!([{ "key": "SITE", "value": "Shop.Example" }, { "key": "SUB", "value": "sub" }]);
    t.done("setSharedVars", json!({ "stack": { "name": "shop" }, "vars": vars }), "").await;
    let overrides = json!({ "domains": [
        { "domain": "a.${{shared.SITE}}" }, { "domain": "${{shared.SITE}}" }, { "domain": "${{shared.SUB}}.test" },
    ] });
    let input = json!({ "instance": TestApp::by_name("shop", "api"), "overrides": overrides });
    t.done("setInstanceOverrides", input, "").await;
    // Another stack has one of the names already, by a reference of its own.
    t.stack("other").await;
    let vars = json!([{ "key": "SITE", "value": "sub-x" }]);
    t.done("setSharedVars", json!({ "stack": { "name": "other" }, "vars": vars }), "").await;
    let domains_of_other = json!({ "domains": [{ "domain": "${{shared.SITE}}.test" }] });
    let input = json!({ "stack": { "name": "other" }, "template": { "name": "web" }, "name": "w",
        "overrides": domains_of_other });
    t.done("createInstance", input, "").await;
    let payload = fork(t, json!({ "name": "lab", "domainSuffix": "x" })).await;
    let found = domains(t, "lab", "api").await;
    assert!(found.contains(&json!("a-x.shop.example")) && found.contains(&json!("shop-x.example")), "{found:?}");
    assert!(!found.contains(&json!("sub-x.test")), "{found:?}");
    let warnings = payload["warnings"].to_string();
    assert!(warnings.contains("`api` has the domain ${{shared.SUB}}.test"), "{warnings}");
    // The text still refers, so that the fork follows its own variable.
    let query = "{ instance(stack: \"lab\", name: \"api\") { domains { domain } conflicts { value } } }";
    let api = t.data(query, json!({})).await["instance"].take();
    assert!(api["domains"].as_array().unwrap().contains(&json!({ "domain": "a-x.${{shared.SITE}}" })), "{api}");
    let claimed = api["conflicts"].to_string();
    assert!(!claimed.contains("shop"), "{claimed}");
    let vars = json!([{ "key": "SITE", "value": "lab.test" }, { "key": "SUB", "value": "sub" }]);
    t.done("setSharedVars", json!({ "stack": { "name": "lab" }, "vars": vars }), "").await;
    assert!(domains(t, "lab", "api").await.contains(&json!("a-x.lab.test")));
}

async fn a_domain_is_chosen_by_what_it_is_in_the_fork(t: &TestApp) {
    t.stack("shop").await;
    let template = json!({ "name": "app", "imageName": "app" });
    t.done("createTemplate", template, "").await;
    let add = async |stack: &str, name: &str, overrides: Value| {
        let input =
            json!({ "stack": { "name": stack }, "template": { "name": "app" }, "name": name, "overrides": overrides });
        t.done("createInstance", input, "").await;
    };
    let long = "l".repeat(60);
    add("shop", "web", json!({ "domains": [{ "domain": "web.test" }] })).await;
    add("shop", "api", json!({ "domains": [{ "domain": "api.${{web:domain}}" }] })).await;
    add("shop", "c", json!({ "domains": [{ "domain": "${{self:container}}.c.test" }] })).await;
    add(
        "shop",
        "l",
        json!({ "envVars": [{ "key": "L", "value": long }], "domains": [{ "domain": "${{self.L}}.test" }] }),
    )
    .await;
    let payload = fork(t, json!({ "name": "lab", "domainSuffix": "suffix" })).await;
    // What follows another domain, or the name of a container, is another one by itself.
    assert_eq!(domains(t, "lab", "web").await, ["web-suffix.test"]);
    assert_eq!(domains(t, "lab", "api").await, ["api.web-suffix.test"]);
    assert_eq!(domains(t, "lab", "c").await, ["devarch-lab-c.c.test"]);
    // With the suffix the label is too long.
    assert_eq!(domains(t, "lab", "l").await, [""; 0]);
    let warnings = payload["warnings"].to_string();
    assert!(warnings.contains("`l` has the domain ${{self.L}}.test"), "{warnings}");
    let found = t.data("{ stack(name: \"lab\") { conflicts { value } } }", json!({})).await;
    assert_eq!(found["stack"]["conflicts"], json!([]));
    // Where the name is taken in the fork, another one is chosen.
    t.stack("other").await;
    add("other", "o", json!({ "domains": [{ "domain": "api.web-x.test" }, { "domain": "devarch-next-c.c.test" }] }))
        .await;
    fork(t, json!({ "name": "next", "domainSuffix": "x" })).await;
    assert_eq!(domains(t, "next", "api").await, ["api-x.web-x.test"]);
    assert_eq!(domains(t, "next", "c").await, ["devarch-next-c-x.c.test"]);
}

async fn a_domain_that_is_taken_is_left_out(t: &TestApp) {
    shop(t).await;
    let long = format!("{}.test", "a".repeat(63));
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": { "domains": [{ "domain": long }] } });
    t.done("setInstanceOverrides", input, "").await;
    fork(t, json!({ "name": "one", "domainSuffix": "x" })).await;
    let made = fork(t, json!({ "name": "two", "domainSuffix": "x" })).await;
    let left_out = |it: &&Value| it["code"] == "DOMAIN_LEFT_OUT";
    assert_eq!(made["warnings"].as_array().unwrap().iter().filter(left_out).count(), 6);
    assert_eq!(domains(t, "two", "web").await, Vec::<Value>::new());
    let count = t.data("{ instance(stack: \"two\", name: \"db\") { overrideCount } }", json!({})).await;
    assert_eq!(count["instance"]["overrideCount"], 0, "nothing is left of a long domain");
    // Without a given suffix, the whole name of the fork is another try.
    t.stack("other").await;
    let new = json!({ "stack": { "name": "other" }, "template": { "name": "web" }, "name": "web" });
    t.done("createInstance", new, "").await;
    fork_of(t, "other", json!({ "name": "other-x" })).await;
    assert_eq!(domains(t, "other-x", "web").await, ["shop-other-x.test", "www-other-x.shop.test"]);
}

async fn what_is_of_the_host_is_shared_with_a_warning(t: &TestApp) {
    shop(t).await;
    let overrides = json!({
        "volumes": [
            { "volumeType": "BIND", "source": "/srv/data", "target": "/a" },
            { "volumeType": "BIND", "source": "./data", "target": "/b" },
            { "volumeType": "VOLUME", "source": "outside", "target": "/c", "isExternal": true },
        ],
        "networks": [
            { "name": "lan", "isExternal": true }, { "name": "back" },
            { "name": "fixed", "definition": { "ipam": { "config": [{ "subnet": "10.9.0.0/16" }] } } },
        ],
    });
    let set = json!({ "instance": TestApp::by_name("shop", "web"), "overrides": overrides });
    t.done("setInstanceOverrides", set, "").await;
    let set = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": {
        "attributes": [{ "name": "network_mode", "value": "host" }] } });
    t.done("setInstanceOverrides", set, "").await;
    let made = t.done("forkStack", input("shop", json!({ "name": "lab" })), "warnings { code message }").await;
    let codes: Vec<&str> =
        made["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap()).collect();
    assert_eq!(
        codes,
        ["VOLUME_SHARED", "VOLUME_SHARED", "NETWORK_SHARED", "NETWORK_SHARED", "NETWORK_SHARED"],
        "{made}"
    );
}

async fn volumes_are_of_their_own(t: &TestApp) {
    shop(t).await;
    fork(t, json!({ "name": "lab" })).await;
    let query = "query ($name: String!) { stack(name: $name) { networkName storageName instances { nodes { storageName
        containerName } } compose { text } } }";
    let (source, copy) =
        (t.data(query, json!({ "name": "shop" })).await, t.data(query, json!({ "name": "lab" })).await);
    let volumes = |of: &Value| {
        let text = of["stack"]["compose"]["text"].as_str().unwrap();
        let names = text.lines().filter(|line| line.trim_start().starts_with("name: "));
        names.map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
    };
    assert!(volumes(&source).len() >= 4, "the project, the network and two volumes");
    assert!(volumes(&source).is_disjoint(&volumes(&copy)), "{:?}", volumes(&copy));
    assert_ne!(source["stack"]["networkName"], copy["stack"]["networkName"]);
}
