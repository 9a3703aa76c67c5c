//! Conflicts among many instances: the results are exact and stay small, and the number of statements is
//! the same as for a few. Times are printed, but not checked, because machines differ.

use std::time::{Duration, Instant};

use devarch::{
    db::{
        entities::{instance, stack},
        queries::{
            stacks::{self, RowLock},
            templates,
        },
    },
    ids::{InstanceId, TemplateId},
    kinds::{Domain, OfInstance, Port, Protocol, Stored},
};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryOrder, QuerySelect, prelude::DateTimeUtc};
use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(most_claim_ports_of_their_own, all_claim_what_their_template_claims);

/// For measurements, use 100 stacks and run `.ci/test --release -E 'test(scale)' --no-capture`.
const STACKS: i64 = 10;
const INSTANCES: i64 = 100;
const ALL: i64 = STACKS * INSTANCES;

/// Stacks with a hundred instances each of one template, past the API.
async fn fill(t: &TestApp, template: Value) -> Vec<InstanceId> {
    t.done("createTemplate", template, "").await;
    let template = templates::find_by_name(&t.db.unscoped(), "app").await.unwrap().unwrap().id;
    for n in 0..STACKS {
        let name = format!("s{n}");
        t.stack(&name).await;
        let stack = stacks::find_by_name(&t.db.unscoped(), &name, RowLock::None).await.unwrap().unwrap();
        instances(t, &stack, template, n).await;
    }
    let ids = instance::Entity::find().select_only().column(instance::Column::Id).order_by_asc(instance::Column::Id);
    ids.into_tuple().all(t.db.writer()).await.unwrap()
}

async fn instances(t: &TestApp, stack: &stack::Model, template: TemplateId, n: i64) {
    let at = |i: i64| DateTimeUtc::from_timestamp_micros(1_767_225_600_000_000 + n * INSTANCES + i).unwrap();
    let rows = (0..INSTANCES).map(|i| instance::ActiveModel {
        stack_id: Set(stack.id),
        instance_id: Set(format!("i{i}")),
        template_service_id: Set(template),
        container_name: Set(format!("devarch-{}-i{i}", stack.name)),
        created_at: Set(at(i)),
        updated_at: Set(at(i)),
        ..Default::default()
    });
    instance::Entity::insert_many(rows).exec_without_returning(t.db.writer()).await.unwrap();
}

async fn add<K: Stored<OfInstance>>(t: &TestApp, entries: Vec<(InstanceId, K)>) {
    for part in entries.chunks(1000) {
        let rows = part.iter().map(|(owner, entry)| entry.clone().into_row(*owner));
        K::Entity::insert_many(rows).exec_without_returning(t.db.writer()).await.unwrap();
    }
}

/// The answer and the number of statements; how long it took, first and then at best, is printed.
#[expect(clippy::print_stderr, reason = "figures for who wants them")]
async fn ask(t: &TestApp, query: &str) -> (Value, u64) {
    let before = t.db.statements();
    let started = Instant::now();
    let data = t.data(query, json!({})).await;
    let (first, statements) = (started.elapsed(), t.db.statements() - before);
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let started = Instant::now();
        t.data(query, json!({})).await;
        best = best.min(started.elapsed());
    }
    eprintln!("{:?} {query}: first {first:.1?}, at best {best:.1?}; {statements} statements", t.engine);
    (data, statements)
}

const SELECTION: &str =
    "conflicts { kind value message holderCount instance { name } holder { name } holders { name } }";

/// The conflicts of an instance of the stack `s5`: values and numbers of holders.
async fn of_instance(t: &TestApp, name: &str) -> (Vec<(String, i64)>, u64) {
    let (data, statements) =
        ask(t, &format!("{{ instance(stack: \"s5\", name: \"{name}\") {{ {SELECTION} }} }}")).await;
    let found = data["instance"]["conflicts"].as_array().unwrap();
    let each = found.iter().map(|conflict| {
        let count = conflict["holderCount"].as_i64().unwrap();
        assert_eq!(conflict["holders"].as_array().unwrap().len() as i64, count.min(10));
        (conflict["value"].as_str().unwrap().to_owned(), count)
    });
    (each.collect(), statements)
}

/// The numbers of conflicts and of statements of the stack `s5`, and of the list of its instances.
async fn of_stack(t: &TestApp) -> [(usize, u64); 2] {
    let (stack, of_stack) = ask(t, &format!("{{ stack(name: \"s5\") {{ {SELECTION} }} }}")).await;
    let list = format!("{{ stack(name: \"s5\") {{ instances(first: 100) {{ nodes {{ {SELECTION} }} }} }} }}");
    let (list, of_list) = ask(t, &list).await;
    let nodes = list["stack"]["instances"]["nodes"].as_array().unwrap();
    let all = nodes.iter().map(|node| node["conflicts"].as_array().unwrap().len()).sum();
    [(stack["stack"]["conflicts"].as_array().unwrap().len(), of_stack), (all, of_list)]
}

async fn suggested(t: &TestApp, near: i32) -> Value {
    ask(t, &format!("{{ suggestHostPort(near: {near}) }}")).await.0["suggestHostPort"].take()
}

/// The template publishes 8080, and 99 of 100 instances publish a port of their own instead.
async fn most_claim_ports_of_their_own(t: &TestApp) {
    let ids =
        fill(t, json!({ "name": "app", "imageName": "app", "ports": [{ "hostPort": 8080, "containerPort": 80 }] }))
            .await;
    let mut ports = Vec::new();
    let mut domains = Vec::new();
    for (n, id) in ids.into_iter().enumerate() {
        let domain = format!("i{n}.localhost");
        domains.push((id, Domain { domain, proxy_port: None }));
        if n % 100 > 0 {
            let host_port = Some(10_000 + i32::try_from(n).unwrap()).into();
            let host_ip = "0.0.0.0".to_owned();
            ports.push((id, Port { host_ip, host_port, container_port: 80, protocol: Protocol::Tcp }));
        }
    }
    add(t, ports).await;
    add(t, domains).await;
    t.count_again().await;
    assert_eq!(of_instance(t, "i0").await.0, [("0.0.0.0:8080/tcp".to_owned(), STACKS - 1)]);
    assert_eq!(of_instance(t, "i1").await.0, []);
    let [(stack, _), (list, _)] = of_stack(t).await;
    assert_eq!((stack, list), (1, 1));
    for (near, free) in [(8080, 8081), (10_000, 10_000), (10_001, 10_100), (10_950, 11_000), (40_000, 40_000)] {
        assert_eq!(suggested(t, near).await, free, "near {near}");
    }
}

/// All instances inherit a host port, a domain, and paths of the host, one of them inside their stack.
async fn all_claim_what_their_template_claims(t: &TestApp) {
    let template = json!({
        "name": "app", "imageName": "app", "ports": [{ "hostPort": 8080, "containerPort": 80 }],
        "domains": [{ "domain": "app.localhost" }],
        "volumes": [{ "source": "/srv/data", "target": "/a" }, { "source": "./data", "target": "/b" }],
    });
    fill(t, template).await;
    let all_others = |value: &str| (value.to_owned(), ALL - 1);
    let (conflicts, one) = of_instance(t, "i7").await;
    // Instances of one stack may share files.
    let in_other_stacks = ("/srv/data".to_owned(), (ALL - INSTANCES).min(1000));
    let expected = [all_others("0.0.0.0:8080/tcp"), all_others("app.localhost"), in_other_stacks];
    assert_eq!(conflicts, expected);
    let [(stack, of_stack), (list, of_list)] = of_stack(t).await;
    assert_eq!((stack, list), (300, 300));
    assert!(of_stack <= one && of_list <= one + 1, "{one} statements for one, {of_stack} and {of_list} for a hundred");
    assert_eq!(suggested(t, 8080).await, 8081);
}
