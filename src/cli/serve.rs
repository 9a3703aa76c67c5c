//! `devarch serve`: starts the service from its settings, and stops it at a signal.
//!
//! Called by `cli::run`. It must not accept requests before the database is migrated and its keys are checked.

use std::{net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, signal, sync::mpsc, time::sleep};

use super::{Failure, print, reserved_ports, secrets};
use crate::{
    app::{
        App, CatalogReport, LoadError,
        templates::catalog::{self, CatalogFile},
    },
    clock::Clock,
    config::{DbUrl, Settings},
    db::Db,
    error::Error,
    server::{self, AuthMode, Hosts, Options, SubscriptionLimits, TransportLimits},
};

/// Runs the service until SIGTERM or Ctrl-C.
pub(super) async fn run(settings: &Settings) -> Result<(), Failure> {
    // All settings are checked first, and the address is bound: if one of them is wrong, nothing has been changed.
    settings.limits.check().map_err(Failure::InvalidSettings)?;
    if settings.read_database_url.is_some() && matches!(settings.database_url, DbUrl::Sqlite(_)) {
        let message = "--read-database-url is for PostgreSQL: an SQLite file has no standby";
        return Err(Failure::InvalidSettings(message.to_owned()));
    }
    let catalogue = catalogue(settings)?;
    let listen = settings.listen.0;
    let listener = TcpListener::bind(listen).await.map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let database = &settings.database_url;
    let is_new = matches!(database, DbUrl::Sqlite(path) if !path.exists());
    if is_new {
        refuse_open_network(settings, address, false)?;
    }
    let db = Db::connect(database, settings.database_connections, &settings.timeouts)
        .await
        .map_err(|error| format!("cannot open the {database}: {error}"))?;
    let db = with_standby(settings, db).await?;
    let has_keys = has_keys(&db).await.map_err(|error| format!("cannot read the keys in the {database}: {error}"))?;
    refuse_open_network(settings, address, has_keys)?;
    db.migrate().await.map_err(|error| format!("cannot migrate the {database}: {error}"))?;
    if let Some(shortage) = db.connection_shortage().await {
        tracing::warn!("{shortage}");
    }
    let db = secrets::unlock_telling(settings, db, |told| print(&format!("Note: {told}.\n"))).await?;
    let app = App::new(db.clone(), Clock::system()).reserving(reserved_ports(settings));
    app.keep_unknown_claims().await.map_err(|error| format!("cannot compute what instances claim: {error}"))?;
    let auth_mode = auth_mode(settings, address, has_keys);
    if let Some(files) = catalogue {
        let CatalogReport { created, updated, unchanged, left_alone } =
            load(&app, &files).await.map_err(|error| error.to_string())?;
        // In a new database all of them are created, which is no news.
        if is_new || created + updated == 0 {
            tracing::debug!(created, updated, unchanged, left_alone, "catalogue loaded");
        } else {
            tracing::info!(created, updated, unchanged, left_alone, "catalogue loaded");
        }
    }
    let open =
        if auth_mode == AuthMode::OpenUntilFirstKey { " (no API key is required until one is created)" } else { "" };
    print(&format!(
        "Open http://{address}/ for the dashboard and http://{address}/graphiql for GraphiQL; programs talk to \
         http://{address}/graphql{open}\nDevArch is running on the {database}.\n"
    ));
    db.watch();
    app.notify_servers();
    if let Some(days) = settings.history_days {
        app.keep_history_for(days);
    }
    app.watch_leases();
    let (tell, stop) = mpsc::channel(2);
    let signals = tokio::spawn(async move {
        loop {
            stop_signal().await;
            if tell.send(()).await.is_err() {
                return;
            }
            tracing::info!("stopping: running requests may finish, a second signal ends them");
        }
    });
    let options = Options {
        auth_mode,
        limits: settings.limits.clone(),
        answer_cache: settings.server.answer_cache * 1024 * 1024,
        traffic: traffic(settings),
        origins: settings.server.cors_origins.clone(),
        hosts: Hosts { listen: Some(address), allowed: settings.server.allowed_hosts.clone() },
        audiences: settings.server.audiences(),
        subscriptions: subscriptions(settings),
    };
    let traffic = options.traffic.clone();
    let router = server::router(app, options);
    #[cfg(feature = "otel")]
    let router = match &settings.server.otel_endpoint {
        None => router,
        Some(endpoint) => {
            tracing::info!(%endpoint, "traces are exported");
            server::traced(router)
        }
    };
    let done = server::serve(listener, router, traffic, stop).await;
    signals.abort();
    db.close().await;
    Ok(done.map_err(|error| format!("the server stopped: {error}"))?)
}

/// Whether there is an API key. A database that is not migrated yet can lack their table.
async fn has_keys(db: &Db) -> crate::error::Result<bool> {
    Ok(db.has_table("api_keys").await? && App::new(db.clone(), Clock::system()).has_keys().await?)
}

/// The files of the catalogue; `None` if none is loaded.
fn catalogue(settings: &Settings) -> Result<Option<Vec<CatalogFile>>, Failure> {
    if settings.no_catalog {
        return Ok(None);
    }
    let Some(folder) = &settings.catalog else { return Ok(Some(catalog::built_in())) };
    let read = catalog::folder(folder);
    Ok(Some(read.map_err(|error| Failure::InvalidSettings(format!("invalid value for '--catalog <DIR>': {error}")))?))
}

/// Adds the standby of the settings, if there is one, and checks that it is a standby of this primary.
async fn with_standby(settings: &Settings, db: Db) -> Result<Db, String> {
    let Some(replica) = &settings.read_database_url else { return Ok(db) };
    let unfit = |reason: &str| format!("cannot read from the {replica}: {reason}");
    let db = db.with_standby(replica).await.map_err(|error| unfit(&error.to_string()))?;
    db.check_standby().await.map_or(Ok(db), |reason| Err(unfit(reason)))
}

/// Loads the catalogue. Tries again a few times, because another server that starts at the same time may hold its lock.
async fn load(app: &App, files: &[CatalogFile]) -> Result<CatalogReport, LoadError> {
    for _ in 0..CATALOGUE_TRIES {
        match app.load_catalog(files).await {
            Err(LoadError::App(Error::Unavailable(cause) | Error::Busy(cause))) => {
                tracing::warn!(%cause, "the catalogue cannot be loaded yet; trying again");
                sleep(Duration::from_millis(200)).await;
            }
            done => return done,
        }
    }
    app.load_catalog(files).await
}

/// How often loading the catalogue is tried again; each try may have waited for another server's lock.
const CATALOGUE_TRIES: u32 = 5;

/// The limits on connections and requests from the settings.
fn traffic(settings: &Settings) -> TransportLimits {
    let server = &settings.server;
    TransportLimits {
        connections: server.max_connections.into(),
        in_flight: server.max_requests.into(),
        head: server.header_timeout(),
        body: server.body_timeout(),
        idle: server.idle_timeout(),
        grace: settings.shutdown_grace(),
        trusted_proxies: server.trusted_proxies.clone(),
        ..TransportLimits::default()
    }
}

/// The limits on subscriptions from the settings.
fn subscriptions(settings: &Settings) -> SubscriptionLimits {
    let number = |setting| usize::try_from(setting).unwrap_or(usize::MAX);
    let server = &settings.server;
    SubscriptionLimits {
        all: number(server.max_subscriptions),
        per_connection: number(server.max_subscriptions_per_connection),
        ..SubscriptionLimits::default()
    }
}

/// Refuses to be open to the network by mistake: that must be requested with `--no-auth`.
fn refuse_open_network(settings: &Settings, address: SocketAddr, has_keys: bool) -> Result<(), Failure> {
    if settings.no_auth || has_keys || is_local(address) {
        return Ok(());
    }
    Err(Failure::InvalidSettings(format!(
        "{address} can be reached from elsewhere, and there is no API key yet: create one with `devarch key create \
         --name admin --role admin`, or give every client all rights with --no-auth"
    )))
}

fn is_local(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// Whether requests need an API key.
fn auth_mode(settings: &Settings, address: SocketAddr, has_keys: bool) -> AuthMode {
    if settings.no_auth {
        if !is_local(address) {
            tracing::warn!(%address, "no API key is required: every client that reaches this address has all rights");
        }
        return AuthMode::Open;
    }
    if has_keys { AuthMode::Keys } else { AuthMode::OpenUntilFirstKey }
}

/// Waits for SIGTERM or Ctrl-C.
async fn stop_signal() {
    let interrupt = async {
        if let Err(cause) = signal::ctrl_c().await {
            tracing::error!(%cause, "cannot wait for Ctrl-C");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut stream) => {
                stream.recv().await;
            }
            Err(cause) => {
                tracing::error!(%cause, "cannot wait for SIGTERM");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
