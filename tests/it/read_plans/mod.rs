//! Read plans: the executor returns the same bytes for any selection, and a plan takes one
//! statement. (Every other test that sends a query compares both, too: see `TestApp::graphql`.)

mod by_reference;

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::support::{COLLECTIONS, Rng, TestApp, both};

both!(
    generated_queries_are_answered_alike,
    hot_queries_cost_one_statement,
    rare_forms_of_queries_are_answered_alike,
    objects_of_dependencies_are_those_of_the_executor,
);

const STACK: &[&str] =
    &["id", "name", "description", "networkName", "enabled", "revision", "createdAt", "updatedAt", "deletedAt"];
const INSTANCE: &[&str] = &[
    "id",
    "name",
    "description",
    "enabled",
    "containerName",
    "revision",
    "createdAt",
    "updatedAt",
    "deletedAt",
    "overrideCount",
];
const TEMPLATE: &[&str] = &[
    "id",
    "name",
    "description",
    "category",
    "imageName",
    "imageTag",
    "command",
    "entrypoint",
    "user",
    "workingDir",
    "restartPolicy",
    "enabled",
    "revision",
    "createdAt",
    "updatedAt",
];
const KINDS: &[(&str, &str, &[&str])] = &[
    ("ports", "Port", &["hostIp", "hostPort", "containerPort", "protocol"]),
    ("volumes", "Volume", &["volumeType", "source", "target", "readOnly", "isExternal"]),
    ("envVars", "EnvVar", &["key", "value", "isSecret", "isSet"]),
    ("labels", "Label", &["key", "value"]),
    ("domains", "Domain", &["domain", "proxyPort"]),
    ("healthcheck", "Healthcheck", &["test", "intervalSeconds", "timeoutSeconds", "retries", "startPeriodSeconds"]),
    ("configFiles", "ConfigFile", &["filePath", "content", "fileMode", "isTemplate", "createdAt", "updatedAt"]),
    ("resourceLimits", "ResourceLimits", &["cpu", "memory"]),
    ("attributes", "Attribute", &["name", "value"]),
    ("networks", "Network", &["name", "aliases", "isExternal", "options", "definition"]),
];

const SHARED_VAR: &[&str] = &["key", "value", "isSecret", "isSet", "inject", "locked"];

const SETTINGS: &[&str] = &["imageName", "imageTag", "command", "entrypoint", "user", "workingDir", "restartPolicy"];

/// A generated query, with its variables and fragments.
struct Grown<'a> {
    rng: &'a mut Rng,
    fragments: String,
    declared: String,
    variables: Map<String, Value>,
}

impl Grown<'_> {
    /// Some of the fields, some of them under other keys, some twice, some in fragments.
    fn some(&mut self, of: &str, fields: &[&str], more: &mut dyn FnMut(&mut Self) -> String) -> String {
        let mut text = String::new();
        for _ in 0..=self.rng.below(5) {
            let inside = match self.rng.below(5) {
                0 => "__typename".to_owned(),
                1 => format!("a{}: {}", self.rng.below(100), self.rng.one_of(fields)),
                2 => more(self),
                _ => self.rng.one_of(fields).to_owned(),
            };
            // A key stands for one field only: what has a number is different each time.
            let inside = match inside.strip_prefix('a').and_then(|rest| rest.split_once(": ")) {
                Some((number, field)) if number.parse::<u8>().is_ok() => format!("{field}_{number}: {field}"),
                _ => inside,
            };
            match self.rng.below(12) {
                0 => write!(text, "... on {of} {{ {inside} }} "),
                1 => write!(text, "... {{ {inside} }} "),
                2 if self.fragments.len() < 4000 => {
                    let name = format!("F{}", self.fragments.len());
                    self.fragments = format!("fragment {name} on {of} {{ {inside} }} {}", self.fragments);
                    write!(text, "...{name} ")
                }
                _ => write!(text, "{inside} "),
            }
            .unwrap();
        }
        format!("{{ {text}}}")
    }

    fn instance(&mut self) -> String {
        self.some("Instance", INSTANCE, &mut |own| {
            let nothing = &mut |_: &mut Self| "__typename".to_owned();
            match own.rng.below(KINDS.len() + 6) {
                5 => format!("stack {{ sharedVars {} }}", own.some("SharedVar", SHARED_VAR, nothing)),
                0 => format!("template {}", own.some("Template", TEMPLATE, nothing)),
                1 => format!("stack {}", own.some("Stack", STACK, nothing)),
                2..5 => own.effective(),
                kind => {
                    let (field, of, fields) = KINDS[kind - 6];
                    format!("{field} {}", own.some(of, fields, nothing))
                }
            }
        })
    }

    fn effective(&mut self) -> String {
        let inside = self.some("EffectiveConfig", SETTINGS, &mut |own| {
            let nothing = &mut |_: &mut Self| "__typename".to_owned();
            if own.rng.below(5) == 0 {
                let setting = own.rng.one_of(SETTINGS);
                let of = match setting {
                    "command" | "entrypoint" => "EffectiveArguments",
                    "restartPolicy" => "EffectiveRestartPolicy",
                    _ => "EffectiveText",
                };
                let parts = own.some(of, &["value", "written", "origin", "shadows"], nothing);
                return format!("settings {{ {setting} {parts} __typename }}");
            }
            let (field, of, fields) = KINDS[own.rng.below(KINDS.len())];
            let stored = fields;
            let written: &[&str] = if of == "EnvVar" { &["text", "state"] } else { &[] };
            let fields: Vec<&str> = stored.iter().chain(written).copied().chain(["origin"]).collect();
            let inside = own.some(&format!("Effective{of}"), &fields, &mut |own| match own.rng.below(3) {
                0 if of == "EnvVar" => format!("segments {{ {} }}", own.segment()),
                1 => format!("written {}", own.some(of, stored, nothing)),
                // None of them is the effective entry's alone.
                _ => format!("shadows {}", own.some(of, stored, nothing)),
            });
            format!("{field} {inside}")
        });
        format!("effectiveConfig {inside}")
    }

    /// The parts of a text, which are of two types.
    fn segment(&mut self) -> String {
        let nothing = &mut |_: &mut Self| "__typename".to_owned();
        let text = self.some("TextSegment", &["text"], nothing);
        let reference = self.some("ReferenceSegment", &["text", "value", "isSecret", "reason"], nothing);
        match self.rng.below(3) {
            0 => format!("__typename ... on TextSegment {text}"),
            1 => format!("... on ReferenceSegment {reference}"),
            _ => format!("... on ReferenceSegment {reference} ... on TextSegment {text} __typename"),
        }
    }

    /// An argument as it stands in the document, or as a variable.
    fn argument(&mut self, name: &str, of: &str, value: Value) -> String {
        if self.rng.below(3) > 0 {
            return format!("{name}: {value} ");
        }
        let variable = format!("v{}", self.variables.len());
        write!(self.declared, "${variable}: {of}").unwrap();
        if self.rng.below(4) == 0 {
            // What is not given is taken from here; what is given is not.
            write!(self.declared, " = {value}").unwrap();
        }
        self.declared.push(' ');
        self.variables.insert(variable.clone(), value);
        format!("{name}: ${variable} ")
    }

    fn list(&mut self, cursors: &[String]) -> String {
        let mut arguments = String::new();
        let count = json!(1 + self.rng.below(12));
        if self.rng.below(3) > 0 {
            let name = self.rng.one_of(&["first", "first", "last"]);
            arguments += &self.argument(name, "Int", count);
        }
        if self.rng.below(3) == 0 {
            let name = self.rng.one_of(&["after", "before"]);
            let cursor = json!(cursors[self.rng.below(cursors.len())]);
            arguments += &self.argument(name, "String", cursor);
        }
        if self.rng.below(4) == 0 {
            let search = json!(self.rng.one_of(&["1", "W", "i", "no such", "%", "_"]));
            arguments += &self.argument("search", "String", search);
        }
        if self.rng.below(4) == 0 {
            let enabled = [json!(true), json!(false), Value::Null][self.rng.below(3)].clone();
            arguments += &self.argument("enabled", "Boolean", enabled);
        }
        let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
        let mut inside = String::new();
        for _ in 0..=self.rng.below(3) {
            inside += &match self.rng.below(6) {
                0 => "totalCount ".to_owned(),
                1 => "__typename ".to_owned(),
                2 => "pageInfo { endCursor hasNextPage __typename startCursor hasPreviousPage } ".to_owned(),
                3 => format!("edges {{ __typename cursor node {} }} ", self.instance()),
                _ => format!("nodes {} ", self.instance()),
            };
        }
        format!("instances{arguments} {{ {inside}}} ")
    }

    fn root(&mut self, cursors: &[String]) -> String {
        let stack = self.rng.one_of(&["shop", "shop", "shop", "shop", "blog", "gone", "nowhere", "\u{0}"]);
        if self.rng.below(3) == 0 {
            let name = self.rng.one_of(&["web-1", "web-2", "odd", "refers", "refers", "trashed", "nothing", ""]);
            let arguments =
                self.argument("stack", "String!", json!(stack)) + &self.argument("name", "String!", json!(name));
            return format!("instance({arguments}) {} ", self.instance());
        }
        let name = self.argument("name", "String!", json!(stack));
        let mut listed = false;
        let inside = self.some("Stack", STACK, &mut |own| {
            if std::mem::replace(&mut listed, true) {
                return "__typename".to_owned();
            }
            own.list(cursors)
        });
        format!("stack({name}) {inside} ")
    }
}

/// Stacks with all values that are difficult to write as JSON.
async fn fill(t: &TestApp) {
    t.template("postgres").await;
    let postgres = json!({ "template": { "name": "postgres" }, "user": "999",
        "ports": [{ "hostPort": 20000, "containerPort": 5432 }, { "hostPort": 3000, "containerPort": 5432, "hostIp": "127.0.0.1" },
            { "containerPort": 5432, "protocol": "UDP" }, { "containerPort": 9187 }, { "containerPort": 80 }],
        "envVars": [{ "key": "POSTGRES_DB", "value": "all" }, { "key": "POSTGRES_PASSWORD", "value": "devarch", "isSecret": true },
            { "key": "b" }, { "key": "a", "value": "" }, { "key": "Z", "value": "ü" }],
        "resourceLimits": { "cpu": "2" } });
    t.done("updateTemplate", postgres, "").await;
    for name in ["shop", "blog", "gone"] {
        t.stack(name).await;
    }
    let awkward = "a\"b\\c/\u{8}\u{c}\n\r\t\u{1f}\u{7f} ü € 😀 \u{2028} </script> $x ${Y}";
    for n in 1..=9 {
        let mut input = TestApp::new_instance("shop", &format!("web-{n}"));
        if n % 2 == 0 {
            input["overrides"] = TestApp::overrides();
        }
        t.done("createInstance", input, "").await;
        if n > 5 {
            let key = json!({ "containerPort": 5432 });
            let operations = json!([
                { "remove": { "port": key } }, { "remove": { "envVar": "b" } }, { "remove": { "envVar": "NEVER_THERE" } },
                { "replace": if n == 7 { "LABEL" } else { "PORT" } }, { "remove": { "healthcheck": true } },
                { "set": { "setting": { "user": "root", "entrypoint": [] } } }, { "remove": { "setting": "COMMAND" } },
            ]);
            let input = json!({ "instance": TestApp::by_name("shop", &format!("web-{n}")), "operations": operations });
            t.done("patchInstanceOverrides", input, "").await;
        }
        if n % 3 == 0 {
            let input = json!({ "instance": TestApp::by_name("shop", &format!("web-{n}")), "enabled": false });
            t.done("updateInstance", input, "").await;
        }
    }
    let mut odd = TestApp::new_instance("shop", "odd");
    odd["description"] = json!(awkward.replace('\u{7f}', ""));
    odd["overrides"] = json!({
        "envVars": [{ "key": "A", "value": awkward }, { "key": "B", "value": null }, { "key": "C", "value": "" },
            { "key": "D", "isSecret": true, "value": "s3cret" }],
        "configFiles": [{ "filePath": "/odd", "content": format!("{awkward}{}", "x".repeat(3000)) }],
        "attributes": [{ "name": "ulimits", "value": { "z": [1, -2.5, 1e300, null, true, "\u{1}"], "a": {} } }],
        "networks": [{ "name": "n", "options": { "interface_name": awkward }, "definition": { "ipam": { "z": [1e300, null] } } },
            { "name": "proxy", "isExternal": true }],
        "healthcheck": { "test": ["CMD", awkward, ""] },
    });
    t.done("createInstance", odd, "").await;
    refer(t).await;
    t.instance("shop", "trashed").await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "trashed") }), "").await;
    t.done("softDeleteStack", json!({ "stack": { "name": "gone" } }), "").await;
}

/// Instances with references of every sort, some of them without a value.
async fn refer(t: &TestApp) {
    t.instance("shop", "later").await;
    let mut refers = TestApp::new_instance("shop", "refers");
    refers["overrides"] = json!({
        "envVars": [
            { "key": "HOST", "value": "${{web-1:host}}" }, { "key": "DB", "value": "<${{web-1.POSTGRES_DB}}>\n$${{x}}" },
            { "key": "URL", "value": "postgres://u:${{web-1.POSTGRES_PASSWORD}}@${{web-1:host}}/${{self.HOST}}" },
            { "key": "DISABLED", "value": "${{web-3:host}}" }, { "key": "UNSET", "value": "${{web-1.b}}" },
            { "key": "SEALED", "value": "${{later.NAME}}", "isSecret": true }, { "key": "LATER", "value": "a ${{later.NAME}} b" },
            { "key": "PORT", "value": "${{later:port(5432)}} ${{later:hostPort(5432)}}" }, { "key": "PLAIN", "value": "p" },
        ],
        "labels": [{ "key": "of", "value": "${{web-1:container}} ${{later.NAME}}" }],
        "domains": [{ "domain": "${{later.NAME}}.test" }, { "domain": "A.${{web-1:host}}", "proxyPort": 80 }],
        "healthcheck": { "test": ["CMD", "curl", "${{self.URL}}", "${{web-1:host}}"] },
        "configFiles": [
            { "filePath": "/t", "content": "h=${{web-1:host}} p=${{web-1.POSTGRES_PASSWORD}}", "isTemplate": true },
            { "filePath": "/as-it-is", "content": "h=${{web-1:host}}" },
        ],
        "settings": { "command": ["serve", "--db", "${{web-1.POSTGRES_DB}}", "${{later.NAME}}"] },
    });
    let later = json!([{ "set": { "envVar": { "key": "NAME", "value": "n" } } }]);
    t.patch("later", later).await;
    t.done("createInstance", refers, "").await;
    // From now on some of the references have no value.
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "later") }), "").await;
}

async fn generated_queries_are_answered_alike(t: &TestApp) {
    fill(t).await;
    let edges = "{ stack(name: \"shop\") { instances { edges { cursor } } } }";
    let edges = t.data(edges, json!({})).await["stack"]["instances"]["edges"].take();
    let mut cursors: Vec<String> =
        edges.as_array().unwrap().iter().map(|edge| edge["cursor"].as_str().unwrap().to_owned()).collect();
    cursors.push("no cursor".to_owned());
    let mut rng = Rng(7);
    let (mut direct, mut all) = (0, 0);
    while all < 250 {
        let mut grown =
            Grown { rng: &mut rng, fragments: String::new(), declared: String::new(), variables: Map::default() };
        let mut roots = grown.root(&cursors);
        let mut n = 1;
        if grown.rng.below(5) == 0 {
            roots += &format!("__typename second: {}", grown.root(&cursors));
            n = 2;
        }
        let Grown { fragments, declared, variables, .. } = grown;
        let declared = if declared.is_empty() { declared } else { format!("({declared})") };
        let query = format!("query Grown{declared} {{ {roots} }} {fragments}");
        // Some have conflicting fields with one key, and are refused in both ways.
        let body = json!({ "query": query, "variables": variables });
        let answer = t.graphql(&query, Value::from(variables.clone())).await;
        if answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED" {
            continue;
        }
        all += 1;
        if answer.get("errors").is_none() {
            let before = t.db.statements();
            t.send(t.post(body.to_string())).await;
            direct += i32::from(t.db.statements() - before <= n);
        }
    }
    assert!(direct > all * 2 / 3, "{direct} of {all} were answered directly");
}

async fn hot_queries_cost_one_statement(t: &TestApp) {
    t.template("postgres").await;
    let queries = [
        "query ($stack: String!) { stack(name: $stack) { instances(first: 100) { nodes { id name containerName enabled \
         description template { name } overrideCount } } } }"
            .to_owned(),
        format!(
            "query ($stack: String!) {{ stack(name: $stack) {{ instances(first: 100) {{ nodes {{ name {COLLECTIONS} }} }} }} }}"
        ),
        format!("query ($stack: String!) {{ instance(stack: $stack, name: \"i0\") {{ name {COLLECTIONS} }} }}"),
        "query ($stack: String!) { stack(name: $stack) { instances(first: 20, search: \"i\", enabled: true) { totalCount \
         nodes { name } pageInfo { hasNextPage endCursor } } } }"
            .to_owned(),
        "query ($stack: String!) { stack(name: $stack) { instances(first: 100) { nodes { name effectiveConfig { imageName command          settings { imageTag { value origin shadows } } ports { hostPort origin shadows { hostPort } } labels { key value origin }          healthcheck { test } configFiles { content origin } } } } } }"
            .to_owned(),
    ];
    for (stack, n) in [("one", 1), ("ten", 10), ("thousand", 1000)] {
        t.stack(stack).await;
        crate::statements::fill(t, stack, n).await;
        for query in &queries {
            let (cost, data) = t.cost(query, json!({ "stack": stack })).await;
            assert_eq!(cost, 1, "{query}");
            let executed = t.cost_by_executor(query, json!({ "stack": stack })).await;
            assert_eq!(executed.1, data, "{query}");
            assert!(executed.0 <= 16, "{query}: {}", executed.0);
        }
    }
}

async fn rare_forms_of_queries_are_answered_alike(t: &TestApp) {
    fill(t).await;
    for query in [
        "{ stack(name: \"shop\") { name @include(if: true) } }",
        "{ stack(name: \"shop\") { ... @skip(if: false) { name } } }",
        "{ stack(name: \"shop\") { conflicts { value } } }",
        "{ instance(stack: \"shop\", name: \"web-1\") { dependencies { instance { name } } settings { imageTag } } }",
        "{ stack(name: \"shop\") { instance(name: \"web-1\") { name } } }",
        "{ stack(name: \"shop\") { a: instances { totalCount } b: instances(first: 1) { totalCount } } }",
        // No field is selected on the type of the object.
        "{ stack(name: \"shop\") { ... on Node { ... on Instance { name } } } }",
        "{ stack(name: \"shop\") { name instances { nodes { ... on Node { ... on Template { name } } } } } }",
    ] {
        let answer = t.graphql(query, json!({})).await;
        assert_eq!(answer.get("errors"), None, "{query}");
    }
    for query in [
        "{ stack(name: \"shop\") { instances(first: 0) { totalCount } } }",
        "{ stack(name: \"shop\") { instances(first: 1, last: 1) { totalCount } } }",
        "{ stack(name: \"shop\") { instances(after: \"x\") { totalCount } } }",
    ] {
        let answer = t.graphql(query, json!({})).await;
        assert_eq!(answer["errors"][0]["path"], json!(["stack", "instances"]), "{query}");
    }
}

/// The stack and the template of an instance on which another one depends are found from each root.
async fn objects_of_dependencies_are_those_of_the_executor(t: &TestApp) {
    fill(t).await;
    t.template("other").await;
    let other = json!({ "stack": { "name": "shop" }, "template": { "name": "other" }, "name": "other" });
    t.done("createInstance", other, "").await;
    let on = json!({ "dependency": { "instance": TestApp::by_name("shop", "other") } });
    t.patch("web-1", json!([{ "set": on }])).await;
    let found = t.data("{ instance(stack: \"shop\", name: \"web-1\") { id } }", json!({})).await;
    let id = found["instance"]["id"].as_str().unwrap();
    let inside = "dependencies { condition instance { name stack { name description } template { name } } }";
    let expected = json!([{ "condition": "SERVICE_STARTED", "instance":
        { "name": "other", "stack": { "name": "shop", "description": "" }, "template": { "name": "other" } } }]);
    for (query, place) in [
        (format!("{{ node(id: \"{id}\") {{ ... on Instance {{ stack {{ id }} {inside} }} }} }}"), "/node"),
        (format!("{{ nodes(ids: [\"{id}\"]) {{ ... on Instance {{ {inside} }} }} }}"), "/nodes/0"),
        (format!("{{ instance(stack: \"shop\", name: \"web-1\") {{ {inside} }} }}"), "/instance"),
        (
            format!("{{ stacks(search: \"shop\") {{ nodes {{ instance(name: \"web-1\") {{ {inside} }} }} }} }}"),
            "/stacks/nodes/0/instance",
        ),
        (
            format!("{{ template(name: \"postgres\") {{ instances {{ nodes {{ {inside} stack {{ name }} }} }} }} }}"),
            "/template/instances/nodes/0",
        ),
    ] {
        let (cost, data) = t.cost(&query, json!({})).await;
        assert_eq!(cost, 1, "{query}");
        assert_eq!(data.pointer(place).unwrap()["dependencies"], expected, "{query}");
        assert_eq!(t.cost_by_executor(&query, json!({})).await.1, data, "{query}");
    }
}
