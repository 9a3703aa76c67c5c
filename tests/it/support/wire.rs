//! A proxy between the service and PostgreSQL that can add latency, and that can hold back the server's replies.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use devarch::db::DbUrl;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

/// The condition under which it holds back replies.
#[derive(Clone, Debug)]
enum Trigger {
    /// Nothing.
    Never,
    /// The n-th message of a client from now on; 0 is the next one.
    Message(usize),
    /// Each connection on which a client sends one of these texts.
    Says(&'static [&'static str]),
}

/// The proxy.
#[derive(Clone)]
pub(crate) struct Wire {
    url: DbUrl,
    trigger: Arc<Mutex<Trigger>>,
    /// The number of releases; replies held back before the last one are passed on.
    released: Arc<watch::Sender<u64>>,
    /// The number of connections with replies held back.
    kept: Arc<watch::Sender<u64>>,
    one_way: Duration,
}

impl Wire {
    /// Starts a proxy for a server; `one_way` is the latency of each message.
    pub(crate) async fn to(server: &DbUrl, one_way: Duration) -> Self {
        let DbUrl::Postgres(url) = server else { panic!("SQLite has no network") };
        let (head, name) = url.rsplit_once('/').unwrap();
        let (user, address) = head.rsplit_once('@').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Self {
            url: format!("{user}@127.0.0.1:{port}/{name}").parse().unwrap(),
            trigger: Arc::new(Mutex::new(Trigger::Never)),
            released: Arc::new(watch::channel(0).0),
            kept: Arc::new(watch::channel(0).0),
            one_way,
        };
        let (own, address) = (wire.clone(), address.to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&address).await.unwrap();
                own.pass(client, server);
            }
        });
        wire
    }

    /// The URL of the server through the proxy.
    pub(crate) fn url(&self) -> &DbUrl {
        &self.url
    }

    /// Holds back the reply to the n-th message from now on, and all later ones on its connection.
    pub(crate) fn keep_answer_to_message(&self, n: usize) {
        *self.trigger.lock().unwrap() = Trigger::Message(n);
    }

    /// Holds back replies to a client from the time it sends one of these texts.
    pub(crate) fn keep_answers_to(&self, words: &'static [&'static str]) {
        *self.trigger.lock().unwrap() = Trigger::Says(words);
    }

    /// Waits until replies on this many connections are held back.
    pub(crate) async fn wait_until_kept(&self, connections: u64) {
        self.kept.subscribe().wait_for(|kept| *kept >= connections).await.unwrap();
    }

    /// Passes on all replies from now on.
    pub(crate) fn release(&self) {
        *self.trigger.lock().unwrap() = Trigger::Never;
        self.kept.send_replace(0);
        self.released.send_modify(|released| *released += 1);
    }

    fn pass(&self, client: TcpStream, server: TcpStream) {
        for stream in [&client, &server] {
            stream.set_nodelay(true).unwrap();
        }
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        // The release up to which replies are held back.
        let keeps = Arc::new(Mutex::new(None));
        let (own, keeps_too) = (self.clone(), Arc::clone(&keeps));
        self.carry(from_client, to_server, move |part| own.look(part, &keeps_too), Arc::default());
        self.carry(from_server, to_client, |_| {}, keeps);
    }

    /// Inspects a message of a client before it is passed on.
    fn look(&self, message: &[u8], keeps: &Mutex<Option<u64>>) {
        let mut trigger = self.trigger.lock().unwrap();
        let is_hit = match &mut *trigger {
            Trigger::Never => false,
            Trigger::Message(0) => {
                *trigger = Trigger::Never;
                true
            }
            Trigger::Message(n) => {
                *n -= 1;
                false
            }
            Trigger::Says(words) => {
                words.iter().any(|word| message.windows(word.len()).any(|window| window == word.as_bytes()))
            }
        };
        let released = *self.released.borrow();
        if is_hit && keeps.lock().unwrap().replace(released) != Some(released) {
            self.kept.send_modify(|kept| *kept += 1);
        }
    }

    /// Copies bytes from one side to the other, delayed by `one_way`, and not while they are held back.
    fn carry(
        &self,
        mut from: OwnedReadHalf,
        mut to: OwnedWriteHalf,
        look: impl Fn(&[u8]) + Send + 'static,
        keeps: Arc<Mutex<Option<u64>>>,
    ) {
        let (send, mut under_way) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
        let (one_way, mut released) = (self.one_way, self.released.subscribe());
        tokio::spawn(async move {
            let mut part = vec![0; 64 * 1024];
            while let Ok(read) = from.read(&mut part).await
                && read > 0
            {
                look(&part[..read]);
                if send.send((Instant::now() + one_way, part[..read].to_vec())).is_err() {
                    return;
                }
            }
        });
        tokio::spawn(async move {
            while let Some((due, part)) = under_way.recv().await {
                sleep_until(due).await;
                let keeps = *keeps.lock().unwrap();
                if let Some(keeps) = keeps
                    && released.wait_for(|released| *released > keeps).await.is_err()
                {
                    return;
                }
                if to.write_all(&part).await.is_err() {
                    return;
                }
            }
        });
    }
}
