//! Images that are built: each stack builds its own.

use serde_json::{Value, json};

use super::fork;
use crate::support::{TestApp, both};

both!(a_fork_builds_its_own_images, an_image_with_a_name_is_shared, a_rendered_file_is_applied_as_it_is);

async fn import(t: &TestApp, services: &str) {
    let text = format!("name: shop\nservices:\n{services}");
    let files = json!([{ "name": "compose.yaml", "text": text }]);
    t.done("importCompose", json!({ "stack": { "name": "shop" }, "files": files }), "").await;
}

async fn text_of(t: &TestApp, stack: &str) -> String {
    let query = "query ($stack: String!) { stack(name: $stack) { compose { text } } }";
    t.data(query, json!({ "stack": stack })).await["stack"]["compose"]["text"].as_str().unwrap().to_owned()
}

/// The images of the services of a stack, null for those that Compose names.
async fn images(t: &TestApp, stack: &str) -> Value {
    let file = crate::compose::read(&text_of(t, stack).await);
    file["services"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, service)| (name.clone(), service["image"].clone()))
        .collect()
}

async fn a_fork_builds_its_own_images(t: &TestApp) {
    import(t, "  web: { build: ./web }\n  api: { build: { context: ./api } }\n  db: { image: \"postgres:17\" }\n")
        .await;
    fork(t, json!({ "name": "login" })).await;
    for stack in ["shop", "login"] {
        assert_eq!(images(t, stack).await, json!({ "web": null, "api": null, "db": "postgres:17" }), "{stack}");
    }
    // A template may get another name.
    t.done("updateTemplate", json!({ "template": { "name": "shop-web" }, "name": "renamed" }), "").await;
    assert_eq!(images(t, "login").await["web"], Value::Null);
    let file = crate::compose::read(&text_of(t, "login").await);
    assert_eq!(file["name"], "devarch-login", "after which Compose names what it builds");
    // An instance that says how its image is called has that one.
    let setting = json!({ "settings": { "imageName": "registry.test/web", "imageTag": "2" } });
    t.done("setInstanceOverrides", json!({ "instance": TestApp::by_name("login", "web"), "overrides": setting }), "")
        .await;
    assert_eq!(images(t, "login").await["web"], "registry.test/web:2");
}

async fn an_image_with_a_name_is_shared(t: &TestApp) {
    import(t, "  web: { build: ., image: mine }\n  named: { build: ., image: \"shop-named:latest\" }\n  job: { build: ./job }\n  once: { image: \"shop-job:latest\" }\n")
        .await;
    fork(t, json!({ "name": "login" })).await;
    for stack in ["shop", "login"] {
        let images = images(t, stack).await;
        assert_eq!((&images["web"], &images["named"]), (&json!("mine:latest"), &json!("shop-named:latest")));
        assert_eq!(images["job"], images["once"], "another service uses what this one builds: {images}");
    }
}

async fn a_rendered_file_is_applied_as_it_is(t: &TestApp) {
    import(t, "  web: { build: ./web }\n  db: { image: \"postgres:17\" }\n").await;
    fork(t, json!({ "name": "login" })).await;
    for stack in ["shop", "login"] {
        let source = json!({ "compose": [{ "name": "compose.yaml", "text": text_of(t, stack).await }] });
        let input = json!({ "stack": stack, "owner": "test", "source": source });
        assert_eq!(t.done("applyStack", input, "changed").await["changed"], false, "{stack}");
    }
    // So is the file of the project.
    let files = json!([{ "name": "compose.yaml", "text": text_of(t, "login").await }]);
    let input = json!({ "stack": { "name": "again" }, "files": files });
    t.done("importCompose", input, "").await;
    assert_eq!(images(t, "again").await, json!({ "web": null, "db": "postgres:17" }));
}
