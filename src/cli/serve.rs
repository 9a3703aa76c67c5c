//! `devarch serve`: from settings to a running service, and down again.

use tokio::{net::TcpListener, signal};

use super::print;
use crate::{app::App, catalog, clock::Clock, config::Settings, db::Db, server};

/// Serves until SIGTERM or Ctrl-C.
pub(super) async fn run(settings: &Settings) -> Result<(), String> {
    // The address first: when it is taken, nothing else has been touched.
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", settings.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let database = &settings.database_url;
    let db = Db::connect(database, settings.database_connections)
        .await
        .map_err(|error| format!("cannot open the {database}: {error}"))?;
    db.migrate().await.map_err(|error| format!("cannot migrate the {database}: {error}"))?;
    let app = App::new(db.clone(), Clock::system());
    if !settings.no_catalog {
        let report = app.load_catalog(&catalog::built_in()).await.map_err(|error| error.to_string())?;
        tracing::info!(
            created = report.created,
            updated = report.updated,
            unchanged = report.unchanged,
            left_alone = report.left_alone,
            "catalogue loaded"
        );
    }
    print(&format!(
        "DevArch is running on {database}.\nOpen http://{address}/ for GraphiQL; programs talk to http://{address}/graphql\n"
    ));
    let done = server::serve(listener, server::router(app), stop_signal(), settings.shutdown_grace()).await;
    db.close().await;
    done.map_err(|error| format!("the server stopped: {error}"))
}

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
    tracing::info!("stopping: running requests may finish");
}
