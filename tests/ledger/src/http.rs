//! A minimal HTTP/1.1 client: one persistent connection for each writer.
//!
//! Used by the writers and by the comparison. No client library reports what the journal needs to know:
//! whether any part of a request can have reached the service. It must not send a request twice.

use std::{fmt, io, str::FromStr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Timeout of a response, far beyond what is guaranteed, so that slow responses are measured.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Timeout of a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The address of a service.
#[derive(Clone, Debug)]
pub(crate) struct Address(String);

impl FromStr for Address {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        let host = url.strip_prefix("http://").ok_or("the URL starts with http://")?;
        let host = host.trim_end_matches('/');
        if host.is_empty() || host.contains('/') {
            Err("the URL is http://HOST:PORT".into())
        } else {
            Ok(Self(host.into()))
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.0)
    }
}

/// Why there is no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// Without a connection: nothing was sent.
    NotSent(String),
    /// The request was sent, at least in part.
    Sent(String),
}

/// A client with at most one connection.
pub(crate) struct Client {
    address: Address,
    stream: Option<TcpStream>,
}

impl Client {
    pub(crate) fn new(address: Address) -> Self {
        Self { address, stream: None }
    }

    /// Sends a request; returns the status, and the response as JSON, or null if it is not JSON.
    pub(crate) async fn ask(&mut self, query: &str, variables: &Value) -> Result<(u16, Value), Lost> {
        let body = serde_json::json!({ "query": query, "variables": variables }).to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nAccept: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.address.0,
            body.len()
        );
        let mut stream = match self.stream.take().filter(is_open) {
            Some(stream) => stream,
            None => self.connect().await?,
        };
        let exchange = async {
            stream.write_all(request.as_bytes()).await?;
            answer(&mut stream).await
        };
        let (status, keep, body) = match timeout(ANSWER_TIMEOUT, exchange).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(cause)) => return Err(Lost::Sent(cause.to_string())),
            Err(_) => return Err(Lost::Sent(format!("no answer within {} s", ANSWER_TIMEOUT.as_secs()))),
        };
        self.stream = keep.then_some(stream);
        Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    async fn connect(&self) -> Result<TcpStream, Lost> {
        match timeout(CONNECT_TIMEOUT, TcpStream::connect(&self.address.0)).await {
            Ok(Ok(stream)) => {
                drop(stream.set_nodelay(true));
                Ok(stream)
            }
            Ok(Err(cause)) => Err(Lost::NotSent(cause.to_string())),
            Err(_) => Err(Lost::NotSent("no connection in time".into())),
        }
    }
}

/// Whether a persistent connection is still open, as far as is known.
fn is_open(stream: &TcpStream) -> bool {
    let mut byte = [0];
    matches!(stream.try_read(&mut byte), Err(cause) if cause.kind() == io::ErrorKind::WouldBlock)
}

fn odd(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The status, whether the connection stays open, and the body.
async fn answer(stream: &mut TcpStream) -> io::Result<(u16, bool, Vec<u8>)> {
    let mut bytes = Vec::with_capacity(4096);
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        more(stream, &mut bytes).await?;
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    bytes.drain(..head + 4);
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| odd("no status"))?;
    let header = |name: &str| {
        text.lines()
            .find_map(|line| line.split_once(':').filter(|(key, _)| *key == name).map(|(_, value)| value.trim()))
    };
    let keep = header("connection") != Some("close");
    if header("transfer-encoding") == Some("chunked") {
        return Ok((status, keep, chunks(stream, bytes).await?));
    }
    let length = header("content-length").and_then(|length| length.parse().ok()).ok_or_else(|| odd("no length"))?;
    while bytes.len() < length {
        more(stream, &mut bytes).await?;
    }
    Ok((status, keep, bytes))
}

async fn chunks(stream: &mut TcpStream, mut rest: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
                break end;
            }
            more(stream, &mut rest).await?;
        };
        let size = std::str::from_utf8(&rest[..end]).ok().and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
        let size = size.ok_or_else(|| odd("no size"))?;
        rest.drain(..end + 2);
        while rest.len() < size + 2 {
            more(stream, &mut rest).await?;
        }
        body.extend(rest.drain(..size + 2).take(size));
        if size == 0 {
            return Ok(body);
        }
    }
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<()> {
    if stream.read_buf(bytes).await? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection was closed before an answer"));
    }
    Ok(())
}
