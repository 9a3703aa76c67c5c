//! A client of a running service: GraphQL over HTTP, with an API key.
//!
//! Used by `Source`. It must not print or log the key, and must not send it to another address.

use std::{io::ErrorKind, sync::Arc, time::Duration};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use ureq::{
    Agent, Error,
    tls::{Certificate, RootCerts, TlsConfig},
};
use zeroize::Zeroizing;

use crate::config::{ClientKey, ServerUrl};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a response may take. A service has a limit of its own, mostly a shorter one.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Most bytes of a response.
const MAX_RESPONSE: u64 = 256 * 1024 * 1024;

/// A running service.
#[derive(Clone)]
pub(in crate::cli) struct Remote {
    url: ServerUrl,
    authorization: Option<Zeroizing<String>>,
    agent: Agent,
}

/// Why a request failed: one line for the user, and the code of the first error of the service.
#[derive(Debug)]
pub(in crate::cli) struct Refusal {
    pub(in crate::cli) message: String,
    code: Option<String>,
}

impl Refusal {
    /// Whether the key has no right to what was asked for.
    pub(super) fn is_forbidden(&self) -> bool {
        self.code.as_deref() == Some("FORBIDDEN")
    }
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self { message, code: None }
    }
}

#[derive(Deserialize)]
struct Errors {
    #[serde(default)]
    errors: Vec<TopLevelError>,
}

#[derive(Deserialize)]
struct TopLevelError {
    message: String,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
struct Extensions {
    code: Option<String>,
}

#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

impl Remote {
    /// Prepares requests to a service. Nothing is sent yet.
    pub(super) fn new(url: ServerUrl, key: Option<ClientKey>) -> Self {
        let tls = TlsConfig::builder().root_certs(trusted()).build();
        let mut config = Agent::config_builder()
            .tls_config(tls)
            // A redirect would take the key elsewhere.
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("devarch/", env!("CARGO_PKG_VERSION")));
        if is_loopback(url.host()) {
            // A proxy of the environment does not know this machine.
            config = config.proxy(None);
        }
        let authorization = key.map(|key| Zeroizing::new(format!("Bearer {}", key.reveal())));
        Self { url, authorization, agent: config.build().into() }
    }

    /// Sends a document with its variables, and returns the data of the response.
    pub(in crate::cli) async fn send<T>(&self, document: impl Into<String>, variables: Value) -> Result<T, Refusal>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let (remote, document) = (self.clone(), document.into());
        // The client blocks.
        let done = tokio::task::spawn_blocking(move || remote.request(&document, &variables)).await;
        done.unwrap_or_else(|error| Err(Refusal::from(error.to_string())))
    }

    fn request<T: DeserializeOwned>(&self, document: &str, variables: &Value) -> Result<T, Refusal> {
        let url = &self.url;
        let unreachable =
            |error: Error| Refusal::from(format!("cannot reach the service at {url}: {}", reason(&error)));
        let mut request = self
            .agent
            .post(url.at("/graphql"))
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json, application/json;q=0.9");
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization.as_str());
        }
        let body = json!({ "query": document, "variables": variables }).to_string();
        let mut response = request.send(body).map_err(unreachable)?;
        let status = response.status();
        let read = response.body_mut().with_config().limit(MAX_RESPONSE).read_to_vec();
        let bytes = Zeroizing::new(read.map_err(unreachable)?);
        let no_service = || Refusal::from(format!("{url} is no DevArch service: it answers with HTTP {status}"));
        let Errors { errors } = serde_json::from_slice(&bytes).map_err(|_| no_service())?;
        match errors.into_iter().next() {
            None => {
                let Data { data } = serde_json::from_slice(&bytes).map_err(|_| no_service())?;
                Ok(data)
            }
            Some(error) => Err(self.refusal(error)),
        }
    }

    fn refusal(&self, error: TopLevelError) -> Refusal {
        let url = &self.url;
        let message = match (error.extensions.code.as_deref(), &self.authorization) {
            (Some("UNAUTHENTICATED"), None) => {
                format!("the service at {url} takes an API key: set DEVARCH_KEY, or name a file with --key-file")
            }
            (Some("UNAUTHENTICATED"), Some(_)) => {
                format!("the service at {url} does not accept the API key")
            }
            _ => format!("the service at {url} refuses: {}", super::refusal::in_options(&error.message)),
        };
        Refusal { message, code: error.extensions.code }
    }
}

/// The certificates that the system trusts; those of Mozilla where the system has none, as in a minimal container.
fn trusted() -> RootCerts {
    let own: Vec<Certificate<'static>> = rustls_native_certs::load_native_certs()
        .certs
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned())
        .collect();
    if own.is_empty() { RootCerts::WebPki } else { RootCerts::Specific(Arc::new(own)) }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Why there was no response.
fn reason(error: &Error) -> String {
    match error {
        Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => {
            "it refuses the connection. Start it with `devarch`, or say with --server or --database-url where the stacks are"
                .to_owned()
        }
        // What is wrong with TLS comes as data that cannot be read.
        Error::Io(error) if error.kind() == ErrorKind::InvalidData => format!("TLS failed: {error}"),
        Error::Tls(_) | Error::Rustls(_) => format!("TLS failed: {error}"),
        // Without the word `io`. That a host is not known is among these, in the words of the system.
        Error::Io(error) => error.to_string(),
        Error::HostNotFound => "there is no such host".to_owned(),
        Error::Timeout(_) => "it does not answer in time".to_owned(),
        error => error.to_string(),
    }
}
