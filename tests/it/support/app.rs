//! `TestApp`: the application under test, with helpers for requests.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use axum::{
    Router,
    body::Body,
    http::{
        HeaderValue, Request, Response,
        header::{AUTHORIZATION, CONTENT_TYPE, HOST},
    },
};
use chrono::DateTime;
use devarch::{
    app::{App, Feed, FeedLimits, ReservedPorts},
    clock::Clock,
    db::{Db, DbUrl},
    limits::{DatabaseTimeouts, Limits},
    server::{Audiences, AuthMode, ByExecutor, Hosts, Options, SubscriptionLimits, TransportLimits, router},
    vault::Vault,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::Engine;

/// An application on an empty, migrated database. Clones share it.
#[derive(Clone)]
pub(crate) struct TestApp {
    pub(crate) engine: Engine,
    pub(crate) url: DbUrl,
    pub(crate) db: Db,
    pub(crate) app: App,
    router: Router,
    /// The API key that every GraphQL request sends.
    key: Option<String>,
    options: Options,
    frozen: Arc<AtomicBool>,
    millis: Arc<AtomicI64>,
    /// Whether a table has been dropped.
    pub(super) broken: Arc<AtomicBool>,
    /// Whether rows were written without the service.
    pub(super) by_hand: Arc<AtomicBool>,
}

/// The code and path of a user error, for comparison: `("NAME_TAKEN", "input.name")`.
pub(crate) type Code = (String, String);

/// A [`Code`] to compare with.
pub(crate) fn code(code: &str, path: &str) -> Code {
    (code.to_owned(), path.to_owned())
}

impl TestApp {
    pub(super) fn new(engine: Engine, url: DbUrl, db: Db) -> Self {
        let frozen = Arc::new(AtomicBool::new(false));
        // Each reading of the clock is a millisecond later, unless time is frozen.
        let millis = Arc::new(AtomicI64::new(1_767_225_600_000));
        let (stands_still, ticking) = (Arc::clone(&frozen), Arc::clone(&millis));
        let clock = Clock::from_fn(move || {
            let step = i64::from(!stands_still.load(Ordering::SeqCst));
            DateTime::from_timestamp_millis(ticking.fetch_add(step, Ordering::SeqCst)).unwrap()
        });
        let app = App::new(db.clone(), clock);
        let options = Options {
            auth_mode: AuthMode::Open,
            limits: Limits::default(),
            answer_cache: 1 << 20,
            traffic: TransportLimits::default(),
            origins: Vec::new(),
            hosts: Hosts::default(),
            audiences: Audiences::default(),
            subscriptions: SubscriptionLimits::default(),
        };
        let router = router(app.clone(), options.clone());
        Self {
            engine,
            url,
            db,
            router,
            key: None,
            options,
            app,
            frozen,
            millis,
            broken: Arc::default(),
            by_hand: Arc::default(),
        }
    }

    /// The same application behind authentication, for a caller that shows this key.
    pub(crate) fn behind(&self, auth_mode: AuthMode, key: Option<&str>) -> Self {
        self.with_options(Options { auth_mode, ..self.options.clone() }).showing(key)
    }

    /// The same application with other limits.
    pub(crate) fn with_limits(&self, limits: Limits) -> Self {
        self.with_options(Options { limits, ..self.options.clone() })
    }

    /// The same application with other limits of traffic.
    pub(crate) fn with_traffic(&self, traffic: TransportLimits) -> Self {
        self.with_options(Options { traffic, ..self.options.clone() })
    }

    /// The same application with allowed origins.
    pub(crate) fn with_origins(&self, origins: &[&str]) -> Self {
        let origins = origins.iter().map(|origin| origin.parse().unwrap()).collect();
        self.with_options(Options { origins, ..self.options.clone() })
    }

    /// The same application with these allowed hosts.
    pub(crate) fn with_hosts(&self, hosts: Hosts) -> Self {
        self.with_options(Options { hosts, ..self.options.clone() })
    }

    /// The same application with other audiences.
    pub(crate) fn with_audiences(&self, audiences: Audiences) -> Self {
        self.with_options(Options { audiences, ..self.options.clone() })
    }

    fn with_options(&self, options: Options) -> Self {
        Self { router: router(self.app.clone(), options.clone()), options, ..self.clone() }
    }

    /// The same application with other keys for secrets.
    pub(crate) fn with_vault(&self, vault: Vault) -> Self {
        Self::new(self.engine, self.url.clone(), self.db.clone().with_vault(vault))
    }

    /// The same application on other connections.
    pub(crate) fn on(&self, db: Db) -> Self {
        Self::new(self.engine, self.url.clone(), db)
    }

    /// The same application, which gives none of these ports to a fork.
    pub(crate) fn reserving(&self, ports: &[std::ops::RangeInclusive<u16>]) -> Self {
        let app = self.app.clone().reserving(ReservedPorts::new(ports.iter().cloned()));
        Self { router: router(app.clone(), self.options.clone()), app, ..self.clone() }
    }

    /// The same application with a feed of its own.
    pub(crate) fn with_feed(&self, limits: FeedLimits, subscriptions: SubscriptionLimits) -> Self {
        let app = self.app.with_feed(Feed::new(limits));
        let options = Options { subscriptions, ..self.options.clone() };
        Self { router: router(app.clone(), options.clone()), app, options, ..self.clone() }
    }

    /// The same application with another database handle.
    pub(crate) fn with_database(&self, db: Db) -> Self {
        Self::new(self.engine, self.url.clone(), db)
    }

    /// Another server on the same database.
    pub(crate) async fn another(&self) -> Self {
        let db = Db::connect(&self.url, 4, &DatabaseTimeouts::default()).await.unwrap();
        // Servers with the same seed would give different changes the same version.
        let db = db.with_vault(self.db.vault().clone()).with_random(self.db.random().clone());
        Self::new(self.engine, self.url.clone(), db)
    }

    /// The value that `revealSecret` shows; `of` is the input without the key.
    pub(crate) async fn reveal(&self, mut of: Value, key: &str) -> Value {
        of["key"] = json!(key);
        self.done("revealSecret", of, "value").await["value"].take()
    }

    /// Collections of an instance with their secrets revealed.
    pub(crate) async fn unmasked(&self, stack: &str, name: &str, mut collections: Value) -> Value {
        for var in collections["envVars"].as_array_mut().unwrap() {
            let is_set = var.as_object_mut().unwrap().remove("isSet").unwrap();
            if var["isSecret"] == true {
                assert_eq!(var["value"], Value::Null, "a secret is not shown");
                let key = var["key"].as_str().unwrap().to_owned();
                var["value"] = self.reveal(json!({ "instance": Self::by_name(stack, name) }), &key).await;
            }
            assert_eq!(is_set, var["value"] != Value::Null);
        }
        collections
    }

    /// The same application, behind the same authentication, for a caller that shows this key.
    pub(crate) fn showing(&self, key: Option<&str>) -> Self {
        Self { key: key.map(str::to_owned), ..self.clone() }
    }

    /// All routes, to be served over a socket.
    pub(crate) fn router_with(&self, traffic: &TransportLimits) -> Router {
        router(self.app.clone(), Options { traffic: traffic.clone(), ..self.options.clone() })
    }

    /// Freezes the clock.
    pub(crate) fn freeze_time(&self) {
        self.frozen.store(true, Ordering::SeqCst);
    }

    /// Advances the clock by this many milliseconds.
    pub(crate) fn skip_time(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }

    /// Any request, to `localhost` when it names no host.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Response<Body> {
        request.headers_mut().entry(HOST).or_insert(HeaderValue::from_static("localhost"));
        self.send_as_it_is(request).await
    }

    /// Any request, without adding a `Host` header.
    pub(crate) async fn send_as_it_is(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// The body of an answer as text.
    pub(crate) async fn text(answer: Response<Body>) -> String {
        String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    /// The whole response to a GraphQL request. A query is sent a second time to the executor, which must return
    /// the same bytes.
    pub(crate) async fn graphql(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer = self.send(self.post(body.clone())).await;
        assert_eq!(answer.status(), 200, "{query}");
        let text = Self::text(answer).await;
        if !query.contains("mutation") {
            let mut request = self.post(body.clone());
            request.extensions_mut().insert(ByExecutor);
            let executed = Self::without_id(&Self::text(self.send(request).await).await);
            if executed != Self::without_id(&text) {
                // Unless another request has changed the data meanwhile.
                let again = Self::text(self.send(self.post(body)).await).await;
                assert_ne!(
                    Self::without_id(&again),
                    Self::without_id(&text),
                    "the executor says {executed} to {query}"
                );
            }
        }
        serde_json::from_str(&text).unwrap()
    }

    /// The data of a query that must succeed and is sent only once, and the number of its statements.
    pub(crate) async fn cost(&self, query: &str, variables: Value) -> (u64, Value) {
        self.cost_of(self.post(json!({ "query": query, "variables": variables }).to_string()), query).await
    }

    /// The same where the executor answers.
    pub(crate) async fn cost_by_executor(&self, query: &str, variables: Value) -> (u64, Value) {
        let mut request = self.post(json!({ "query": query, "variables": variables }).to_string());
        request.extensions_mut().insert(ByExecutor);
        self.cost_of(request, query).await
    }

    async fn cost_of(&self, request: Request<Body>, query: &str) -> (u64, Value) {
        let before = self.db.statements();
        let mut answer: Value = serde_json::from_str(&Self::text(self.send(request).await).await).unwrap();
        assert_eq!(answer.get("errors"), None, "{query}");
        (self.db.statements() - before, answer["data"].take())
    }

    /// An answer without the id of its request.
    fn without_id(answer: &str) -> String {
        let Some((before, after)) = answer.split_once("\"requestId\":\"") else { return answer.to_owned() };
        format!("{before}{}", after.split_once('"').unwrap().1)
    }

    /// A GraphQL request with the key, if there is one.
    pub(crate) fn post(&self, body: String) -> Request<Body> {
        let mut request = Request::post("/graphql").header(CONTENT_TYPE, "application/json");
        if let Some(key) = &self.key {
            request = request.header(AUTHORIZATION, format!("Bearer {key}"));
        }
        request.body(Body::from(body)).unwrap()
    }

    /// The data of a request that must succeed.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.graphql(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].take()
    }

    /// Runs one mutation with an input, and gives back its payload: `mutate("renameInstance", input, "instance { name
    /// }")`. `userErrors { code message path suggestion }` are always asked for.
    pub(crate) async fn mutate(&self, field: &str, input: Value, selection: &str) -> Value {
        self.data(&mutation(field, selection), json!({ "input": input })).await[field].take()
    }

    /// Runs one mutation as [`TestApp::mutate`] does; returns `None` if the service is too busy.
    pub(crate) async fn try_mutate(&self, field: &str, input: Value, selection: &str) -> Option<Value> {
        let body = json!({ "query": mutation(field, selection), "variables": { "input": input } }).to_string();
        let answer = self.send(self.post(body)).await;
        if answer.status() == 503 {
            return None;
        }
        let mut answer: Value = serde_json::from_str(&Self::text(answer).await).unwrap();
        if let Some(error) = answer["errors"].get(0) {
            let code = &error["extensions"]["code"];
            assert!(code == "UNAVAILABLE" || code == "TIMEOUT", "{answer}");
            return None;
        }
        Some(answer["data"][field].take())
    }

    /// Runs a mutation that must succeed.
    pub(crate) async fn done(&self, field: &str, input: Value, selection: &str) -> Value {
        let payload = self.mutate(field, input, selection).await;
        assert_eq!(payload["userErrors"], json!([]), "{field}");
        payload
    }

    /// Runs a mutation that must be refused, and gives back the codes and paths of its errors, in order.
    pub(crate) async fn refused(&self, field: &str, input: Value) -> Vec<Code> {
        let payload = self.mutate(field, input, "").await;
        Self::codes(&payload)
    }

    /// The codes and paths of a payload's errors, in order.
    pub(crate) fn codes(payload: &Value) -> Vec<Code> {
        let errors = payload["userErrors"].as_array().unwrap();
        let path = |error: &Value| {
            let parts = error["path"].as_array().unwrap().iter().map(|part| part.as_str().unwrap());
            parts.collect::<Vec<_>>().join(".")
        };
        errors.iter().map(|error| (error["code"].as_str().unwrap().to_owned(), path(error))).collect()
    }

    /// Creates a stack.
    pub(crate) async fn stack(&self, name: &str) -> Value {
        self.done("createStack", json!({ "name": name }), "stack { id name revision }").await["stack"].take()
    }

    /// Creates a template `postgres` with an entry of every kind.
    pub(crate) async fn template(&self, name: &str) -> Value {
        let input = json!({
            "name": name, "imageName": "postgres", "imageTag": "17", "category": "database",
            "ports": [{ "containerPort": 5432 }],
            "volumes": [{ "volumeType": "VOLUME", "source": "data", "target": "/var/lib/postgresql/data" }],
            "envVars": [
                { "key": "POSTGRES_USER", "value": "postgres" },
                { "key": "POSTGRES_PASSWORD", "value": "devarch", "isSecret": true },
            ],
            "labels": [{ "key": "org.example.tier", "value": "data" }],
            "domains": [{ "domain": "db.localhost", "proxyPort": 5432 }],
            "healthcheck": { "test": ["CMD-SHELL", "pg_isready"] },
            "configFiles": [{ "filePath": "/etc/postgresql/extra.conf", "content": "max_connections = 50\n" }],
        });
        self.done("createTemplate", input, "template { id name }").await["template"].take()
    }

    /// A stack `shop` with an instance `db` of the template `postgres`.
    pub(crate) async fn shop(&self) -> Value {
        self.stack("shop").await;
        self.template("postgres").await;
        self.instance("shop", "db").await
    }

    /// Creates an instance of the template `postgres` without overrides.
    pub(crate) async fn instance(&self, stack: &str, name: &str) -> Value {
        let input = Self::new_instance(stack, name);
        self.done("createInstance", input, "instance { id name revision updatedAt containerName }").await["instance"]
            .take()
    }

    /// The input for an instance of the template `postgres` without overrides.
    pub(crate) fn new_instance(stack: &str, name: &str) -> Value {
        json!({ "stack": { "name": stack }, "template": { "name": "postgres" }, "name": name })
    }

    /// Runs this many concurrent clients, each with its number; returns their results in no particular order.
    pub(crate) async fn at_once<T, F>(&self, clients: usize, client: impl Fn(Self, usize) -> F) -> Vec<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let started: JoinSet<T> = (0..clients).map(|number| client(self.clone(), number)).collect();
        started.join_all().await
    }

    /// One override of every kind except dependencies, which need another instance; two where there can be two:
    /// fourteen rows in all.
    pub(crate) fn overrides() -> Value {
        json!({
            "ports": [{ "hostPort": 15432, "containerPort": 5432 }, { "hostPort": null, "containerPort": 9187, "protocol": "TCP" }],
            "volumes": [{ "volumeType": "VOLUME", "source": "orders", "target": "/var/lib/postgresql/data" }],
            "envVars": [
                { "key": "POSTGRES_DB", "value": "orders" },
                { "key": "POSTGRES_PASSWORD", "value": "s3cret", "isSecret": true },
            ],
            "labels": [{ "key": "team", "value": "orders" }],
            "domains": [{ "domain": "orders.localhost", "proxyPort": null }],
            "healthcheck": { "test": ["CMD", "pg_isready", "-d", "or ders"], "intervalSeconds": 5 },
            "configFiles": [{ "filePath": "/etc/app.conf", "content": "a=$b\n", "fileMode": "0600", "isTemplate": true }],
            "resourceLimits": { "cpu": "0.5", "memory": "512m" },
            "attributes": [{ "name": "cap_add", "value": ["SYS_NICE", "$x"] }],
            "networks": [{ "name": "data", "aliases": ["orders"], "isExternal": false, "options": { "priority": 5 },
                "definition": { "internal": true } }],
            "settings": { "imageTag": "18", "command": ["postgres", "-c", "fsync=off"] },
        })
    }

    /// An entry of every kind that a template brings, as [`TestApp::overrides`] has them.
    pub(crate) fn entries() -> Value {
        let mut entries = Self::overrides();
        entries.as_object_mut().unwrap().remove("settings");
        entries
    }

    /// A reference to an instance by names.
    pub(crate) fn by_name(stack: &str, name: &str) -> Value {
        json!({ "byName": { "stack": stack, "name": name } })
    }
}

/// The text of one mutation with an input.
fn mutation(field: &str, selection: &str) -> String {
    let input_type = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    format!(
        "mutation ($input: {input_type}!) {{ {field}(input: $input) {{ {selection} userErrors {{ __typename code message path \
         suggestion }} }} }}"
    )
}

/// The first seven collections with every column.
pub(crate) const COLLECTIONS: &str = "ports { hostIp hostPort containerPort protocol } \
     volumes { volumeType source target readOnly isExternal } envVars { key value isSecret isSet } labels { key value } \
     domains { domain proxyPort } healthcheck { test intervalSeconds timeoutSeconds retries startPeriodSeconds } \
     configFiles { filePath content fileMode isTemplate }";
/// The collections that came later, with every column.
pub(crate) const MORE_COLLECTIONS: &str = "resourceLimits { cpu memory } attributes { name value } \
     networks { name aliases isExternal options definition } settings { imageName imageTag command entrypoint user workingDir \
     restartPolicy } dependencies { condition instance { name } }";
