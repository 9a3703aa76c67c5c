//! Query plans of the most frequent statements: which indexes they use, and that none scans a whole table.

use std::collections::BTreeSet;

use devarch::{
    access::Scope,
    db::{
        queries::{
            instances::{ByAge, InstanceFilter},
            page::Slice,
            stacks::StackFilter,
            templates::TemplateFilter,
        },
        read_model::{Covers, Entity, NodeArgument, NodeId, Source, Tree},
    },
    fields::{INSTANCE, STACK, TEMPLATE},
    ids::{InstanceId, StackId},
    kinds::plain::PLAIN_KINDS,
};
use sea_orm::{ConnectionTrait, Statement, TransactionTrait, prelude::DateTimeUtc};
use serde_json::Value;

use crate::support::{Engine, TestApp, both};

both!(the_hot_statements_use_their_indexes);

/// A table and the index it is read by: `service_instances ix_instances_stack_created`.
type DependencyGraph = BTreeSet<String>;

fn ways<const N: usize>(ways: [&str; N]) -> DependencyGraph {
    ways.into_iter().map(str::to_owned).collect()
}

/// The tables and indexes in a plan of PostgreSQL.
fn read(node: &Value, found: &mut DependencyGraph) {
    if let Some(table) = node["Relation Name"].as_str() {
        found.insert(format!("{table} {}", node["Index Name"].as_str().unwrap_or(node["Node Type"].as_str().unwrap())));
    } else if let Some(index) = node["Index Name"].as_str() {
        found.insert(format!("bitmap {index}"));
    }
    for below in node["Plans"].as_array().into_iter().flatten() {
        read(below, found);
    }
}

async fn plan(t: &TestApp, sql: &str, parameters: &str) -> DependencyGraph {
    let backend = t.db.writer().get_database_backend();
    let mut found = DependencyGraph::new();
    if t.engine == Engine::Sqlite {
        let rows = t.db.writer().query_all_raw(Statement::from_string(backend, format!("EXPLAIN QUERY PLAN {sql}")));
        for row in rows.await.unwrap() {
            let detail: String = row.try_get_by("detail").unwrap();
            // `SEARCH x USING INDEX name (column=?)`, or `SCAN i` of what the statement has put together itself.
            let words: Vec<&str> = detail.split(' ').collect();
            let place = words.iter().position(|word| *word == "USING");
            match (words[0], place) {
                ("SEARCH", Some(at)) => {
                    let way = words[at + 1..].iter().take_while(|word| !word.starts_with('(')).last().unwrap();
                    found.insert(format!("{} {way}", words[1]));
                }
                // `p` is a node of the tree, and `d` its distinct keys or the rows of its page.
                ("SCAN", None)
                    if !["i", "s", "t", "p", "d", "CONSTANT", "json_each"].contains(&words[1])
                        && !words[1].starts_with("size")
                        && !words[1].starts_with('(') =>
                {
                    found.insert(detail);
                }
                _ => {}
            }
        }
        return found;
    }
    // One connection; and the tables are small, so that reading one as a whole must be forbidden.
    let tx = t.db.writer().begin().await.unwrap();
    tx.execute_unprepared("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL plan_cache_mode = force_generic_plan")
        .await
        .unwrap();
    tx.execute_unprepared(&format!("PREPARE hot AS {sql}")).await.unwrap();
    let parameters = if parameters.is_empty() { String::new() } else { format!("({parameters})") };
    let rows = Statement::from_string(backend, format!("EXPLAIN (FORMAT JSON, COSTS OFF) EXECUTE hot{parameters}"));
    // `EXPLAIN` is sent as it is, not prepared.
    let row = tx.query_one_raw(rows).await.unwrap().unwrap();
    let plan: Value = row.try_get_by_index(0).unwrap();
    read(&plan[0]["Plan"], &mut found);
    tx.execute_unprepared("DEALLOCATE hot").await.unwrap();
    found
}

/// A stack by its name, and a node of its instances.
fn tree(instances: fn(&mut Tree, NodeId) -> NodeId) -> (Tree, NodeId) {
    let mut tree = Tree::new();
    let stack = tree.root(Entity::Stack, Source::Name);
    tree.cover(Covers::Stack(stack));
    tree.of_node(stack, STACK[1]);
    let instances = instances(&mut tree, stack);
    tree.of_node(instances, INSTANCE[1]);
    (tree, instances)
}

/// The instances with their templates, the entries of two kinds, and their total count.
fn projection(instances: fn(&mut Tree, NodeId) -> NodeId, kinds: bool, count: bool) -> Tree {
    let (mut tree, instances) = tree(instances);
    let template = tree.template_of(instances);
    tree.of_node(template, TEMPLATE[1]);
    if kinds {
        for kind in PLAIN_KINDS.iter().take(2) {
            tree.kind(instances, kind).unwrap();
        }
    }
    if count {
        tree.count(instances);
    }
    tree.placed().unwrap()
}

/// The layers of the effective configuration.
fn layers() -> Tree {
    let (mut tree, instances) = tree(Tree::members);
    let template = tree.template_of(instances);
    tree.of_node(template, TEMPLATE[1]);
    tree.kind(instances, &PLAIN_KINDS[0]).unwrap();
    tree.kind(template, &PLAIN_KINDS[0]).unwrap();
    tree.rules(instances);
    tree.placed().unwrap()
}

/// A page of all stacks or templates, each with a page of its instances.
fn nested(entity: Entity) -> Tree {
    let mut tree = Tree::new();
    let parents = tree.root(entity, Source::Live);
    let instances = tree.members(parents);
    tree.of_node(instances, INSTANCE[1]);
    tree.kind(instances, &PLAIN_KINDS[0]).unwrap();
    tree.placed().unwrap()
}

/// The instances with some ids, and those on which they depend.
fn by_ids() -> Tree {
    let mut tree = Tree::new();
    let instances = tree.root(Entity::Instance, Source::Ids);
    tree.of_node(instances, INSTANCE[1]);
    let stack = tree.stack_of(instances);
    tree.of_node(stack, STACK[1]);
    let others = tree.dependencies_of(instances);
    tree.of_node(others, INSTANCE[1]);
    tree.placed().unwrap()
}

async fn the_hot_statements_use_their_indexes(t: &TestApp) {
    for n in 0..20 {
        t.template(&format!("template-{n}")).await;
    }
    t.template("postgres").await;
    // Enough stacks that every planner sees that one is a small part.
    for stack in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"] {
        t.stack(stack).await;
        crate::statements::fill(t, stack, 50).await;
    }
    t.count_again().await;
    // Templates publish different ports. PostgreSQL 18 skips through an index whose first column has one value only.
    t.sql("UPDATE service_ports SET host_port = 5000 + id % 1000").await;
    // SQLite plans without statistics, as in production.
    if t.engine == Engine::Postgres {
        // Instances have several templates and come one after the other, for the same reason.
        let template = "(SELECT id FROM services ORDER BY id OFFSET service_instances.id % 20 LIMIT 1)";
        let later = "created_at + id * INTERVAL '1 second'";
        t.sql(&format!("UPDATE service_instances SET template_service_id = {template}, created_at = {later}")).await;
        // Without what the updates have left behind, which makes indexes larger.
        t.sql("VACUUM FULL").await;
        t.sql("ANALYZE").await;
    }
    let slice = |after| Slice { limit: 20, backwards: false, after, before: None };
    let cursor = ByAge { created_at: DateTimeUtc::from_timestamp_micros(0).unwrap(), id: InstanceId(1) };
    let page = |filter, after| NodeArgument::Instances(Some(filter), slice(after));
    let everything = InstanceFilter::default();
    let some = InstanceFilter { search: Some("i".to_owned()), enabled: Some(true) };
    let stack = || NodeArgument::Name("one".to_owned());
    let ask = async |tree: Tree, mut arguments: Vec<NodeArgument>, parameters: &str| {
        arguments.resize(tree.nodes().count(), NodeArgument::None);
        let sql = t.db.statement(&Scope::Everything, &tree, &arguments);
        let limited = t.db.statement(&Scope::Stacks([StackId(1)].into()), &tree, &arguments);
        let (all, limited) = (plan(t, &sql, parameters).await, plan(t, &limited, parameters).await);
        if t.engine == Engine::Postgres {
            // The instances of a template, and a list of stacks, may be found by the ids of the stacks instead.
            if matches!(arguments[0], NodeArgument::Name(_)) {
                assert_eq!(limited, all, "who may see one stack only");
            }
        } else {
            assert!(limited.iter().all(|way| !way.starts_with("SCAN")), "{limited:?}");
        }
        all
    };
    let list = |filter: &InstanceFilter, after| vec![stack(), page(filter.clone(), after)];
    let first = ask(projection(Tree::members, true, false), list(&everything, None), "'one'").await;
    let further = ask(projection(Tree::members, true, false), list(&everything, Some(cursor)), "'one', now(), 7").await;
    let search = ask(projection(Tree::members, false, true), list(&some, None), "'one', '%i%'").await;
    let name = vec![stack(), NodeArgument::Name("i7".to_owned())];
    let one = ask(projection(Tree::named, true, false), name, "'one', 'i7'").await;
    let effective = ask(layers(), list(&everything, None), "'one'").await;
    let names = Slice { limit: 20, backwards: false, after: None, before: None };
    let members = || page(everything.clone(), None);
    let stacks = vec![NodeArgument::Stacks(Some(StackFilter::default()), names.clone()), members()];
    let stacks = ask(nested(Entity::Stack), stacks, "").await;
    let templates = vec![NodeArgument::Templates(Some(TemplateFilter::default()), names), members()];
    let templates = ask(nested(Entity::Template), templates, "").await;
    let of_ids = ask(by_ids(), vec![NodeArgument::Ids(vec![1, 2])], "'{1,2}'").await;
    let names = match t.engine {
        Engine::Postgres => [
            "stacks uq_stacks_name_active",
            "changes changes_pkey",
            "services services_pkey",
            "instance_ports ix_instance_ports_owner",
            "instance_volumes ix_instance_volumes_owner",
            "service_ports ix_service_ports_owner",
            "instance_override_rules ix_instance_override_rules_owner",
            "service_instances ix_instances_stack_created",
            "service_instances uq_instances_stack_instance_active",
        ],
        Engine::Sqlite => [
            "e uq_stacks_name_active",
            "c sqlite_autoindex_changes_1",
            "t KEY",
            "x ix_instance_ports_owner",
            "x ix_instance_volumes_owner",
            "x ix_service_ports_owner",
            "x ix_instance_override_rules_owner",
            "e ix_instances_stack_created",
            "e uq_instances_stack_instance_active",
        ],
    };
    let [stack, changes, template, ports, volumes, inherited, rules, list, named] = names;
    assert_eq!(first, ways([stack, changes, list, template, ports, volumes]));
    assert_eq!(further, first);
    // The template is read on its own, because it has entries.
    let template_alone = if t.engine == Engine::Sqlite { "e KEY" } else { template };
    assert_eq!(effective, ways([stack, changes, list, template_alone, ports, inherited, rules]));
    assert_eq!(search, ways([stack, changes, list, template]));
    assert_eq!(one, ways([stack, changes, named, template, ports, volumes]));
    let [listed, cataloged, made_from, dependencies] = further_names(t.engine);
    let set = |parts: &[&[&str]]| parts.concat().into_iter().map(str::to_owned).collect::<BTreeSet<String>>();
    assert_eq!(stacks, set(&[&[changes, list, ports], &listed]));
    assert_eq!(templates, set(&[&[changes, ports], &cataloged, &made_from]));
    assert_eq!(of_ids, set(&[&[changes], &dependencies]));
}

/// The ways in which lists of stacks and of templates, the instances of a template, and dependencies are read.
fn further_names(engine: Engine) -> [Vec<&'static str>; 4] {
    match engine {
        Engine::Postgres => [
            vec!["stacks uq_stacks_name_active"],
            vec!["services services_name_key"],
            vec!["service_instances ix_instances_template_created"],
            vec![
                "instance_dependencies uq_instance_dependencies_depends_on",
                "service_instances service_instances_pkey",
                "stacks stacks_pkey",
            ],
        ],
        Engine::Sqlite => [
            vec!["m KEY"],
            vec!["m KEY"],
            vec!["e ix_instances_template_created"],
            vec!["x uq_instance_dependencies_depends_on", "e KEY", "s KEY"],
        ],
    }
}
