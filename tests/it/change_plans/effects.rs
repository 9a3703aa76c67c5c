//! The effects of changes of every sort.

use serde_json::{Value, json};

use super::{end, of_type, plan};
use crate::support::{TestApp, both};

both!(
    a_new_instance_takes_its_claims,
    what_is_deleted_breaks_references_and_leaves_volumes,
    shared_volumes_are_left_behind_by_the_last_instance,
    a_rename_is_followed,
    an_edit_of_a_template_reaches_all_its_instances,
    an_import_is_planned,
    conflicts_of_what_is_made_are_shown_with_its_stack,
    a_fork_is_planned,
    an_apply_is_planned_and_tells_its_plan,
    a_plan_that_would_be_refused_has_errors_only,
    effects_are_paged,
    statements_do_not_depend_on_instances,
);

fn messages(plan: &Value) -> Vec<&str> {
    plan["effects"]["nodes"].as_array().unwrap().iter().map(|effect| effect["message"].as_str().unwrap()).collect()
}

async fn a_new_instance_takes_its_claims(t: &TestApp) {
    t.freeze_time();
    t.shop().await;
    let port = json!({ "ports": [{ "hostPort": 5432, "containerPort": 5432 }] });
    let input = |name: &str| {
        let mut input = TestApp::new_instance("shop", name);
        input["overrides"] = port.clone();
        input
    };
    let found = plan(t, "createInstance", &input("one")).await;
    // The other instance of the template has its domain, and no port.
    assert_eq!(found["destructive"], false);
    assert_eq!(found["newConflicts"], json!([{ "value": "db.localhost", "holder": { "name": "db" } }]));
    let claims: Vec<&Value> = of_type(&found, "ClaimEffect");
    let claim = |it: &Value| (it["kind"].clone(), it["value"].clone(), it["won"].clone());
    let claims: Vec<_> = claims.into_iter().map(claim).collect();
    assert!(claims.contains(&(json!("HOST_PORT"), json!("0.0.0.0:5432/tcp"), json!(true))), "{claims:?}");
    assert_eq!(of_type(&found, "ContainerEffect")[0]["action"], "CREATE");
    assert_eq!(found["summary"]["containersCreated"], 1);
    t.done("createInstance", input("one"), "instance { id }").await;
    let found = plan(t, "createInstance", &input("two")).await;
    assert_eq!(found["newConflicts"][0]["value"], "0.0.0.0:5432/tcp", "{found}");
    assert_eq!(found["newConflicts"][0]["holder"]["name"], "one", "{found}");
    // The other one goes, so the conflict is solved.
    t.done("createInstance", input("two"), "instance { id }").await;
    let gone = plan(t, "softDeleteInstance", &json!({ "instance": TestApp::by_name("shop", "one") })).await;
    assert_eq!(gone["solvedConflicts"][0]["value"], "0.0.0.0:5432/tcp", "{gone}");
    // In a disabled stack nothing is claimed, and there is no container.
    t.done("updateStack", json!({ "stack": { "name": "shop" }, "enabled": false }), "stack { id }").await;
    let found = plan(t, "createInstance", &input("three")).await;
    assert_eq!(messages(&found), ["`shop/three` is created; it or its stack is disabled, so it has no container."]);
}

/// The stack and the template of an instance that only the change would make are in no table.
async fn conflicts_of_what_is_made_are_shown_with_its_stack(t: &TestApp) {
    t.freeze_time();
    t.shop().await;
    let port = json!([{ "set": { "port": { "hostPort": 15000, "containerPort": 80 } } }]);
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "operations": port });
    t.done("patchInstanceOverrides", input, "").await;
    let file = "services: { web: { image: acme/new, ports: ['15000:80'] } }";
    for (change, stack, name, template) in [
        (json!({ "duplicateStack": { "stack": { "name": "shop" }, "name": "copy" } }), "copy", "db", "postgres"),
        (
            json!({ "forkStack": { "stack": { "name": "shop" }, "name": "lab", "ports": "KEEP" } }),
            "lab",
            "db",
            "postgres",
        ),
        (
            json!({ "importCompose": { "stack": { "name": "new" }, "files": [{ "text": file }] } }),
            "new",
            "web",
            "new-web",
        ),
    ] {
        let query = "query ($change: ChangeInput!) { plan(change: $change) { userErrors { message }
            newConflicts { kind instance { name stack { name enabled } template { name } } holder { stack { name } } } } }";
        let found = t.data(query, json!({ "change": change })).await["plan"].take();
        assert_eq!(found["userErrors"], json!([]), "{change}");
        let conflicts = found["newConflicts"].as_array().unwrap();
        let port = conflicts.iter().find(|conflict| conflict["kind"] == "HOST_PORT").unwrap();
        let made =
            json!({ "name": name, "stack": { "name": stack, "enabled": true }, "template": { "name": template } });
        assert_eq!((&port["instance"], &port["holder"]["stack"]["name"]), (&made, &json!("shop")), "{change}");
    }
}

async fn what_is_deleted_breaks_references_and_leaves_volumes(t: &TestApp) {
    t.freeze_time();
    t.shop().await;
    t.instance("shop", "app").await;
    let dependency = json!([{ "set": { "dependency": { "instance": TestApp::by_name("shop", "db") } } }]);
    let patch = json!({ "instance": TestApp::by_name("shop", "app"), "operations": dependency });
    t.done("patchInstanceOverrides", patch, "instance { id }").await;
    let db = json!({ "instance": TestApp::by_name("shop", "db") });
    let found = plan(t, "softDeleteInstance", &db).await;
    assert_eq!(found["destructive"], true);
    let broken = of_type(&found, "ReferenceEffect");
    assert_eq!((broken.len(), &broken[0]["onReference"], &broken[0]["target"]), (1, &json!("BREAK"), &json!("db")));
    assert_eq!(broken[0]["severity"], "DESTRUCTIVE");
    let kept = of_type(&found, "DataEffect");
    assert_eq!((&kept[0]["onData"], &kept[0]["severity"]), (&json!("KEEP"), &json!("INFO")), "{found}");
    let volume = kept[0]["volumes"][0].clone();
    assert_eq!(of_type(&found, "ContainerEffect")[0]["action"], "REMOVE");
    // For good.
    let trashed = t.done("softDeleteInstance", db, "instance { id }").await["instance"]["id"].clone();
    let found = plan(t, "purgeInstance", &json!({ "instance": { "id": trashed } })).await;
    let data: Vec<(&Value, &Value)> =
        of_type(&found, "DataEffect").into_iter().map(|it| (&it["onData"], &it["volumes"])).collect();
    assert_eq!(data, [(&json!("DELETE"), &json!([])), (&json!("LEAVE_BEHIND"), &json!([volume]))], "{found}");
    // The dependent loses its dependency, and its container is made anew.
    let app = of_type(&found, "ConfigEffect")[0];
    assert_eq!(app["edits"], json!([{ "kind": "DEPENDENCY", "key": "db", "change": "REMOVED" }]), "{found}");
    // A stack takes everything along.
    let found = plan(t, "softDeleteStack", &json!({ "stack": { "name": "shop" } })).await;
    assert_eq!(found["summary"]["containersRemoved"], 1);
    assert_eq!(of_type(&found, "ReferenceEffect").len(), 0, "both go: {found}");
    let stack =
        t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "stack { id }").await["stack"]["id"].clone();
    let found = plan(t, "purgeStack", &json!({ "stack": { "id": stack } })).await;
    assert!(messages(&found).iter().any(|it| it.starts_with("The stack `shop` is deleted for good")), "{found}");
    let found = plan(t, "restoreStack", &json!({ "stack": { "id": stack } })).await;
    assert_eq!((&found["destructive"], &found["summary"]["containersCreated"]), (&json!(false), &json!(1)), "{found}");
}

async fn shared_volumes_are_left_behind_by_the_last_instance(t: &TestApp) {
    t.freeze_time();
    t.stack("shop").await;
    t.template("postgres").await;
    for name in ["one", "two"] {
        let mut input = TestApp::new_instance("shop", name);
        let shared = json!({ "volumeType": "VOLUME", "source": "files", "target": "/files", "scope": "STACK" });
        input["overrides"] = json!({ "volumes": [shared] });
        t.done("createInstance", input, "instance { id }").await;
    }
    let drop = |name: &str| {
        let reset = json!([{ "reset": { "entry": { "volume": "/files" } } }]);
        json!({ "instance": TestApp::by_name("shop", name), "operations": reset })
    };
    let left = |found: &Value| -> Vec<Value> {
        of_type(found, "DataEffect").into_iter().filter(|it| it["onData"] == "LEAVE_BEHIND").cloned().collect()
    };
    let found = plan(t, "patchInstanceOverrides", &drop("one")).await;
    assert_eq!(left(&found), [json!(null); 0], "the other one mounts it: {found}");
    t.done("patchInstanceOverrides", drop("one"), "instance { id }").await;
    let found = plan(t, "patchInstanceOverrides", &drop("two")).await;
    let [last] = &left(&found)[..] else { panic!("{found}") };
    assert_eq!(last["severity"], "DESTRUCTIVE");
    let volume = last["volumes"].clone();
    // A purge of the stack leaves it as well, and says so once, of the stack.
    let id =
        t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "stack { id }").await["stack"]["id"].clone();
    let found = plan(t, "purgeStack", &json!({ "stack": { "id": id } })).await;
    let of_stack: Vec<Value> = left(&found).into_iter().filter(|it| it["volumes"] == volume).collect();
    assert_eq!(of_stack.len(), 1, "{found}");
    assert!(of_stack[0]["message"].as_str().unwrap().starts_with("The volumes that instances of `shop` share"));
}

async fn a_rename_is_followed(t: &TestApp) {
    t.freeze_time();
    t.shop().await;
    t.instance("shop", "app").await;
    let dependency = json!([{ "set": { "dependency": { "instance": TestApp::by_name("shop", "db") } } }]);
    let patch = json!({ "instance": TestApp::by_name("shop", "app"), "operations": dependency });
    t.done("patchInstanceOverrides", patch, "instance { id }").await;
    let found = plan(t, "renameInstance", &json!({ "instance": TestApp::by_name("shop", "db"), "name": "data" })).await;
    let container = of_type(&found, "ContainerEffect");
    assert_eq!(container.len(), 1, "{found}");
    assert_eq!(container[0]["action"], "RENAME");
    assert_ne!(container[0]["formerName"], container[0]["containerName"]);
    assert_eq!(of_type(&found, "ReferenceEffect")[0]["onReference"], "FOLLOW");
    assert_eq!(of_type(&found, "DataEffect").len(), 0, "volumes survive a rename: {found}");
    let stack = plan(t, "renameStack", &json!({ "stack": { "name": "shop" }, "name": "store" })).await;
    assert_eq!(stack["summary"]["containersRecreated"], 2, "{stack}");
    let same = plan(t, "renameStack", &json!({ "stack": { "name": "shop" }, "name": "shop" })).await;
    assert_eq!((&same["summary"]["effects"], &same["destructive"]), (&json!(0), &json!(false)));
    assert!(same["token"].is_string(), "a change that does nothing can be made as well");
}

async fn an_edit_of_a_template_reaches_all_its_instances(t: &TestApp) {
    t.freeze_time();
    t.shop().await;
    t.stack("other").await;
    t.instance("other", "db").await;
    t.instance("other", "sheltered").await;
    let own = json!({ "instance": TestApp::by_name("other", "sheltered"), "operations": [{ "set": { "envVar": { "key": "POSTGRES_USER",
        "value": "me" } } }] });
    t.done("patchInstanceOverrides", own, "instance { id }").await;
    let edit = json!({ "template": { "name": "postgres" }, "envVars": [{ "key": "POSTGRES_USER", "value": "you" },
        { "key": "POSTGRES_PASSWORD", "isSecret": true }] });
    let found = plan(t, "updateTemplate", &edit).await;
    let edits: Vec<(&str, &Value)> = of_type(&found, "ConfigEffect")
        .into_iter()
        .map(|it| (it["subject"]["__typename"].as_str().unwrap(), &it["edits"]))
        .collect();
    let changed = json!([{ "kind": "ENV_VAR", "key": "POSTGRES_USER", "change": "CHANGED" }]);
    assert_eq!(edits, [("Instance", &changed), ("Instance", &changed), ("Template", &changed)], "{found}");
    assert_eq!(found["summary"]["containersRecreated"], 2);
    assert_eq!((&found["destructive"], &found["summary"]["entries"]), (&json!(true), &json!(3)));
    // `affected` tells the same.
    let query = "query ($edit: TemplateEditInput!) { template(name: \"postgres\") { affected(edit: $edit) { affectedCount instances { instance {
        id } changes { kind key change } } } } }";
    let mut only = edit.clone();
    only.as_object_mut().unwrap().remove("template");
    let affected = t.data(query, json!({ "edit": only })).await["template"]["affected"].take();
    let mut told: Vec<(Value, Value)> = of_type(&found, "ConfigEffect")
        .into_iter()
        .filter(|it| it["subject"]["__typename"] == "Instance")
        .map(|it| (it["subject"]["id"].clone(), it["edits"].clone()))
        .collect();
    let mut shown: Vec<(Value, Value)> = affected["instances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["instance"]["id"].clone(), it["changes"].clone()))
        .collect();
    told.sort_by_key(|it| it.0.to_string());
    shown.sort_by_key(|it| it.0.to_string());
    assert_eq!(told, shown);
    // A volume that is mounted no longer.
    let bare = plan(t, "updateTemplate", &json!({ "template": { "name": "postgres" }, "volumes": [] })).await;
    assert_eq!(of_type(&bare, "DataEffect").len(), 3, "{bare}");
    assert_eq!(of_type(&bare, "DataEffect")[0]["severity"], "DESTRUCTIVE");
    let used = plan(t, "deleteTemplate", &json!({ "template": { "name": "postgres" } })).await;
    assert_eq!(used["userErrors"][0]["code"], "IN_USE");
    assert_eq!(used["userErrors"][0]["path"], json!(["change", "deleteTemplate", "template", "name"]));
}

async fn an_import_is_planned(t: &TestApp) {
    t.freeze_time();
    let file = json!({ "name": "compose.yaml", "text": "services:\n  web: { image: nginx, ports: ['8080:80'] }\n  db: { image: postgres }\n" });
    let input = json!({ "files": [file], "stack": { "name": "blog" } });
    let before = end(t).await;
    let found = plan(t, "importCompose", &input).await;
    assert_eq!(end(t).await, before);
    assert_eq!((&found["summary"]["containersCreated"], &found["destructive"]), (&json!(2), &json!(false)), "{found}");
    let told = messages(&found);
    assert!(told.contains(&"The stack `blog` is created."), "{told:?}");
    assert!(told.contains(&"The template `blog-web` is created."), "{told:?}");
    let mut bound = input.clone();
    bound["planToken"] = found["token"].clone();
    t.done("importCompose", bound, "stack { name }").await;
    let again = plan(t, "importCompose", &input).await;
    assert_eq!(again["summary"]["effects"], 0, "{again}");
}

async fn a_fork_is_planned(t: &TestApp) {
    t.freeze_time();
    t.shop().await;
    let input = json!({ "stack": { "name": "shop" }, "name": "copy", "key": "a" });
    let found = plan(t, "forkStack", &input).await;
    assert_eq!((&found["summary"]["containersCreated"], &found["newConflicts"]), (&json!(1), &json!([])), "{found}");
    let mut bound = input.clone();
    bound["planToken"] = found["token"].clone();
    t.done("forkStack", bound, "stack { name } created").await;
    assert_eq!(plan(t, "forkStack", &input).await["summary"]["effects"], 0, "the fork is there");
}

async fn an_apply_is_planned_and_tells_its_plan(t: &TestApp) {
    t.freeze_time();
    t.shop().await;
    let text = "devarch: 1\ninstances:\n  db:\n    template: postgres\n    overrides:\n      settings: { imageTag: '16' }\n  new:\n    template: postgres\n";
    let input = json!({ "stack": "shop", "owner": "git:shop", "source": { "document": text } });
    let found = plan(t, "applyStack", &input).await;
    let summary = |found: &Value| found["summary"].clone();
    assert_eq!(
        (&found["summary"]["containersCreated"], &found["summary"]["containersRecreated"]),
        (&json!(1), &json!(1))
    );
    let selection =
        "changed plan { token destructive summary { containersCreated containersRecreated containersRemoved entries
        destructive cautions effects } }";
    let done = t.done("applyStack", super::with_token(&input, &found["token"]), selection).await;
    assert_eq!(summary(&done["plan"]), summary(&found));
    assert_eq!((&done["plan"]["token"], &done["changed"]), (&Value::Null, &json!(true)));
    assert_eq!(plan(t, "applyStack", &input).await["summary"]["effects"], 0);
    // What is exported plans nothing.
    let exported = t.data("{ stack(name: \"shop\") { document } }", json!({})).await["stack"]["document"].take();
    let again = json!({ "stack": "shop", "owner": "git:shop", "source": { "document": exported } });
    assert_eq!(plan(t, "applyStack", &again).await["summary"]["effects"], 0);
    // An edit by hand of what the file has spoils a plan.
    let edited =
        plan(t, "applyStack", &json!({ "stack": "shop", "owner": "git:shop", "source": { "document": "devarch: 1" } }))
            .await;
    assert_eq!(edited["summary"]["containersRemoved"], 1, "{edited}");
}

async fn a_plan_that_would_be_refused_has_errors_only(t: &TestApp) {
    t.freeze_time();
    t.shop().await;
    let taken = json!({ "stack": { "name": "shop" }, "template": { "name": "postgres" }, "name": "db" });
    let found = plan(t, "createInstance", &taken).await;
    assert_eq!(found["userErrors"][0]["code"], "NAME_TAKEN", "{found}");
    assert_eq!(found["userErrors"][0]["path"], json!(["change", "createInstance", "name"]));
    assert_eq!((&found["token"], &found["effects"]["nodes"]), (&Value::Null, &json!([])));
    let both =
        "query { plan(change: { createStack: { name: \"a\" }, purgeStack: { stack: { name: \"shop\" } } }) { token } }";
    assert!(t.graphql(both, json!({})).await["errors"].is_array(), "exactly one change");
}

async fn effects_are_paged(t: &TestApp) {
    t.freeze_time();
    t.shop().await;
    for number in 0..4 {
        t.instance("shop", &format!("db-{number}")).await;
    }
    let change = json!({ "softDeleteStack": { "stack": { "name": "shop" } } });
    let query = "query ($change: ChangeInput!, $first: Int, $after: String, $last: Int, $before: String, $severity: Severity) { plan(change:
        $change) { effects(first: $first, after: $after, last: $last, before: $before, severity: $severity) { nodes { message severity }
        edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } } }";
    let page = async |mut arguments: Value| {
        arguments["change"] = change.clone();
        t.data(query, arguments).await["plan"]["effects"].take()
    };
    let all = page(json!({ "first": 100 })).await;
    let count = all["nodes"].as_array().unwrap().len();
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let one = page(json!({ "first": 2, "after": after })).await;
        found.extend(one["nodes"].as_array().unwrap().clone());
        after = one["pageInfo"]["endCursor"].clone();
        if one["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(json!(found), all["nodes"]);
    let last = page(json!({ "last": 3 })).await;
    assert_eq!(last["nodes"].as_array().unwrap()[..], all["nodes"].as_array().unwrap()[count - 3..]);
    assert_eq!(last["pageInfo"]["hasPreviousPage"], true);
    let severe = page(json!({ "first": 100, "severity": "DESTRUCTIVE" })).await;
    let severe = severe["nodes"].as_array().unwrap();
    assert_eq!(severe.len(), 5, "one container each");
    assert!(severe.iter().all(|it| it["severity"] == "DESTRUCTIVE"));
    for wrong in [json!({ "first": 0 }), json!({ "first": 101 }), json!({ "first": 1, "after": "x" })] {
        let mut arguments = wrong.clone();
        arguments["change"] = change.clone();
        assert!(t.graphql(query, arguments).await["errors"].is_array(), "{wrong}");
    }
}

async fn statements_do_not_depend_on_instances(t: &TestApp) {
    t.shop().await;
    let query = "query ($change: ChangeInput!) { plan(change: $change) { summary { effects } } }";
    let edit = json!({ "updateTemplate": { "template": { "name": "postgres" }, "imageTag": "18", "labels": [] } });
    let rename = json!({ "renameStack": { "stack": { "name": "shop" }, "name": "store" } });
    let mut costs = Vec::new();
    for round in 0..2 {
        let (edited, _) = t.cost(query, json!({ "change": edit })).await;
        let (renamed, _) = t.cost(query, json!({ "change": rename })).await;
        costs.push((edited, renamed));
        for number in 0..8 {
            t.instance("shop", &format!("db-{round}-{number}")).await;
        }
    }
    assert_eq!(costs[0], costs[1]);
    assert!(costs[0].0 < 60 && costs[0].1 < 120, "{costs:?}");
}
