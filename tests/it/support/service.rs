//! `Service`: the binary as a running service.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command},
    thread::JoinHandle,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A running service, killed at the end of the test.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: String,
    log: Option<JoinHandle<String>>,
}

impl Service {
    /// Starts it, and waits until it says where it is. Its standard output and error must be pipes.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        let out = BufReader::new(child.stdout.take().unwrap());
        let told = out.lines().map(|line| line.unwrap()).find_map(|line| {
            let (_, rest) = line.split_once("Open http://")?;
            Some(rest.split('/').next().unwrap().to_owned())
        });
        Self { child, address: told.expect("the service says where it is"), log: Some(log) }
    }

    /// The response to a document.
    pub(crate) async fn graphql(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let json = &body[body.find('{').unwrap()..=body.rfind('}').unwrap()];
        serde_json::from_str(json).unwrap()
    }

    /// The status of the response to GET of a path.
    pub(crate) async fn get(&self, path: &str) -> u16 {
        self.send(&format!("GET {path} HTTP/1.1\r\n")).await
    }

    /// The status of the response to a request: its line and some of its headers.
    pub(crate) async fn send(&self, head: &str) -> u16 {
        let request = format!("{head}Host: {}\r\nConnection: close\r\n\r\n", self.address);
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let line = String::from_utf8_lossy(&answer);
        line.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Stops it with SIGTERM, and returns its exit code.
    #[cfg(unix)]
    pub(crate) fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }

    /// Kills it, and returns its log.
    pub(crate) fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.log.take().unwrap().join().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
