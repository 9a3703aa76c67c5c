//! No path stores a value that could not be read again.

use serde_json::{Value, json};

use crate::support::{TestApp, both, code};

both!(
    json_has_thirty_two_levels_at_most_whichever_way_it_comes,
    a_backslash_and_four_digits_are_text,
    numbers_come_back_exactly,
    the_text_of_a_kind_has_sixteen_mebibytes_at_most,
    more_than_that_from_an_older_version_can_be_read_and_shrunk,
);

/// A text nested in this many lists.
fn nested(levels: usize) -> Value {
    (0..levels).fold(json!("x"), |inside, _| json!([inside]))
}

/// The same with alternating lists and objects.
fn mixed(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inside, level| if level % 2 == 0 { json!([inside]) } else { json!({ "a": inside }) })
}

fn attribute(value: &Value) -> Value {
    json!([{ "name": "x-a", "value": value }])
}

async fn json_has_thirty_two_levels_at_most_whichever_way_it_comes(t: &TestApp) {
    t.web().await;
    let instance = TestApp::by_name("shop", "web");
    // Variables may be nested as deeply as the JSON parser accepts.
    for (levels, sound) in [(31, true), (32, true), (33, false), (64, false), (110, false)] {
        for value in [nested(levels), mixed(levels)] {
            let attributes = attribute(&value);
            let ways = [
                (
                    "setInstanceOverrides",
                    json!({ "instance": instance, "overrides": { "attributes": attributes } }),
                    "overrides.attributes.0.value",
                ),
                (
                    "patchInstanceOverrides",
                    json!({ "instance": instance, "operations": [{ "set": { "attribute": attributes[0] } }] }),
                    "operations.0.set.attribute.value",
                ),
                (
                    "createInstance",
                    json!({ "stack": { "name": "shop" }, "template": { "name": "app" }, "name": format!("n{levels}"), "overrides": { "attributes": attributes } }),
                    "overrides.attributes.0.value",
                ),
                (
                    "createTemplate",
                    json!({ "name": format!("t{levels}"), "imageName": "a", "attributes": attributes }),
                    "attributes.0.value",
                ),
                (
                    "updateTemplate",
                    json!({ "template": { "name": "app" }, "attributes": attributes }),
                    "attributes.0.value",
                ),
            ];
            for (mutation, input, path) in ways {
                let payload = t.mutate(mutation, input, "").await;
                let codes = TestApp::codes(&payload);
                // Both values have the same name to be created under.
                let taken = codes.len() == 1 && codes[0].0 == "NAME_TAKEN";
                let expected = if sound { vec![] } else { vec![code("LIMIT_EXCEEDED", &format!("input.{path}"))] };
                assert!(taken || codes == expected, "{mutation} {levels}: {payload}");
                if !sound {
                    let message = payload["userErrors"][0]["message"].as_str().unwrap();
                    assert!(message.contains(&levels.to_string()) && message.contains("32"), "{message}");
                }
            }
            let file = json!({ "services": { format!("s{levels}"): { "image": "a:1", "x-a": value } } }).to_string();
            let payload = t
                .mutate("importCompose", json!({ "files": [{ "text": file }], "onConflict": "UPDATE" }), "lossCount")
                .await;
            // Deeper files are refused by the YAML reader; in others the attribute is reported as a loss.
            let refused = !payload["userErrors"].as_array().unwrap().is_empty();
            assert!(
                sound && payload["lossCount"] == 0 || !sound && (refused || payload["lossCount"] == 1),
                "{levels}: {payload}"
            );
        }
    }
    // A literal around a variable is one value.
    for (levels, sound) in [(7, true), (8, false)] {
        let mutation = format!(
            "mutation ($v: JSON!) {{ setInstanceOverrides(input: {{ instance: {{ byName: {{ stack: \"shop\", name: \"web\" }} }},
             overrides: {{ attributes: [{{ name: \"x-a\", value: {}$v{} }}] }} }}) {{ userErrors {{ code path message suggestion }} }} }}",
            "[".repeat(25),
            "]".repeat(25)
        );
        let done = t.data(&mutation, json!({ "v": nested(levels) })).await;
        assert_eq!(TestApp::codes(&done["setInstanceOverrides"]).is_empty(), sound, "{done}");
    }
    let everything = "{ stack(name: \"shop\") { compose { hash } instances { nodes { attributes { value } overrideStats { total } } } } }";
    t.data(everything, json!({})).await;
}

async fn a_backslash_and_four_digits_are_text(t: &TestApp) {
    t.web().await;
    for text in ["\\u0000", "a\\u0000b", "\\\\u0000", "\\"] {
        let value = json!({ text: [text] });
        t.set("web", json!({ "attributes": attribute(&value) })).await;
        assert_eq!(t.see("web", "attributes { value }").await["attributes"][0]["value"], value);
    }
    for value in [json!("\u{0}"), json!({ "\u{0}": 1 }), json!([["a\u{0}"]])] {
        let input =
            json!({ "instance": TestApp::by_name("shop", "web"), "overrides": { "attributes": attribute(&value) } });
        let expected = [code("INVALID_VALUE", "input.overrides.attributes.0.value")];
        assert_eq!(t.refused("setInstanceOverrides", input).await, expected, "{value}");
    }
}

/// Values as raw JSON in a request, which `serde_json::Value` could not represent.
async fn numbers_come_back_exactly(t: &TestApp) {
    t.web().await;
    let mutation = "mutation ($input: SetInstanceOverridesInput!) { setInstanceOverrides(input: $input) { userErrors { message } } }";
    let mut taken = 0;
    for value in [
        "-0",
        "-0.0",
        "0.1",
        "1E5",
        "1e21",
        "1e-7",
        "5e-324",
        "2.2250738585072014e-308",
        "1.7976931348623157e308",
        "123456789.123456789",
        "0.30000000000000004",
        "9007199254740993",
        "-9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "1e400",
        "-1e400",
        "1e-400",
        "\"\\ud83d\\ude00\"",
        "\"\\ud800\"",
        "\"\\ude00\\ud83d\"",
        "NaN",
        "Infinity",
        "\"NaN\"",
        "\"\\u2028\"",
    ] {
        t.patch("web", json!([{ "reset": { "all": true } }])).await;
        let instance = TestApp::by_name("shop", "web");
        let body = format!(
            "{{\"query\":{},\"variables\":{{\"input\":{{\"instance\":{instance},\"overrides\":{{\"attributes\":[{{\"name\":\"x-a\",\"value\":{value}}}]}}}}}}}}",
            json!(mutation)
        );
        let answer = t.send(t.post(body)).await;
        assert!(answer.status() == 200 || answer.status() == 400, "{value}");
        let answer = TestApp::text(answer).await;
        assert!(!answer.contains("INTERNAL"), "{value}: {answer}");
        let seen = t.see("web", "attributes { value } effectiveConfig { attributes { name value } }").await;
        let Some(stored) = seen["attributes"].get(0) else { continue };
        taken += 1;
        // As the same number or text that was given, by both executors (`see` compares their bytes).
        let given: Value = serde_json::from_str(value).unwrap();
        assert_eq!(stored["value"], given, "{value}");
        // Writing it back changes nothing.
        let before = t.see("web", "revision").await;
        t.set("web", json!({ "attributes": attribute(&stored["value"]) })).await;
        assert_eq!(t.see("web", "revision").await, before, "{value}");
    }
    assert!(taken >= 18, "{taken} were taken");
}

fn file(number: usize, content: &str) -> Value {
    json!({ "set": { "configFile": { "filePath": format!("/f{number}"), "content": content } } })
}

async fn the_text_of_a_kind_has_sixteen_mebibytes_at_most(t: &TestApp) {
    t.web().await;
    let mebibyte = "x".repeat(1 << 20);
    for number in 0..16 {
        t.patch("web", json!([file(number, &mebibyte)])).await;
    }
    assert_eq!(t.patch_refused("web", json!([file(99, "a")])).await, [code("LIMIT_EXCEEDED", "input.operations.0")]);
    // A replaced entry does not count, and each operation is checked on its own.
    t.patch("web", json!([file(3, "a"), file(99, &mebibyte[1..])])).await;
    let both = json!([file(4, "a"), file(5, "b"), file(98, &mebibyte[..1000]), file(99, &mebibyte)]);
    t.patch("web", both).await;
    t.patch("web", json!([{ "reset": { "kind": "CONFIG_FILE" } }])).await;
}

async fn more_than_that_from_an_older_version_can_be_read_and_shrunk(t: &TestApp) {
    t.web().await;
    t.patch("web", json!([file(0, &"x".repeat(1000)), file(1, "y"), file(2, "z")])).await;
    let times = if t.engine == crate::support::Engine::Sqlite {
        "replace(hex(zeroblob(9000000)), '0', 'a')"
    } else {
        "repeat('a', 18000000)"
    };
    t.sql(&format!("UPDATE instance_config_files SET content = {times} WHERE file_path = '/f0'")).await;
    let query = "{ instance(stack: \"shop\", name: \"web\") { configFiles { filePath } } }";
    let seen = t.data(query, json!({})).await;
    assert_eq!(seen["instance"]["configFiles"].as_array().unwrap().len(), 3);
    // A collection beyond the limit may stay or shrink, but not grow.
    t.patch("web", json!([file(1, "Y")])).await;
    assert_eq!(t.patch_refused("web", json!([file(1, "YY")])).await, [code("LIMIT_EXCEEDED", "input.operations.0")]);
    t.patch("web", json!([{ "reset": { "entry": { "configFile": "/f2" } } }])).await;
    t.patch("web", json!([file(0, "small"), file(1, "YY")])).await;
}
