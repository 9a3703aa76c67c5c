//! A server like `devarch`, whose executor answers every query: what `benches/shapes` compares plans with.
//!
//! Started by `benches/shapes` on a database that is filled already. It must not migrate, and takes no other settings
//! than the address and the database.

use std::{error::Error, io::Write, net::SocketAddr};

use axum::Extension;
use clap::Parser;
use devarch::{
    app::App,
    clock::Clock,
    db::{Db, DbUrl},
    limits::{DatabaseTimeouts, Limits},
    server::{self, Audiences, AuthMode, ByExecutor, Hosts, Options, SubscriptionLimits, TransportLimits},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};

/// The allocator of `devarch`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As many connections to the database as `devarch` has by default.
const CONNECTIONS: u32 = 4;

/// Answers every query by the executor, for measurements.
#[derive(Debug, Parser)]
struct Arguments {
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The database, as for `devarch`.
    #[arg(long, value_name = "URL")]
    database_url: DbUrl,
}

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = Arguments::parse();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.thread_stack_size(devarch::cli::STACK).enable_all().build()?.block_on(serve(wanted))
}

async fn serve(wanted: Arguments) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(wanted.listen).await?;
    let address = listener.local_addr()?;
    let db = Db::connect(&wanted.database_url, CONNECTIONS, &DatabaseTimeouts::default()).await?;
    db.watch();
    let traffic = TransportLimits::default();
    let options = Options {
        auth_mode: AuthMode::Open,
        limits: Limits::default(),
        answer_cache: 0,
        traffic: traffic.clone(),
        origins: Vec::new(),
        hosts: Hosts { listen: Some(address), allowed: Vec::new() },
        audiences: Audiences::default(),
        subscriptions: SubscriptionLimits::default(),
    };
    let router = server::router(App::new(db.clone(), Clock::system()), options).layer(Extension(ByExecutor));
    writeln!(std::io::stdout(), "listening on http://{address}/")?;
    let (tell, stop) = mpsc::channel(1);
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        terminate.recv().await;
        // The server has ended already if there is no receiver.
        let _ = tell.send(()).await;
    });
    server::serve(listener, router, traffic, stop).await?;
    db.close().await;
    Ok(())
}
