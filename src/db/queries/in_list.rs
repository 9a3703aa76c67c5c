//! "The column is one of these keys", with one statement text whatever the number of keys.
//!
//! Called by the queries that load for many owners at once. It must never know which table is asked.

use sea_orm::{
    DatabaseBackend, Value,
    sea_query::{ArrayType, Expr, SimpleExpr},
};

/// `column = one of ids`: an array parameter on PostgreSQL, a JSON parameter on SQLite.
pub(in crate::db) fn one_of(backend: DatabaseBackend, column: &str, ids: impl Iterator<Item = i64>) -> SimpleExpr {
    match backend {
        DatabaseBackend::Sqlite => {
            Expr::cust_with_values(format!("\"{column}\" IN (SELECT value FROM json_each(?))"), [json(ids)])
        }
        _ => Expr::cust_with_values(format!("\"{column}\" = ANY($1)"), [array(ids)]),
    }
}

/// The parameter for hand-written SQL, and the text that stands for "one of them" (it may occur several times).
pub(in crate::db) fn parameter(backend: DatabaseBackend, ids: impl Iterator<Item = i64>) -> (&'static str, Value) {
    match backend {
        DatabaseBackend::Sqlite => ("IN (SELECT value FROM json_each(?1))", json(ids)),
        _ => ("= ANY($1)", array(ids)),
    }
}

/// The text that stands for "one of them" in hand-written SQL where they are the n-th parameter.
pub(in crate::db) fn nth(backend: DatabaseBackend, n: usize) -> String {
    match backend {
        DatabaseBackend::Sqlite => format!("IN (SELECT value FROM json_each(?{n}))"),
        _ => format!("= ANY(${n})"),
    }
}

/// `text = one of texts`, as [`one_of`] for numbers; the text is SQL that both engines understand.
pub(in crate::db) fn keyed(backend: DatabaseBackend, text: &str, these: &[String]) -> SimpleExpr {
    match backend {
        DatabaseBackend::Sqlite => {
            let sql = format!("CAST({text} AS TEXT) IN (SELECT value FROM json_each(?))");
            Expr::cust_with_values(sql, [texts(backend, these)])
        }
        _ => Expr::cust_with_values(format!("CAST({text} AS TEXT) = ANY($1)"), [texts(backend, these)]),
    }
}

/// Numbers as the parameter of [`nth`].
pub(in crate::db) fn numbers(backend: DatabaseBackend, numbers: impl Iterator<Item = i64>) -> Value {
    parameter(backend, numbers).1
}

/// Texts as the parameter of [`nth`].
pub(in crate::db) fn texts(backend: DatabaseBackend, texts: &[String]) -> Value {
    match backend {
        DatabaseBackend::Sqlite => serde_json::Value::from(texts).to_string().into(),
        _ => Value::Array(ArrayType::String, Some(Box::new(texts.iter().map(Value::from).collect()))),
    }
}

fn array(ids: impl Iterator<Item = i64>) -> Value {
    Value::Array(ArrayType::BigInt, Some(Box::new(ids.map(Value::from).collect())))
}

fn json(ids: impl Iterator<Item = i64>) -> Value {
    serde_json::Value::from(ids.collect::<Vec<_>>()).to_string().into()
}
