//! Generates the attributes of a service, in all forms that Compose files have for them.

use serde_json::{Value, json};

use crate::support::Rng;

/// A service: attributes with their tags.
pub(super) type Service = Vec<(String, &'static str, Value)>;

/// One of some values.
pub(super) fn one(rng: &mut Rng, of: &[Value]) -> Value {
    of[rng.below(of.len())].clone()
}

/// A text, perhaps with a variable.
fn text(rng: &mut Rng) -> String {
    rng.one_of(&[
        "plain",
        "a b",
        "${TAG:-t}",
        "${LEVEL}",
        "x$$y",
        "${PLACE-none}/z",
        "${EMPTY:+set}",
        "yes",
        "1.10",
        "$TAG",
    ])
    .to_owned()
}

/// The image of a service.
pub(super) fn image(rng: &mut Rng) -> String {
    let digest = format!("example/app@sha256:{}", "0a".repeat(32));
    rng.one_of(&["nginx", "example/app:1", "registry.example:5000/a/b:2", "example/app:${TAG_OF:-3}", &digest])
        .to_owned()
}

/// The build of a service.
pub(super) fn build(rng: &mut Rng, names: &[&str]) -> Value {
    let contexts = match names.first() {
        Some(name) => json!({ "base": format!("service:{name}"), "lib": "./lib" }),
        None => json!({ "lib": "./lib" }),
    };
    one(
        rng,
        &[
            json!("./src"),
            json!("."),
            json!({ "context": "../up", "args": { "A": 1, "B": "${LEVEL:-x}", "LEVEL": null } }),
            json!({ "context": "./src", "args": ["A=2", "C=x"], "labels": ["l=1"] }),
            json!({ "context": "https://example.com/a.git", "target": "run", "labels": { "m": "2" } }),
            json!({ "dockerfile_inline": "FROM x", "additional_contexts": ["lib=./lib"] }),
            json!({ "context": ".", "additional_contexts": contexts, "secrets": ["pass"] }),
            json!({ "context": ".", "tags": ["a:1"], "cache_from": ["a"], "extra_hosts": ["h:1.2.3.4"] }),
        ],
    )
}

/// Up to `most` attributes. `base` is for a file that others extend, which has no other services.
pub(super) fn attributes(rng: &mut Rng, names: &[&str], own: &str, most: usize, base: bool) -> Service {
    let others: Vec<&str> = names.iter().copied().filter(|name| *name != own).collect();
    // Only later services, so that nothing waits for itself.
    let place = names.iter().position(|name| *name == own);
    let later: Vec<&str> = place.map_or(Vec::new(), |place| names[place + 1..].to_vec());
    let count = 1 + rng.below(most);
    let mut service = Vec::new();
    for _ in 0..count {
        if let Some((name, value)) = attribute(rng, &others, &later, base) {
            service.push((name.to_owned(), "", value));
        }
    }
    service
}

#[expect(clippy::too_many_lines, reason = "a line for each form of an attribute")]
fn attribute(rng: &mut Rng, others: &[&str], later: &[&str], base: bool) -> Option<(&'static str, Value)> {
    let other = (!others.is_empty()).then(|| others[rng.below(others.len())]);
    let next = (!later.is_empty()).then(|| later[rng.below(later.len())]);
    let words = text(rng);
    Some(match rng.below(48) {
        0 => ("command", one(rng, &[json!("run --flag 'a b'"), json!(["run", "$$X", words]), json!([]), json!(null)])),
        1 => ("entrypoint", one(rng, &[json!("/bin/sh -c"), json!(["/bin/x"]), json!("")])),
        2 | 3 => (
            "environment",
            one(
                rng,
                &[
                    json!({ "A": words, "N": 0o17, "F": 1.5, "B": true, "BARE": null, "TAG": null }),
                    json!(["A=1", format!("C={words}"), "BARE", "LEVEL"]),
                    json!({ "A": 1_000_000.0, "OVER": "env", "D": "a$$b" }),
                    json!({ "A": null, "OVER": null, "C": "" }),
                    json!(["A", "D"]),
                    json!({}),
                ],
            ),
        ),
        4 | 5 => {
            ("labels", one(rng, &[json!({ "a": words, "n": 5 }), json!(["a=1", "e", "x=y=z"]), json!({ "z": null })]))
        }
        6..=8 => (
            "ports",
            one(
                rng,
                &[
                    json!(["8080:80", "81"]),
                    json!(["127.0.0.1:5000:5000/udp", "9000-9001:9000-9001"]),
                    json!([{ "target": 80, "published": "8080" }]),
                    json!([{ "target": 90, "published": 91, "mode": "host", "protocol": "udp" }, "8080:80"]),
                    json!([{ "target": 70, "name": "web", "app_protocol": "http" }]),
                    json!(["[::1]:81:81", 3000]),
                    json!(["7000-7010:70"]),
                ],
            ),
        ),
        9..=12 => (
            "volumes",
            one(
                rng,
                &[
                    json!(["data:/data", "./conf:/conf:ro"]),
                    json!(["cache-data:/data", "/anon"]),
                    json!([{ "type": "bind", "source": "./x", "target": "/x" }]),
                    json!([{ "type": "bind", "source": "../y", "target": "/x", "read_only": true, "bind": { "create_host_path": true } }]),
                    json!([{ "type": "volume", "source": "shared", "target": "/s", "volume": { "nocopy": true } }]),
                    json!([{ "type": "tmpfs", "target": "/t", "tmpfs": { "size": 1000 } }, "shared:/s:ro"]),
                    json!(["C:\\work:/work", "D:/media:/media:ro"]),
                    json!(["/abs:/x:ro,z", "~/home:/home/x"]),
                    json!([{ "type": "bind", "source": "plain", "target": "/p", "bind": { "propagation": "rslave" } }]),
                ],
            ),
        ),
        13 | 14 => (
            "networks",
            one(
                rng,
                &[
                    json!(["front"]),
                    json!(["front", "back"]),
                    json!({ "default": { "aliases": ["pg"] } }),
                    json!({ "front": { "aliases": ["a", "b"], "priority": 5 }, "back": null }),
                    json!(["default"]),
                    json!(["default", "proxy"]),
                    json!({ "proxy": { "aliases": ["x.y_z"] } }),
                    json!({ "back": { "ipv4_address": "10.9.0.5", "link_local_ips": ["169.254.8.8"] } }),
                    json!({ "front": { "driver_opts": { "a": "${TAG:-t}", "b": "x$$y" }, "aliases": ["b", "c"] } }),
                    json!({ "back": { "mac_address": "02:42:ac:11:65:44", "gw_priority": 3, "interface_name": "e1" } }),
                ],
            ),
        ),
        15 | 16 => (
            "depends_on",
            one(
                rng,
                &[
                    json!([next?]),
                    json!({ next?: { "condition": "service_healthy" } }),
                    json!({ next?: { "condition": "service_started", "required": false, "restart": true } }),
                ],
            ),
        ),
        17 => (
            "healthcheck",
            one(
                rng,
                &[
                    json!({ "test": "curl x", "interval": "1m30s", "retries": 2 }),
                    json!({ "test": ["CMD", "a", "b"], "timeout": "1500ms", "start_interval": "2s" }),
                    json!({ "disable": true }),
                    json!({ "interval": "5s" }),
                    json!({ "test": ["NONE"] }),
                ],
            ),
        ),
        18 => ("restart", one(rng, &[json!("always"), json!("on-failure:3"), json!("no"), json!("unless-stopped")])),
        19 => ("user", one(rng, &[json!("1000:1000"), json!("root"), json!("${USER_ID:-5}")])),
        20 => ("working_dir", json!("/srv")),
        21 => ("hostname", json!("host-x")),
        22 => ("init", json!(true)),
        23 => ("privileged", one(rng, &[json!(true), json!("${PRIVILEGED:-false}")])),
        24 => ("mem_limit", one(rng, &[json!("256m"), json!("4m"), json!("1g")])),
        25 => ("cpus", one(rng, &[json!(0.5), json!("1.23456"), json!(0.001)])),
        26 | 27 => (
            "deploy",
            one(
                rng,
                &[
                    json!({ "resources": { "limits": { "cpus": "0.50", "memory": "512M" } } }),
                    json!({ "resources": { "limits": { "cpus": "0.001", "memory": "64M", "pids": 5 }, "reservations": { "memory": "32M" } } }),
                    json!({ "labels": ["zone=eu"], "replicas": 1 }),
                    json!({ "labels": { "rank": "2" } }),
                    json!({ "replicas": 3 }),
                ],
            ),
        ),
        28 => ("scale", one(rng, &[json!(1), json!(2), json!("${SCALE:-1}")])),
        29 | 30 => ("build", build(rng, later)),
        31 => ("cap_add", one(rng, &[json!(["NET_ADMIN"]), json!(["SYS_TIME", "NET_ADMIN"])])),
        32 => (
            "extra_hosts",
            one(
                rng,
                &[
                    json!(["api.test:10.0.0.1"]),
                    json!({ "api.test": "10.0.0.2", "b.test": "10.0.0.3" }),
                    json!(["api.test=10.0.0.4"]),
                ],
            ),
        ),
        33 => ("dns", one(rng, &[json!("1.1.1.1"), json!(["8.8.8.8", "1.1.1.1"])])),
        34 => ("tmpfs", one(rng, &[json!("/run"), json!(["/run", "/tmp:size=1m"])])),
        35 => (
            "env_file",
            one(
                rng,
                &[
                    json!("app.env"),
                    json!(["./app.env"]),
                    json!([{ "path": "app.env", "required": false }]),
                    json!([{ "path": "missing.env", "required": false }]),
                ],
            ),
        ),
        36 => ("sysctls", one(rng, &[json!(["net.a=1"]), json!({ "net.a": 2, "net.b": 3 })])),
        37 => {
            ("ulimits", one(rng, &[json!({ "nofile": 5 }), json!({ "nofile": { "soft": 1, "hard": 2 }, "nproc": 7 })]))
        }
        38 => (
            "logging",
            one(
                rng,
                &[
                    json!({ "driver": "json-file", "options": { "max-size": "1m" } }),
                    json!({ "options": { "max-file": "3" } }),
                    json!({ "driver": "syslog" }),
                ],
            ),
        ),
        39 => (
            "secrets",
            one(
                rng,
                &[
                    json!(["pass"]),
                    json!([{ "source": "pass", "target": "pw", "mode": 0o400, "uid": "5" }]),
                    json!(["shell"]),
                ],
            ),
        ),
        40 => (
            "configs",
            one(
                rng,
                &[
                    json!(["inline"]),
                    json!([{ "source": "inline", "target": "/etc/x.conf", "mode": 0o440 }, "filed"]),
                    json!([{ "source": "filed", "target": "/f" }]),
                ],
            ),
        ),
        41 if !base => {
            ("network_mode", one(rng, &[json!("host"), json!(format!("service:{}", next?)), json!("container:box")]))
        }
        42 if !base => ("pid", one(rng, &[json!("host"), json!(format!("service:{}", next?))])),
        43 if !base => {
            ("volumes_from", one(rng, &[json!([next?]), json!([format!("{}:ro", next?)]), json!(["container:box:ro"])]))
        }
        44 if !base => ("links", one(rng, &[json!([next?]), json!([format!("{}:alias", next?)])])),
        45 => ("container_name", json!(format!("box-{}", other.unwrap_or("own").to_lowercase()))),
        46 => ("x-note", one(rng, &[json!([1, null]), json!({ "a": words })])),
        47 => one(
            rng,
            &[
                json!(["stop_grace_period", "1m30s"]),
                json!(["shm_size", "64m"]),
                json!(["devices", ["/dev/a:/dev/b"]]),
                json!(["expose", ["80", "81"]]),
                json!(["security_opt", ["no-new-privileges:true"]]),
                json!(["annotations", { "a": "b" }]),
                json!(["profiles", ["debug"]]),
                json!(["label_file", "labels.txt"]),
                json!(["tty", true]),
                json!(["platform", "linux/amd64"]),
                json!(["group_add", ["5"]]),
                json!(["pull_policy", "always"]),
                json!(["stop_signal", "SIGINT"]),
                json!(["credential_spec", { "file": "x.json" }]),
                json!(["mac_address", "02:42:ac:11:65:43"]),
            ],
        )
        .as_array()
        .map(|pair| (leaked(pair[0].as_str().unwrap()), pair[1].clone()))?,
        _ => return None,
    })
}

/// The name of one of the attributes above.
fn leaked(name: &str) -> &'static str {
    const NAMES: [&str; 15] = [
        "stop_grace_period",
        "shm_size",
        "devices",
        "expose",
        "security_opt",
        "annotations",
        "profiles",
        "label_file",
        "tty",
        "platform",
        "group_add",
        "pull_policy",
        "stop_signal",
        "credential_spec",
        "mac_address",
    ];
    NAMES.into_iter().find(|known| *known == name).unwrap()
}
