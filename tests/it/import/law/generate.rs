//! Generates Compose models: several files, in short and long syntax, with variables, `extends`, `include` and tags.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    attributes::{Service, attributes, build, image, one},
    model::Model,
};
use crate::support::Rng;

const NAMES: [&str; 6] = ["web", "db", "order_db", "Worker", "job.x", "cache"];
/// Variables that an env file may give.
const VARIABLES: [&str; 4] = ["TAG", "LEVEL", "PLACE", "EMPTY"];

/// A model, which Docker Compose may refuse.
pub(super) fn generate(rng: &mut Rng) -> Model {
    let mut model = Model { external_networks: rng.below(2) == 0, ..Model::default() };
    let first = rng.below(NAMES.len());
    let names: Vec<&str> = (0..=rng.below(4)).map(|n| NAMES[(first + n) % NAMES.len()]).collect();
    let mut services: BTreeMap<String, Service> = BTreeMap::new();
    for name in &names {
        let mut service = attributes(rng, &names, name, 5, false);
        if rng.below(9) > 0 {
            service.push(("image".to_owned(), "", json!(image(rng))));
        } else {
            service.retain(|(attribute, ..)| attribute != "build");
            service.push(("build".to_owned(), "", build(rng, &names)));
        }
        services.insert((*name).to_owned(), distinct(service));
    }
    let mut top = String::new();
    if names.len() > 1 && rng.below(4) == 0 {
        let (a, b) = (names[0], names[1]);
        services.get_mut(b).unwrap().push(("extends".to_owned(), "", one(rng, &[json!(a), json!({ "service": a })])));
    }
    if rng.below(4) == 0 {
        let base = distinct(attributes(rng, &[], "base", 4, true));
        let other = distinct(attributes(rng, &[], "other", 2, true));
        let text = file(&BTreeMap::from([("base".to_owned(), base), ("other".to_owned(), other)]), rng);
        model.files.insert("parts/base.yaml".to_owned(), text);
        model.base.push("parts/base.yaml".to_owned());
        let service = services.get_mut(names[0]).unwrap();
        service.retain(|(attribute, ..)| attribute != "extends");
        service.push(("extends".to_owned(), "", json!({ "file": "parts/base.yaml", "service": "base" })));
    }
    if rng.below(4) == 0 {
        let mut included = attributes(rng, &["included"], "included", 4, false);
        included.push(("image".to_owned(), "", json!(image(rng))));
        // What it uses is defined in the file that includes it.
        let text = services_of(&BTreeMap::from([("included".to_owned(), distinct(included))]));
        model.files.insert("inc/more.yaml".to_owned(), text);
        model.base.push("inc/more.yaml".to_owned());
        top += &format!("include: {}\n", one(rng, &[json!(["inc/more.yaml"]), json!([{ "path": "./inc/more.yaml" }])]));
    }
    let main = if rng.below(6) == 0 { "sub/compose.yaml" } else { "compose.yaml" };
    // What the file refers to lies beside it.
    if main != "compose.yaml" {
        let moved = |name: &String| format!("sub/{name}");
        model.files = std::mem::take(&mut model.files).into_iter().map(|(name, text)| (moved(&name), text)).collect();
        model.base = model.base.iter().map(moved).collect();
    }
    let folder = main.strip_suffix("compose.yaml").unwrap().to_owned();
    model.files.insert(main.to_owned(), format!("name: model\n{top}{}", file(&services, rng)));
    model.base.insert(0, main.to_owned());
    for number in 0..rng.below(3) {
        let mut laid: BTreeMap<String, Service> = BTreeMap::new();
        for name in &names {
            if rng.below(2) == 0 {
                let mut service = attributes(rng, &names, name, 4, false);
                for (_, tag, value) in &mut service {
                    match rng.below(8) {
                        0 => *tag = "!override ",
                        1 => (*tag, *value) = ("!reset ", Value::Null),
                        2 => *value = Value::Null,
                        _ => {}
                    }
                }
                laid.insert((*name).to_owned(), distinct(service));
            }
        }
        if rng.below(3) == 0 {
            let mut service = attributes(rng, &names, "late", 3, false);
            service.push(("image".to_owned(), "", json!(image(rng))));
            laid.insert("late".to_owned(), distinct(service));
        }
        let mut text = file(&laid, rng);
        if names.len() > 2 && rng.below(8) == 0 {
            let gone = names[2];
            if !laid.contains_key(gone) {
                text = text.replacen("services:\n", &format!("services:\n  {gone}: !reset null\n"), 1);
            }
        }
        let name = format!("over{number}.yaml");
        model.files.insert(name.clone(), text);
        model.overrides.push(name);
    }
    for number in 0..rng.below(3) {
        let name = format!("vars{number}.env");
        let text: String = (0..=rng.below(4)).map(|_| env_line(rng)).collect();
        model.files.insert(name.clone(), text);
        model.env_files.push(name);
    }
    if model.env_files.is_empty() {
        model.files.insert("none.env".to_owned(), String::new());
        model.env_files.push("none.env".to_owned());
    }
    // Files that services refer to.
    for place in ["", "parts/", "inc/"] {
        for (name, text) in [("app.env", "FROM_FILE=1\nOVER=file\n"), ("pass.txt", "p\n"), ("labels.txt", "of=file\n")]
        {
            model.files.insert(format!("{folder}{place}{name}"), text.to_owned());
        }
    }
    model
}

/// A service with each attribute once.
fn distinct(service: Service) -> Service {
    let mut seen = std::collections::BTreeSet::new();
    service.into_iter().filter(|(name, ..)| seen.insert(name.clone())).collect()
}

/// A file with services, and the definitions that they may use.
fn file(services: &BTreeMap<String, Service>, rng: &mut Rng) -> String {
    let mut text = services_of(services);
    let shared = one(rng, &[json!({ "external": true, "name": "common" }), json!({ "external": true }), json!({})]);
    let data = one(
        rng,
        &[
            json!(null),
            json!({}),
            json!({ "labels": ["a=b"] }),
            json!({ "driver": "local" }),
            json!({ "name": "team-data" }),
            json!({ "driver": "local", "driver_opts": { "type": "nfs", "o": "addr=${TAG:-h},$$x" }, "name": "${LEVEL:-x}-data" }),
        ],
    );
    let content = one(rng, &[json!("a $$b"), json!("x ${TAG:-t} ${LEVEL}"), json!("plain\n"), json!("${TAG}")]);
    text += &format!("volumes: {}\n", json!({ "data": data, "cache-data": {}, "shared": shared }));
    text += &format!("networks: {}\n", networks(rng));
    text += &format!("configs: {}\n", json!({ "inline": { "content": content }, "filed": { "file": "./pass.txt" } }));
    text + &format!("secrets: {}\n", json!({ "pass": { "file": "./pass.txt" }, "shell": { "environment": "HOME" } }))
}

/// The networks of a file.
fn networks(rng: &mut Rng) -> Value {
    let front = one(rng, &[json!(null), json!({ "internal": true }), json!({ "driver": "bridge" }), json!({})]);
    let back = one(
        rng,
        &[
            json!({}),
            json!(null),
            json!({ "ipam": { "driver": "default", "config": [{ "subnet": "10.9.0.0/24" }] } }),
            json!({ "ipam": { "config": [{ "subnet": "10.9.0.0/24", "gateway": "10.9.0.1" }, { "subnet": "10.8.0.0/24" }] } }),
            json!({ "labels": ["a=b", "c=${TAG:-t}"], "driver_opts": { "com.example.mtu": 1450 } }),
            json!({ "labels": { "a": "x$$y" }, "attachable": true, "name": "my-back" }),
        ],
    );
    let proxy = one(rng, &[json!({ "external": true }), json!({ "external": true, "name": "traefik" })]);
    let mut networks = json!({ "front": front, "back": back, "proxy": proxy });
    if rng.below(5) == 0 {
        networks["default"] = one(
            rng,
            &[
                json!({ "driver": "bridge" }),
                json!({ "internal": true, "labels": { "a": "b" } }),
                json!({ "external": true, "name": "lan" }),
                json!({ "name": "mine" }),
            ],
        );
    }
    networks
}

fn services_of(services: &BTreeMap<String, Service>) -> String {
    let mut text = if services.is_empty() { "services: {}\n" } else { "services:\n" }.to_owned();
    for (name, service) in services {
        text += &format!("  {name}:{}\n", if service.is_empty() { " {}" } else { "" });
        for (attribute, tag, value) in service {
            text += &format!("    {attribute}: {tag}{value}\n");
        }
    }
    text
}

fn env_line(rng: &mut Rng) -> String {
    let name = rng.one_of(&VARIABLES);
    let value = rng.one_of(&[
        "1.2",
        "two words",
        "'quoted # x'",
        "\"a $$b\"",
        "${TAG:-7}",
        "x # note",
        "",
        "$LEVEL/x",
        "\"tab\\tx\"",
        "a$$b",
    ]);
    let form = rng.one_of(&["", "export ", "# c\n"]);
    format!("{form}{name}={value}\n")
}
