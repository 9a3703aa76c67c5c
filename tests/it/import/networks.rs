//! Networks of files: which are held, which are folded into the stack's own one, and which need consent.

use serde_json::{Value, json};

use super::{file, outcomes, places, with};
use crate::support::{TestApp, both};

both!(
    networks_are_held_as_they_are_named,
    what_all_share_is_the_network_of_the_stack,
    a_network_of_the_host_needs_consent,
    names_of_services_stay,
    links_give_names,
    what_a_layer_defines_is_an_override,
    a_rendered_stack_is_imported_as_it_is,
);

/// The effective networks of an instance, as `name aliases`.
async fn joined(t: &TestApp, name: &str) -> Vec<String> {
    let query = "query ($name: String!) { instance(stack: \"shop\", name: $name) { effectiveConfig { networks { name aliases \
                 isExternal options definition } } } }";
    let found = t.data(query, json!({ "name": name })).await["instance"]["effectiveConfig"]["networks"].take();
    let shown = found.as_array().unwrap().iter().map(|network| {
        let aliases = network["aliases"].as_array().unwrap().iter();
        let aliases = aliases.map(|alias| alias.as_str().unwrap()).collect::<Vec<_>>().join(",");
        let mut text = format!("{} [{aliases}]", network["name"].as_str().unwrap());
        if network["isExternal"] == true {
            text += " external";
        }
        for part in ["options", "definition"] {
            if !network[part].is_null() {
                text += &format!(" {}", network[part]);
            }
        }
        text
    });
    shown.collect()
}

fn of_shop(text: &str) -> Value {
    with(file(text), json!({ "stack": { "name": "shop" } }))
}

async fn networks_are_held_as_they_are_named(t: &TestApp) {
    let text = "services:\n  web: { image: x, networks: { front: , back: { aliases: [api], ipv4_address: 10.1.0.5, x-note: 1 } } }\n  \
                db: { image: x, networks: [back] }\n  mail: { image: x }\n  host: { image: x, network_mode: host }\n\
                networks:\n  front: { name: fixed, driver: overlay, attachable: true }\n  \
                back: { internal: true, labels: [a=b], ipam: { config: [{ subnet: 10.1.0.0/16 }] } }\n  unused: {}\n";
    let report = t.import(of_shop(text)).await;
    assert_eq!(places(&report["losses"]), ["2 services.web.networks.back.x-note"]);
    assert_eq!(places(&report["changes"]), ["7 networks.front.name", "9 networks.unused"]);
    let back = r#"{"internal":true,"ipam":{"config":[{"subnet":"10.1.0.0/16"}]},"labels":{"a":"b"}}"#;
    assert_eq!(
        joined(t, "web").await,
        [
            format!(r#"back [api] {{"ipv4_address":"10.1.0.5"}} {back}"#),
            r#"front [] {"attachable":true,"driver":"overlay"}"#.to_owned()
        ]
    );
    assert_eq!(joined(t, "db").await, [format!("back [] {back}")]);
    assert_eq!((joined(t, "mail").await, joined(t, "host").await), (Vec::new(), Vec::new()));
}

async fn what_all_share_is_the_network_of_the_stack(t: &TestApp) {
    let text = "services:\n  web: { image: x, networks: { app: { aliases: [www] } } }\n  db: { image: x, networks: [app] }\n\
                networks: { app: { driver: bridge } }\n";
    let report = t.import(of_shop(text)).await;
    assert_eq!((&report["losses"], places(&report["changes"])), (&json!([]), vec!["4 networks.app".to_owned()]));
    assert_eq!((joined(t, "web").await, joined(t, "db").await), (vec!["default [www]".to_owned()], Vec::new()));
}

async fn a_network_of_the_host_needs_consent(t: &TestApp) {
    let text = "services:\n  web: { image: x, networks: { proxy: { aliases: [www] }, default: } }\n  \
                db: { image: x, container_name: pg, networks: [proxy] }\n\
                networks:\n  proxy: { external: { name: traefik } }\n";
    let report = t.import(of_shop(text)).await;
    assert_eq!(places(&report["losses"]), ["5 networks.proxy"]);
    let reason = report["losses"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("allowExternalNetworks: true") && reason.contains("--external-networks"), "{reason}");
    // Without its only network a service joins that of its stack.
    assert_eq!(joined(t, "web").await, ["default []"]);
    assert_eq!(joined(t, "db").await, ["default [pg]"]);
    let consent = with(of_shop(text), json!({ "allowExternalNetworks": true, "onConflict": "UPDATE" }));
    let report = t.import(consent).await;
    assert_eq!(outcomes(&report["templates"]), [("web", "UPDATED"), ("db", "UPDATED")]);
    assert_eq!(report["losses"], json!([]));
    assert_eq!(places(&report["changes"]), ["3 services.db.container_name", "5 networks.proxy"]);
    assert_eq!(joined(t, "web").await, ["default []", "traefik [www] external"]);
    assert_eq!(joined(t, "db").await, ["traefik [pg] external"]);
}

async fn names_of_services_stay(t: &TestApp) {
    let text = "services:\n  order_db: { image: x, container_name: pg, networks: { front: { aliases: [a] }, back: } }\n  \
                web: { image: x, container_name: web, networks: [front] }\n  host: { image: x, container_name: h, network_mode: host }\n\
                networks: { front: , back: }\n";
    let report = t.import(of_shop(text)).await;
    assert_eq!(report["losses"], json!([]));
    // The template is called otherwise, too.
    let changes = [
        "2 services.order_db",
        "2 services.order_db",
        "2 services.order_db.container_name",
        "3 services.web.container_name",
        "4 services.host.container_name",
    ];
    assert_eq!(places(&report["changes"]), changes);
    assert_eq!(joined(t, "order-db").await, ["back [order_db,pg]", "front [order_db,pg,a]"]);
    assert_eq!(joined(t, "web").await, ["front []"]);
    assert_eq!(joined(t, "host").await, [""; 0]);
}

async fn links_give_names(t: &TestApp) {
    let text = "services:\n  web: { image: x, links: ['db:database', 'db:cache', db], external_links: ['pg:old', 'elsewhere:y'] }\n  \
                job: { image: x, links: ['cache:store', 'db:store'] }\n  db: { image: x, container_name: pg }\n  cache: { image: x }\n";
    let report = t.import(of_shop(text)).await;
    // Another service is called `cache`, and `store` would be two services.
    assert_eq!(
        places(&report["losses"]),
        ["2 services.web.links.1", "3 services.job.links.0", "3 services.job.links.1"]
    );
    assert_eq!(joined(t, "db").await, ["default [pg,database,old]"]);
    assert_eq!(joined(t, "cache").await, [""; 0]);
    let web = t.imported("web").await;
    assert_eq!(web["attributes"], json!([{ "name": "external_links", "value": ["elsewhere:y"] }]));
}

async fn what_a_layer_defines_is_an_override(t: &TestApp) {
    let text = "services:\n  web: { image: x, networks: { front: { aliases: [a] } } }\n  db: { image: x }\nnetworks: { front: { internal: true } }\n";
    let over = "services:\n  web: { networks: { front: { aliases: [b] }, back: } }\nnetworks: { front: { labels: { a: b } }, back: }\n";
    let overrides = json!([{ "name": "over.yaml", "text": over }]);
    let report = t.import(with(of_shop(text), json!({ "overrides": overrides }))).await;
    assert_eq!((&report["losses"], &report["changes"]), (&json!([]), &json!([])));
    let of_template = &t.imported("web").await["networks"];
    let expected = json!([{ "name": "front", "aliases": ["a"], "isExternal": false, "options": null, "definition": { "internal": true } }]);
    assert_eq!(*of_template, expected);
    assert_eq!(joined(t, "web").await, ["back []", r#"front [a,b] {"internal":true,"labels":{"a":"b"}}"#]);
}

async fn a_rendered_stack_is_imported_as_it_is(t: &TestApp) {
    let text = "services:\n  web_x: { image: x, container_name: w, networks: { front: { priority: 5 }, proxy: } }\n  db: { image: x, networks: [front] }\n\
                networks: { front: { internal: true }, proxy: { external: true } }\n";
    t.import(with(of_shop(text), json!({ "allowExternalNetworks": true }))).await;
    let rendered = "query ($name: String!) { stack(name: $name) { compose { text } } }";
    let text = async |name: &str| {
        let found = t.data(rendered, json!({ "name": name })).await;
        found["stack"]["compose"]["text"].as_str().unwrap().to_owned()
    };
    let first = text("shop").await;
    let input = json!({ "files": [{ "text": first }], "stack": { "name": "lab" }, "allowExternalNetworks": true });
    let report = t.import(input).await;
    assert_eq!(report["losses"], json!([]), "{first}");
    let networks = async |name: &str| t.imported(name).await["networks"].take();
    assert_eq!(networks("lab-web-x").await, networks("web-x").await);
    assert_eq!(networks("lab-db").await, networks("db").await);
}
