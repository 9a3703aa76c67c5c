//! `Query.search`: one search over names, descriptions, and the entries of all kinds.

mod pages;

use devarch::server::AuthMode;
use serde_json::{Value, json};

use crate::{
    access::key,
    support::{Rng, TestApp, both, samples},
};

both!(
    everything_is_found_by_what_it_says,
    an_entry_is_shown_in_its_short_form,
    a_secret_is_found_by_its_key_only,
    kinds_leave_out_everything_else,
    a_text_is_no_pattern,
    a_long_text_is_shown_around_the_match,
    a_limited_key_finds_what_is_within_reach,
    what_is_in_the_trash_is_not_found,
    every_result_has_the_text_and_every_text_is_found,
);

const SEARCH: &str = "query ($text: String!, $kinds: [OverrideKind!], $first: Int, $after: String) {
    search(text: $text, kinds: $kinds, first: $first, after: $after) {
        edges { cursor node {
            node { __typename ... on Stack { name } ... on Instance { name } ... on Template { name } }
            stack { name } kind key text origin
        } }
        pageInfo { hasPreviousPage hasNextPage endCursor }
    } }";

async fn search(t: &TestApp, variables: Value) -> Value {
    t.data(SEARCH, variables).await["search"].take()
}

/// A result in one line: `Instance shop/web PORT 80/tcp = 8080:80/tcp`, or `Stack shop = shop`.
fn line(edge: &Value) -> String {
    let result = &edge["node"];
    let text = |of: &Value| of.as_str().unwrap().to_owned();
    let (sort, name) = (text(&result["node"]["__typename"]), text(&result["node"]["name"]));
    let place = match sort.as_str() {
        "Instance" => format!("{}/{name}", text(&result["stack"]["name"])),
        "Stack" => {
            assert_eq!(result["stack"]["name"], name.as_str());
            name
        }
        _ => {
            assert_eq!(result["stack"], Value::Null);
            name
        }
    };
    if result["kind"].is_null() {
        assert_eq!((&result["key"], &result["origin"]), (&Value::Null, &Value::Null));
        return format!("{sort} {place} = {}", text(&result["text"]));
    }
    let (kind, key, origin) = (text(&result["kind"]), text(&result["key"]), text(&result["origin"]));
    assert_eq!(origin, sort.to_uppercase());
    format!("{sort} {place} {kind} {key} = {}", text(&result["text"]))
}

fn lines(page: &Value) -> Vec<String> {
    page["edges"].as_array().unwrap().iter().map(line).collect()
}

/// The first hundred results.
async fn found(t: &TestApp, text: &str) -> Vec<String> {
    lines(&search(t, json!({ "text": text, "first": 100 })).await)
}

/// The stack `shop` with the template `app`, and something of every sort to find. Returns the id of its instance `db`.
async fn furnish(t: &TestApp) -> String {
    let db = t.web().await;
    let description = json!({ "stack": { "name": "shop" }, "description": "Sells Apples" });
    t.done("updateStack", description, "").await;
    let vars = json!([
        { "key": "REGION", "value": "Eu-West" }, { "key": "API_TOKEN", "value": "hush-hush", "isSecret": true },
        { "key": "FROM_SHELL", "value": null },
    ]);
    t.done("setSharedVars", json!({ "stack": { "name": "shop" }, "vars": vars }), "").await;
    let edit = json!({ "template": { "name": "app" }, "description": "Our own program", "category": "backend" });
    t.done("updateTemplate", edit, "").await;
    let edit = json!({ "instance": TestApp::by_name("shop", "web"), "description": "The front door" });
    t.done("updateInstance", edit, "").await;
    let overrides = json!({
        "settings": { "imageTag": "2.0-beta", "workingDir": "/opt/web" },
        "ports": [{ "containerPort": 80, "hostPort": 9090, "hostIp": "127.0.0.1" }, { "containerPort": 81, "hostIp": "::1" }],
        "volumes": [{ "volumeType": "BIND", "source": "/srv/pictures", "target": "/media", "readOnly": true }],
        "envVars": [
            { "key": "GREETING", "value": "Hello World" }, { "key": "DOOR_KEY", "value": "sesame", "isSecret": true },
            { "key": "TERM", "value": null },
        ],
        "labels": [{ "key": "org.example.owner", "value": "Maria" }],
        "domains": [{ "domain": "orders.localhost", "proxyPort": 81 }],
        "healthcheck": { "test": ["CMD-SHELL", "curl -f \"localhost\" || exit 1"], "startPeriodSeconds": 5, "startIntervalSeconds": 2 },
        "configFiles": [{ "filePath": "/etc/nginx/site.conf", "content": "listen 80;\nkeepalive 30;" }],
        "resourceLimits": { "memory": "640m" },
        "attributes": [{ "name": "hostname", "value": "frontdesk" }],
        "networks": [{ "name": "outside", "aliases": ["portal", "gate"], "isExternal": true }],
    });
    t.set("web", overrides).await;
    let step = json!([{ "set": { "dependency": { "instance": TestApp::by_name("shop", "db"), "required": false } } }]);
    t.patch("web", step).await;
    db
}

async fn everything_is_found_by_what_it_says(t: &TestApp) {
    let db = furnish(t).await;
    let dependency = format!("Instance shop/web DEPENDENCY {db} = db: service_started, not required");
    let check = "curl -f \"localhost\" || exit 1 every 30s, timeout 10s, 3 retries, after 5s, every 2s until then";
    let check = format!("Instance shop/web HEALTHCHECK * = {check}");
    let cases = [
        ("shop", vec!["Stack shop = shop"]),
        ("sells APPLES", vec!["Stack shop = Sells Apples"]),
        ("front door", vec!["Instance shop/web = The front door"]),
        ("own program", vec!["Template app = Our own program"]),
        ("Backend", vec!["Template app = backend"]),
        ("ACME/app:1", vec!["Template app SETTING imageName = acme/app:1.0"]),
        ("always", vec!["Template app SETTING restartPolicy = always"]),
        ("2.0-beta", vec!["Instance shop/web SETTING imageTag = 2.0-beta"]),
        ("/opt/web", vec!["Instance shop/web SETTING workingDir = /opt/web"]),
        ("9090", vec!["Instance shop/web PORT 80/tcp = 127.0.0.1:9090:80/tcp"]),
        ("::1", vec!["Instance shop/web PORT 81/tcp = [::1]::81/tcp"]),
        ("8081", vec!["Template app PORT 80/tcp = 8081:80/tcp"]),
        ("443/t", vec!["Template app PORT 443/tcp = 443/tcp"]),
        ("/srv/pictures:/media:ro", vec!["Instance shop/web VOLUME /media = /srv/pictures:/media:ro"]),
        ("GREET", vec!["Instance shop/web ENV_VAR GREETING = Hello World"]),
        ("hello w", vec!["Instance shop/web ENV_VAR GREETING = Hello World"]),
        ("term", vec!["Instance shop/web ENV_VAR TERM = "]),
        ("MODE", vec!["Template app ENV_VAR MODE = dev"]),
        ("region", vec!["Stack shop ENV_VAR REGION = Eu-West"]),
        ("eu-west", vec!["Stack shop ENV_VAR REGION = Eu-West"]),
        ("example.owner", vec!["Instance shop/web LABEL org.example.owner = Maria"]),
        ("maria", vec!["Instance shop/web LABEL org.example.owner = Maria"]),
        ("orders.localhost", vec!["Instance shop/web DOMAIN orders.localhost = orders.localhost:81"]),
        ("www.", vec!["Template app DOMAIN www.localhost = www.localhost"]),
        ("exit 1", vec![check.as_str()]),
        ("-f \"local", vec![check.as_str()]),
        ("nginx", vec!["Instance shop/web CONFIG_FILE /etc/nginx/site.conf = listen 80;\nkeepalive 30;"]),
        ("keepalive", vec!["Instance shop/web CONFIG_FILE /etc/nginx/site.conf = listen 80;\nkeepalive 30;"]),
        ("640M", vec!["Instance shop/web RESOURCE_LIMITS * = memory 640m"]),
        ("cpu 1, mem", vec!["Template app RESOURCE_LIMITS * = cpu 1, memory 256m"]),
        ("frontdesk", vec!["Instance shop/web ATTRIBUTE hostname = \"frontdesk\""]),
        ("cap_add", vec!["Template app ATTRIBUTE cap_add = [\"NET_ADMIN\"]"]),
        ("alias gate", vec!["Instance shop/web NETWORK outside = outside, alias portal, alias gate, external"]),
        ("db: service_started", vec![dependency.as_str()]),
        ("  9090\n", vec!["Instance shop/web PORT 80/tcp = 127.0.0.1:9090:80/tcp"]),
        // Not by what no user has written: the ids of objects, and the names of a template's fields.
        (db.as_str(), vec![]),
        ("imageName", vec![]),
        ("nowhere", vec![]),
    ];
    for (text, expected) in cases {
        assert_eq!(found(t, text).await, expected, "{text}");
    }
    assert_eq!(
        found(t, "web").await,
        ["Instance shop/web = web", "Template app LABEL tier = web", "Instance shop/web SETTING workingDir = /opt/web"]
    );
    // Names, categories and descriptions first, then kind by kind, and what is inherited before what overrides it.
    let page = search(t, json!({ "text": "o", "first": 100 })).await;
    let kinds = |edge: &Value| KINDS.iter().position(|kind| edge["node"]["kind"] == *kind);
    let origins = |edge: &Value| ["TEMPLATE", "STACK", "INSTANCE"].iter().position(|of| edge["node"]["origin"] == *of);
    let places: Vec<_> = page["edges"].as_array().unwrap().iter().map(|edge| (kinds(edge), origins(edge))).collect();
    assert!(places.is_sorted(), "{page}");
    let different: std::collections::HashSet<_> = places.iter().map(|(kind, _)| kind).collect();
    assert!(different.len() > 8 && different.contains(&None), "{page}");
    t.done("createStack", json!({ "name": "before-shop", "description": "as long as there is no shop" }), "").await;
    t.done("createStack", json!({ "name": "other", "description": "shops" }), "").await;
    let expected = ["Stack shop = shop", "Stack before-shop = before-shop", "Stack other = shops"];
    assert_eq!(found(t, "shop").await, expected, "names before descriptions, each stack once");
}

/// The kinds in the order of their entries.
const KINDS: [&str; 12] = [
    "PORT",
    "VOLUME",
    "ENV_VAR",
    "LABEL",
    "DOMAIN",
    "HEALTHCHECK",
    "CONFIG_FILE",
    "RESOURCE_LIMITS",
    "ATTRIBUTE",
    "NETWORK",
    "SETTING",
    "DEPENDENCY",
];

async fn an_entry_is_shown_in_its_short_form(t: &TestApp) {
    let db = furnish(t).await;
    for sample in samples(&db).iter().filter(|sample| !["setting", "dependency"].contains(&sample.step)) {
        t.patch("db", json!([sample.set(&sample.own)])).await;
    }
    let more = json!({ "volumes": [
        { "volumeType": "VOLUME", "source": "cache", "target": "/a", "scope": "STACK", "definition": { "driver": "local" } },
        { "volumeType": "VOLUME", "source": "all", "target": "/b", "isExternal": true, "options": { "volume": { "nocopy": true } } },
        { "volumeType": "IMAGE", "source": "busybox", "target": "/c" }, { "volumeType": "VOLUME", "target": "/d" },
    ], "healthcheck": { "test": ["NONE"] } });
    t.set("db", more).await;
    let mut kinds = std::collections::BTreeSet::new();
    for name in ["web", "db"] {
        let seen = t.see(name, "effectiveConfig { entries { kind key text isSecret origin } }").await;
        for entry in seen["effectiveConfig"]["entries"].as_array().unwrap() {
            let (kind, key) = (entry["kind"].as_str().unwrap(), entry["key"].as_str().unwrap());
            let text = entry["text"].as_str().unwrap_or_default();
            // Those have more to find: the name of the other instance, and the tag of the image.
            if kind == "DEPENDENCY" || entry["origin"] == "SYSTEM" || (kind == "SETTING" && key.starts_with("image")) {
                continue;
            }
            let wanted = if text.trim().is_empty() { key } else { text };
            let page = search(t, json!({ "text": wanted, "kinds": [kind], "first": 100 })).await;
            let is_it = |edge: &&Value| {
                let (result, of_name) =
                    (&edge["node"], entry["origin"] != "INSTANCE" || edge["node"]["node"]["name"] == name);
                of_name && result["key"] == key && result["origin"] == entry["origin"] && result["text"] == text
            };
            let number = page["edges"].as_array().unwrap().iter().filter(is_it).count();
            assert_eq!(number, 1, "{entry} in {page}");
            kinds.insert(kind.to_owned());
        }
    }
    assert_eq!(kinds.len(), samples(&db).len() - 1, "{kinds:?}");
}

async fn a_secret_is_found_by_its_key_only(t: &TestApp) {
    furnish(t).await;
    for value in ["sesame", "SESAME", "hush", "hush-hush"] {
        assert_eq!(found(t, value).await, [""; 0], "{value}");
    }
    assert_eq!(found(t, "door_key").await, ["Instance shop/web ENV_VAR DOOR_KEY = "]);
    assert_eq!(found(t, "api_token").await, ["Stack shop ENV_VAR API_TOKEN = "]);
    // Nor by what is stored in its place.
    for table in ["instance_env_vars", "stack_env_vars"] {
        let stored = t.text_of(&format!("SELECT value FROM {table} WHERE is_secret")).await;
        let part: String = stored.chars().take(100).collect();
        assert!(part.len() > 10 && !part.contains("sesame"));
        assert_eq!(found(t, &part).await, [""; 0]);
    }
    // A value that becomes plain is found at once.
    t.patch("web", json!([{ "set": { "envVar": { "key": "DOOR_KEY", "value": "sesame", "isSecret": false } } }])).await;
    assert_eq!(found(t, "SESAME").await, ["Instance shop/web ENV_VAR DOOR_KEY = sesame"]);
}

async fn kinds_leave_out_everything_else(t: &TestApp) {
    furnish(t).await;
    let of = async |text: &str, kinds: Value| lines(&search(t, json!({ "text": text, "kinds": kinds })).await);
    let all = found(t, "web").await;
    assert_eq!(all.len(), 3, "{all:?}");
    assert_eq!(of("web", json!(["LABEL"])).await, ["Template app LABEL tier = web"]);
    assert_eq!(of("web", json!(["SETTING"])).await, ["Instance shop/web SETTING workingDir = /opt/web"]);
    assert_eq!(of("web", json!(["SETTING", "LABEL", "LABEL"])).await, all[1..], "in the same order, each once");
    assert_eq!(of("web", json!(["PORT"])).await, [""; 0]);
    assert_eq!(of("web", json!([])).await, [""; 0]);
    assert_eq!(of("web", Value::Null).await, all);
    // A page begins behind a cursor, also if its kind is not asked for.
    let name = search(t, json!({ "text": "web", "first": 1 })).await["pageInfo"]["endCursor"].take();
    let rest = search(t, json!({ "text": "web", "kinds": ["SETTING", "LABEL"], "after": name })).await;
    assert_eq!(lines(&rest), all[1..]);
    let label = search(t, json!({ "text": "web", "kinds": ["LABEL"] })).await["pageInfo"]["endCursor"].take();
    let rest = search(t, json!({ "text": "web", "kinds": ["SETTING"], "after": label })).await;
    assert_eq!(lines(&rest), all[2..]);
    let rest = search(t, json!({ "text": "web", "kinds": ["PORT"], "after": label })).await;
    assert_eq!((lines(&rest), &rest["pageInfo"]["hasNextPage"]), (vec![], &json!(false)));
}

async fn a_text_is_no_pattern(t: &TestApp) {
    t.web().await;
    let labels = json!([
        { "key": "percent", "value": "100% sure" }, { "key": "under", "value": "snake_case" },
        { "key": "back", "value": "C:\\temp" }, { "key": "umlaut", "value": "Über GRÜN" },
        { "key": "quote", "value": "it's \"so\"" }, { "key": "kelvin", "value": "300 \u{212a}" }, { "key": "smile", "value": "a😀b" },
    ]);
    t.set("web", json!({ "labels": labels })).await;
    let keys = async |text: &str| -> Vec<String> {
        let page = search(t, json!({ "text": text, "kinds": ["LABEL"] })).await;
        let results = page["edges"].as_array().unwrap().iter();
        results.map(|edge| edge["node"]["key"].as_str().unwrap().to_owned()).collect()
    };
    let cases = [
        ("%", vec!["percent"]),
        ("0%", vec!["percent"]),
        ("1%s", vec![]),
        ("_", vec!["under"]),
        ("e_c", vec!["under"]),
        ("e_s", vec![]),
        ("\\", vec!["back"]),
        ("c:\\T", vec!["back"]),
        ("\\\\", vec![]),
        ("'", vec!["quote"]),
        ("\"SO\"", vec!["quote"]),
        // Letters beyond A to Z are only themselves.
        ("Über gr", vec!["umlaut"]),
        ("Ü", vec!["umlaut"]),
        ("ü", vec![]),
        ("über", vec![]),
        ("\u{212a}", vec!["kelvin"]),
        ("300 k", vec![]),
        ("😀B", vec!["smile"]),
        ("*", vec![]),
        ("[a-z]", vec![]),
    ];
    for (text, expected) in cases {
        assert_eq!(keys(text).await, expected, "{text}");
    }
}

async fn a_long_text_is_shown_around_the_match(t: &TestApp) {
    t.web().await;
    let content = format!("{}Needle{}", "ä".repeat(5_000), "z".repeat(5_000));
    let files = json!({ "configFiles": [{ "filePath": "/etc/long.conf", "content": content }, { "filePath": "/etc/edge.conf", "content": "n".repeat(240) }] });
    t.set("web", files).await;
    let text = async |wanted: &str| {
        search(t, json!({ "text": wanted, "kinds": ["CONFIG_FILE"] })).await["edges"][0]["node"]["text"].take()
    };
    assert_eq!(text("needle").await, format!("…{}Needle{}…", "ä".repeat(80), "z".repeat(154)));
    // Found by its key, it is shown from its beginning.
    assert_eq!(text("long.conf").await, format!("{}…", "ä".repeat(240)));
    assert_eq!(text("edge.conf").await, "n".repeat(240));
    // The longest text that can be looked for is shown whole.
    let longest = format!("{}Needle{}", "ä".repeat(61), "z".repeat(61));
    assert_eq!(text(&longest).await, format!("…{}Needle{}…", "ä".repeat(141), "z".repeat(93)));
    let description = format!("{}needle", "x".repeat(200));
    t.done("updateStack", json!({ "stack": { "name": "shop" }, "description": description }), "").await;
    assert_eq!(found(t, "xneedle").await, [format!("Stack shop = …{}needle", "x".repeat(81))]);
}

async fn a_limited_key_finds_what_is_within_reach(t: &TestApp) {
    furnish(t).await;
    t.stack("other-shop").await;
    let vars = json!({ "stack": { "name": "other-shop" }, "vars": [{ "key": "REGION", "value": "mars" }] });
    t.done("setSharedVars", vars, "").await;
    let mut new = TestApp::new_instance("other-shop", "web-two");
    new["template"] = json!({ "name": "app" });
    new["overrides"] = json!({ "labels": [{ "key": "org.example.owner", "value": "Maria" }] });
    new["description"] = json!("The front door");
    t.done("createInstance", new, "").await;
    let reader = key(t, "reader", "READER", Some(&["other-shop"])).await;
    // The reach of a key whose only stack is gone.
    t.stack("gone").await;
    let none = key(t, "nothing", "READER", Some(&["gone"])).await;
    t.done("softDeleteStack", json!({ "stack": { "name": "gone" } }), "").await;
    t.done("purgeStack", json!({ "stack": { "name": "gone" } }), "").await;
    let limited = t.behind(AuthMode::Keys, Some(&reader));
    for (text, all, theirs) in [
        ("shop", 2, vec!["Stack other-shop = other-shop"]),
        ("region", 2, vec!["Stack other-shop ENV_VAR REGION = mars"]),
        ("eu-west", 1, vec![]),
        ("sells", 1, vec![]),
        ("maria", 2, vec!["Instance other-shop/web-two LABEL org.example.owner = Maria"]),
        ("front door", 2, vec!["Instance other-shop/web-two = The front door"]),
        ("9090", 1, vec![]),
        ("db: service", 1, vec![]),
        // Templates belong to no stack.
        ("acme", 1, vec!["Template app SETTING imageName = acme/app:1.0"]),
        ("8081", 1, vec!["Template app PORT 80/tcp = 8081:80/tcp"]),
    ] {
        assert_eq!(found(t, text).await.len(), all, "{text}");
        assert_eq!(found(&limited, text).await, theirs, "{text}");
        assert_eq!(pages::paged(&limited, text, 1, async |_| ()).await, theirs, "{text}");
    }
    let limited = t.behind(AuthMode::Keys, Some(&none));
    assert_eq!(found(&limited, "shop").await, [""; 0]);
    assert_eq!(found(&limited, "tier").await, ["Template app LABEL tier = web"]);
}

async fn what_is_in_the_trash_is_not_found(t: &TestApp) {
    furnish(t).await;
    let mine = |lines: Vec<String>| lines.into_iter().filter(|line| !line.starts_with("Template")).collect::<Vec<_>>();
    let texts = ["web", "9090", "maria", "front door", "region", "sells", "shop", "db: service"];
    let mut before = Vec::new();
    for text in texts {
        let found = mine(found(t, text).await);
        assert!(!found.is_empty(), "{text}");
        before.push(found);
    }
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "web") }), "").await;
    for text in ["web", "9090", "maria", "front door", "db: service"] {
        assert_eq!(mine(pages::paged(t, text, 1, async |_| ()).await), [""; 0], "{text}");
    }
    assert_eq!(found(t, "sells").await, ["Stack shop = Sells Apples"]);
    t.done("restoreInstance", json!({ "instance": TestApp::by_name("shop", "web") }), "").await;
    t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "").await;
    for text in texts {
        assert_eq!(mine(found(t, text).await), [""; 0], "{text}");
    }
    t.done("restoreStack", json!({ "stack": { "name": "shop" } }), "").await;
    for (text, before) in texts.into_iter().zip(before) {
        assert_eq!(mine(found(t, text).await), before, "{text}");
    }
}

async fn every_result_has_the_text_and_every_text_is_found(t: &TestApp) {
    furnish(t).await;
    let mut rng = Rng(7);
    let everything = pages::paged(t, "e", 100, async |_| ()).await;
    let letters: Vec<char> = everything.iter().flat_map(|line| line.chars()).filter(|c| !c.is_whitespace()).collect();
    let mut known: std::collections::BTreeMap<String, Vec<Value>> = std::collections::BTreeMap::new();
    let mut hits = 0;
    for _ in 0..60 {
        // A text that is likely to be somewhere, in any case.
        let at = rng.below(letters.len() - 3);
        let text: String = letters[at..=at + rng.below(3)].iter().collect();
        let text = if rng.below(2) == 0 { text.to_ascii_uppercase() } else { text };
        let page = search(t, json!({ "text": text, "first": 100 })).await;
        let results: Vec<Value> = page["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect();
        let wanted = text.to_ascii_lowercase();
        let has = |of: &Value, wanted: &str| of.as_str().is_some_and(|of| of.to_ascii_lowercase().contains(wanted));
        for result in &results {
            assert!(has(&result["text"], &wanted) || has(&result["key"], &wanted), "{text} is not in {result}");
        }
        hits += results.len();
        if page["pageInfo"]["hasNextPage"] == true {
            continue;
        }
        // Whatever was found by another text and has this one as well is found by this one.
        for other in known.values().flatten().filter(|other| has(&other["text"], &wanted)) {
            // An object is shown with the first of its texts that matches.
            let is_found = |result: &&Value| ["node", "kind", "key"].iter().all(|of| result[of] == other[of]);
            assert!(results.iter().any(|result| is_found(&result)), "{text} does not find {other}");
        }
        known.insert(wanted, results);
    }
    assert!(hits > 300, "{hits} results");
}
