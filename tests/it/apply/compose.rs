//! Compose files as the source: templates, differences, losses.

use serde_json::json;

use super::{apply, apply_nothing, compose, flat, outcomes, plain, refused, said, with};
use crate::support::{TestApp, both};

both!(
    services_become_templates_and_instances,
    existing_templates_stay_as_they_are,
    an_existing_instance_keeps_its_template,
    variables_are_put_in,
    external_networks_are_not_joined,
    errors_name_their_file,
);

const FILE: &str = "
services:
  web:
    image: nginx:1
    ports: ['8080:80']
    labels: { tier: front }
    depends_on: [db]
  db:
    image: postgres:17
    environment: { POSTGRES_DB: shop }
";

async fn services_become_templates_and_instances(t: &TestApp) {
    let applied = apply(t, compose("shop", "file", FILE)).await;
    assert_eq!(applied["created"], true);
    assert_eq!(outcomes(&applied), ["web CREATED", "db CREATED"]);
    let templates = json!([{ "name": "shop-web", "outcome": "CREATED" }, { "name": "shop-db", "outcome": "CREATED" }]);
    assert_eq!(applied["templates"], templates);
    let found = said(t, "shop").await;
    let names: Vec<_> =
        found["instances"]["nodes"].as_array().unwrap().iter().map(|it| &it["template"]["name"]).collect();
    assert!(names.contains(&&json!("shop-web")), "{names:?}");
    let overrides = t.data("{ stack(name: \"shop\") { instances { nodes { name overrideCount } } } }", json!({})).await;
    for instance in overrides["stack"]["instances"]["nodes"].as_array().unwrap() {
        assert_eq!(instance["overrideCount"], i32::from(instance["name"] == "web"), "a dependency alone");
    }
    apply_nothing(t, compose("shop", "file", FILE)).await;
    apply_nothing(t, compose("shop", "file", &flat(t, "shop").await)).await;
    // A changed file changes the instance, not the template.
    let applied = apply(t, compose("shop", "file", &FILE.replace("8080", "9090").replace("nginx:1", "nginx:2"))).await;
    assert_eq!(
        (outcomes(&applied), &applied["templates"]),
        (vec!["web UPDATED".to_owned(), "db UNCHANGED".to_owned()], &json!([]))
    );
    let template = t.data("{ template(name: \"shop-web\") { revision imageTag ports { hostPort } } }", json!({})).await;
    assert_eq!(template["template"], json!({ "revision": 1, "imageTag": "1", "ports": [{ "hostPort": 8080 }] }));
    let web = t.see("web", "settings { imageTag } ports { hostPort }").await;
    assert_eq!(web, json!({ "settings": { "imageTag": "2" }, "ports": [{ "hostPort": 9090 }] }));
    // And back again without a trace.
    apply(t, compose("shop", "file", FILE)).await;
    assert_eq!(t.see("web", "overrideCount").await["overrideCount"], 1);
    // Services that are gone go into the trash.
    let applied = apply(t, compose("shop", "file", "services: { web: { image: 'nginx:1' } }")).await;
    assert_eq!(outcomes(&applied), ["web UPDATED", "db TRASHED"]);
    assert_eq!(
        t.see("web", "effectiveConfig { ports { hostPort } labels { key } dependencies { condition } }").await["effectiveConfig"]
            ["ports"],
        json!([])
    );
}

async fn existing_templates_stay_as_they_are(t: &TestApp) {
    let labels = json!([{ "key": "a", "value": "1" }, { "key": "b", "value": "1" }]);
    t.done("createTemplate", json!({ "name": "shop-web", "imageName": "busybox", "labels": labels }), "").await;
    let file = "services:\n  web:\n    image: busybox\n    labels: { a: '2' }\n    restart: unless-stopped\n";
    let applied = apply(t, compose("shop", "file", file)).await;
    assert_eq!(applied["templates"], json!([{ "name": "shop-web", "outcome": "SKIPPED" }]));
    // A new instance runs exactly the file.
    assert_eq!(super::labels(t, "web").await, "a=2 -b");
    apply_nothing(t, compose("shop", "file", file)).await;
}

async fn an_existing_instance_keeps_its_template(t: &TestApp) {
    plain(t).await;
    t.stack("shop").await;
    let input = json!({ "stack": { "name": "shop" }, "template": { "name": "plain" }, "name": "web" });
    t.done("createInstance", input, "").await;
    let applied =
        apply(t, compose("shop", "file", "services: { web: { image: 'nginx:1', labels: { c: '3' } } }")).await;
    assert_eq!((outcomes(&applied), &applied["templates"]), (vec!["web UPDATED".to_owned()], &json!([])));
    let web = t.see("web", "template { name } settings { imageName imageTag restartPolicy }").await;
    let settings = json!({ "imageName": "nginx", "imageTag": "1", "restartPolicy": "no" });
    assert_eq!(web, json!({ "template": { "name": "plain" }, "settings": settings }));
    assert_eq!(super::labels(t, "web").await, "a=1 b=1 c=3");
}

async fn variables_are_put_in(t: &TestApp) {
    let file = "services: { web: { image: 'nginx:${TAG:-1}', environment: { A: '${B}' } } }";
    let variables = json!([{ "name": "TAG", "value": "9" }, { "name": "B", "value": "b" }]);
    apply(t, with(compose("shop", "file", file), json!({ "variables": variables }))).await;
    let web = t.see("web", "effectiveConfig { imageTag envVars { key value } }").await;
    assert_eq!(web["effectiveConfig"], json!({ "imageTag": "9", "envVars": [{ "key": "A", "value": "b" }] }));
}

async fn external_networks_are_not_joined(t: &TestApp) {
    let file =
        "services:\n  web:\n    image: nginx\n    networks: [default, proxy]\nnetworks:\n  proxy: { external: true }\n";
    let applied = apply(t, compose("shop", "file", file)).await;
    assert_eq!(applied["losses"][0]["path"], "services.web.networks.proxy");
    assert_eq!(applied["lossCount"], 1);
    let networks = "effectiveConfig { networks { name isExternal } }";
    assert_eq!(
        t.see("web", networks).await["effectiveConfig"]["networks"],
        json!([{ "name": "default", "isExternal": false }])
    );
    let joined = json!([{ "set": { "network": { "name": "proxy", "isExternal": true } } }]);
    t.patch("web", joined).await;
    // Once it has joined, the file may say so.
    let applied = apply(t, compose("shop", "file", file)).await;
    assert_eq!((&applied["lossCount"], &applied["changed"]), (&json!(0), &json!(false)));
    apply_nothing(t, compose("shop", "file", &flat(t, "shop").await)).await;
}

async fn errors_name_their_file(t: &TestApp) {
    let files =
        json!([{ "name": "a.yaml", "text": "services: {}" }, { "name": "b.yaml", "text": "services:\n  web: [\n" }]);
    let input = json!({ "stack": "shop", "owner": "file", "source": { "compose": files } });
    let errors = refused(t, input.clone()).await;
    assert!(errors[0].starts_with("INVALID_VALUE b.yaml, line "), "{errors:?}");
    assert_eq!(t.refused("applyStack", input).await[0].1, "input.source.compose.1.text");
    let both = json!({ "stack": "shop", "owner": "file", "source": { "compose": [], "document": "" } });
    let query = "mutation ($input: ApplyStackInput!) { applyStack(input: $input) { changed } }";
    let answer = t.graphql(query, json!({ "input": both })).await;
    assert!(answer["errors"][0]["message"].as_str().is_some(), "{answer}");
}
