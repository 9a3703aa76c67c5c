//! Measures subscriptions: memory and statements of many idle ones, and how long events take to many at once.
//!
//! It starts the server of `devarch` on an empty SQLite database in memory of its own process, and itself a second time
//! as the clients, so that the memory is that of the server alone. See `benches/README.md`.

use std::{
    error::Error,
    fs,
    io::Write,
    net::SocketAddr,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clap::Parser;
use devarch::{
    app::{App, CreateStack, StackRef, UpdateStack},
    clock::Clock,
    db::Db,
    fields::{StackEdit, StackValues},
    limits::{DatabaseTimeouts, Limits},
    server::{self, Audiences, AuthMode, Hosts, Options, SubscriptionLimits, TransportLimits},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::mpsc,
    time::{Instant, interval, sleep},
};

/// The allocator of `devarch`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Measures subscriptions.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// The number of subscribers, each on a connection of its own.
    #[arg(long, default_value_t = 1000, value_name = "NUMBER")]
    subscribers: usize,
    /// Events a second; each is for all subscribers unless they follow stacks.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    rate: u32,
    /// Stacks that the subscribers follow, one each; 0 for everything.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    stacks: usize,
    /// Seconds of events.
    #[arg(long, default_value_t = 10, value_name = "SECONDS")]
    seconds: u64,
    /// Seconds in which nothing happens, before the memory is measured and the statements are counted.
    #[arg(long, default_value_t = 2, value_name = "SECONDS")]
    idle: u64,
    /// Server-sent events in place of WebSockets.
    #[arg(long)]
    sse: bool,
    /// Connects to this server, for the second process.
    #[arg(long, hide = true)]
    clients_of: Option<SocketAddr>,
    /// The database, a new file.
    #[arg(long, default_value = "sqlite://subscribers.db", value_name = "URL")]
    database_url: devarch::db::DbUrl,
}

fn main() -> Result<()> {
    let wanted = Arguments::parse();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.thread_stack_size(devarch::cli::STACK).enable_all().build()?;
    match wanted.clients_of {
        Some(address) => runtime.block_on(clients(wanted, address)),
        None => runtime.block_on(serve(wanted)),
    }
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// Memory of this process, in MiB.
fn resident() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}

fn micros() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}

async fn serve(wanted: Arguments) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let db = Db::connect(&wanted.database_url, 4, &DatabaseTimeouts::default()).await?;
    db.migrate().await?;
    let app = App::new(db.clone(), Clock::system());
    app.notify_servers();
    let mut stacks = Vec::new();
    for number in 0..wanted.stacks.max(1) {
        let name = format!("s{number}");
        stacks.push(app.create_stack(CreateStack { name, values: StackValues::default() }).await?.id);
    }
    let traffic = TransportLimits { connections: wanted.subscribers + 100, ..TransportLimits::default() };
    let options = Options {
        auth_mode: AuthMode::Open,
        limits: Limits::default(),
        answer_cache: 16 << 20,
        traffic: traffic.clone(),
        origins: Vec::new(),
        hosts: Hosts { listen: Some(address), allowed: Vec::new() },
        audiences: Audiences::default(),
        subscriptions: SubscriptionLimits::default(),
    };
    let router = server::router(app.clone(), options);
    let (_stop, stopped) = mpsc::channel(1);
    tokio::spawn(server::serve(listener, router, traffic, stopped));
    let mut child = Command::new(std::env::current_exe()?);
    child.args(std::env::args().skip(1)).args(["--clients-of", &address.to_string()]);
    let mut child = child.stdout(Stdio::piped()).stdin(Stdio::piped()).kill_on_drop(true).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    say(&format!("server alone: {:.1} MiB", resident()?))?;
    lines.next_line().await?;
    let before = db.statements();
    sleep(Duration::from_secs(wanted.idle)).await;
    let statements = db.statements() - before;
    let (number, memory) = (wanted.subscribers, resident()?);
    say(&format!("{number} subscribers, idle for {} s: {memory:.1} MiB, {statements} statements", wanted.idle))?;
    if wanted.rate > 0 {
        let before = cpu()?;
        let mut ticks = interval(Duration::from_secs(1) / wanted.rate);
        let events = u64::from(wanted.rate) * wanted.seconds;
        for number in 0..events {
            ticks.tick().await;
            let stack = stacks.get(number as usize % stacks.len().max(1)).copied();
            let edit = StackEdit { description: Some(number.to_string()), ..StackEdit::default() };
            let change = UpdateStack { stack: StackRef::Id(stack), edit, expected_revision: None };
            app.with_message(&micros().to_string())?.update_stack(change).await?;
        }
        sleep(Duration::from_secs(1)).await;
        say(&format!("{events} events: {:.2} s CPU, {:.1} MiB", cpu()? - before, resident()?))?;
    }
    drop(child.stdin.take());
    while let Some(line) = lines.next_line().await? {
        say(&line)?;
    }
    say(&format!("after the subscribers: {:.1} MiB", resident()?))
}

/// Seconds of CPU that this process has used.
fn cpu() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().ok_or("no fields")?.split_whitespace().collect();
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / 100.0)
}

#[derive(Default)]
struct Seen {
    ready: AtomicU64,
    events: AtomicU64,
    /// Events by their delay in milliseconds.
    delays: [AtomicU64; 32],
}

async fn clients(wanted: Arguments, address: SocketAddr) -> Result<()> {
    let seen = Arc::new(Seen::default());
    let wanted = Arc::new(wanted);
    for number in 0..wanted.subscribers {
        let (seen, wanted) = (Arc::clone(&seen), Arc::clone(&wanted));
        if number % 100 == 0 {
            while seen.ready.load(Ordering::Relaxed) < number as u64 {
                sleep(Duration::from_millis(5)).await;
            }
        }
        tokio::spawn(async move {
            let mut is_ready = false;
            while let Err(cause) = client(&wanted, number, address, &seen, &mut is_ready).await {
                // On a busy machine a server may turn clients away.
                let _ = writeln!(std::io::stderr(), "a client comes back: {cause}");
                sleep(Duration::from_millis(200)).await;
            }
        });
    }
    while seen.ready.load(Ordering::Relaxed) < wanted.subscribers as u64 {
        sleep(Duration::from_millis(20)).await;
    }
    say("ready")?;
    tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin())).await??;
    let events = seen.events.load(Ordering::Relaxed);
    let mut total = 0;
    let at = |part: f64, total: &mut u64| {
        *total = 0;
        seen.delays.iter().position(|delay| {
            *total += delay.load(Ordering::Relaxed);
            *total as f64 >= events as f64 * part
        })
    };
    let (half, most) = (at(0.5, &mut total), at(0.99, &mut total));
    let shown =
        |bucket: Option<usize>| bucket.map_or_else(|| "-".to_owned(), |bucket| format!("{} ms", 1_u64 << bucket));
    say(&format!("{events} events received; half within {}, 99 % within {}", shown(half), shown(most)))
}

/// One subscriber, which reads bytes and looks for the messages of the changes, which are the times when they were made.
async fn client(
    wanted: &Arguments,
    number: usize,
    address: SocketAddr,
    seen: &Seen,
    is_ready: &mut bool,
) -> Result<()> {
    let field = match wanted.stacks {
        0 => "changes".to_owned(),
        stacks => format!("stackChanges(stack: {{ name: \"s{}\" }})", number % stacks),
    };
    let query = format!(
        "subscription {{ {field} {{ __typename ... on ChangeEvent {{ change {{ message }} stack {{ name }} }} }} }}"
    );
    let body = serde_json::json!({ "query": query });
    let mut stream = TcpStream::connect(address).await?;
    if wanted.sse {
        let body = body.to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
    } else {
        let request = format!(
            "GET /graphql HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let subscribe = serde_json::json!({ "id": "1", "type": "subscribe", "payload": body }).to_string();
        for message in [r#"{"type":"connection_init"}"#, &subscribe] {
            // The mask is zero.
            let mut frame = vec![0x81];
            match u8::try_from(message.len()).ok().filter(|length| *length < 126) {
                Some(length) => frame.push(0x80 | length),
                None => {
                    frame.push(0xfe);
                    frame.extend(u16::try_from(message.len())?.to_be_bytes());
                }
            }
            frame.extend([0; 4]);
            frame.extend(message.as_bytes());
            stream.write_all(&frame).await?;
        }
    }
    let expected: &[u8] = if wanted.sse { b"retry:" } else { b"connection_ack" };
    let mut buffer = Vec::with_capacity(512);
    let started = Instant::now();
    loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(format!("closed after {:?}: {}", started.elapsed(), String::from_utf8_lossy(&buffer)).into());
        }
        if find(&buffer, b"\"errors\"").or_else(|| find(&buffer, b"\"error\"")).is_some() {
            return Err(format!("refused: {}", String::from_utf8_lossy(&buffer)).into());
        }
        if !*is_ready && find(&buffer, expected).is_some() {
            *is_ready = true;
            seen.ready.fetch_add(1, Ordering::Relaxed);
        }
        let marker = b"\"message\":\"";
        while let Some(at) = find(&buffer, marker) {
            let rest = &buffer[at + marker.len()..];
            let Some(end) = rest.iter().position(|byte| *byte == b'"') else { break };
            let sent: u64 = std::str::from_utf8(&rest[..end])?.parse()?;
            let delay = micros().saturating_sub(sent) / 1000;
            let bucket = (u64::BITS - delay.leading_zeros()) as usize;
            seen.events.fetch_add(1, Ordering::Relaxed);
            seen.delays[bucket.min(31)].fetch_add(1, Ordering::Relaxed);
            buffer.drain(..at + marker.len() + end);
        }
        while let Some(at) = find(&buffer, &[0x89, 0]) {
            // A ping, which the server expects to be answered.
            buffer.drain(at..at + 2);
            stream.write_all(&[0x8a, 0x80, 0, 0, 0, 0]).await?;
        }
        if buffer.len() > 4096 {
            buffer.drain(..2048);
        }
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
