//! `Template.instances`: the instances made from a template.

use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(
    a_template_lists_its_live_instances_of_all_stacks,
    a_templates_list_has_the_rules_of_every_list,
    each_template_has_a_page_of_its_own,
);

/// The instances of a template, as asked for with these arguments.
async fn instances(t: &TestApp, arguments: &str) -> Value {
    let query = format!(
        "{{ template(name: \"postgres\") {{ instances{arguments} {{ nodes {{ name }} edges {{ cursor node {{ name }} }} \
         pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} totalCount }} }} }}"
    );
    t.data(&query, json!({})).await["template"]["instances"].take()
}

fn names(page: &Value) -> Vec<&str> {
    page["nodes"].as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap()).collect()
}

/// Creates an instance of another template.
async fn instance_of(t: &TestApp, template: &str, stack: &str, name: &str) {
    let input = json!({ "stack": { "name": stack }, "template": { "name": template }, "name": name });
    t.done("createInstance", input, "").await;
}

async fn a_template_lists_its_live_instances_of_all_stacks(t: &TestApp) {
    t.shop().await;
    t.template("mysql").await;
    t.stack("blog").await;
    t.stack("gone").await;
    assert_eq!(names(&instances(t, "").await), ["db"]);
    instance_of(t, "mysql", "blog", "other").await;
    for (stack, name) in [("shop", "z"), ("blog", "db"), ("gone", "hidden"), ("shop", "a"), ("blog", "old")] {
        t.instance(stack, name).await;
    }
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("blog", "old") }), "").await;
    t.done("softDeleteStack", json!({ "stack": { "name": "gone" } }), "").await;
    let off = json!({ "instance": TestApp::by_name("shop", "z"), "enabled": false });
    t.done("updateInstance", off, "").await;
    let cases = [
        ("", &["db", "z", "db", "a"][..]),
        ("(enabled: true)", &["db", "db", "a"]),
        ("(enabled: false)", &["z"]),
        ("(search: \"DB\")", &["db", "db"]),
        ("(search: \"%\")", &[]),
        ("(search: \"\\u0000\")", &[]),
    ];
    for (arguments, expected) in cases {
        let page = instances(t, arguments).await;
        assert_eq!(names(&page), expected, "{arguments}");
        assert_eq!(page["totalCount"], expected.len(), "{arguments}");
    }
    let query = "{ template(name: \"postgres\") { instances { nodes { name stack { name } template { name } } } } }";
    let nodes = t.data(query, json!({})).await["template"]["instances"]["nodes"].take();
    assert_eq!(nodes[2], json!({ "name": "db", "stack": { "name": "blog" }, "template": { "name": "postgres" } }));
}

async fn a_templates_list_has_the_rules_of_every_list(t: &TestApp) {
    t.shop().await;
    t.stack("blog").await;
    t.freeze_time();
    let mut expected = vec!["db".to_owned()];
    for n in 0..24 {
        let name = format!("i{:02}", n * 7 % 24);
        t.instance(if n % 2 == 0 { "shop" } else { "blog" }, &name).await;
        expected.push(name);
    }
    assert_eq!(names(&instances(t, "").await), expected[..20]);
    for size in [1, 4, 25, 100] {
        for (count, cursor, more, end) in
            [("first", "after", "hasNextPage", "endCursor"), ("last", "before", "hasPreviousPage", "startCursor")]
        {
            let (mut found, mut arguments) = (Vec::new(), format!("({count}: {size})"));
            loop {
                let page = instances(t, &arguments).await;
                let rows = names(&page).into_iter().map(str::to_owned);
                found = if count == "first" {
                    found.into_iter().chain(rows).collect()
                } else {
                    rows.chain(found).collect()
                };
                assert_eq!(page["totalCount"], 25);
                if page["pageInfo"][more] == json!(false) {
                    break;
                }
                arguments = format!("({count}: {size}, {cursor}: {})", page["pageInfo"][end]);
            }
            assert_eq!(found, expected, "{count} {size}");
        }
    }
    for (arguments, code) in [
        ("first: 0", "LIMIT_EXCEEDED"),
        ("last: 101", "LIMIT_EXCEEDED"),
        ("first: 1, last: 1", "BAD_REQUEST"),
        ("after: \"x\"", "BAD_REQUEST"),
    ] {
        let query = format!("{{ template(name: \"postgres\") {{ instances({arguments}) {{ nodes {{ id }} }} }} }}");
        let answer = t.graphql(&query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{arguments}");
    }
}

async fn each_template_has_a_page_of_its_own(t: &TestApp) {
    t.stack("shop").await;
    for (template, rows) in [("aa", 3), ("bb", 0), ("cc", 5)] {
        t.template(template).await;
        for n in 1..=rows {
            instance_of(t, template, "shop", &format!("{template}{n}")).await;
        }
    }
    let cases = [
        ("first: 2", json!([["aa1", "aa2"], [], ["cc1", "cc2"]]), [3, 0, 5]),
        ("last: 2", json!([["aa2", "aa3"], [], ["cc4", "cc5"]]), [3, 0, 5]),
        ("search: \"3\"", json!([["aa3"], [], ["cc3"]]), [1, 0, 1]),
    ];
    for (arguments, expected, totals) in cases {
        let query =
            format!("{{ templates {{ nodes {{ instances({arguments}) {{ nodes {{ name }} totalCount }} }} }} }}");
        let found = t.data(&query, json!({})).await;
        let pages: Vec<&Value> =
            found["templates"]["nodes"].as_array().unwrap().iter().map(|of| &of["instances"]).collect();
        assert_eq!(json!(pages.iter().map(|page| names(page)).collect::<Vec<_>>()), expected, "{arguments}");
        assert_eq!(pages.iter().map(|page| page["totalCount"].as_i64().unwrap()).collect::<Vec<_>>(), totals);
    }
}
