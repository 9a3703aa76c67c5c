//! Conflicts over domains with references: what counts is the host name for which they stand, and that follows the values in
//! their stacks.

use serde_json::{Value, json};

use super::{add, add_of, conflicts, enable, set, stacks, template};
use crate::support::{TestApp, both};

both!(
    a_domain_with_references_claims_what_it_stands_for,
    a_template_with_references_claims_for_each_of_its_instances,
    without_references_nothing_is_looked_up,
    pages_of_conflicts_take_a_constant_number_of_statements,
);

fn domain(text: &str) -> Value {
    json!({ "domains": [{ "domain": text }] })
}

async fn site(t: &TestApp, stack: &str, value: &str) {
    let vars = json!([{ "key": "SITE", "value": value }]);
    t.done("setSharedVars", json!({ "stack": { "name": stack }, "vars": vars }), "").await;
}

async fn a_domain_with_references_claims_what_it_stands_for(t: &TestApp) {
    stacks(t).await;
    site(t, "shop", "Shop.Test").await;
    site(t, "blog", "blog.test").await;
    add(t, "shop/web", domain("app.${{shared.SITE}}")).await;
    add(t, "blog/web", domain("app.${{shared.SITE}}")).await;
    assert_eq!((conflicts(t, "shop/web").await, conflicts(t, "blog/web").await), (vec![], vec![]));

    // A variable of another stack makes the names equal; each side tells it.
    site(t, "blog", "shop.test").await;
    assert_eq!(conflicts(t, "shop/web").await, ["DOMAIN app.shop.test: blog/web"]);
    assert_eq!(conflicts(t, "blog/web").await, ["DOMAIN app.shop.test: shop/web"]);

    // A plain domain clashes with both, and is counted once where it stands beside a reference.
    add(t, "blog/plain", json!({ "domains": [{ "domain": "APP.shop.test" }, { "domain": "app.${{shared.SITE}}" }] }))
        .await;
    assert_eq!(conflicts(t, "shop/web").await, ["DOMAIN app.shop.test: blog/web, blog/plain"]);
    assert_eq!(conflicts(t, "blog/plain").await, ["DOMAIN app.shop.test: shop/web, blog/web"]);

    // What does not run, and what has no host name, is in no one's way.
    enable(t, "blog/plain", false).await;
    assert_eq!(conflicts(t, "shop/web").await, ["DOMAIN app.shop.test: blog/web"]);
    assert_eq!(conflicts(t, "blog/plain").await, ["DOMAIN app.shop.test: shop/web, blog/web"]);
    site(t, "blog", "no name").await;
    assert_eq!((conflicts(t, "shop/web").await, conflicts(t, "blog/web").await), (vec![], vec![]));

    // Through a variable of another instance, whose rename changes nothing.
    add(t, "blog/site", json!({ "envVars": [{ "key": "NAME", "value": "app.shop" }] })).await;
    set(t, "blog/web", domain("${{site.NAME}}.test")).await;
    assert_eq!(conflicts(t, "shop/web").await, ["DOMAIN app.shop.test: blog/web"]);
    t.done("renameInstance", json!({ "instance": super::instance("blog/site"), "name": "place" }), "").await;
    assert_eq!(conflicts(t, "shop/web").await, ["DOMAIN app.shop.test: blog/web"]);
    let written = t.data("{ instance(stack: \"blog\", name: \"web\") { domains { domain } } }", json!({})).await;
    assert_eq!(written["instance"]["domains"], json!([{ "domain": "${{place.NAME}}.test" }]));
    t.done("softDeleteInstance", json!({ "instance": super::instance("blog/place") }), "").await;
    assert_eq!(conflicts(t, "shop/web").await, [""; 0]);
}

async fn a_template_with_references_claims_for_each_of_its_instances(t: &TestApp) {
    stacks(t).await;
    let env = json!([{ "key": "NAME", "value": "a" }]);
    template(t, json!({ "name": "site", "domains": [{ "domain": "${{self.NAME}}.test" }], "envVars": env })).await;
    add_of(t, "site", "shop/one", json!({})).await;
    add_of(t, "site", "shop/two", json!({ "envVars": [{ "key": "NAME", "value": "b" }] })).await;
    add_of(t, "site", "blog/one", json!({ "ports": [{ "containerPort": 80 }] })).await;
    add(t, "blog/plain", domain("b.test")).await;
    assert_eq!(conflicts(t, "shop/one").await, ["DOMAIN a.test: blog/one"]);
    assert_eq!(conflicts(t, "shop/two").await, ["DOMAIN b.test: blog/plain"]);
    assert_eq!(conflicts(t, "blog/one").await, ["DOMAIN a.test: shop/one"]);
    assert_eq!(conflicts(t, "blog/plain").await, ["DOMAIN b.test: shop/two"]);
    // The template's own variable decides for those that inherit it.
    let input = json!({ "template": { "name": "site" }, "envVars": [{ "key": "NAME", "value": "b" }] });
    t.done("updateTemplate", input, "").await;
    assert_eq!(conflicts(t, "blog/plain").await, ["DOMAIN b.test: shop/one, shop/two, blog/one"]);
    let input = json!({ "template": { "name": "site" }, "domains": [] });
    t.done("updateTemplate", input, "").await;
    assert_eq!(conflicts(t, "blog/plain").await, [""; 0]);
}

const OF_STACK: &str = "query ($stack: String!) { stack(name: $stack) { conflicts { value } } }";

async fn without_references_nothing_is_looked_up(t: &TestApp) {
    stacks(t).await;
    add(t, "shop/web", domain("app.test")).await;
    add(t, "blog/web", domain("app.test")).await;
    let before = t.cost_by_executor(OF_STACK, json!({ "stack": "shop" })).await.0;
    // An instance in the trash is not looked up either.
    site(t, "blog", "b.test").await;
    add(t, "blog/refers", domain("app.${{shared.SITE}}")).await;
    let with = t.cost_by_executor(OF_STACK, json!({ "stack": "shop" })).await.0;
    t.done("softDeleteInstance", json!({ "instance": super::instance("blog/refers") }), "").await;
    let after = t.cost_by_executor(OF_STACK, json!({ "stack": "shop" })).await.0;
    assert_eq!(before, after);
    assert!(before < with, "{before} {with}");
}

async fn pages_of_conflicts_take_a_constant_number_of_statements(t: &TestApp) {
    stacks(t).await;
    site(t, "shop", "a.test").await;
    site(t, "blog", "a.test").await;
    let mut costs = Vec::new();
    for n in 0..12 {
        for stack in ["shop", "blog"] {
            add(t, &format!("{stack}/i{n}"), domain(&format!("i{n}.${{{{shared.SITE}}}}"))).await;
        }
        let (cost, found) = t.cost_by_executor(OF_STACK, json!({ "stack": "shop" })).await;
        assert_eq!(found["stack"]["conflicts"].as_array().unwrap().len(), n + 1);
        costs.push(cost);
    }
    costs.dedup();
    assert_eq!(costs.len(), 1, "{costs:?}");
}
