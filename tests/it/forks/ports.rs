//! The host ports of a fork.

use serde_json::{Value, json};

use super::{assert_that_no_port_is_shared, fork, fork_of, input, mapped, shop};
use crate::support::{TestApp, both, code};

both!(
    every_published_port_is_a_free_one_near_the_old_one,
    the_ports_of_disabled_and_trashed_stacks,
    ports_come_from_a_range,
    ports_come_as_one_block_that_other_forks_leave_alone,
    ports_are_kept_with_a_warning,
    ports_are_dropped,
    what_a_client_or_the_service_reserves_is_not_given,
    a_wrong_wish_is_a_user_error,
    the_number_of_statements_does_not_depend_on_the_size,
);

async fn every_published_port_is_a_free_one_near_the_old_one(t: &TestApp) {
    shop(t).await;
    let made = fork(t, json!({ "name": "lab" })).await;
    let expected = [
        "web 80/TCP 0.0.0.0: 80 > 8080",
        "web 443/TCP 0.0.0.0: 8443 > 8444",
        "web 443/UDP 0.0.0.0: 8443 > 8444",
        "api 5432/TCP 0.0.0.0: 15432 > 15433",
    ];
    assert_eq!(mapped(&made), expected);
    assert_eq!(made["portBlock"], Value::Null);
    let lines = "DEVARCH_STACK=lab\nWEB_80_TCP=8080\nWEB_443_TCP=8444\nWEB_443_UDP=8444\nAPI_5432_TCP=15433\n";
    assert_eq!(made["environment"], lines);
    let query = "{ instance(stack: \"lab\", name: \"web\") { overrideCount ports { hostPort containerPort protocol }
        effectiveConfig { ports { hostPort containerPort protocol origin } } } }";
    let web = t.data(query, json!({})).await["instance"].take();
    let port = |host: Value, container: i32, protocol: &str, origin: Option<&str>| {
        let mut port = json!({ "hostPort": host, "containerPort": container, "protocol": protocol });
        if let Some(origin) = origin {
            port["origin"] = json!(origin);
        }
        port
    };
    let own =
        [port(json!(8080), 80, "TCP", None), port(json!(8444), 443, "TCP", None), port(json!(8444), 443, "UDP", None)];
    assert_eq!(web["ports"], json!(own), "a port that the template brings becomes an override");
    let effective = [
        port(json!(8080), 80, "TCP", Some("INSTANCE")),
        port(json!(8444), 443, "TCP", Some("INSTANCE")),
        port(json!(8444), 443, "UDP", Some("INSTANCE")),
        port(json!(null), 9000, "TCP", Some("TEMPLATE")),
    ];
    assert_eq!(web["effectiveConfig"]["ports"], json!(effective), "one that is chosen at start stays so");
    assert_eq!(web["overrideCount"], 5, "three ports, two domains");
    assert_that_no_port_is_shared(t).await;
}

async fn the_ports_of_disabled_and_trashed_stacks(t: &TestApp) {
    shop(t).await;
    fork(t, json!({ "name": "off" })).await;
    t.done("updateStack", json!({ "stack": { "name": "off" }, "enabled": false }), "").await;
    let made = fork(t, json!({ "name": "two" })).await;
    assert_eq!(mapped(&made)[0], "web 80/TCP 0.0.0.0: 80 > 8081", "a disabled stack keeps its ports");
    t.done("softDeleteStack", json!({ "stack": { "name": "off" } }), "").await;
    let made = fork(t, json!({ "name": "three" })).await;
    assert_eq!(mapped(&made)[0], "web 80/TCP 0.0.0.0: 80 > 8080", "a trashed one gives them up");
}

async fn ports_come_from_a_range(t: &TestApp) {
    shop(t).await;
    let range = json!({ "name": "lab", "portRange": { "from": 20000, "to": 20004 } });
    let made = fork(t, range).await;
    let expected = [
        "web 80/TCP 0.0.0.0: 80 > 20000",
        "web 443/TCP 0.0.0.0: 8443 > 20001",
        "web 443/UDP 0.0.0.0: 8443 > 20001",
        "api 5432/TCP 0.0.0.0: 15432 > 20002",
    ];
    assert_eq!(mapped(&made), expected);
    let again = input("shop", json!({ "name": "lab-2", "portRange": { "from": 20000, "to": 20004 } }));
    assert_eq!(t.refused("forkStack", again.clone()).await, [code("NO_FREE_PORT", "input.portRange")]);
    t.done("softDeleteStack", json!({ "stack": { "name": "lab" } }), "").await;
    t.done("forkStack", again, "").await;
}

async fn ports_come_as_one_block_that_other_forks_leave_alone(t: &TestApp) {
    shop(t).await;
    let block = json!({ "name": "lab", "portBlock": 10, "portRange": { "from": 20000, "to": 20020 } });
    let made = fork(t, block).await;
    assert_eq!(made["portBlock"], json!({ "from": 20000, "to": 20009 }));
    assert_eq!(mapped(&made)[3], "api 5432/TCP 0.0.0.0: 15432 > 20002");
    let made = fork(t, json!({ "name": "two", "portRange": { "from": 20000, "to": 20020 } })).await;
    assert_eq!(mapped(&made)[0], "web 80/TCP 0.0.0.0: 80 > 20010", "all of the block is taken");
    let too_many = input("shop", json!({ "portBlock": 10, "portRange": { "from": 20000, "to": 20020 } }));
    assert_eq!(t.refused("forkStack", too_many).await, [code("NO_FREE_PORT", "input.portRange")]);
    let payload = t.mutate("forkStack", input("shop", json!({ "portBlock": 2 })), "").await;
    assert_eq!(TestApp::codes(&payload), [code("INVALID_VALUE", "input.portBlock")]);
    assert_eq!(payload["userErrors"][0]["suggestion"], "3");
    // A stack without ports can have a block too.
    t.stack("empty").await;
    let made = fork_of(t, "empty", json!({ "portBlock": 3 })).await;
    assert_eq!((&made["portBlock"], &made["portMap"]), (&json!({ "from": 10000, "to": 10002 }), &json!([])));
}

async fn ports_are_kept_with_a_warning(t: &TestApp) {
    shop(t).await;
    let made = fork(t, json!({ "name": "lab", "ports": "KEEP" })).await;
    assert_eq!(mapped(&made)[0], "web 80/TCP 0.0.0.0: 80 > 80");
    let shared = made["warnings"].as_array().unwrap().iter().filter(|it| it["code"] == "HOST_PORT_SHARED").count();
    assert_eq!(shared, 4);
    let query = "{ instance(stack: \"lab\", name: \"web\") { ports { hostPort } } }";
    assert_eq!(t.data(query, json!({})).await["instance"]["ports"], json!([]), "what is inherited stays so");
}

async fn ports_are_dropped(t: &TestApp) {
    shop(t).await;
    let made = fork(t, json!({ "name": "lab", "ports": "DROP" })).await;
    assert_eq!(mapped(&made)[0], "web 80/TCP 0.0.0.0: 80 > null");
    assert_eq!(made["environment"], "DEVARCH_STACK=lab\n");
    assert_eq!(super::published(t).await["lab"], []);
    let query = "{ instance(stack: \"lab\", name: \"web\") { effectiveConfig { ports { containerPort } } } }";
    let ports = t.data(query, json!({})).await["instance"]["effectiveConfig"]["ports"].take();
    assert_eq!(ports.as_array().unwrap().len(), 4, "the ports of the containers stay");
}

async fn what_a_client_or_the_service_reserves_is_not_given(t: &TestApp) {
    shop(t).await;
    let t = t.reserving(&[22..=22, 8080..=8089]);
    let made = fork(&t, json!({ "name": "lab", "avoidPorts": [8090, 15433] })).await;
    assert_eq!(mapped(&made)[0], "web 80/TCP 0.0.0.0: 80 > 8091");
    assert_eq!(mapped(&made)[3], "api 5432/TCP 0.0.0.0: 15432 > 15434");
    let suggested = t.data("{ suggestHostPort(near: 8080) }", json!({})).await;
    assert_eq!(suggested["suggestHostPort"], 8090, "nor is it suggested");
}

async fn a_wrong_wish_is_a_user_error(t: &TestApp) {
    shop(t).await;
    let wrong = json!({
        "name": "No name", "key": "", "portRange": { "from": 9, "to": 8 }, "portBlock": 0, "avoidPorts": [80, 0],
        "domainSuffix": "a.b", "expiresIn": "PT1S", "ports": "KEEP",
    });
    let expected = [
        code("INVALID_VALUE", "input.key"),
        code("INVALID_VALUE", "input.portRange"),
        code("INVALID_VALUE", "input.portBlock"),
        code("INVALID_VALUE", "input.portRange"),
        code("INVALID_VALUE", "input.portBlock"),
        code("INVALID_VALUE", "input.avoidPorts.1"),
        code("INVALID_VALUE", "input.domainSuffix"),
        code("INVALID_VALUE", "input.expiresIn"),
        code("NAME_INVALID", "input.name"),
    ];
    assert_eq!(t.refused("forkStack", input("shop", wrong)).await, expected);
    let expected = [code("NOT_FOUND", "input.stack.name")];
    assert_eq!(t.refused("forkStack", input("nowhere", json!({}))).await, expected);
    assert_eq!(
        t.refused("forkStack", input("shop", json!({ "name": "shop" }))).await,
        [code("NAME_TAKEN", "input.name")]
    );
    let long = "k".repeat(4097);
    assert_eq!(
        t.refused("forkStack", input("shop", json!({ "key": long }))).await,
        [code("LIMIT_EXCEEDED", "input.key")]
    );
}

#[expect(clippy::print_stderr, reason = "the time is shown with --no-capture")]
async fn the_number_of_statements_does_not_depend_on_the_size(t: &TestApp) {
    shop(t).await;
    let count = async |name: &str| {
        let started = std::time::Instant::now();
        let before = t.db.statements();
        fork(t, json!({ "name": name, "secrets": "GENERATE" })).await;
        eprintln!("the fork {name} took {:?}", started.elapsed());
        t.db.statements() - before
    };
    let few = count("few").await;
    for n in 0..97 {
        let input = json!({ "stack": { "name": "shop" }, "template": { "name": "web" }, "name": format!("i{n}") });
        t.done("createInstance", input, "").await;
    }
    assert_eq!(count("many").await, few);
    let started = std::time::Instant::now();
    fork(t, json!({ "name": "same" })).await;
    eprintln!("with the same secrets it took {:?}", started.elapsed());
    assert_that_no_port_is_shared(t).await;
}
