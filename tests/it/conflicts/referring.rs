//! Conflicts over domains with references: what counts is the host name for which they stand, and that follows the values in
//! their stacks.

use serde_json::{Value, json};

use super::{add, add_of, conflicts, enable, set, stacks, template};
use crate::support::{TestApp, both};

both!(
    a_domain_with_references_claims_what_it_stands_for,
    a_template_with_references_claims_for_each_of_its_instances,
    a_plan_tells_what_a_value_makes_of_domains,
    copies_are_warned_of_by_their_host_names,
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

    // What does not run, and what has no host name, clashes with nothing.
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

/// A plan, by its claims and its conflicts.
async fn planned(t: &TestApp, change: Value) -> (Vec<String>, Vec<String>, Vec<String>) {
    let query = "query ($change: ChangeInput!) { plan(change: $change) { userErrors { message }
        effects(first: 50) { nodes { __typename message } } newConflicts { kind value instance { name } }
        solvedConflicts { kind value instance { name } } } }";
    let plan = t.data(query, json!({ "change": change })).await["plan"].take();
    assert_eq!(plan["userErrors"], json!([]));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let claims = plan["effects"]["nodes"].as_array().unwrap().iter().filter(|it| it["__typename"] == "ClaimEffect");
    let conflicts = |list: &Value| -> Vec<String> {
        let of_claims = list.as_array().unwrap().iter().filter(|it| it["kind"] == "DOMAIN");
        of_claims.map(|it| format!("{} {}", text(&it["instance"]["name"]), text(&it["value"]))).collect()
    };
    let claims = claims.map(|it| text(&it["message"])).collect();
    (claims, conflicts(&plan["newConflicts"]), conflicts(&plan["solvedConflicts"]))
}

async fn a_plan_tells_what_a_value_makes_of_domains(t: &TestApp) {
    stacks(t).await;
    site(t, "shop", "one").await;
    site(t, "blog", "two").await;
    add(t, "shop/web", domain("q.${{shared.SITE}}.test")).await;
    add(t, "blog/web", domain("q.${{shared.SITE}}.test")).await;
    let set_site = |value: &str| json!({ "setSharedVars": { "stack": { "name": "shop" }, "vars": [{ "key": "SITE", "value": value }] } });
    let (claims, new, solved) = planned(t, set_site("TWO")).await;
    assert_eq!(claims, ["`shop/web` gives the domain q.one.test back.", "`shop/web` takes the domain q.two.test."]);
    assert_eq!((new, solved), (vec!["web q.two.test".to_owned()], vec![]));
    site(t, "shop", "TWO").await;
    assert_eq!(conflicts(t, "shop/web").await, ["DOMAIN q.two.test: blog/web"]);
    let (_, new, solved) = planned(t, set_site("three")).await;
    assert_eq!((new, solved), (vec![], vec!["web q.two.test".to_owned()]));

    // By a variable of another instance, and by one of the template.
    template(t, json!({ "name": "named", "envVars": [{ "key": "NAME", "value": "n" }] })).await;
    add_of(t, "named", "shop/source", json!({})).await;
    add(t, "shop/other", domain("${{source.NAME}}.test")).await;
    add(t, "blog/plain", domain("m.test")).await;
    let edit =
        json!({ "updateTemplate": { "template": { "name": "named" }, "envVars": [{ "key": "NAME", "value": "m" }] } });
    let own = json!({ "patchInstanceOverrides": { "instance": super::instance("shop/source"), "operations":
        [{ "set": { "envVar": { "key": "NAME", "value": "m" } } }] } });
    for change in [edit, own] {
        let (claims, new, _) = planned(t, change).await;
        assert_eq!(claims, ["`shop/other` gives the domain n.test back.", "`shop/other` takes the domain m.test."]);
        assert_eq!(new, ["other m.test"]);
    }
    let trash = json!({ "softDeleteInstance": { "instance": super::instance("shop/web") } });
    let (claims, _, solved) = planned(t, trash).await;
    assert_eq!(
        (claims, solved),
        (vec!["`shop/web` gives the domain q.two.test back.".to_owned()], vec!["web q.two.test".to_owned()])
    );
}

async fn copies_are_warned_of_by_their_host_names(t: &TestApp) {
    stacks(t).await;
    site(t, "shop", "Shop.Test").await;
    add(t, "shop/web", json!({
        "envVars": [{ "key": "X", "value": "xx" }],
        "domains": [{ "domain": "a.${{shared.SITE}}" }, { "domain": "${{self.X}}.own" }, { "domain": "${{self:host}}.host" },
            { "domain": "${{self:container}}.container" }],
    })).await;
    let shared = async |field: &str, input: Value| -> Vec<String> {
        let warnings = t.mutate(field, input, "warnings { code message }").await["warnings"].take();
        let shared = warnings.as_array().unwrap().iter().filter(|it| it["code"] == "DOMAIN_SHARED");
        let name = |message: &str| message.split("the domain ").nth(1).unwrap().split(':').next().unwrap().to_owned();
        let mut names: Vec<String> = shared.map(|it| name(it["message"].as_str().unwrap())).collect();
        names.sort();
        names
    };
    let copy = json!({ "instance": super::instance("shop/web"), "name": "copy" });
    assert_eq!(shared("duplicateInstance", copy).await, ["a.shop.test", "xx.own"]);
    assert_eq!(conflicts(t, "shop/copy").await, ["DOMAIN a.shop.test: shop/web", "DOMAIN xx.own: shop/web"]);
    t.done("softDeleteInstance", json!({ "instance": super::instance("shop/copy") }), "").await;
    let copy = json!({ "stack": { "name": "shop" }, "name": "again" });
    assert_eq!(shared("duplicateStack", copy).await, ["a.shop.test", "web.host", "xx.own"]);
    assert_eq!(
        conflicts(t, "again/web").await,
        ["DOMAIN a.shop.test: shop/web", "DOMAIN web.host: shop/web", "DOMAIN xx.own: shop/web"]
    );
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
