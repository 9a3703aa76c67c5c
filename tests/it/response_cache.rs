//! The response cache: never stale, whichever server writes, and never the answer to another caller.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use axum::{
    body::Body,
    http::{
        Request, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
};
use devarch::server::AuthMode;
use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(
    an_answer_that_is_kept_is_never_stale,
    an_answer_that_is_kept_costs_one_small_statement,
    what_is_computed_is_kept_until_anything_changes,
    what_one_key_may_see_reaches_no_other,
    who_has_the_answer_to_a_get_gets_304,
);

/// For the figure in the documentation, use 100,000 and a million changes, and run `.ci/test -E 'test(never_stale)'`.
const READS: u64 = 1500;
const READERS: usize = 4;
/// Changes of each sort meanwhile, at least; and of all sorts together, at most.
const CHANGES: u64 = 5;
const MOST_CHANGES: u64 = 900;

const EVERYTHING: &str =
    "query ($stack: String!) { stack(name: $stack) { description instances(first: 100) { totalCount
    nodes { description labels { key value } template { description } overrideCount } } } }";

/// The stack in the same form from every root, and where it is in the data.
fn roots(id: &str) -> Vec<(String, &'static str)> {
    let inside = "{ description instances(first: 30) { totalCount nodes { description labels { key value } template { description } } } }";
    vec![
        (format!("{{ stack(name: \"shop\") {inside} }}"), "/stack"),
        (format!("{{ stacks(first: 2, search: \"sho\") {{ nodes {inside} totalCount }} }}"), "/stacks/nodes/0"),
        (format!("{{ node(id: \"{id}\") {{ ... on Stack {inside} }} }}"), "/node"),
        (format!("{{ nodes(ids: [\"{id}\"]) {{ id ... on Stack {inside} }} }}"), "/nodes/0"),
        (format!("{{ instance(stack: \"shop\", name: \"db\") {{ stack {inside} }} }}"), "/instance/stack"),
        (
            format!("{{ template(name: \"postgres\") {{ instances(first: 1) {{ nodes {{ stack {inside} }} }} }} }}"),
            "/template/instances/nodes/0/stack",
        ),
    ]
}

/// The acknowledged changes of a writer: the highest number of each sort.
#[derive(Default)]
struct Told([AtomicU64; 5]);

/// One change of each sort in turn, each with its number.
async fn change(t: &TestApp, n: u64) {
    let text = n.to_string();
    let instance = TestApp::by_name("shop", "db");
    match n % 5 {
        0 => t.done("updateStack", json!({ "stack": { "name": "shop" }, "description": text }), "").await,
        1 => t.done("updateInstance", json!({ "instance": instance, "description": text }), "").await,
        2 => {
            let label = json!({ "key": "n", "value": text });
            let operations = json!([{ "set": { "label": label } }]);
            t.done("patchInstanceOverrides", json!({ "instance": instance, "operations": operations }), "").await
        }
        3 => t.done("updateTemplate", json!({ "template": { "name": "postgres" }, "description": text }), "").await,
        _ => {
            let more = t.done("duplicateInstance", json!({ "instance": instance }), "instance { id }").await;
            if n % 10 == 9 {
                let id = more["instance"]["id"].clone();
                t.done("softDeleteInstance", json!({ "instance": { "id": id } }), "").await;
            }
            more
        }
    };
}

/// The numbers in a response, in the order of [`change`]; for copies, their number.
fn shown(stack: &Value) -> [u64; 5] {
    let first = &stack["instances"]["nodes"][0];
    let number = |value: &Value| value.as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
    [
        number(&stack["description"]),
        number(&first["description"]),
        number(&first["labels"][0]["value"]),
        number(&first["template"]["description"]),
        stack["instances"]["totalCount"].as_u64().unwrap(),
    ]
}

async fn an_answer_that_is_kept_is_never_stale(t: &TestApp) {
    t.shop().await;
    let id = t.data("{ stack(name: \"shop\") { id } }", json!({})).await["stack"]["id"].as_str().unwrap().to_owned();
    let roots = Arc::new(roots(&id));
    let (told, over) = (Arc::new(Told::default()), Arc::new(AtomicBool::new(false)));
    let writer = tokio::spawn({
        let (second, told, over) = (t.another().await, Arc::clone(&told), Arc::clone(&over));
        async move {
            let (mut n, mut copies) = (5, 1);
            while !over.load(Ordering::SeqCst) && n < MOST_CHANGES {
                change(&second, n).await;
                if n % 5 == 4 {
                    // Every second one is gone again, and then there is one less than a moment before.
                    copies += u64::from(n % 10 != 9);
                }
                let so_far = if n % 5 == 4 { copies } else { n };
                told.0[usize::try_from(n % 5).unwrap()].store(so_far, Ordering::SeqCst);
                n += 1;
                // The pause lets readers find cached responses, too.
                tokio::time::sleep(std::time::Duration::from_millis(n % 7)).await;
            }
        }
    });
    let readers = (0..READERS).map(|_| {
        let (t, told, roots) = (t.clone(), Arc::clone(&told), Arc::clone(&roots));
        tokio::spawn(async move {
            let changed = || told.0.iter().all(|n| n.load(Ordering::SeqCst) > CHANGES);
            let mut reads = 0;
            while reads < READS / READERS as u64 || !changed() {
                reads += 1;
                // Each several times in a row, so that it is found in the cache.
                let (query, place) = &roots[usize::try_from(reads / 4).unwrap() % roots.len()];
                let least = told.0.each_ref().map(|n| n.load(Ordering::SeqCst));
                let text = TestApp::text(t.send(t.post(json!({ "query": query }).to_string())).await).await;
                let seen = shown(serde_json::from_str::<Value>(&text).unwrap()["data"].pointer(place).expect(&text));
                assert!(
                    seen.iter().zip(least).all(|(seen, least)| *seen >= least),
                    "{least:?} was told, {seen:?} is shown by {query}"
                );
            }
        })
    });
    for reader in readers.collect::<Vec<_>>() {
        reader.await.unwrap();
    }
    over.store(true, Ordering::SeqCst);
    writer.await.unwrap();
}

async fn an_answer_that_is_kept_costs_one_small_statement(t: &TestApp) {
    t.shop().await;
    let variables = json!({ "stack": "shop" });
    let (cost, first) = t.cost(EVERYTHING, variables.clone()).await;
    assert_eq!(cost, 1);
    // From here on only the tables of the stack and its versions may be read: another table is dropped.
    t.break_table("instance_labels").await;
    let (cost, again) = t.cost(EVERYTHING, variables.clone()).await;
    assert_eq!((cost, &again), (1, &first));
    // A change of another stack makes no difference, one of this stack does.
    t.stack("blog").await;
    assert_eq!(t.cost(EVERYTHING, variables.clone()).await.1, first);
    t.done("updateStack", json!({ "stack": { "name": "shop" }, "description": "new" }), "").await;
    let answer = t.graphql(EVERYTHING, variables).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL", "{answer}");
}

async fn what_is_computed_is_kept_until_anything_changes(t: &TestApp) {
    t.shop().await;
    t.stack("blog").await;
    let port = |port: u16| json!({ "ports": [{ "hostPort": port, "containerPort": 80 }] });
    let create = async |stack: &str, port_number: u16| {
        let place = json!({ "stack": { "name": stack }, "template": { "name": "postgres" }, "name": "web" });
        let mut input = place.clone();
        input["overrides"] = port(port_number);
        t.done("createInstance", input, "").await;
    };
    create("shop", 8080).await;
    create("blog", 8081).await;
    let queries = [
        "{ stack(name: \"shop\") { conflicts { value holderCount } } }",
        "{ stack(name: \"shop\") { instances(first: 9) { nodes { name conflicts { value } } } } }",
        "{ instance(stack: \"shop\", name: \"web\") { name conflicts { value holder { description } } } }",
        "{ stacks(first: 5) { nodes { name conflicts { value holders { name stack { name } } } } } }",
        "{ stack(name: \"shop\") { compose { text } conflicts { value } } }",
        "{ free: suggestHostPort(near: 8082) stack(name: \"shop\") { name } }",
    ];
    let blog = TestApp::by_name("blog", "web");
    // Each change is of another stack, and changes every one of these responses.
    let mut before: Vec<Value> = vec![Value::Null; queries.len()];
    for (number, taken) in [8080, 8082].into_iter().enumerate() {
        t.done(
            "setInstanceOverrides",
            json!({ "instance": TestApp::by_name("blog", "web"), "overrides": port(taken) }),
            "",
        )
        .await;
        for (query, before) in queries.iter().zip(&mut before) {
            let (_, first) = t.cost(query, json!({})).await;
            let (cost, again) = t.cost(query, json!({})).await;
            assert_eq!((cost, &again), (1, &first), "{query}");
            let does_conflict = first.to_string().contains("8080/tcp");
            if query.contains("conflicts") {
                assert_eq!(does_conflict, number == 0, "{query}: {first}");
            }
            assert_ne!(&first, before, "{query}");
            *before = first;
        }
    }
    // The rendering depends on its own stack and the templates only.
    let rendering = "{ stack(name: \"shop\") { compose { hash } } }";
    let (_, first) = t.cost(rendering, json!({})).await;
    t.done("updateInstance", json!({ "instance": blog, "description": "new" }), "").await;
    assert_eq!(t.cost(rendering, json!({})).await, (1, first.clone()));
    t.done("updateInstance", json!({ "instance": TestApp::by_name("shop", "web"), "enabled": false }), "").await;
    assert_ne!(t.cost(rendering, json!({})).await.1, first);
}

async fn what_one_key_may_see_reaches_no_other(t: &TestApp) {
    t.shop().await;
    t.stack("blog").await;
    let mut keys = Vec::new();
    for (name, stacks) in [("shops", json!(["shop"])), ("blogs", json!(["blog"])), ("all", json!(null))] {
        let stacks =
            stacks.as_array().map(|names| names.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>());
        let input = json!({ "name": name, "role": "READER", "stacks": stacks });
        keys.push(t.done("createApiKey", input, "token").await["token"].as_str().unwrap().to_owned());
    }
    let behind = t.behind(AuthMode::Keys, None);
    for _ in 0..2 {
        for (key, seen) in keys.iter().zip([[true, false], [false, true], [true, true]]) {
            for (stack, seen) in ["shop", "blog"].into_iter().zip(seen) {
                let data = behind.showing(Some(key)).data(EVERYTHING, json!({ "stack": stack })).await;
                assert_eq!(data["stack"].is_object(), seen, "{stack}");
            }
        }
    }
}

async fn who_has_the_answer_to_a_get_gets_304(t: &TestApp) {
    t.shop().await;
    let get = async |query: &str, tag: Option<&str>| {
        let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("query", query).finish();
        let mut request = Request::get(format!("/graphql?{query}"));
        if let Some(tag) = tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let answer = t.send(request.body(Body::empty()).unwrap()).await;
        let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (status, tag, keep, media_type) =
            (answer.status(), header(ETAG), header(CACHE_CONTROL).unwrap(), header(CONTENT_TYPE));
        (status, tag, keep, media_type, TestApp::text(answer).await)
    };
    // Responses of read plans, and of the executor, which may contain revealed secrets, also below other fields.
    for (query, keep) in [
        ("{ stack(name: \"shop\") { description } }", "private, no-cache"),
        ("{ stacks { nodes { description } } }", "private, no-cache"),
        (
            "{ stack(name: \"shop\") { description conflictCount conflicts { instance { stack { compose { hash } } } } } }",
            "private, no-cache",
        ),
        ("{ stack(name: \"shop\") { description compose(revealSecrets: false) { hash } } }", "no-store"),
        (
            "{ stack(name: \"shop\") { description conflicts { instance { stack { compose(revealSecrets: true) { hash } } } } } }",
            "no-store",
        ),
        (
            "{ stack(name: \"shop\") { description conflicts { instance { stack { ...F } } } } } fragment F on Stack { compose(revealSecrets: true) { hash } }",
            "no-store",
        ),
    ] {
        let (status, tag, kept, _, first) = get(query, None).await;
        assert_eq!((status, kept.as_str()), (StatusCode::OK, keep), "{query}");
        let tag = tag.unwrap();
        let (status, again, kept, media_type, nothing) = get(query, Some(&tag)).await;
        assert_eq!((status, again.as_ref(), kept.as_str()), (StatusCode::NOT_MODIFIED, Some(&tag), keep));
        assert_eq!((media_type, nothing.as_str()), (None, ""));
        t.done("updateStack", json!({ "stack": { "name": "shop" }, "description": query }), "").await;
        let (status, changed, .., second) = get(query, Some(&tag)).await;
        assert_eq!(status, StatusCode::OK);
        assert!(changed.unwrap() != tag && second != first);
    }
    // An answer with errors has none.
    let (status, tag, keep, ..) =
        get("{ stack(name: \"shop\") { instances(first: 0) { totalCount } } }", Some("*")).await;
    assert_eq!((status, tag, keep.as_str()), (StatusCode::OK, None, "no-store"));
}
