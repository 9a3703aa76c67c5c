//! Lists: order, pages, search, filters, counts.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(
    instances_are_listed_oldest_first,
    instances_of_the_same_moment_are_listed_by_id,
    pages_forward_and_backward_reach_every_instance_once,
    pages_of_stacks_and_templates_reach_every_row_once,
    a_page_has_20_rows_when_nothing_is_said,
    page_sizes_outside_the_limits_are_refused,
    foreign_and_broken_cursors_are_refused,
    search_is_a_substring_without_wildcards,
    enabled_and_search_narrow_the_list_and_its_count,
    a_count_costs_nothing_when_not_asked_for,
    stacks_and_templates_are_found_by_name_search_and_category,
    each_stack_has_a_page_of_its_own,
);

/// Creates instances `i00`, `i07` …: their order by age is not the one by name.
async fn many(t: &TestApp, n: usize) -> Vec<String> {
    t.stack("shop").await;
    t.template("postgres").await;
    let mut names = Vec::new();
    for i in 0..n {
        let name = format!("i{:02}", i * 7 % n);
        t.instance("shop", &name).await;
        names.push(name);
    }
    names
}

/// The instances of `shop`, as asked for with these arguments.
async fn page(t: &TestApp, arguments: &str) -> Value {
    let query = format!(
        "{{ stack(name: \"shop\") {{ instances{arguments} {{ nodes {{ name }} edges {{ cursor node {{ name }} }} \
         pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} totalCount }} }} }}"
    );
    t.data(&query, json!({})).await["stack"]["instances"].take()
}

fn names(page: &Value) -> Vec<String> {
    let text = |node: &Value| node["name"].as_str().unwrap().to_owned();
    let nodes: Vec<_> = page["nodes"].as_array().unwrap().iter().map(text).collect();
    if let Some(edges) = page["edges"].as_array() {
        assert_eq!(edges.iter().map(|edge| text(&edge["node"])).collect::<Vec<_>>(), nodes);
    }
    nodes
}

/// The code of a query's only error.
async fn error(t: &TestApp, query: &str, variables: Value) -> Value {
    let answer = t.graphql(query, variables).await;
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{query} {answer}");
    answer["errors"][0]["extensions"]["code"].clone()
}

async fn instances_are_listed_oldest_first(t: &TestApp) {
    let expected = many(t, 8).await;
    assert_eq!(names(&page(t, "").await), expected);
    // A change does not move an instance.
    let input = json!({ "instance": TestApp::by_name("shop", &expected[0]), "name": "zz", "enabled": false });
    t.done("updateInstance", input, "").await;
    assert_eq!(names(&page(t, "").await)[0], "zz");
}

async fn instances_of_the_same_moment_are_listed_by_id(t: &TestApp) {
    t.freeze_time();
    let expected = many(t, 10).await;
    assert_eq!(names(&page(t, "").await), expected);
    let first = page(t, "(first: 3)").await;
    let cursor = &first["pageInfo"]["endCursor"];
    assert_eq!(names(&page(t, &format!("(first: 3, after: {cursor})")).await), expected[3..6]);
    let stamps = t.data("{ stack(name: \"shop\") { instances { nodes { createdAt } } } }", json!({})).await;
    let nodes = stamps["stack"]["instances"]["nodes"].as_array().unwrap();
    let stamps: BTreeSet<String> = nodes.iter().map(|node| node["createdAt"].to_string()).collect();
    assert_eq!(stamps.len(), 1);
}

async fn pages_forward_and_backward_reach_every_instance_once(t: &TestApp) {
    let expected = many(t, 25).await;
    for size in [1, 4, 5, 24, 25, 26, 100] {
        let (mut forward, mut cursor) = (Vec::new(), None::<Value>);
        loop {
            let after = cursor.as_ref().map(|cursor| format!(", after: {cursor}")).unwrap_or_default();
            let page = page(t, &format!("(first: {size}{after})")).await;
            forward.extend(names(&page));
            let (info, edges) = (&page["pageInfo"], page["edges"].as_array().unwrap());
            assert_eq!(info["hasPreviousPage"], json!(cursor.is_some()));
            assert_eq!(info["hasNextPage"], json!(forward.len() < 25));
            assert_eq!(info["startCursor"], edges[0]["cursor"]);
            assert_eq!(info["endCursor"], edges[edges.len() - 1]["cursor"]);
            assert_eq!(page["totalCount"], 25);
            if info["hasNextPage"] == json!(false) {
                break;
            }
            cursor = Some(info["endCursor"].clone());
        }
        assert_eq!(forward, expected, "forward, {size} a page");

        let (mut backward, mut cursor) = (Vec::new(), None::<Value>);
        loop {
            let before = cursor.as_ref().map(|cursor| format!(", before: {cursor}")).unwrap_or_default();
            let page = page(t, &format!("(last: {size}{before})")).await;
            let mut rows = names(&page);
            rows.append(&mut backward);
            backward = rows;
            let info = &page["pageInfo"];
            assert_eq!(info["hasNextPage"], json!(cursor.is_some()));
            assert_eq!(info["hasPreviousPage"], json!(backward.len() < 25));
            if info["hasPreviousPage"] == json!(false) {
                break;
            }
            cursor = Some(info["startCursor"].clone());
        }
        assert_eq!(backward, expected, "backward, {size} a page");
    }
    let all = page(t, "(first: 100)").await;
    let cursor = |n: usize| all["edges"][n]["cursor"].clone();
    let between = page(t, &format!("(after: {}, before: {})", cursor(3), cursor(7))).await;
    assert_eq!(names(&between), expected[4..7]);
    let none = page(t, &format!("(first: 5, after: {})", cursor(24))).await;
    assert_eq!(none["nodes"], json!([]));
    let info = json!({ "hasNextPage": false, "hasPreviousPage": true, "startCursor": null, "endCursor": null });
    assert_eq!(none["pageInfo"], info);
}

async fn pages_of_stacks_and_templates_reach_every_row_once(t: &TestApp) {
    let mut expected: Vec<String> = (0..7).map(|n| format!("s{}", n * 3 % 7)).collect();
    for name in &expected {
        t.stack(name).await;
        t.template(name).await;
    }
    expected.sort();
    for list in ["stacks", "templates"] {
        let (mut forward, mut backward, mut after, mut before) = (Vec::new(), Vec::new(), json!(null), json!(null));
        for _ in 0..4 {
            let query = format!(
                "query ($after: String, $before: String) {{
                    f: {list}(first: 2, after: $after) {{ nodes {{ name }} pageInfo {{ endCursor }} }}
                    b: {list}(last: 2, before: $before) {{ nodes {{ name }} pageInfo {{ startCursor }} }} }}"
            );
            let found = t.data(&query, json!({ "after": after, "before": before })).await;
            forward.extend(names(&found["f"]));
            backward = [names(&found["b"]), backward].concat();
            after = found["f"]["pageInfo"]["endCursor"].clone();
            before = found["b"]["pageInfo"]["startCursor"].clone();
        }
        assert_eq!(forward, expected, "{list}");
        assert_eq!(backward, expected, "{list}");
    }
}

async fn a_page_has_20_rows_when_nothing_is_said(t: &TestApp) {
    let expected = many(t, 23).await;
    for arguments in ["", "(first: null, last: null, after: null, before: null, search: null, enabled: null)"] {
        let page = page(t, arguments).await;
        assert_eq!(names(&page), expected[..20], "{arguments}");
        assert_eq!(page["pageInfo"]["hasNextPage"], true);
    }
}

async fn page_sizes_outside_the_limits_are_refused(t: &TestApp) {
    t.shop().await;
    let cases = [
        ("first: 0", "LIMIT_EXCEEDED"),
        ("first: -1", "LIMIT_EXCEEDED"),
        ("first: 101", "LIMIT_EXCEEDED"),
        ("last: 0", "LIMIT_EXCEEDED"),
        ("last: -1", "LIMIT_EXCEEDED"),
        ("last: 101", "LIMIT_EXCEEDED"),
        ("first: 2147483647", "LIMIT_EXCEEDED"),
        ("last: -2147483648", "LIMIT_EXCEEDED"),
        ("first: 1, last: 1", "BAD_REQUEST"),
    ];
    for (arguments, code) in cases {
        for query in [
            format!("{{ stacks({arguments}) {{ nodes {{ id }} }} }}"),
            format!("{{ templates({arguments}) {{ nodes {{ id }} }} }}"),
            format!("{{ stack(name: \"shop\") {{ instances({arguments}) {{ nodes {{ id }} }} }} }}"),
        ] {
            assert_eq!(error(t, &query, json!({})).await, code, "{query}");
        }
    }
    let ids: Vec<String> = (0..101).map(|n| format!("x{n}")).collect();
    let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(error(t, query, json!({ "ids": ids })).await, "LIMIT_EXCEEDED");
}

async fn foreign_and_broken_cursors_are_refused(t: &TestApp) {
    t.shop().await;
    let query =
        "{ stacks { edges { cursor } } stack(name: \"shop\") { id instances { edges { cursor node { id } } } } }";
    let found = t.data(query, json!({})).await;
    let by_name = found["stacks"]["edges"][0]["cursor"].as_str().unwrap().to_owned();
    let by_age = found["stack"]["instances"]["edges"][0]["cursor"].as_str().unwrap().to_owned();
    let forged = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let mut bad = vec![
        String::new(),
        "!".to_owned(),
        "\0".to_owned(),
        "42".to_owned(),
        found["stack"]["id"].as_str().unwrap().to_owned(),
        forged("age"),
        forged("age:"),
        forged("age:1"),
        forged("age:x:1"),
        forged("age:1:x"),
        forged("name:a\0"),
        URL_SAFE_NO_PAD.encode(b"name:\xff"),
        "a".repeat(100_000),
    ];
    // Times that PostgreSQL or the calendar does not know.
    for micros in [i64::MIN, i64::MAX, -8_000_000_000_000_000_000, 8_000_000_000_000_000_000] {
        bad.push(forged(&format!("age:{micros}:1")));
    }
    for side in ["after", "before"] {
        let of_names = format!("query ($c: String) {{ stacks({side}: $c) {{ nodes {{ id }} }} }}");
        let of_templates = format!("query ($c: String) {{ templates({side}: $c) {{ nodes {{ id }} }} }}");
        let of_ages =
            format!("query ($c: String) {{ stack(name: \"shop\") {{ instances({side}: $c) {{ nodes {{ id }} }} }} }}");
        for cursor in &bad {
            for query in [&of_names, &of_templates, &of_ages] {
                assert_eq!(error(t, query, json!({ "c": cursor })).await, "BAD_REQUEST", "{query} {cursor:.40}");
            }
        }
        assert_eq!(error(t, &of_names, json!({ "c": by_age })).await, "BAD_REQUEST");
        assert_eq!(error(t, &of_ages, json!({ "c": by_name })).await, "BAD_REQUEST");
    }
}

async fn search_is_a_substring_without_wildcards(t: &TestApp) {
    many(t, 12).await;
    let both = ["i10", "i11"].map(str::to_owned).to_vec();
    let cases = [("I1", both.clone()), ("i1", both), ("1", vec!["i01".into(), "i10".into(), "i11".into()])];
    for (text, expected) in cases {
        let mut found = names(&page(t, &format!("(search: {})", json!(text))).await);
        found.sort();
        assert_eq!(found, expected, "{text}");
    }
    for text in ["%", "_", "\\", "i%1", "i_1", "\\i", "i1%", "'", "\"", "i1 ", "*", "[0-9]", "ı", "\u{0}"] {
        let page = page(t, &format!("(search: {})", json!(text))).await;
        assert_eq!((&page["nodes"], &page["totalCount"]), (&json!([]), &json!(0)), "{text}");
        let query = "query ($s: String) { stacks(search: $s) { nodes { id } } templates(search: $s) { nodes { id } } }";
        let found = t.data(query, json!({ "s": text })).await;
        assert_eq!(found, json!({ "stacks": { "nodes": [] }, "templates": { "nodes": [] } }), "{text}");
    }
    assert_eq!(names(&page(t, "(search: \"\")").await).len(), 12);
}

async fn enabled_and_search_narrow_the_list_and_its_count(t: &TestApp) {
    let all = many(t, 12).await;
    for name in &all[..5] {
        let input = json!({ "instance": TestApp::by_name("shop", name), "enabled": false });
        t.done("updateInstance", input, "").await;
    }
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", &all[0]) }), "").await;
    let cases = [
        ("", &all[1..]),
        ("(enabled: true)", &all[5..]),
        ("(enabled: false)", &all[1..5]),
        ("(enabled: false, search: \"I0\")", &all[1..5]),
        ("(enabled: true, search: \"11\")", &all[5..6]),
    ];
    assert_eq!(all[5], "i11");
    for (arguments, expected) in cases {
        let page = page(t, arguments).await;
        let expected: Vec<&String> =
            expected.iter().filter(|name| !arguments.contains("I0") || name.contains("i0")).collect();
        assert_eq!(names(&page).iter().collect::<Vec<_>>(), expected, "{arguments}");
        assert_eq!(page["totalCount"], expected.len(), "{arguments}");
    }
    let short = page(t, "(first: 1, enabled: true)").await;
    assert_eq!((names(&short).len(), &short["totalCount"]), (1, &json!(7)));
}

async fn a_count_costs_nothing_when_not_asked_for(t: &TestApp) {
    t.shop().await;
    for (list, rows, count) in
        [("stacks", "nodes { name }", 1), ("templates", "nodes { name }", 1), ("instances", "nodes { name }", 1)]
    {
        let ask = async |selection: &str| {
            let query = match list {
                "instances" => format!("{{ stack(name: \"shop\") {{ instances {{ {selection} }} }} }}"),
                list => format!("{{ {list} {{ {selection} }} }}"),
            };
            t.cost_by_executor(&query, json!({})).await.0
        };
        let without = ask(rows).await;
        assert_eq!(ask(&format!("{rows} totalCount")).await, without + count, "{list}");
    }
}

async fn stacks_and_templates_are_found_by_name_search_and_category(t: &TestApp) {
    for name in ["shop", "blog", "web-shop"] {
        t.stack(name).await;
    }
    t.done("updateStack", json!({ "stack": { "name": "blog" }, "enabled": false }), "").await;
    t.done("softDeleteStack", json!({ "stack": { "name": "web-shop" } }), "").await;
    for (name, category) in [("postgres", "database"), ("mysql", "database"), ("nginx", "Gateway")] {
        t.done("createTemplate", json!({ "name": name, "imageName": name, "category": category }), "").await;
    }
    let cases = [
        ("stacks", json!({}), vec!["blog", "shop"]),
        ("stacks", json!({ "search": "SHOP" }), vec!["shop"]),
        ("stacks", json!({ "enabled": false }), vec!["blog"]),
        ("stacks", json!({ "enabled": true, "search": "o" }), vec!["shop"]),
        ("templates", json!({}), vec!["mysql", "nginx", "postgres"]),
        ("templates", json!({ "search": "SQL" }), vec!["mysql"]),
        ("templates", json!({ "category": "database" }), vec!["mysql", "postgres"]),
        ("templates", json!({ "category": "data" }), vec![]),
        ("templates", json!({ "category": "gateway" }), vec![]),
        ("templates", json!({ "category": "database", "search": "p" }), vec!["postgres"]),
    ];
    for (list, variables, expected) in cases {
        let (more, argument) = if list == "stacks" {
            ("$enabled: Boolean", "enabled: $enabled")
        } else {
            ("$category: String", "category: $category")
        };
        let query = format!(
            "query ($search: String, {more}) {{ {list}(search: $search, {argument}) {{ nodes {{ name }} totalCount }} }}"
        );
        let mut given = json!({ "search": null });
        given.as_object_mut().unwrap().extend(variables.as_object().unwrap().clone());
        let found = t.data(&query, given).await;
        assert_eq!(names(&found[list]), expected, "{list} {variables}");
        assert_eq!(found[list]["totalCount"], expected.len(), "{list} {variables}");
    }
    let found = t.data("{ stack(name: \"shop\") { name } gone: stack(name: \"web-shop\") { id } no: stack(name: \"Shop\") { id } template(name: \"nginx\") { category } none: template(name: \"Nginx\") { id } }", json!({})).await;
    let expected = json!({ "stack": { "name": "shop" }, "gone": null, "no": null, "template": { "category": "Gateway" }, "none": null });
    assert_eq!(found, expected);
}

async fn each_stack_has_a_page_of_its_own(t: &TestApp) {
    t.template("postgres").await;
    for (stack, rows) in [("a", 3), ("b", 0), ("c", 5)] {
        t.stack(stack).await;
        for n in 1..=rows {
            t.instance(stack, &format!("{stack}{n}")).await;
            let set = json!({ "ports": [{ "containerPort": n, "hostPort": 1000 + n }] });
            let input = json!({ "instance": TestApp::by_name(stack, &format!("{stack}{n}")), "overrides": set });
            t.done("setInstanceOverrides", input, "").await;
        }
    }
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("a", "a1") }), "").await;
    let rows = |stack: &str, numbers: &[i32]| -> Value {
        let row = |n: &i32| json!({ "name": format!("{stack}{n}"), "ports": [{ "containerPort": n }] });
        numbers.iter().map(row).collect()
    };
    let cases = [
        ("first: 2", [&[2, 3][..], &[], &[1, 2]], [(false, false), (false, false), (false, true)]),
        ("last: 2", [&[2, 3], &[], &[4, 5]], [(false, false), (false, false), (true, false)]),
        ("first: 100, search: \"3\"", [&[3], &[], &[3]], [(false, false); 3]),
    ];
    for (arguments, pages, flags) in cases {
        let query = format!(
            "{{ stacks {{ nodes {{ instances({arguments}) {{ nodes {{ name ports {{ containerPort }} }} totalCount \
             pageInfo {{ hasPreviousPage hasNextPage }} }} }} }} }}"
        );
        let found = t.data(&query, json!({})).await;
        for (n, stack) in ["a", "b", "c"].into_iter().enumerate() {
            let list = &found["stacks"]["nodes"][n]["instances"];
            assert_eq!(list["nodes"], rows(stack, pages[n]), "{stack} {arguments}");
            let info = json!({ "hasPreviousPage": flags[n].0, "hasNextPage": flags[n].1 });
            assert_eq!(list["pageInfo"], info, "{stack} {arguments}");
            let total = if arguments.contains("search") { pages[n].len() } else { [2, 0, 5][n] };
            assert_eq!(list["totalCount"], total, "{stack} {arguments}");
        }
    }
}
