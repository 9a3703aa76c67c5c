//! The lists of deleted stacks and instances, and what prevents their restoration.

use super::*;

both!(
    the_trash_shows_the_last_deleted_first,
    pages_of_the_trash_reach_every_row_once,
    cursors_and_sizes_of_other_lists_are_refused,
    obstacles_of_a_stack_are_what_restoring_it_would_meet,
    obstacles_of_an_instance_are_what_restoring_it_would_meet,
    of_many_instances_in_the_way_twenty_are_told,
    the_trash_costs_the_same_for_1_and_100_rows,
);

/// The names on a page.
fn names(page: &Value, one: &str) -> Vec<String> {
    page["nodes"].as_array().unwrap().iter().map(|node| node[one]["name"].as_str().unwrap().to_owned()).collect()
}

async fn the_trash_shows_the_last_deleted_first(t: &TestApp) {
    t.template("postgres").await;
    for (stack, n) in [("a", 0), ("b", 2), ("c", 1)] {
        t.stack(stack).await;
        for i in 0..n {
            t.instance(stack, &format!("i{i}")).await;
        }
    }
    assert_eq!(list(t, "stacks", "").await["nodes"], json!([]));
    assert_eq!(list(t, "instances", "").await["totalCount"], 0);
    t.instance("b", "alone").await;
    delete(t, "b", "alone").await;
    delete_stack(t, "b").await;
    t.instance("c", "x").await;
    delete(t, "c", "x").await;
    let a = delete_stack(t, "a").await;
    let stacks = list(t, "stacks", "").await;
    assert_eq!((names(&stacks, "stack"), &stacks["totalCount"]), (vec!["a".into(), "b".into()], &json!(2)));
    assert_eq!(stacks["nodes"][0]["stack"]["id"], a);
    assert!(stacks["nodes"][0]["stack"]["deletedAt"].is_string());
    let counts: Vec<_> = stacks["nodes"].as_array().unwrap().iter().map(|node| &node["instanceCount"]).collect();
    assert_eq!(counts, [&json!(0), &json!(2)]);
    // Those that went with their stack come back with it, and are not listed.
    let instances = list(t, "instances", "").await;
    assert_eq!(
        (names(&instances, "instance"), &instances["totalCount"]),
        (vec!["x".into(), "alone".into()], &json!(2))
    );
    let live = t.data("{ stacks { nodes { name instances { nodes { name } } } } }", json!({})).await;
    let c = json!([{ "name": "c", "instances": { "nodes": [{ "name": "i0" }] } }]);
    assert_eq!(live["stacks"]["nodes"], c);
    // What comes back, or goes for good, is not in the trash any more.
    t.done("restoreStack", json!({ "stack": { "name": "b" } }), "").await;
    t.done("purgeStack", json!({ "stack": { "name": "a" } }), "").await;
    assert_eq!(list(t, "stacks", "").await["totalCount"], 0);
    assert_eq!(names(&list(t, "instances", "").await, "instance"), ["x", "alone"]);
}

async fn pages_of_the_trash_reach_every_row_once(t: &TestApp) {
    t.shop().await;
    for n in 0..13 {
        if n == 6 {
            // From here on the ids decide.
            t.freeze_time();
        }
        t.stack(&format!("s{n:02}")).await;
        t.instance("shop", &format!("s{n:02}")).await;
        delete(t, "shop", &format!("s{n:02}")).await;
        delete_stack(t, &format!("s{n:02}")).await;
    }
    let expected: Vec<String> = (0..13).rev().map(|n| format!("s{n:02}")).collect();
    for (what, one) in [("stacks", "stack"), ("instances", "instance")] {
        for size in [1, 4, 12, 13, 14, 100] {
            let (mut forward, mut cursor) = (Vec::new(), None::<Value>);
            loop {
                let after = cursor.as_ref().map(|cursor| format!(", after: {cursor}")).unwrap_or_default();
                let page = list(t, what, &format!("(first: {size}{after})")).await;
                forward.extend(names(&page, one));
                let info = &page["pageInfo"];
                assert_eq!(info["hasPreviousPage"], json!(cursor.is_some()));
                assert_eq!(info["hasNextPage"], json!(forward.len() < 13));
                assert_eq!(info["startCursor"] == info["endCursor"], names(&page, one).len() == 1);
                assert_eq!(page["totalCount"], 13);
                if info["hasNextPage"] == json!(false) {
                    break;
                }
                cursor = Some(info["endCursor"].clone());
            }
            assert_eq!(forward, expected, "{what} forward, {size} a page");

            let (mut backward, mut cursor) = (Vec::new(), None::<Value>);
            loop {
                let before = cursor.as_ref().map(|cursor| format!(", before: {cursor}")).unwrap_or_default();
                let page = list(t, what, &format!("(last: {size}{before})")).await;
                let mut rows = names(&page, one);
                rows.append(&mut backward);
                backward = rows;
                assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(backward.len() < 13));
                if page["pageInfo"]["hasPreviousPage"] == json!(false) {
                    break;
                }
                cursor = Some(page["pageInfo"]["startCursor"].clone());
            }
            assert_eq!(backward, expected, "{what} backward, {size} a page");
        }
        let (second, fifth) = (list(t, what, "(first: 2)").await, list(t, what, "(first: 5)").await);
        let (start, end) = (&second["pageInfo"]["endCursor"], &fifth["pageInfo"]["endCursor"]);
        let between = list(t, what, &format!("(first: 9, after: {start}, before: {end})")).await;
        assert_eq!(names(&between, one), expected[2..4]);
    }
}

async fn cursors_and_sizes_of_other_lists_are_refused(t: &TestApp) {
    t.shop().await;
    let query = "{ stacks { pageInfo { endCursor } } stack(name: \"shop\") { instances { pageInfo { endCursor } } } }";
    let found = t.data(query, json!({})).await;
    let (by_name, by_age) =
        (&found["stacks"]["pageInfo"]["endCursor"], &found["stack"]["instances"]["pageInfo"]["endCursor"]);
    let cases = [
        (format!("after: {by_name}"), "BAD_REQUEST"),
        (format!("before: {by_age}"), "BAD_REQUEST"),
        ("after: \"ZGVsZXRlZDp4\"".to_owned(), "BAD_REQUEST"),
        ("first: 1, last: 1".to_owned(), "BAD_REQUEST"),
        ("first: 0".to_owned(), "LIMIT_EXCEEDED"),
        ("last: 101".to_owned(), "LIMIT_EXCEEDED"),
    ];
    for what in ["stacks", "instances"] {
        for (arguments, error) in &cases {
            let answer = t.graphql(&format!("{{ trash {{ {what}({arguments}) {{ totalCount }} }} }}"), json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], *error, "{what} {arguments}");
        }
    }
}

async fn obstacles_of_a_stack_are_what_restoring_it_would_meet(t: &TestApp) {
    t.template("postgres").await;
    t.stack("a").await;
    for name in ["x", "b-c", "b-d", "free"] {
        t.instance("a", name).await;
    }
    delete(t, "a", "free").await;
    let id = delete_stack(t, "a").await;
    let input = json!({ "stack": by_id(&id) });
    assert_eq!(obstacles(t, "stacks", &id).await.0, []);
    t.stack("a-b").await;
    let (d, c) = (t.instance("a-b", "d").await, t.instance("a-b", "c").await);
    // The one that was deleted before does not come back, so it meets nothing.
    t.instance("a-b", "e").await;
    let taken = |of: &Value| ("CONTAINER_NAME_TAKEN".to_owned(), of["id"].clone());
    let (found, messages) = obstacles(t, "stacks", &id).await;
    assert_eq!(found, [taken(&c), taken(&d)]);
    assert!(messages.contains("devarch-a-b-c") && messages.contains("`d`") && messages.contains("`a-b`"), "{messages}");
    let again = code("CONTAINER_NAME_TAKEN", "input.name");
    assert_eq!(t.refused("restoreStack", input.clone()).await, [again.clone(), again]);
    let holder = t.stack("a").await;
    let (found, _) = obstacles(t, "stacks", &id).await;
    assert_eq!(found, [("NAME_TAKEN".to_owned(), holder["id"].clone()), taken(&c), taken(&d)]);
    assert_eq!(t.refused("restoreStack", input.clone()).await, [code("NAME_TAKEN", "input.name")]);
    t.done("renameStack", json!({ "stack": { "name": "a" }, "name": "other" }), "").await;
    t.done("renameStack", json!({ "stack": { "name": "a-b" }, "name": "a-z" }), "").await;
    assert_eq!(obstacles(t, "stacks", &id).await.0, []);
    t.done("restoreStack", input, "").await;
}

async fn obstacles_of_an_instance_are_what_restoring_it_would_meet(t: &TestApp) {
    let id = t.shop().await["id"].take();
    delete(t, "shop", "db").await;
    let input = json!({ "instance": by_id(&id) });
    assert_eq!(obstacles(t, "instances", &id).await.0, []);

    let twin = t.instance("shop", "db").await;
    let (found, message) = obstacles(t, "instances", &id).await;
    assert_eq!(found, [("NAME_TAKEN".to_owned(), twin["id"].clone())]);
    assert!(message.contains("`shop`") && message.contains("`db`"), "{message}");
    assert_eq!(t.refused("restoreInstance", input.clone()).await, [code("NAME_TAKEN", "input.name")]);
    delete(t, "shop", "db").await;
    t.done("purgeInstance", json!({ "instance": by_id(&twin["id"]) }), "").await;

    // Its container is looked for under the name that its stack has now.
    t.stack("a-b").await;
    let c = t.instance("a-b", "c").await;
    t.stack("q").await;
    t.instance("q", "b-c").await;
    let id = delete(t, "q", "b-c").await;
    let input = json!({ "instance": by_id(&id) });
    assert_eq!(obstacles(t, "instances", &id).await.0, []);
    t.done("renameStack", json!({ "stack": { "name": "q" }, "name": "a" }), "").await;
    let (found, message) = obstacles(t, "instances", &id).await;
    assert_eq!(found, [("CONTAINER_NAME_TAKEN".to_owned(), c["id"].clone())]);
    assert!(message.contains("devarch-a-b-c") && message.contains("`a-b`"), "{message}");
    assert_eq!(t.refused("restoreInstance", input.clone()).await, [code("CONTAINER_NAME_TAKEN", "input.name")]);

    t.done("renameStack", json!({ "stack": { "name": "a" }, "name": "a".repeat(52) }), "").await;
    assert_eq!(obstacles(t, "instances", &id).await.0, [("CONTAINER_NAME_TOO_LONG".to_owned(), json!(null))]);
    assert_eq!(t.refused("restoreInstance", input.clone()).await, [code("CONTAINER_NAME_TOO_LONG", "input.name")]);

    let stack = delete_stack(t, &"a".repeat(52)).await;
    let (found, message) = obstacles(t, "instances", &id).await;
    assert_eq!(found, [("NOT_FOUND".to_owned(), json!(null))]);
    assert!(message.contains("restore the stack first"), "{message}");
    assert_eq!(t.refused("restoreInstance", input.clone()).await, [code("NOT_FOUND", "input.instance.id")]);

    t.done("restoreStack", json!({ "stack": by_id(&stack), "name": "z" }), "").await;
    assert_eq!(obstacles(t, "instances", &id).await.0, []);
    t.done("restoreInstance", input, "").await;
}

async fn of_many_instances_in_the_way_twenty_are_told(t: &TestApp) {
    t.template("postgres").await;
    t.stack("a").await;
    for n in 0..23 {
        t.instance("a", &format!("b-{n}")).await;
    }
    let id = delete_stack(t, "a").await;
    t.stack("a-b").await;
    for n in 0..23 {
        t.instance("a-b", &n.to_string()).await;
    }
    let (found, messages) = obstacles(t, "stacks", &id).await;
    assert_eq!(found.len(), 20);
    assert!(messages.contains("devarch-a-b-0 ") && messages.contains("devarch-a-b-19 "), "{messages}");
    assert_eq!(t.refused("restoreStack", json!({ "stack": by_id(&id) })).await.len(), 20);
}

/// Inserts stacks and instances into the trash with SQL, all with an obstacle to restoring: each stack with one
/// instance of its own, each instance deleted on its own from the live stack of this name.
async fn fill(t: &TestApp, stack: &str, n: i64) {
    let now = DateTimeUtc::from_timestamp_micros(1_767_225_600_000_000).unwrap();
    let template = templates::find_by_name(&t.db.unscoped(), "postgres").await.unwrap().unwrap().id;
    let live = stacks::find_by_name(&t.db.unscoped(), stack, RowLock::None).await.unwrap().unwrap().id;
    let row = |stack, alone: bool| instance::ActiveModel {
        stack_id: Set(stack),
        instance_id: Set("db".to_owned()),
        template_service_id: Set(template),
        container_name: Set("devarch-shop-db".to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(Some(now)),
        deleted_with_stack: Set(!alone),
        ..Default::default()
    };
    let trashed = (0..n).map(|_| stack::ActiveModel {
        name: Set(stack.to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(Some(now)),
        ..Default::default()
    });
    stack::Entity::insert_many(trashed).exec_without_returning(t.db.writer()).await.unwrap();
    let db = &t.db.unscoped();
    let page = trash::stacks(db, &Slice { limit: 1000, backwards: false, after: None, before: None });
    let ids: Vec<_> = page.await.unwrap().rows.into_iter().map(|stack| stack.id).collect();
    let rows = ids.into_iter().map(|id| row(id, false)).chain((0..n).map(|_| row(live, true)));
    instance::Entity::insert_many(rows).exec_without_returning(t.db.writer()).await.unwrap();
}

async fn the_trash_costs_the_same_for_1_and_100_rows(t: &TestApp) {
    t.shop().await;
    let obstacles =
        "obstacles { code message holder { id ... on Stack { name } ... on Instance { name stack { name } } } }";
    // A page, its total, the counts of instances, the obstacles (two); holders that are stacks and that are instances,
    // and the stacks of these.
    let of_stacks = ("stacks", format!("instanceCount stack {{ name }} {obstacles}"), 8);
    // A page, its total, stacks and templates, the obstacles (two); holders, and their stacks.
    let of_instances =
        ("instances", format!("instance {{ name stack {{ name }} template {{ name }} }} {obstacles}"), 8);
    for n in [1, 100] {
        t.db.writer().execute_unprepared("DELETE FROM stacks WHERE deleted_at IS NOT NULL").await.unwrap();
        t.db.writer().execute_unprepared("DELETE FROM service_instances WHERE deleted_at IS NOT NULL").await.unwrap();
        fill(t, "shop", n).await;
        for (what, selection, cost) in [&of_stacks, &of_instances] {
            let query = format!("{{ trash {{ {what}(first: 100) {{ totalCount nodes {{ {selection} }} }} }} }}");
            let (statements, data) = counted(t, &query).await;
            let list = &data["trash"][what];
            let nodes = list["nodes"].as_array().unwrap();
            assert_eq!((list["totalCount"].as_i64(), nodes.len()), (Some(n), n as usize));
            let codes: &[&str] =
                if *what == "stacks" { &["NAME_TAKEN", "CONTAINER_NAME_TAKEN"] } else { &["NAME_TAKEN"] };
            for node in nodes {
                let found = node["obstacles"].as_array().unwrap();
                assert_eq!(found.iter().map(|of| of["code"].as_str().unwrap()).collect::<Vec<_>>(), codes);
                assert!(found.iter().all(|of| of["holder"]["name"].is_string()), "{node}");
            }
            assert_eq!(statements, *cost, "{what}, {n} rows");
            assert_eq!(counted(t, &query.replace("totalCount ", "")).await.0, cost - 1);
        }
    }
    assert_eq!(counted(t, "{ trash { stacks { nodes { stack { id } } } } }").await.0, 1);
}

/// The statements of a query, and its data.
async fn counted(t: &TestApp, query: &str) -> (u64, Value) {
    t.cost(query, json!({})).await
}
