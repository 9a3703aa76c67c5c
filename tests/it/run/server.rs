//! The same commands on a running service: what a key may do, and what is told when there is no answer.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Output, Stdio},
};

use super::{DOCKER, Desk, PASSWORD, PLAIN, Recorded, TOKEN, said, text};
use crate::support::{Service, TestApp, both};

both!(a_stack_of_a_service_is_run_with_what_the_key_may_see, what_does_not_answer_is_told_in_one_line);

impl Desk {
    /// A service on the database.
    fn serve(&self) -> Service {
        let mut command = self.devarch(&["--no-catalog", "--listen", "127.0.0.1:0"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Service::start(command)
    }

    fn key(&self, arguments: &[&str]) -> String {
        let done = self.devarch(&[&["key", "create"], arguments].concat()).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        text(&done.stdout).trim().to_owned()
    }

    /// A command with a key, on a service, that does not know the database.
    fn on(&self, url: &str, key: &str, arguments: &[&str], environment: &[(&str, &str)]) -> (Output, Option<Recorded>) {
        let mut command = self.devarch(&[&arguments[..1], &["--server", url], &arguments[1..]].concat());
        let elsewhere = format!("sqlite://{}", self.path("elsewhere.db").display());
        command
            .env("DATABASE_URL", elsewhere)
            .env("DEVARCH_ENGINE", self.path("engine"))
            .env("DEVARCH_KEY", key)
            .envs(environment.iter().copied());
        let done = self.run(&mut command);
        assert!(!self.path("elsewhere.db").exists());
        done
    }
}

async fn a_stack_of_a_service_is_run_with_what_the_key_may_see(t: &TestApp) {
    let desk = Desk::new(t);
    desk.import();
    desk.engine(DOCKER, PLAIN);
    let file = text(&desk.devarch(&["compose", "shop"]).output().unwrap().stdout);
    let service = desk.serve();
    let url = format!("http://{}", service.address);
    // Where no key is required, every client has every right.
    let (done, called) = desk.on(&url, "", &["up", "shop"], &[]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert_eq!(called.unwrap().environment["DB__PASSWORD"], PASSWORD);
    drop(service);

    let admin = desk.key(&["--name", "a", "--role", "admin"]);
    let limited = desk.key(&["--name", "l", "--role", "admin", "--stack", "shop"]);
    let editor = desk.key(&["--name", "e", "--role", "editor"]);
    let reader = desk.key(&["--name", "r", "--role", "reader"]);
    let service = desk.serve();
    let url = format!("http://{}", service.address);
    for key in [&admin, &limited] {
        let (done, called) = desk.on(&url, key, &["up", "shop", "--", "--wait"], &[("DB__PASSWORD", "of the user")]);
        let called = called.unwrap();
        assert_eq!(done.status.code(), Some(0), "{done:?}");
        assert_eq!(said(&done).len(), 2, "a warning and the engine: {done:?}");
        assert_eq!((called.arguments.last().unwrap().as_str(), called.stdin.as_str()), ("--wait", file.as_str()));
        let secrets = ["DB__PASSWORD", "WEB__API_KEY", "WEB__API_KEY_2"].map(|name| called.environment[name].as_str());
        assert_eq!(secrets, [PASSWORD, TOKEN, TOKEN]);
        assert!(!called.environment.keys().any(|name| name.starts_with("DEVARCH_")), "{:?}", called.environment.keys());
        assert!(!desk.files().contains("PLANTED"));
    }
    for key in [&editor, &reader] {
        let missing = "this API key cannot reveal secrets, and these variables are not set: ";
        let (done, called) = desk.on(&url, key, &["up", "shop"], &[("WEB__API_KEY", "w"), ("WEB__API_KEY_2", "")]);
        assert_eq!((done.status.code(), called), (Some(1), None), "{done:?}");
        assert_eq!(said(&done).last().unwrap(), &format!("{missing}DB__PASSWORD, WEB__API_KEY_2"));
        // The user's own variables, in the environment or in the file that the engine reads.
        desk.write(".env", "DB__PASSWORD=in a file\n");
        let own = [("WEB__API_KEY", "one"), ("WEB__API_KEY_2", "two")];
        let (done, called) = desk.on(&url, key, &["up", "shop"], &own);
        let called = called.unwrap();
        assert_eq!(done.status.code(), Some(0), "{done:?}");
        assert_eq!(["WEB__API_KEY", "WEB__API_KEY_2"].map(|name| called.environment[name].as_str()), ["one", "two"]);
        assert!(!called.environment.contains_key("DB__PASSWORD"), "it would hide the one in the file");
        let (_, called) = desk.on(&url, key, &["up", "shop"], &[own[0], own[1], ("COMPOSE_DISABLE_ENV_FILE", "1")]);
        assert_eq!(called, None);
        std::fs::remove_file(desk.path(".env")).unwrap();
        for verb in ["down", "ps", "logs", "pull"] {
            let (done, called) = desk.on(&url, key, &[verb, "shop"], &[]);
            let called = called.unwrap();
            assert_eq!((done.status.code(), called.stdin.as_str()), (Some(0), file.as_str()), "{verb}");
            assert_eq!(said(&done), ["the error"], "{verb}");
        }
    }
    let (done, called) = desk.on(&url, &reader, &["up", "nowhere"], &[]);
    assert_eq!(
        (done.status.code(), said(&done), called),
        (Some(1), vec!["there is no stack `nowhere`".to_owned()], None)
    );
    let (done, called) = desk.on(&url, &reader, &["down", "nowhere"], &[]);
    assert_eq!((done.status.code(), called.unwrap().arguments[1].as_str()), (Some(0), "devarch-nowhere"));
    let (done, _) = desk.on(&url, "", &["ps", "shop"], &[]);
    assert_eq!(
        said(&done),
        [format!("the service at {url} takes an API key: set DEVARCH_KEY, or name a file with --key-file")]
    );
    let mut parts = admin.clone().into_bytes();
    parts[9] = if parts[9] == b'A' { b'B' } else { b'A' };
    assert_eq!(desk.on(&url, &text(&parts), &["ps", "shop"], &[]).0.status.code(), Some(2), "a mistyped key");
    let done = desk.devarch(&["key", "revoke", "r"]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let (done, _) = desk.on(&url, &reader, &["ps", "shop"], &[]);
    assert_eq!(said(&done), [format!("the service at {url} does not accept the API key")]);
    assert_eq!(done.status.code(), Some(1));

    let log = service.kill();
    assert_eq!(log.matches("secret revealed").count(), 6, "{log}");
    for secret in ["PLANTED", &admin, &limited, &editor, &reader] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
}

/// A server that answers each request with this text, and tells what it was sent.
fn answering(answer: &'static str) -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let told = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = vec![0; 1 << 16];
        let mut length = 0;
        while !text(&request[..length]).ends_with('}') {
            length += stream.read(&mut request[length..]).unwrap();
        }
        stream.write_all(answer.as_bytes()).unwrap();
        text(&request[..length])
    });
    (address, told)
}

async fn what_does_not_answer_is_told_in_one_line(t: &TestApp) {
    let desk = Desk::new(t);
    desk.engine(DOCKER, PLAIN);
    let key = desk.key(&["--name", "a", "--role", "admin"]);
    let refused = |url: &str| {
        let (done, called) = desk.on(url, &key, &["ps", "shop"], &[]);
        assert_eq!((done.status.code(), called), (Some(1), None), "{done:?}");
        let said = said(&done);
        assert!(said.len() == 1 && !said[0].contains(&key), "{said:?}");
        said[0].clone()
    };
    for (answer, message) in [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\n<p/>", "HTTP 404 Not Found"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", "HTTP 200 OK"),
        // A redirect is not followed, so the key stays where it belongs.
        (
            "HTTP/1.1 308 Permanent Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: \
             close\r\n\r\n",
            "HTTP 308 Permanent Redirect",
        ),
    ] {
        let (address, told) = answering(answer);
        let url = format!("http://{address}");
        assert_eq!(refused(&url), format!("{url} is no DevArch service: it answers with {message}"));
        let request = told.join().unwrap();
        assert!(request.starts_with("POST /graphql HTTP/1.1\r\n"), "{request}");
        assert!(request.to_ascii_lowercase().contains("\r\nauthorization: bearer devarch_"), "{request}");
    }
    // Nothing listens on this port any more.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(TcpStream::connect(free).is_err());
    let reached = |url: &str| refused(url).replace(&format!("cannot reach the service at {url}: "), "");
    assert_eq!(
        reached(&format!("http://{free}")),
        "it refuses the connection. Start it with `devarch`, or say with --server or --database-url where the stacks are"
    );
    let service = desk.serve();
    let told = reached(&format!("https://{}", service.address));
    assert!(told.starts_with("TLS failed: "), "{told}");
}
