//! Query plans of the most frequent statements: which indexes they use, and that none scans a whole table.

use std::collections::BTreeSet;

use devarch::{
    access::Scope,
    db::{
        direct::{InstanceSelection, Projection, RowSet},
        queries::{
            instances::{ByAge, InstanceFilter},
            page::Slice,
        },
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
                ("SCAN", _) if !["i", "s"].contains(&words[1]) && !words[1].starts_with("size") => {
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
    let rows = Statement::from_string(backend, format!("EXPLAIN (FORMAT JSON, COSTS OFF) EXECUTE hot({parameters})"));
    // `EXPLAIN` is sent as it is, not prepared.
    let row = tx.query_one_raw(rows).await.unwrap().unwrap();
    let plan: Value = row.try_get_by_index(0).unwrap();
    read(&plan[0]["Plan"], &mut found);
    tx.execute_unprepared("DEALLOCATE hot").await.unwrap();
    found
}

fn projection(kinds: bool, count: bool) -> Projection {
    let mut projection = Projection::new();
    projection.column(RowSet::STACK, STACK[1]);
    projection.column(RowSet::INSTANCE, INSTANCE[1]);
    projection.of_template(TEMPLATE[1]);
    if kinds {
        for kind in PLAIN_KINDS.iter().take(2) {
            projection.kind(kind);
        }
    }
    if count {
        projection.count();
    }
    projection.placed()
}

/// The projection of the layers of the effective configuration.
fn layers() -> Projection {
    let mut projection = Projection::new();
    projection.of_template(TEMPLATE[1]);
    projection.kind(&PLAIN_KINDS[0]);
    projection.template_kind(&PLAIN_KINDS[0]).unwrap();
    projection.rules();
    projection.placed()
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
    // SQLite plans without statistics, as in production.
    if t.engine == Engine::Postgres {
        t.sql("ANALYZE").await;
    }
    let slice = |after| Slice { limit: 20, backwards: false, after, before: None };
    let everything = InstanceFilter::default();
    let some = InstanceFilter { search: Some("i".to_owned()), enabled: Some(true) };
    let cursor = ByAge { created_at: DateTimeUtc::from_timestamp_micros(0).unwrap(), id: InstanceId(1) };
    let (first, later) = (slice(None), slice(Some(cursor)));
    let ask = async |projection: Projection, members: InstanceSelection<'_>, parameters: &str| {
        let sql = t.db.statement(&Scope::Everything, &projection, "one", members);
        let limited = t.db.statement(&Scope::Stacks([StackId(1)].into()), &projection, "one", members);
        let (all, limited) = (plan(t, &sql, parameters).await, plan(t, &limited, parameters).await);
        if t.engine == Engine::Postgres {
            assert_eq!(limited, all, "who may see one stack only");
        } else {
            assert!(limited.contains("s KEY") && limited.iter().all(|way| !way.starts_with("SCAN")), "{limited:?}");
        }
        all
    };
    let page = ask(projection(true, false), InstanceSelection::Page(&everything, &first), "'one'").await;
    let further = ask(projection(true, false), InstanceSelection::Page(&everything, &later), "'one', now(), 7").await;
    let search = ask(projection(false, true), InstanceSelection::Page(&some, &first), "'one', '%i%'").await;
    let one = ask(projection(true, false), InstanceSelection::One("i7"), "'one', 'i7'").await;
    let effective = ask(layers(), InstanceSelection::Page(&everything, &first), "'one'").await;
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
            "s uq_stacks_name_active",
            "c sqlite_autoindex_changes_1",
            "t KEY",
            "x ix_instance_ports_owner",
            "x ix_instance_volumes_owner",
            "x ix_service_ports_owner",
            "x ix_instance_override_rules_owner",
            "i ix_instances_stack_created",
            "i uq_instances_stack_instance_active",
        ],
    };
    let [stack, changes, template, ports, volumes, inherited, rules, list, named] = names;
    assert_eq!(page, ways([stack, changes, list, template, ports, volumes]));
    assert_eq!(further, page);
    assert_eq!(effective, ways([stack, changes, list, template, ports, inherited, rules]));
    assert_eq!(search, ways([stack, changes, list, template]));
    assert_eq!(one, ways([stack, changes, named, template, ports, volumes]));
}
