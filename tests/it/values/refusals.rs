//! Entries that violate a limit, with the expected errors.

use serde_json::{Value, json};

/// Field of the collection, an entry, and for each error: code, path inside the entry, suggestion.
pub(super) type Refusal = (&'static str, Value, Vec<(&'static str, &'static str, Option<String>)>);

#[expect(clippy::too_many_lines, reason = "a list")]
pub(super) fn refusals() -> Vec<Refusal> {
    let mut out: Vec<Refusal> = Vec::new();
    let mut one = |kind, entry: Value, code, path, suggestion: Option<&str>| {
        out.push((kind, entry, vec![(code, path, suggestion.map(str::to_owned))]));
    };
    let (invalid, limit, reserved) = ("INVALID_VALUE", "LIMIT_EXCEEDED", "RESERVED_LABEL");

    for port in [0, -1, 65536, i32::MIN, i32::MAX] {
        one("ports", json!({ "hostPort": port, "containerPort": 80 }), invalid, "hostPort", None);
        one("ports", json!({ "containerPort": port }), invalid, "containerPort", None);
        one("domains", json!({ "domain": "a.b", "proxyPort": port }), invalid, "proxyPort", None);
    }
    for (ip, better) in [
        ("localhost", "127.0.0.1"),
        ("[::1]", "::1"),
        (" 10.0.0.1 ", "10.0.0.1"),
        ("256.0.0.1", "0.0.0.0"),
        ("10.0.0.1/8", "0.0.0.0"),
        ("", "0.0.0.0"),
        ("::1\0", "0.0.0.0"),
    ] {
        one("ports", json!({ "containerPort": 80, "hostIp": ip }), invalid, "hostIp", Some(better));
    }

    let long = format!("/{}", "a".repeat(4096));
    for (path, code, better) in [
        ("", invalid, None),
        ("/", invalid, None),
        ("//./", invalid, None),
        ("..", invalid, None),
        ("/a/../b", invalid, Some("/a/b")),
        ("../etc/passwd", invalid, Some("etc/passwd")),
        ("~/x", invalid, Some("/x")),
        ("C:\\data", invalid, Some("/data")),
        ("a\\b", invalid, Some("a/b")),
        ("/a\u{7}b", invalid, Some("/ab")),
        ("/a\0b", invalid, Some("/ab")),
        // A suggestion must pass all checks.
        ("~/../x", invalid, Some("/x")),
        ("/\u{7}../x", invalid, Some("/x")),
        ("a:b:c", invalid, Some("c")),
        ("a\\..\\b", invalid, Some("a/b")),
        ("/\0", invalid, None),
        (long.as_str(), limit, None),
    ] {
        let volume = json!({ "volumeType": "VOLUME", "source": "data", "target": path });
        one("volumes", volume, code, "target", better);
        one("configFiles", json!({ "filePath": path, "content": "" }), code, "filePath", better);
    }
    let long = "v".repeat(256);
    for (volume_type, source, better) in [
        ("BIND", "", None),
        ("BIND", "/s\0", Some("/s")),
        ("VOLUME", "my vol", Some("myvol")),
        ("VOLUME", "_x", Some("x")),
        ("VOLUME", "!", None),
        ("VOLUME", long.as_str(), Some(&long[..255])),
        ("TMPFS", "x", Some("")),
    ] {
        let entry = json!({ "volumeType": volume_type, "source": source, "target": "/t" });
        one("volumes", entry, invalid, "source", better);
    }
    let external = json!({ "volumeType": "VOLUME", "isExternal": true, "target": "/t" });
    one("volumes", external, invalid, "source", None);
    let external = json!({ "volumeType": "BIND", "source": "/s", "isExternal": true, "target": "/t" });
    one("volumes", external, invalid, "isExternal", Some("false"));
    for (kind, source, scope) in [("BIND", "/s", "STACK"), ("VOLUME", "", "STACK"), ("TMPFS", "", "HOST")] {
        let entry = json!({ "volumeType": kind, "source": source, "target": "/t", "scope": scope });
        one("volumes", entry, invalid, "scope", Some("INSTANCE"));
    }
    one("volumes", json!({ "volumeType": "IMAGE", "target": "/t" }), invalid, "source", None);
    for options in [
        json!([]),
        json!({ "nope": 1 }),
        json!({ "bind": 1 }),
        json!({ "bind": { "nope": 1 } }),
        json!({ "consistency": { "a": 1 } }),
        json!({ "tmpfs": { "size": [1] } }),
        json!({ "volume": { "labels": { "a": {} } } }),
    ] {
        let entry = json!({ "source": "/s", "target": "/t", "options": options });
        one("volumes", entry, invalid, "options", None);
    }
    for definition in
        [json!("x"), json!({ "name": "x" }), json!({ "driver": {} }), json!({ "driver_opts": { "a": null } })]
    {
        let entry = json!({ "volumeType": "VOLUME", "source": "s", "target": "/t", "definition": definition });
        one("volumes", entry, invalid, "definition", None);
    }
    let bind = json!({ "source": "/s", "target": "/t", "definition": { "driver": "x" } });
    one("volumes", bind, invalid, "definition", None);

    let long = "A".repeat(256);
    for (key, better) in [
        ("", None),
        ("  ", None),
        ("1A", Some("_1A")),
        ("A B", Some("A_B")),
        ("A=B", Some("A_B")),
        ("ä", Some("_")),
        ("A\0", Some("A_")),
        (long.as_str(), Some(&long[..254])),
    ] {
        one("envVars", json!({ "key": key, "value": "" }), invalid, "key", better);
    }
    one("envVars", json!({ "key": "A", "value": "a\0b" }), invalid, "value", Some("ab"));

    let long = "k".repeat(256);
    for (key, code, better) in [
        ("", invalid, None),
        (" ", invalid, None),
        ("a b", invalid, Some("ab")),
        ("a\0", invalid, Some("a")),
        ("a\u{a0}b", invalid, Some("ab")),
        (long.as_str(), invalid, Some(&long[..255])),
        ("devarch.stack_id", reserved, Some("my.stack_id")),
        ("DevArch.x", reserved, Some("my.x")),
        ("devarch.a b", reserved, Some("my.ab")),
        ("devarch.", reserved, None),
        // Without its space it would be reserved.
        ("dev arch.x", invalid, Some("my.x")),
    ] {
        one("labels", json!({ "key": key, "value": "" }), code, "key", better);
    }
    let reserved_and_long = format!("devarch.{}", "k".repeat(300));
    let better = format!("my.{}", "k".repeat(252));
    one("labels", json!({ "key": reserved_and_long, "value": "" }), reserved, "key", Some(&better));
    one("labels", json!({ "key": "a", "value": "a\0b" }), invalid, "value", Some("ab"));

    let (long_label, long_name) = ("a".repeat(64), vec!["a".repeat(50); 5].join("."));
    for (domain, better) in [
        ("", None),
        (".", None),
        ("*.shop.localhost", Some("shop.localhost")),
        ("my_shop.localhost", Some("my-shop.localhost")),
        ("HTTPS://Shop.localhost:8080/x", Some("shop.localhost")),
        ("-a-.b", Some("a.b")),
        ("a..b.", Some("a.b")),
        ("a\0.b", Some("a.b")),
        ("\0", None),
        (long_label.as_str(), None),
        (long_name.as_str(), None),
    ] {
        one("domains", json!({ "domain": domain }), invalid, "domain", better);
    }

    for (test, better) in [
        (json!([]), None),
        (json!(["CMD"]), None),
        (json!(["CMD-SHELL"]), None),
        (json!(["curl -f localhost"]), Some(json!(["CMD-SHELL", "curl -f localhost"]))),
        (json!(["curl", "-f"]), Some(json!(["CMD", "curl", "-f"]))),
        (json!(["NONE", "x"]), Some(json!(["NONE"]))),
        (json!(["CMD-SHELL", "a", "b"]), Some(json!(["CMD-SHELL", "a b"]))),
        (json!(["CMD", "a\0", "b c"]), Some(json!(["CMD", "a", "b c"]))),
        (json!(["a\0", "b"]), Some(json!(["CMD", "a", "b"]))),
    ] {
        let better = better.map(|better| better.to_string());
        one("healthcheck", json!({ "test": test }), invalid, "test", better.as_deref());
    }
    for (field, value, better) in [
        ("intervalSeconds", 0, "1"),
        ("intervalSeconds", i32::MIN, "1"),
        ("timeoutSeconds", 0, "1"),
        ("timeoutSeconds", -5, "1"),
        ("startPeriodSeconds", -1, "0"),
        ("retries", -1, "0"),
        ("retries", 1001, "1000"),
        ("retries", i32::MAX, "1000"),
        ("retries", i32::MIN, "0"),
    ] {
        let mut entry = json!({ "test": ["NONE"] });
        entry[field] = json!(value);
        one("healthcheck", entry, invalid, field, Some(better));
    }

    for (mode, better) in [
        ("", "0644"),
        ("rw-r--r--", "0644"),
        ("0o600", "0600"),
        ("9", "0644"),
        ("0888", "0644"),
        ("000644", "0644"),
        ("06\u{0}40", "0640"),
        ("10000", "0644"),
    ] {
        let entry = json!({ "filePath": "/f", "content": "", "fileMode": mode });
        one("configFiles", entry, invalid, "fileMode", Some(better));
    }
    one("configFiles", json!({ "filePath": "/f", "content": "a\0b" }), invalid, "content", Some("ab"));
    // Longer than what an index takes.
    one("configFiles", json!({ "filePath": format!("/{}", "f".repeat(1024)), "content": "" }), limit, "filePath", None);
    out
}
