//! Resource limits of containers: units, bounds, and their origin.

use serde_json::{Value, json};

use crate::support::{TestApp, both, code};

both!(
    units_are_stored_in_one_form,
    the_same_in_another_unit_is_no_change,
    bad_values_are_refused_with_better_ones,
    limits_that_limit_nothing_are_refused,
    an_override_takes_the_place_of_the_whole,
    a_template_has_limits_too,
);

async fn limits(t: &TestApp) -> Value {
    t.see("web", "resourceLimits { cpu memory }").await["resourceLimits"].take()
}

async fn units_are_stored_in_one_form(t: &TestApp) {
    t.web().await;
    for (given, kept) in [
        ("0.5", "0.5"),
        ("500m", "0.5"),
        ("2.50", "2.5"),
        ("0010", "10"),
        ("1.0", "1"),
        ("0.01", "0.01"),
        ("10m", "0.01"),
        ("1000", "1000"),
        ("1000000m", "1000"),
    ] {
        t.set("web", json!({ "resourceLimits": { "cpu": given } })).await;
        assert_eq!(limits(t).await, json!({ "cpu": kept, "memory": null }), "{given}");
    }
    for (given, kept) in [
        ("6m", "6m"),
        ("6144k", "6m"),
        ("512 MiB", "512m"),
        ("512MB", "512m"),
        ("1024m", "1g"),
        ("1536m", "1536m"),
        ("2048K", "2m"),
        ("1073741825b", "1073741825b"),
        ("1073741824B", "1g"),
        (" 1 TiB ", "1t"),
        ("1024t", "1024t"),
    ] {
        let payload = t
            .mutate(
                "setInstanceOverrides",
                json!({ "instance": TestApp::by_name("shop", "web"), "overrides": { "resourceLimits": { "memory": given } } }),
                "",
            )
            .await;
        // Two mebibytes are understood, and too little.
        if kept == "2m" {
            assert_eq!(payload["userErrors"][0]["suggestion"], "6m");
            continue;
        }
        assert_eq!(payload["userErrors"], json!([]), "{given}");
        assert_eq!(limits(t).await, json!({ "cpu": null, "memory": kept }), "{given}");
    }
}

async fn the_same_in_another_unit_is_no_change(t: &TestApp) {
    t.web().await;
    assert_eq!(t.set("web", json!({ "resourceLimits": { "cpu": "0.5", "memory": "1g" } })).await, 2);
    assert_eq!(t.set("web", json!({ "resourceLimits": { "cpu": "500m", "memory": "1024 MiB" } })).await, 2);
    let step = json!([{ "set": { "resourceLimits": { "cpu": "0.500", "memory": "1048576k" } } }]);
    assert_eq!(t.patch("web", step).await, 2);
    // The template's in another unit changes nothing either, and is told so.
    t.patch("web", json!([{ "set": { "resourceLimits": { "cpu": "1000m", "memory": "262144k" } } }])).await;
    let seen = t.see("web", "overrideStats { redundant } overrideDiff { key }").await;
    assert_eq!(seen, json!({ "overrideStats": { "redundant": 1 }, "overrideDiff": [] }));
}

async fn bad_values_are_refused_with_better_ones(t: &TestApp) {
    t.web().await;
    let long = "9".repeat(40);
    for (field, bad, better) in [
        ("cpu", "", None),
        ("cpu", "half", None),
        ("cpu", "-1", None),
        ("cpu", "1e3", None),
        ("cpu", "1.2345678901", None),
        ("cpu", ".5", None),
        ("cpu", "1,5", None),
        ("cpu", "1\0", None),
        ("cpu", "0", Some("0.01")),
        ("cpu", "0.009", Some("0.01")),
        ("cpu", "9m", Some("0.01")),
        ("cpu", "1000.001", Some("1000")),
        ("cpu", "1000001m", Some("1000")),
        ("cpu", long.as_str(), None),
        ("memory", "", None),
        ("memory", "much", None),
        ("memory", "-1m", None),
        ("memory", "1.5g", Some("1536m")),
        ("memory", "1x", None),
        ("memory", "1ibm", None),
        ("memory", "512", Some("512m")),
        ("memory", "5", None),
        ("memory", "0b", Some("6m")),
        ("memory", "6291455b", Some("6m")),
        ("memory", "5m", Some("6m")),
        ("memory", "1025t", Some("1024t")),
        ("memory", "512m\0", None),
        ("memory", long.as_str(), None),
    ] {
        let instance = TestApp::by_name("shop", "web");
        let entry = json!({ field: bad });
        let mut template = json!({ "name": "new", "imageName": "x" });
        template["resourceLimits"] = entry.clone();
        for (mutation, input, path) in [
            ("createTemplate", template, "input.resourceLimits"),
            (
                "setInstanceOverrides",
                json!({ "instance": instance, "overrides": { "resourceLimits": entry } }),
                "input.overrides.resourceLimits",
            ),
            (
                "patchInstanceOverrides",
                json!({ "instance": instance, "operations": [{ "set": { "resourceLimits": entry } }] }),
                "input.operations.0.set.resourceLimits",
            ),
        ] {
            let payload = t.mutate(mutation, input, "").await;
            assert_eq!(TestApp::codes(&payload), [code("INVALID_VALUE", &format!("{path}.{field}"))], "{bad}");
            assert_eq!(payload["userErrors"][0]["suggestion"], json!(better), "{bad}");
        }
        if let Some(better) = better {
            t.set("web", json!({ "resourceLimits": { field: better } })).await;
        }
    }
}

async fn limits_that_limit_nothing_are_refused(t: &TestApp) {
    t.web().await;
    for nothing in [json!({}), json!({ "cpu": null, "memory": null })] {
        let input = json!({ "instance": TestApp::by_name("shop", "web"), "overrides": { "resourceLimits": nothing } });
        let expected = [code("INVALID_VALUE", "input.overrides.resourceLimits")];
        assert_eq!(t.refused("setInstanceOverrides", input).await, expected);
        let refused = t.patch_refused("web", json!([{ "set": { "resourceLimits": nothing } }])).await;
        assert_eq!(refused, [code("INVALID_VALUE", "input.operations.0.set.resourceLimits")]);
    }
    let both = json!([{ "set": { "resourceLimits": { "cpu": "0", "memory": "1" } } }]);
    let expected =
        ["cpu", "memory"].map(|field| code("INVALID_VALUE", &format!("input.operations.0.set.resourceLimits.{field}")));
    assert_eq!(t.patch_refused("web", both).await, expected);
}

async fn an_override_takes_the_place_of_the_whole(t: &TestApp) {
    t.web().await;
    t.patch("web", json!([{ "set": { "resourceLimits": { "cpu": "2" } } }])).await;
    let seen = t.see("web", "effectiveConfig { resourceLimits { cpu memory origin shadows { cpu memory } } }").await;
    let expected =
        json!({ "cpu": "2", "memory": null, "origin": "INSTANCE", "shadows": [{ "cpu": "1", "memory": "256m" }] });
    assert_eq!(seen["effectiveConfig"]["resourceLimits"], expected, "the template's memory does not shine through");
    t.patch("web", json!([{ "remove": { "resourceLimits": true } }])).await;
    assert_eq!(
        t.see("web", "effectiveConfig { resourceLimits { cpu } }").await["effectiveConfig"]["resourceLimits"],
        json!(null)
    );
    t.set("web", json!({ "resourceLimits": { "memory": "1g" } })).await;
    assert_eq!(t.see("web", "overrideRules { key }").await["overrideRules"], json!([]), "what is set is not removed");
    t.set("web", json!({ "resourceLimits": null })).await;
    assert_eq!(
        t.see("web", "effectiveConfig { resourceLimits { cpu } }").await["effectiveConfig"]["resourceLimits"]["cpu"],
        "1"
    );
}

async fn a_template_has_limits_too(t: &TestApp) {
    let input =
        json!({ "name": "small", "imageName": "x", "resourceLimits": { "cpu": "250m", "memory": "65536 KiB" } });
    let made = t.done("createTemplate", input, "template { resourceLimits { cpu memory } }").await;
    assert_eq!(made["template"]["resourceLimits"], json!({ "cpu": "0.25", "memory": "64m" }));
    let input = json!({ "name": "big", "imageName": "x" });
    let made = t.done("createTemplate", input, "template { resourceLimits { cpu memory } }").await;
    assert_eq!(made["template"]["resourceLimits"], json!(null));
}
