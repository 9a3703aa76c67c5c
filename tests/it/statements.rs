//! The number of SQL statements of a query depends only on its shape, not on the number of rows.

use devarch::{
    db::{
        entities::instance,
        queries::{
            stacks::{self, RowLock},
            templates,
        },
    },
    ids::{GlobalId, InstanceId, StackId, TemplateId},
    kinds::{
        Argv, ConfigFile, Domain, EnvVar, Healthcheck, HostPort, Label, OfInstance, Port, Protocol, Stamp, Stored,
        Volume, VolumeType,
    },
    limits::Limits,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    prelude::{DateTimeUtc, Expr},
};
use serde_json::{Value, json};

use crate::support::{COLLECTIONS, MORE_COLLECTIONS, TestApp, both, samples};

both!(
    a_list_with_everything_costs_the_same_for_1_10_and_1000_instances,
    a_hundred_nodes_cost_the_same_as_one,
    many_stacks_with_instances_and_ports_cost_the_same_as_one,
    many_templates_with_instances_and_ports_cost_the_same_as_one,
    a_list_without_collections_loads_none,
    what_would_run_costs_the_same_for_1_10_and_100_instances,
);

/// Inserts `n` instances into a stack with SQL, each with an override of every kind.
pub(crate) async fn fill(t: &TestApp, stack: &str, n: i64) -> Vec<InstanceId> {
    t.writes_by_hand();
    let stack_id = stacks::find_by_name(&t.db.unscoped(), stack, RowLock::None).await.unwrap().unwrap().id;
    let template = templates::find_by_name(&t.db.unscoped(), "postgres").await.unwrap().unwrap().id;
    let now = DateTimeUtc::from_timestamp_micros(1_767_225_600_000_000).unwrap();
    let rows = (0..n).map(|i| instance::ActiveModel {
        stack_id: Set(stack_id),
        instance_id: Set(format!("i{i}")),
        template_service_id: Set(template),
        container_name: Set(format!("devarch-{stack}-i{i}")),
        created_at: Set(now),
        updated_at: Set(now),
        // As many as follow.
        override_count: Set(7),
        ..Default::default()
    });
    instance::Entity::insert_many(rows).exec_without_returning(t.db.writer()).await.unwrap();
    let ids = ids(t, stack_id).await;
    add(
        t,
        &ids,
        Port { host_ip: "0.0.0.0".into(), host_port: HostPort::default(), container_port: 80, protocol: Protocol::Tcp },
    )
    .await;
    add(
        t,
        &ids,
        Volume {
            volume_type: VolumeType::Volume,
            source: "data".into(),
            target: "/data".into(),
            read_only: false,
            is_external: false,
            scope: devarch::kinds::VolumeScope::Instance,
            options: None,
            definition: None,
        },
    )
    .await;
    add(t, &ids, EnvVar { key: "A".into(), value: None.into(), is_secret: false, generate: None }).await;
    add(t, &ids, Label { key: "a".into(), value: String::new() }).await;
    add(t, &ids, Domain { domain: "a.localhost".into(), proxy_port: None }).await;
    add(
        t,
        &ids,
        Healthcheck {
            test: Argv(vec!["NONE".into()]),
            interval_seconds: 1,
            timeout_seconds: 1,
            retries: 1,
            start_period_seconds: 1,
            start_interval_seconds: None,
        },
    )
    .await;
    add(
        t,
        &ids,
        ConfigFile {
            file_path: "/f".into(),
            content: String::new(),
            file_mode: "0644".into(),
            is_template: false,
            created_at: Stamp(now),
            updated_at: Stamp(now),
        },
    )
    .await;
    ids
}

async fn ids(t: &TestApp, stack: StackId) -> Vec<InstanceId> {
    let select = instance::Entity::find().filter(instance::Column::StackId.eq(stack));
    let select = select.order_by_asc(instance::Column::Id).select_only().column(instance::Column::Id);
    select.into_tuple().all(t.db.writer()).await.unwrap()
}

async fn add<K: Stored<OfInstance>>(t: &TestApp, owners: &[InstanceId], entry: K) {
    let rows = owners.iter().map(|owner| entry.clone().into_row(*owner));
    K::Entity::insert_many(rows).exec_without_returning(t.db.writer()).await.unwrap();
}

/// The statements of a query that the executor answers, and its data.
async fn cost(t: &TestApp, query: &str, variables: Value) -> (u64, Value) {
    t.cost_by_executor(query, variables).await
}

fn everything() -> String {
    format!(
        "name overrideCount {COLLECTIONS} stack {{ name }} template {{ name }}
         deletePreview {{ instanceName templateName overrideCount containerName }}"
    )
}

async fn a_list_with_everything_costs_the_same_for_1_10_and_1000_instances(t: &TestApp) {
    t.template("postgres").await;
    let query = format!(
        "query ($stack: String!) {{ stack(name: $stack) {{ instances(first: 100) {{ totalCount nodes {{ {} }} }} }} }}",
        everything()
    );
    for (stack, n) in [("one", 1), ("ten", 10), ("thousand", 1000)] {
        t.stack(stack).await;
        fill(t, stack, n).await;
        let (statements, data) = cost(t, &query, json!({ "stack": stack })).await;
        let list = &data["stack"]["instances"];
        let nodes = list["nodes"].as_array().unwrap();
        assert_eq!((nodes.len() as i64, &list["totalCount"]), (n.min(100), &json!(n)));
        for node in nodes {
            assert_eq!(node["deletePreview"]["overrideCount"], 7);
            assert_eq!(node["overrideCount"], 7);
            assert_eq!(node["stack"]["name"], stack);
            assert_eq!(node["deletePreview"]["templateName"], "postgres");
            assert_eq!(node["configFiles"][0]["filePath"], "/f");
        }
        // The stack, the page, the total; seven collections, the template, the stack again.
        assert_eq!(statements, 12, "{n} instances");
    }
    let without_total = query.replace("totalCount nodes", "nodes");
    assert_eq!(cost(t, &without_total, json!({ "stack": "thousand" })).await.0, 11);
}

async fn a_hundred_nodes_cost_the_same_as_one(t: &TestApp) {
    t.template("postgres").await;
    t.stack("shop").await;
    let ids = fill(t, "shop", 100).await;
    let query = format!("query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Instance {{ {} }} }} }}", everything());
    for n in [1, 10, 100] {
        let wanted: Vec<String> = ids[..n].iter().rev().map(|id| id.encode()).collect();
        let (statements, data) = cost(t, &query, json!({ "ids": wanted })).await;
        let nodes = data["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), n);
        assert_eq!(nodes[0]["name"], format!("i{}", n - 1));
        assert_eq!(nodes[n - 1]["name"], "i0");
        // The instances; seven collections, the template, the stack.
        assert_eq!(statements, 10, "{n} nodes");
    }
}

async fn many_stacks_with_instances_and_ports_cost_the_same_as_one(t: &TestApp) {
    t.template("postgres").await;
    let query = "query ($n: Int) { stacks(first: $n) { nodes { name instances { nodes { name ports { containerPort } } \
                 } } } }";
    for n in 0..20 {
        let stack = format!("s{n:02}");
        t.stack(&stack).await;
        fill(t, &stack, 1 + n % 3).await;
    }
    for n in [1, 2, 20] {
        let (statements, data) = cost(t, query, json!({ "n": n })).await;
        let stacks = data["stacks"]["nodes"].as_array().unwrap();
        assert_eq!(stacks.len(), n);
        for (n, stack) in stacks.iter().enumerate() {
            assert_eq!(stack["instances"]["nodes"].as_array().unwrap().len(), 1 + n % 3);
            assert_eq!(stack["instances"]["nodes"][0]["ports"], json!([{ "containerPort": 80 }]));
        }
        // The stacks, their pages, the ports.
        assert_eq!(statements, 3, "{n} stacks");
    }
    let counted = query.replace("{ nodes { name ports", "{ totalCount nodes { name ports");
    assert_eq!(cost(t, &counted, json!({ "n": 20 })).await.0, 4);
}

async fn many_templates_with_instances_and_ports_cost_the_same_as_one(t: &TestApp) {
    t.template("postgres").await;
    t.stack("shop").await;
    let ids = fill(t, "shop", 160).await;
    for (n, pair) in ids.chunks(2).enumerate() {
        let input = json!({ "name": format!("a{n:02}"), "imageName": "nginx" });
        let made = t.done("createTemplate", input, "template { id }").await;
        let template = TemplateId::decode(made["template"]["id"].as_str().unwrap()).unwrap();
        instance::Entity::update_many()
            .col_expr(instance::Column::TemplateServiceId, Expr::value(template))
            .filter(instance::Column::Id.is_in(pair.iter().copied()))
            .exec(t.db.writer())
            .await
            .unwrap();
    }
    let query = "query ($n: Int) { templates(first: $n) { nodes { name instances { totalCount nodes { name ports { \
                 containerPort } } } } } }";
    for n in [1, 2, 80] {
        let (statements, data) = cost(t, query, json!({ "n": n })).await;
        let templates = data["templates"]["nodes"].as_array().unwrap();
        assert_eq!(templates.len(), n);
        for (n, template) in templates.iter().enumerate() {
            let node = |i: usize| json!({ "name": format!("i{i}"), "ports": [{ "containerPort": 80 }] });
            let list = json!({ "totalCount": 2, "nodes": [node(2 * n), node(2 * n + 1)] });
            assert_eq!(template["instances"], list, "{}", template["name"]);
        }
        // The templates, their pages, the totals, the ports.
        assert_eq!(statements, 4, "{n} templates");
    }
    let uncounted = query.replace("totalCount ", "");
    assert_eq!(cost(t, &uncounted, json!({ "n": 80 })).await.0, 3);
}

async fn a_list_without_collections_loads_none(t: &TestApp) {
    t.template("postgres").await;
    t.stack("shop").await;
    fill(t, "shop", 10).await;
    let list = "{ stack(name: \"shop\") { instances { nodes { id name enabled containerName revision createdAt } } } }";
    assert_eq!(cost(t, list, json!({})).await.0, 2);
    let one = "{ instance(stack: \"shop\", name: \"i1\") { name overrideCount deletePreview { overrideCount } } }";
    // The stack, the instance, the template.
    assert_eq!(cost(t, one, json!({})).await.0, 3);
    assert_eq!(cost(t, "{ __typename }", json!({})).await.0, 0);
}

async fn what_would_run_costs_the_same_for_1_10_and_100_instances(t: &TestApp) {
    // Everything of a hundred instances could be more than a request may ask for.
    let t = &t.with_limits(Limits { max_cost: u64::MAX, ..Limits::default() });
    t.template("postgres").await;
    let (entries, effective): (String, String) = samples("")
        .iter()
        .filter(|sample| sample.step != "setting")
        .map(|sample| (sample.any(), sample.shown()))
        .unzip();
    let settings = "imageName imageTag command entrypoint user workingDir restartPolicy";
    let each = settings.split(' ').map(|field| format!("{field} {{ value origin shadows }} ")).collect::<String>();
    // The target of a dependency is selected in one place only: elsewhere it is known sooner or later, which would take
    // two statements at times.
    let leads = "instance { name }";
    let (entries, own) = (entries.replace(leads, ""), MORE_COLLECTIONS.replace(leads, ""));
    let query = format!(
        "query ($stack: String!) {{ stack(name: $stack) {{ instances(first: 100) {{ nodes {{
            overrideCount overrideRules {{ kind action key }} {COLLECTIONS} {own}
            overrideStats {{ total removed redundant dead byKind {{ kind total removed redundant dead replaced }} }}
            overrideDiff {{ kind key change from {{ {entries} }} to {{ {entries} }} }}
            effectiveConfig {{ {settings} {effective} settings {{ {each} }} removed {{ kind key by entry {{ {entries} }} }} }}
        }} }} }} }}"
    );
    for (stack, n) in [("one", 1), ("ten", 10), ("hundred", 100)] {
        t.stack(stack).await;
        fill(t, stack, n).await;
        let of = format!("service_instances WHERE stack_id = (SELECT id FROM stacks WHERE name = '{stack}')");
        for (table, columns, values) in [
            ("instance_override_rules", "kind, key, action", "'env_vars', 'POSTGRES_USER', 'REMOVE'"),
            ("instance_override_rules", "kind, key, action", "'domains', NULL, 'REPLACE'"),
            ("instance_settings", "field, value", "'imageTag', '18'"),
            ("instance_resource_limits", "cpu, memory", "'1', NULL"),
            // On the first of the stack; the first itself would wait for itself, which costs no less.
            ("instance_dependencies", "depends_on", &format!("(SELECT MIN(id) FROM {of})")),
        ] {
            t.sql(&format!("INSERT INTO {table} (instance_id, {columns}) SELECT id, {values} FROM {of}")).await;
        }
        t.count_again().await;
        let (statements, data) = cost(t, &query, json!({ "stack": stack })).await;
        let nodes = data["stack"]["instances"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len() as i64, n);
        for node in nodes {
            assert_eq!((&node["overrideCount"], &node["overrideStats"]["total"]), (&json!(10), &json!(10)));
            assert_eq!(node["overrideRules"].as_array().unwrap().len(), 2);
            let config = &node["effectiveConfig"];
            assert_eq!((&config["imageTag"], &config["imageName"]), (&json!("18"), &json!("postgres")));
            assert_eq!(config["removed"].as_array().unwrap().len(), 2);
            assert_eq!(config["dependencies"][0]["instance"]["name"], "i0");
            assert_eq!(config["labels"].as_array().unwrap().len(), 7);
        }
        // The stack and the page; twelve kinds of the instances and their rules; ten kinds and the settings of the
        // template; the variables of the stack; the names of template and stack; the instances that are depended on.
        assert_eq!(statements, 30, "{n} instances");
    }
}
