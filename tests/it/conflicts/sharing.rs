//! When two claims of a domain or a volume conflict.

use serde_json::{Value, json};

use super::{NONE, add, add_of, bind, conflicts, instance, of_stack, set, stacks, template};
use crate::support::{TestApp, both};

both!(
    a_domain_is_claimed_whatever_the_port_behind_it,
    an_external_volume_is_shared_by_its_name,
    a_path_of_the_host_is_the_same_however_it_is_spelled,
    instances_of_one_stack_may_share_files,
    a_conflict_has_a_severity,
    what_is_only_read_is_no_conflict,
    volumes_that_nobody_else_sees_are_none,
);

async fn a_domain_is_claimed_whatever_the_port_behind_it(t: &TestApp) {
    stacks(t).await;
    let domain = |name: &str, port: Value| json!({ "domains": [{ "domain": name, "proxyPort": port }] });
    template(t, json!({ "name": "web", "domains": [{ "domain": "shop.localhost" }] })).await;
    add(t, "shop/web", domain("Shop.Localhost", json!(8080))).await;
    add(t, "blog/web", domain("shop.localhost", json!(9090))).await;
    add(t, "blog/other", domain("www.shop.localhost", json!(null))).await;
    add_of(t, "web", "blog/inherits", json!({})).await;
    assert_eq!(conflicts(t, "shop/web").await, ["DOMAIN shop.localhost: blog/web, blog/inherits"]);
    assert_eq!(conflicts(t, "blog/other").await, NONE);
    let remove = json!({ "remove": { "domain": "shop.localhost" } });
    let patch = json!({ "instance": instance("blog/inherits"), "operations": [remove] });
    t.done("patchInstanceOverrides", patch, "").await;
    assert_eq!(conflicts(t, "shop/web").await, ["DOMAIN shop.localhost: blog/web"]);
    assert_eq!(conflicts(t, "blog/inherits").await, NONE);
}

async fn an_external_volume_is_shared_by_its_name(t: &TestApp) {
    stacks(t).await;
    let volume = |source: &str, external: bool| json!({ "volumes": [{ "volumeType": "VOLUME", "source": source, "target": "/data", "isExternal": external }] });
    template(t, json!({ "name": "store", "volumes": volume("files", true)["volumes"] })).await;
    add(t, "shop/web", volume("files", true)).await;
    add_of(t, "store", "blog/web", json!({})).await;
    assert_eq!(conflicts(t, "shop/web").await, ["VOLUME files: blog/web"]);
    assert_eq!(conflicts(t, "blog/web").await, ["VOLUME files: shop/web"]);
    // A volume of its own takes the place of the template's.
    set(t, "blog/web", volume("files", false)).await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
    // A volume's name is no path, and another dot makes another name.
    set(t, "blog/web", bind("files")).await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
    set(t, "blog/web", volume("fi.les", true)).await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
}

async fn a_path_of_the_host_is_the_same_however_it_is_spelled(t: &TestApp) {
    stacks(t).await;
    template(t, json!({ "name": "store", "volumes": [{ "source": "/srv//data/", "target": "/x" }] })).await;
    add(t, "shop/web", bind("/srv/data")).await;
    add_of(t, "store", "blog/web", json!({})).await;
    assert_eq!(conflicts(t, "shop/web").await, ["VOLUME /srv/data: blog/web"]);
    assert_eq!(conflicts(t, "blog/web").await, ["VOLUME /srv/data: shop/web"]);
    for (one, other, value) in [
        ("/srv/data/", "//srv/./data", Some("/srv/data")),
        ("~/data", "~//data/", Some("~/data")),
        ("/", "//", Some("/")),
        ("/srv/data", "/srv/da/ta", None),
        ("/srv/data", "/srv/data2", None),
        ("/srv/data", "/srv/Data", None),
    ] {
        set(t, "shop/web", bind(one)).await;
        // The template mounts its own somewhere else.
        set(t, "blog/web", json!({ "volumes": [{ "source": other, "target": "/x" }] })).await;
        let expected: Vec<String> = value.map(|value| format!("VOLUME {value}: blog/web")).into_iter().collect();
        assert_eq!(conflicts(t, "shop/web").await, expected, "{one} {other}");
    }
    let long = format!("/srv/{}", "a/".repeat(2000));
    set(t, "shop/web", bind(&format!("{long}b"))).await;
    set(t, "blog/web", json!({ "volumes": [{ "source": format!("{long}c"), "target": "/x" }] })).await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
    set(t, "shop/web", bind(&format!("{long}c"))).await;
    assert_eq!(conflicts(t, "shop/web").await.len(), 1);
}

async fn instances_of_one_stack_may_share_files(t: &TestApp) {
    stacks(t).await;
    template(t, json!({ "name": "store", "volumes": [{ "source": "data", "target": "/x" }] })).await;
    // As the services of one project do.
    let files = |relative: &str| {
        json!({ "volumes": [
            { "source": relative, "target": "/src" }, { "source": "/srv/data", "target": "/data" },
            { "volumeType": "VOLUME", "source": "files", "target": "/files", "isExternal": true },
        ] })
    };
    for (path, relative) in [("shop/web", "./data"), ("shop/api", "data/")] {
        add(t, path, files(relative)).await;
    }
    add_of(t, "store", "shop/inherits", json!({})).await;
    assert_eq!(of_stack(t, "shop").await, NONE);
    // A relative path is another one in another stack; an absolute one, and an external volume, are the same.
    add(t, "blog/web", files("./data")).await;
    assert_eq!(
        of_stack(t, "shop").await,
        [
            "shop/web VOLUME /srv/data: blog/web",
            "shop/web VOLUME files: blog/web",
            "shop/api VOLUME /srv/data: blog/web",
            "shop/api VOLUME files: blog/web",
        ]
    );
    assert_eq!(
        conflicts(t, "blog/web").await,
        ["VOLUME /srv/data: shop/web, shop/api", "VOLUME files: shop/web, shop/api"]
    );
    // Also where all of them inherit it.
    template(t, json!({ "name": "shared", "volumes": [{ "source": "/srv/shared", "target": "/x" }] })).await;
    for path in ["shop/one", "shop/two", "blog/one"] {
        add_of(t, "shared", path, json!({})).await;
    }
    assert_eq!(conflicts(t, "shop/one").await, ["VOLUME /srv/shared: blog/one"]);
    assert_eq!(conflicts(t, "blog/one").await, ["VOLUME /srv/shared: shop/one, shop/two"]);
}

async fn a_conflict_has_a_severity(t: &TestApp) {
    stacks(t).await;
    let all = json!({
        "ports": [{ "hostPort": 8080, "containerPort": 80 }], "domains": [{ "domain": "a.localhost" }],
        "volumes": [{ "source": "/srv", "target": "/a" }],
    });
    for path in ["shop/web", "blog/web"] {
        add(t, path, all.clone()).await;
    }
    let found = t.data("{ stack(name: \"shop\") { conflicts { kind severity } } }", json!({})).await;
    let of = |kind: &str, severity: &str| json!({ "kind": kind, "severity": severity });
    let expected = [of("HOST_PORT", "DESTRUCTIVE"), of("DOMAIN", "CAUTION"), of("VOLUME", "CAUTION")];
    assert_eq!(found["stack"]["conflicts"], json!(expected));
}

async fn what_is_only_read_is_no_conflict(t: &TestApp) {
    stacks(t).await;
    let mount = |kind: &str, source: &str, read_only: bool| {
        json!({ "volumes": [{
            "volumeType": kind, "source": source, "target": "/data", "readOnly": read_only,
            "isExternal": kind == "VOLUME",
        }] })
    };
    add(t, "shop/web", json!({})).await;
    add(t, "blog/web", json!({})).await;
    for (kind, source) in [("BIND", "/srv/data"), ("VOLUME", "files")] {
        for (one, other) in [(true, true), (true, false), (false, true), (false, false)] {
            set(t, "shop/web", mount(kind, source, one)).await;
            set(t, "blog/web", mount(kind, source, other)).await;
            let expected = usize::from(!(one && other));
            assert_eq!(conflicts(t, "shop/web").await.len(), expected, "{kind} {one} {other}");
            assert_eq!(conflicts(t, "blog/web").await.len(), expected, "{kind} {one} {other}");
        }
    }
}

async fn volumes_that_nobody_else_sees_are_none(t: &TestApp) {
    stacks(t).await;
    let own = json!({ "volumes": [
        { "volumeType": "VOLUME", "source": "data", "target": "/named" },
        { "volumeType": "VOLUME", "target": "/anonymous" },
        { "volumeType": "TMPFS", "target": "/memory" },
    ] });
    for path in ["shop/web", "shop/api", "blog/web"] {
        add(t, path, own.clone()).await;
    }
    assert_eq!(conflicts(t, "shop/web").await, NONE);
    assert_eq!(of_stack(t, "shop").await, NONE);
}
