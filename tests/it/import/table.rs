//! The table in `docs/compose.md` of what an import holds, changes and loses is made from imports.

use std::collections::{BTreeMap, BTreeSet};

use devarch::{
    compose::{NoteKind, Request, Source, read},
    kinds::attribute::held_names,
};

/// Attributes that no kind holds.
const OTHERS: [&str; 5] = ["container_name", "extends", "models", "pre_start", "scale"];

/// Parts of a file besides services.
const PARTS: [&str; 9] = ["configs", "include", "models", "name", "networks", "secrets", "version", "volumes", "x-…"];

/// A file in which the service `a` has an attribute with everything that Compose takes for it.
fn sample(attribute: &str) -> String {
    let value = match attribute {
        "build" => {
            "{ context: ., dockerfile: D, args: [A=1], labels: { l: v }, target: t, secrets: [s], ssh: [default], \
             additional_contexts: { b: 'service:b' }, cache_from: [x], tags: ['x:1'], platforms: [linux/amd64], network: host, \
             shm_size: 1m, extra_hosts: ['h:1.2.3.4'], pull: true, no_cache: true, privileged: true, isolation: default, \
             ulimits: { nofile: 5 }, entitlements: [x], dockerfile_inline: FROM x }"
        }
        "command" => "run -x && other",
        "configs" => {
            "[{ source: c, target: /c, mode: 0440, uid: '5', gid: '5' }, { source: f, uid: '5', gid: '5', mode: 0440 }]"
        }
        "container_name" => "box",
        "credential_spec" => "{ config: c, file: x.json, registry: r }",
        "depends_on" => "{ b: { condition: service_healthy, required: false, restart: true } }",
        "deploy" => {
            "{ replicas: 3, labels: { a: b }, mode: replicated, endpoint_mode: vip, placement: { constraints: [x] }, \
             restart_policy: { condition: any }, update_config: { parallelism: 1 }, rollback_config: { parallelism: 1 }, \
             resources: { limits: { cpus: '1', memory: 64M, pids: 5 }, reservations: { memory: 32M } } }"
        }
        "environment" => "{ A: 1, B: null, C: '${C}', D: '${MISSING}' }",
        "extends" => "{ file: elsewhere.yaml, service: x }",
        "external_links" => "['box:x', 'mine:y']",
        "healthcheck" => {
            "{ test: [CMD, x], interval: 1500ms, timeout: 1s, retries: 2, start_period: 1s, start_interval: 2s }"
        }
        "image" => "'example/a:1@sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a'",
        "links" => "['b:alias']",
        "networks" => {
            "{ front: { aliases: [x], ipv4_address: 10.0.0.1, ipv6_address: '::1', link_local_ips: [169.254.0.1], mac_address: \
             '02:42:ac:11:65:43', priority: 5, gw_priority: 5, interface_name: e0, driver_opts: { a: b } } }"
        }
        "ports" => {
            "[{ target: 80, published: 80, host_ip: 127.0.0.1, protocol: udp, mode: host, name: x, app_protocol: http }, \
             '7000-7010:70']"
        }
        "scale" => "3",
        "secrets" => "[{ source: s, target: x, uid: '5', gid: '5', mode: 0400 }, e]",
        "volumes" => {
            "[{ type: volume, source: v, target: /v, read_only: true, volume: { nocopy: true, subpath: x } }, { type: bind, \
             source: ./b, target: /b, consistency: cached, bind: { propagation: rslave, selinux: z, recursive: enabled } }, { \
             type: tmpfs, target: /t, tmpfs: { size: 1, mode: 0700 } }, './a:/a:z', { type: npipe, source: x, target: /n }]"
        }
        "cpus" => "'1.5'",
        "restart" => "always",
        "working_dir" => "/w",
        "mem_limit" => "64m",
        "use_api_socket" => "true",
        name => match shape(name) {
            'm' => "{ a: b }",
            'l' => "[a]",
            'b' => "true",
            'n' => "5",
            _ => "text",
        },
    };
    let image = if attribute == "image" { "" } else { "    image: example/a:1\n" };
    format!(
        "services:\n  a:\n{image}    {attribute}: {value}\n  b: {{ image: example/b:1, container_name: box }}\nvolumes: {{ v: \
         }}\nnetworks: {{ front: {{ internal: true }} }}\nconfigs: {{ c: {{ content: x }}, f: {{ file: ./f }} }}\nsecrets: {{ s: {{ file: ./s }}, e: {{ environment: E }} \
         }}\n"
    )
}

/// A shape that an attribute takes: as found by trying.
fn shape(name: &str) -> char {
    let tried = [('m', "{ a: b }"), ('l', "[a]"), ('b', "true"), ('n', "5"), ('s', "text")];
    let fits = |(_, value): &&(char, &str)| {
        let text = format!("services:\n  a: {{ image: x, {name}: {value} }}\n");
        notes(&text).iter().all(|(_, path)| *path != format!("services.a.{name}"))
    };
    tried.iter().find(fits).map_or('s', |(shape, _)| *shape)
}

fn notes(text: &str) -> Vec<(NoteKind, String)> {
    let files = vec![Source { name: "compose.yaml".to_owned(), text: text.to_owned() }];
    let read = read(&Request { files, ..Request::default() }).unwrap();
    read.notes.into_iter().map(|note| (note.fate, note.path)).collect()
}

/// A file with everything that a part may have.
fn part(name: &str) -> (&'static str, &'static str) {
    let service = "services: { a: { image: x, volumes: ['vv:/v'], networks: [n, e], configs: [c], secrets: [s] }, b: { image: x } }\n";
    let text = match name {
        "volumes" => "volumes: { vv: { driver: nfs, driver_opts: { a: b }, labels: { a: b }, name: other } }\n",
        "networks" => {
            "networks: { n: { driver: overlay, driver_opts: { a: b }, internal: true, attachable: true, ipam: { driver: x \
             }, labels: { a: b }, enable_ipv6: true, enable_ipv4: false, name: other }, e: { external: true } }\n"
        }
        "configs" => "configs: { c: { external: true, labels: { a: b } } }\n",
        "secrets" => "secrets: { s: { external: true, labels: { a: b } } }\n",
        "include" => "include: [missing.yaml]\n",
        "models" => "models: { m: { model: x } }\n",
        "name" => "name: mine\n",
        "version" => "version: '3'\n",
        _ => "x-mine: 1\n",
    };
    (service, text)
}

/// The names of the parts of notes below a prefix, without numbers.
fn below(notes: &[(NoteKind, String)], kind: NoteKind, prefix: &str) -> BTreeSet<String> {
    let found = notes.iter().filter(|(fate, _)| *fate == kind).filter_map(|(_, path)| {
        let rest = path.strip_prefix(prefix)?;
        let rest = rest.strip_prefix('.').or_else(|| rest.is_empty().then_some(rest))?;
        let parts: Vec<&str> = rest.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
        let names = ["a", "b", "c", "e", "f", "n", "s", "v", "vv", "A", "B", "C", "D", "front"];
        Some(parts.into_iter().filter(|part| !names.contains(part)).collect::<Vec<_>>().join("."))
    });
    found.collect()
}

fn cell(parts: &BTreeSet<String>) -> String {
    let named = parts.iter().map(|part| if part.is_empty() { "itself".to_owned() } else { format!("`{part}`") });
    named.collect::<Vec<_>>().join(", ")
}

#[test]
fn the_table_is_made_from_imports() {
    let (mut whole, mut rows) = (BTreeSet::new(), BTreeMap::new());
    for name in held_names().chain(OTHERS) {
        let notes = notes(&sample(name));
        let prefix = format!("services.a.{name}");
        let (lost, changed) = (below(&notes, NoteKind::Lost, &prefix), below(&notes, NoteKind::Changed, &prefix));
        if lost.is_empty() && changed.is_empty() {
            whole.insert(name);
        } else {
            rows.insert(name, format!("| `{name}` | {} | {} |", cell(&changed), cell(&lost)));
        }
    }
    let mut parts = Vec::new();
    for name in PARTS {
        let (service, text) = part(name);
        let notes = notes(&format!("{service}{text}"));
        let prefix = if name.starts_with("x-") { "x-mine" } else { name };
        let (lost, changed) = (below(&notes, NoteKind::Lost, prefix), below(&notes, NoteKind::Changed, prefix));
        parts.push(format!("| top-level `{name}` | {} | {} |", cell(&changed), cell(&lost)));
    }
    let rows: Vec<String> = rows.into_values().chain(parts).collect();
    let table = format!("| Attribute | Changed | Lost |\n|---|---|---|\n{}\n", rows.join("\n"));
    let whole: Vec<String> = whole.into_iter().map(|name| format!("`{name}`")).collect();
    let page = include_str!("../../../docs/compose.md");
    assert!(page.contains(&table), "docs/compose.md lacks this table:\n{table}");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    let list = format!("held whole: {}.", whole.join(", "));
    assert!(words(page).contains(&words(&list)), "docs/compose.md lacks this list:\n{list}");
}
