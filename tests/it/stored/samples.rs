//! Sample values at and beyond each limit, of every kind and every stored text.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::Rng;

/// Texts that a reader or writer could misinterpret.
#[expect(clippy::too_many_lines, reason = "a list")]
pub(super) fn texts() -> Vec<String> {
    let plain = [
        "",
        " ",
        "a",
        "\0",
        "a\0b",
        "\\u0000",
        "\\",
        "\"",
        "'",
        "`",
        "\u{1}",
        "\u{1b}",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "\u{2029}",
        "\u{feff}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{d7ff}",
        "\u{e000}",
        "\u{10ffff}",
        "\u{1f600}",
        "e\u{301}",
        "\r",
        "\r\n",
        "\n",
        "\t",
        "a\n",
        "\na",
        " a\n b",
        "a\n\n",
        "\ta\n",
        "a\n ",
        "a\r\nb",
        "- a",
        "# x",
        "a #b",
        "a: b",
        "a:",
        ": a",
        "?",
        "? a",
        "${X}",
        "${X:-y}",
        "${",
        "$$",
        "$",
        "$x$",
        "null",
        "~",
        "true",
        "no",
        "NaN",
        ".nan",
        ".inf",
        "0x1F",
        "1e400",
        "-0",
        "0755",
        "1_000",
        "12:34:56",
        "2026-01-01",
        "<<",
        "!reset",
        "!!str a",
        "&a",
        "*a",
        "%a",
        "@a",
        "{",
        "}",
        "[",
        "]",
        ",",
        "|",
        ">",
        "|2\n a",
        "---",
        "...",
        "=",
        "***",
        "a=b",
        "a,b",
        "/",
        "..",
        "'; DROP TABLE stacks; --",
        "\\x00",
        "%00",
        "{{a}}",
    ];
    let mut texts: Vec<String> = plain.map(str::to_owned).to_vec();
    for (piece, times) in [
        ("x", 65_536),
        ("x", 65_537),
        ("é", 32_768),
        ("\u{85}", 2_000),
        ("a\n", 3_000),
        ("$", 3_000),
        ("\u{1f600}", 300),
    ] {
        texts.push(piece.repeat(times));
    }
    let mut rng = Rng(11);
    let pieces: Vec<&str> = plain.to_vec();
    texts.extend((0..40).map(|_| (0..=rng.below(5)).map(|_| pieces[rng.below(pieces.len())]).collect::<String>()));
    texts
}

/// Numbers at the edges of 32 and 64 bits, and those that are meant.
const NUMBERS: &[i64] = &[
    i64::MIN,
    i32::MIN as i64 - 1,
    i32::MIN as i64,
    -1,
    0,
    1,
    2,
    999,
    1000,
    1001,
    65_534,
    65_535,
    65_536,
    86_400,
    i32::MAX as i64,
    i32::MAX as i64 + 1,
    i64::MAX,
];

/// JSON of every sort.
pub(super) fn jsons() -> Vec<Value> {
    let mut all: Vec<Value> = vec![
        json!(true),
        json!(0),
        json!(-0.0),
        json!(1.5),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(f64::MAX),
        json!(f64::MIN_POSITIVE),
        json!(5e-324),
        json!(0.1 + 0.2),
        json!(1e21),
        json!(1e-7),
        json!([]),
        json!({}),
        json!([[], {}, [[]]]),
        json!({ "a": {}, "b": [] }),
    ];
    all.extend(texts().into_iter().map(Value::from));
    all.extend(texts().into_iter().map(|text| json!({ text: [1] })));
    all.extend([1, 31, 32, 33, 60, 100].map(|levels| (0..levels).fold(json!("$x"), |inside, _| json!([inside]))));
    all.extend([32, 33].map(|levels| (0..levels).fold(json!(1), |inside, _| json!({ "k": inside }))));
    all.extend(
        [1000, 1023, 1024, 1025, 5000, 60_000].map(|length| json!({ "k".repeat(length): { "y".repeat(length): 1 } })),
    );
    let (mut rng, texts) = (Rng(5), texts());
    all.extend((0..60).map(|_| tree(&mut rng, &texts, 5)));
    // The type is `JSON!`.
    all.retain(|value| !value.is_null());
    all
}

/// A random value.
fn tree(rng: &mut Rng, texts: &[String], depth: usize) -> Value {
    let text = |rng: &mut Rng| texts[rng.below(70)].clone();
    match rng.below(if depth == 0 { 4 } else { 8 }) {
        0 => Value::from(text(rng)),
        1 => json!(rng.below(1 << 30)),
        2 => json!(f64::from_bits(((rng.below(1 << 31) as u64) << 32) | rng.below(1 << 31) as u64)),
        3 => json!([null, true, false])[rng.below(3)].clone(),
        4 | 5 => (0..rng.below(4)).map(|_| tree(rng, texts, depth - 1)).collect(),
        _ => Value::Object((0..rng.below(4)).map(|_| (text(rng), tree(rng, texts, depth - 1))).collect()),
    }
}

/// Entries of a kind whose collections are lists, of which some are sound.
pub(super) fn lists() -> BTreeMap<&'static str, Vec<Value>> {
    let mut all: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let mut add = |kind: &'static str, value: Value| all.entry(kind).or_default().push(value);
    for (n, text) in texts().iter().enumerate() {
        // As a value under a sound key of its own, and as a key.
        add("envVars", json!({ "key": format!("V{n}"), "value": text }));
        if n % 6 == 0 {
            // Each of them is revealed by a request of its own.
            add("envVars", json!({ "key": format!("S{n}"), "value": text, "isSecret": true }));
        }
        add("envVars", json!({ "key": text, "value": "x" }));
        add("labels", json!({ "key": format!("v{n}"), "value": text }));
        add("labels", json!({ "key": text, "value": "x" }));
        add("labels", json!({ "key": format!("k{n}{text}"), "value": "x" }));
        add("volumes", json!({ "volumeType": "BIND", "source": text, "target": format!("/b{n}") }));
        add("volumes", json!({ "volumeType": "VOLUME", "source": text, "target": format!("/v{n}") }));
        add(
            "volumes",
            json!({ "volumeType": "VOLUME", "source": text, "target": format!("/e{n}"), "isExternal": true }),
        );
        add("volumes", json!({ "volumeType": "TMPFS", "target": format!("/t{text}") }));
        add("configFiles", json!({ "filePath": format!("/c{n}"), "content": text }));
        add("configFiles", json!({ "filePath": format!("/t{n}"), "content": text, "isTemplate": true }));
        add("configFiles", json!({ "filePath": format!("/p/{text}"), "content": "" }));
        add("configFiles", json!({ "filePath": format!("/m{n}"), "content": "", "fileMode": text }));
        add("domains", json!({ "domain": text }));
        add("ports", json!({ "hostIp": text, "containerPort": 1000 + n }));
        // Every instance of the stack that joins a network has to define it in the same way.
        add("networks", json!({ "name": text, "aliases": [format!("a{n}")] }));
        add("networks", json!({ "name": format!("e{text}"), "isExternal": true }));
        add("networks", json!({ "name": format!("a{n}"), "aliases": [text, "b.c_d"] }));
        add("networks", json!({ "name": format!("o{n}"), "options": { "interface_name": text } }));
        add("networks", json!({ "name": format!("d{n}"), "definition": { "driver": "x", "labels": { text: text } } }));
    }
    for (n, value) in jsons().into_iter().enumerate() {
        add("networks", json!({ "name": format!("j{n}"), "definition": { "ipam": { "options": value } } }));
        add("networks", json!({ "name": format!("k{n}"), "definition": value }));
        add("networks", json!({ "name": format!("l{n}"), "options": value }));
        add("attributes", json!({ "name": format!("x-{n}"), "value": value }));
    }
    for (n, (field, value)) in [
        (
            "options",
            json!({ "priority": 5, "gw_priority": -1, "link_local_ips": ["169.254.0.1"], "ipv4_address": "10.0.0.9" }),
        ),
        ("options", json!({ "driver_opts": { "a": "$b" }, "mac_address": "02:42:ac:11:65:43" })),
        ("options", json!({ "aliases": ["a"] })),
        ("definition", json!({ "internal": "true", "labels": ["a=b$"] })),
        ("definition", json!({ "ipam": { "config": [{ "subnet": "10.0.0.0/24" }] } })),
        ("definition", json!({ "external": true })),
    ]
    .into_iter()
    .enumerate()
    {
        add("networks", json!({ "name": format!("f{n}"), field: value }));
    }
    for (name, value) in [
        ("cap_add", json!(["a$b"])),
        ("devices", json!("a$b")),
        ("sysctls", json!({ "a": "$b" })),
        ("logging", json!({ "driver": "x", "options": { "a": 1 } })),
        ("stop_grace_period", json!("1m")),
        ("shm_size", json!(12)),
        ("init", json!(true)),
        ("hostname", json!("$h")),
        ("x-", json!(1)),
        ("x-devarch", json!(1)),
        ("ports", json!([])),
    ] {
        add("attributes", json!({ "name": name, "value": value }));
    }
    for length in [62, 63, 64, 254, 255, 256, 1_020, 1_024, 1_025, 4_096, 4_097] {
        let key = "k".repeat(length);
        add("envVars", json!({ "key": key, "value": key }));
        add("labels", json!({ "key": key, "value": key }));
        add("labels", json!({ "key": "\u{feff}".repeat(length), "value": "" }));
        add("domains", json!({ "domain": key }));
        add("domains", json!({ "domain": format!("{}a", "k.".repeat(length / 2)) }));
        add("configFiles", json!({ "filePath": format!("/{key}"), "content": key }));
        add("volumes", json!({ "volumeType": "BIND", "source": key, "target": format!("/{key}") }));
        add("attributes", json!({ "name": format!("x-{key}"), "value": 1 }));
        add("networks", json!({ "name": key, "aliases": [key] }));
        add(
            "networks",
            json!({ "name": format!("many{length}"), "aliases": (0..length).map(|n| format!("a{n}")).collect::<Vec<_>>() }),
        );
    }
    for content in [(1 << 20) - 1, 1 << 20, (1 << 20) + 1] {
        add("configFiles", json!({ "filePath": format!("/big{content}"), "content": "x".repeat(content) }));
    }
    for number in NUMBERS.iter().filter(|number| i32::try_from(**number).is_ok()) {
        add("ports", json!({ "hostPort": number, "containerPort": 70 }));
        add("ports", json!({ "containerPort": number, "protocol": "UDP" }));
        add("domains", json!({ "domain": format!("d{}.test", number.unsigned_abs()), "proxyPort": number }));
    }
    for (n, address) in
        ["::1", "::ffff:1.2.3.4", "0:0:0:0:0:0:0:1", "fe80::1%eth0", "1.2.3.4", "01.2.3.4"].iter().enumerate()
    {
        add("ports", json!({ "hostIp": address, "hostPort": 1, "containerPort": 200 + n }));
    }
    all
}

/// Candidates of the kinds of which an instance has one.
pub(super) fn singles() -> BTreeMap<&'static str, Vec<Value>> {
    let mut all: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let mut add = |kind: &'static str, value: Value| all.entry(kind).or_default().push(value);
    let texts = texts();
    for (n, text) in texts.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
        add("healthcheck", json!({ "test": [if n % 4 == 0 { "CMD" } else { "CMD-SHELL" }, text] }));
        add("settings", json!({ "command": [text, text], "entrypoint": [text] }));
        if n % 3 == 0 {
            add("settings", json!({ "workingDir": format!("/{text}"), "user": format!("u{text}") }));
            add("resourceLimits", json!({ "cpu": text, "memory": text }));
        }
        if n % 7 == 0 {
            for setting in ["imageName", "imageTag", "restartPolicy"] {
                add("settings", json!({ setting: text }));
            }
        }
    }
    for length in [127, 128, 129, 254, 255, 256, 4_095, 4_096] {
        let key = "k".repeat(length);
        for setting in ["imageName", "imageTag", "user"] {
            add("settings", json!({ setting: key }));
        }
        add("settings", json!({ "workingDir": format!("/{key}") }));
    }
    for number in NUMBERS {
        for field in ["intervalSeconds", "timeoutSeconds", "retries", "startPeriodSeconds"] {
            add("healthcheck", json!({ "test": ["NONE"], field: number }));
        }
    }
    for (cpu, memory) in
        [("0.01", "6m"), ("1000", "1024t"), ("0.009", "5m"), ("1000.001", "1125899906842623b"), ("500m", "6291457b")]
    {
        add("resourceLimits", json!({ "cpu": cpu, "memory": memory }));
        add("resourceLimits", json!({ "cpu": cpu }));
        add("resourceLimits", json!({ "memory": memory }));
    }
    all
}
