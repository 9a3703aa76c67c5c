//! Secrets: encrypted in the database, masked unless they are revealed, unchanged by writes that do not
//! mention them, and safe under changing keys.

mod compare;
mod generated;
pub(crate) mod keys;
mod masked;
mod start;
mod stored;
mod unchanged;

use devarch::db::DbUrl;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::support::TestApp;

/// A secret that cannot occur by chance.
const PLANTED: &str = "PLANTED-9c1f-secret";

/// The raw contents of the database: the files of SQLite, the rows of PostgreSQL.
async fn dump(t: &TestApp) -> Vec<u8> {
    if let DbUrl::Sqlite(file) = &t.url {
        let mut bytes = std::fs::read(file).unwrap();
        for beside in ["-wal", "-shm"] {
            let mut name = file.as_os_str().to_owned();
            name.push(beside);
            bytes.extend(std::fs::read(name).unwrap_or_default());
        }
        return bytes;
    }
    let db = t.db.writer();
    let texts = async |sql: String| -> Vec<String> {
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    };
    let mut all = String::new();
    let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
    for table in texts(tables.to_owned()).await {
        all += &texts(format!("SELECT t::text FROM {table} t")).await.join("\n");
    }
    all.into_bytes()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// A reference to an instance, as `revealSecret` takes it.
fn of(stack: &str, name: &str) -> Value {
    json!({ "instance": TestApp::by_name(stack, name) })
}

/// A secret, as inputs take it.
fn secret(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": value, "isSecret": true })
}

/// The texts of the column in the database.
async fn values(t: &TestApp, table: &str) -> Vec<String> {
    let sql = format!("SELECT value FROM {table} WHERE is_secret AND value IS NOT NULL ORDER BY id");
    let db = t.db.writer();
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}
