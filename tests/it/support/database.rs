//! An empty, migrated database for each test, which is dropped even if the test fails.

use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use devarch::{
    cli::STACK,
    db::{Db, DbUrl},
    limits::DatabaseTimeouts,
    random::Random,
    vault::{Keyring, Vault},
};
use futures_util::FutureExt;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use super::{TestApp, template};

/// The databases that every test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A source of random numbers that are the same in each run.
pub(crate) fn seeded(seed: u64) -> Random {
    let generator = Mutex::new(fastrand::Rng::with_seed(seed));
    Random::from_fn(move |bytes| {
        generator.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
        Ok(())
    })
}

/// Runs a test on an empty database of its own, with the thread stack size of the service.
pub(crate) fn run<F>(engine: Engine, test: F)
where
    F: AsyncFn(&TestApp) + Send + 'static,
{
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || run_here(engine, test)).unwrap();
    if let Err(panic) = thread.join() {
        resume_unwind(panic);
    }
}

fn run_here<F>(engine: Engine, test: F)
where
    F: AsyncFn(&TestApp),
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let place = Place::new(engine).await;
        let url = place.url();
        let body = async {
            // Many tests share the machine, so timeouts are generous.
            let timeouts = DatabaseTimeouts { statement_timeout: 30, lock_timeout: 20, pool_timeout: 20 };
            let db = Db::connect(&url, 4, &timeouts).await.expect("the test database can be opened");
            let db = db.with_vault(Vault::new(Keyring::generate().unwrap())).with_random(seeded(1));
            assert!(db.is_ready().await.unwrap(), "the template has every migration");
            let app = TestApp::new(engine, url.clone(), db);
            test(&app).await;
            app.assert_that_counts_are_kept().await;
            app.assert_that_claims_are_kept().await;
        };
        let done = AssertUnwindSafe(body).catch_unwind().await;
        place.remove().await;
        if let Err(panic) = done {
            resume_unwind(panic);
        }
    });
}

/// The database file of a test.
const SQLITE_FILE: &str = "test.db";

enum Place {
    Sqlite(tempfile::TempDir),
    Postgres { server: DatabaseConnection, base: String, name: String },
}

impl Place {
    async fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                template::copy_file(&folder.path().join(SQLITE_FILE)).await;
                Self::Sqlite(folder)
            }
            Engine::Postgres => {
                static NEXT: AtomicU32 = AtomicU32::new(0);
                #[expect(clippy::disallowed_methods, reason = "the one setting of the tests")]
                let server_url = std::env::var("TEST_DATABASE_URL").expect(
                    "TEST_DATABASE_URL names no PostgreSQL server; run .ci/test, which starts one for the tests",
                );
                let name = format!("devarch_t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
                let mut options = ConnectOptions::new(&server_url);
                options.max_connections(1).sqlx_logging(false);
                let server = Database::connect(options).await.expect("the PostgreSQL server of the tests answers");
                server.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
                let (base, _) = server_url.rsplit_once('/').expect("TEST_DATABASE_URL ends with a database");
                template::copy_database(&server, base, &name).await;
                Self::Postgres { server, base: base.to_owned(), name }
            }
        }
    }

    fn url(&self) -> DbUrl {
        match self {
            Self::Sqlite(folder) => DbUrl::Sqlite(folder.path().join(SQLITE_FILE)),
            Self::Postgres { base, name, .. } => format!("{base}/{name}").parse().unwrap(),
        }
    }

    async fn remove(self) {
        if let Self::Postgres { server, name, .. } = self {
            server.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
        }
    }
}
