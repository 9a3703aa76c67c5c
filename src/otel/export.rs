//! The task that sends spans to the collector, some at a time.
//!
//! Started by `devarch serve`. It must never hold more than so many: what the collector does not take is lost, and said.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, sleep, timeout, timeout_at},
};

use super::{
    Endpoint,
    span::{Span, body},
};

/// Most spans that wait.
const WAITING: usize = 4096;
/// Most spans in one request to the collector.
const TOGETHER: usize = 512;
/// How long spans are collected before they are sent.
const EVERY: Duration = Duration::from_secs(5);
/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Until the second attempt.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a stopping service waits for the collector.
const LAST: Duration = Duration::from_secs(3);

/// Where spans are handed in; a clone is the same place.
#[derive(Clone, Debug)]
pub struct Traces {
    spans: mpsc::Sender<Span>,
    lost: Arc<AtomicU64>,
}

impl Traces {
    /// Hands in spans, without waiting.
    pub fn hand_in(&self, spans: impl IntoIterator<Item = Span>) {
        for span in spans {
            if self.spans.try_send(span).is_err() {
                self.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// The running task.
#[derive(Debug)]
pub struct Exporter(JoinHandle<()>);

impl Exporter {
    /// Starts it; the name is what the collector calls the service.
    pub fn start(to: Endpoint, service: String) -> (Traces, Self) {
        let (spans, waiting) = mpsc::channel(WAITING);
        let lost = Arc::<AtomicU64>::default();
        let sender = Sender { to, service, lost: Arc::clone(&lost), away: false };
        (Traces { spans, lost }, Self(tokio::spawn(sender.run(waiting))))
    }

    /// Waits until what has been handed in is sent. It ends once every [`Traces`] is gone.
    pub async fn finish(self) {
        if timeout(LAST, self.0).await.is_err() {
            tracing::warn!("the last traces were not taken in time");
        }
    }
}

struct Sender {
    to: Endpoint,
    service: String,
    lost: Arc<AtomicU64>,
    /// Whether the collector was away the last time: that is said once.
    away: bool,
}

impl Sender {
    async fn run(mut self, mut waiting: mpsc::Receiver<Span>) {
        let mut open = true;
        while open {
            let mut spans = Vec::new();
            let due = Instant::now() + EVERY;
            while open && spans.len() < TOGETHER {
                let most = TOGETHER - spans.len();
                match timeout_at(due, waiting.recv_many(&mut spans, most)).await {
                    Ok(received) => open = received > 0,
                    Err(_) => break,
                }
            }
            if !spans.is_empty() {
                self.send(&spans).await;
            }
        }
    }

    async fn send(&mut self, spans: &[Span]) {
        let body = body(&self.service, spans);
        let mut sent = self.post(&body).await;
        if sent.is_err() {
            sleep(PAUSE).await;
            sent = self.post(&body).await;
        }
        match sent {
            Ok(()) if self.away => {
                let lost = self.lost.swap(0, Ordering::Relaxed);
                tracing::info!(lost, "the collector takes traces again");
            }
            Ok(()) => {}
            Err(cause) => {
                self.lost.fetch_add(u64::try_from(spans.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
                if !self.away {
                    tracing::warn!(%cause, "the collector does not take traces: they are lost until it does");
                }
                self.away = true;
                return;
            }
        }
        self.away = false;
    }

    /// One request with a connection of its own, every few seconds: a client library would be more than it saves.
    async fn post(&self, body: &[u8]) -> io::Result<()> {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: \
             close\r\n\r\n",
            self.to.traces(),
            self.to.authority(),
            body.len()
        );
        let talk = async {
            let mut stream = TcpStream::connect(self.to.address()).await?;
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(body).await?;
            // `HTTP/1.1 200`
            let mut line = [0; 12];
            stream.read_exact(&mut line).await?;
            match &line[9..10] {
                b"2" => Ok(()),
                _ => Err(io::Error::other(format!("it answered {}", String::from_utf8_lossy(&line[9..])))),
            }
        };
        timeout(PATIENCE, talk).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}
