//! How long questions to the ledger take among 10,000 instances. It judges nothing: machines differ. Run it with
//! `.ci/test --release --run-ignored only -E 'test(scale)' --no-capture`.

use std::time::{Duration, Instant};

use devarch::{
    db::{
        entities::{instance, stack},
        stacks::{self, Hold},
        templates,
    },
    ids::{InstanceId, TemplateId},
    kinds::{Domain, OfInstance, Port, Protocol, Stored},
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryOrder, QuerySelect, prelude::DateTimeUtc};
use serde_json::{Value, json};

use crate::support::{Engine, TestApp, run};

macro_rules! measured {
    ($( $name:ident ),+ $(,)?) => { $(
        mod $name {
            use super::*;
            #[test]
            #[ignore = "measures, and judges nothing"]
            fn sqlite() {
                run(Engine::Sqlite, super::$name);
            }
            #[test]
            #[ignore = "measures, and judges nothing"]
            fn postgres() {
                run(Engine::Postgres, super::$name);
            }
        }
    )+ };
}
measured!(most_claim_ports_of_their_own, all_claim_what_their_template_claims);

const STACKS: i64 = 100;
const INSTANCES: i64 = 100;

/// A hundred stacks with a hundred instances each of one template, past the API.
async fn fill(t: &TestApp, template: Value) -> Vec<InstanceId> {
    t.done("createTemplate", template, "").await;
    let template = templates::find_by_name(t.db.reader(), "app").await.unwrap().unwrap().id;
    for n in 0..STACKS {
        let name = format!("s{n}");
        t.stack(&name).await;
        let stack = stacks::find_by_name(t.db.reader(), &name, Hold::No).await.unwrap().unwrap();
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

/// The fastest and the slowest of ten answers, after a first one, and the number of statements.
#[expect(clippy::print_stderr, reason = "what is measured is all there is to see")]
async fn measure(t: &TestApp, what: &str, query: &str) {
    let before = t.db.statements();
    let started = Instant::now();
    let data = t.data(query, json!({})).await;
    let (first, statements) = (started.elapsed(), t.db.statements() - before);
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..10 {
        let started = Instant::now();
        t.data(query, json!({})).await;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    let count = data.to_string().matches("holderCount").count();
    eprintln!(
        "{:?} {what}: first {first:.1?}, then {:.1?} to {:.1?} (median {:.1?}); {statements} statements, {count} conflicts",
        t.engine, times[0], times[9], times[5]
    );
}

async fn measure_all(t: &TestApp) {
    t.db.writer().execute_unprepared("ANALYZE").await.unwrap();
    let selection = "conflicts { kind value message holderCount instance { name } holder { name } holders { name } }";
    for instance in ["i0", "i1"] {
        let query = format!("{{ instance(stack: \"s50\", name: \"{instance}\") {{ {selection} }} }}");
        measure(t, &format!("Instance.conflicts of {instance}"), &query).await;
    }
    let query = format!("{{ stack(name: \"s50\") {{ {selection} }} }}");
    measure(t, "Stack.conflicts", &query).await;
    let query = format!("{{ stack(name: \"s50\") {{ instances(first: 100) {{ nodes {{ {selection} }} }} }} }}");
    measure(t, "Instance.conflicts of a list of 100", &query).await;
    for near in [8080, 10_000, 19_999, 40_000] {
        measure(t, &format!("suggestHostPort near {near}"), &format!("{{ suggestHostPort(near: {near}) }}")).await;
    }
}

/// The template publishes 8080, and 9,900 of 10,000 instances publish a port of their own instead.
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
    measure_all(t).await;
}

/// All 10,000 instances inherit a host port, a domain, and paths of the host, one of them inside their stack.
async fn all_claim_what_their_template_claims(t: &TestApp) {
    let template = json!({
        "name": "app", "imageName": "app", "ports": [{ "hostPort": 8080, "containerPort": 80 }],
        "domains": [{ "domain": "app.localhost" }],
        "volumes": [{ "source": "/srv/data", "target": "/a" }, { "source": "./data", "target": "/b" }],
    });
    fill(t, template).await;
    measure_all(t).await;
}
